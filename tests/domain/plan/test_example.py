"""The White Room plan that comes with the product is a sound plan, and its workflow fits it."""

from importlib.resources import files
from typing import Any, cast

import pytest
import yaml
from inline_snapshot import snapshot

from app.domain.plan.model import ByJob, ByTask, Dispatch, Manual, Plan, TaskKind
from app.domain.plan.reader import read_plan
from app.domain.plan.resolve import SeveralTasks, resolve_task
from app.domain.values import PhaseId, TaskId

FOLDER = files("app.examples.white_room")


@pytest.fixture(scope="module")
def plan() -> Plan:
    return read_plan(FOLDER.joinpath("release-plan.md").read_text(encoding="utf-8"), version="1.0.0")


@pytest.fixture(scope="module")
def workflow() -> dict[str, Any]:
    text = FOLDER.joinpath("release.yml").read_text(encoding="utf-8")
    return cast("dict[str, Any]", yaml.load(text, Loader=yaml.BaseLoader))  # noqa: S506 -- strings only, our own file


def test_it_has_no_problem_at_all(plan: Plan) -> None:
    assert plan.problems == ()
    assert (plan.name, plan.tag, plan.branch) == ("White Room DAW", "v1.0.0", "main")


def test_it_has_five_phases_of_27_tasks_and_a_summary(plan: Plan) -> None:
    work = [task.id for task in plan.tasks() if task.kind is TaskKind.WORK]

    assert [phase.id for phase in plan.phases] == ["1", "2", "3", "4", "5"]
    assert len(work) == 27
    assert [item.wanted for task in plan.summary for item in task.items] == [ByTask(task=task) for task in work]


def test_its_gate_asks_for_what_white_room_asks_for(plan: Plan) -> None:
    assert plan.gate.before == PhaseId("4")
    assert plan.gate.thresholds == {"P0": 100, "P1": 90, "P2": 70, "overall": 95}
    assert {item.priority for item in plan.items()} == {"P0", "P1", "P2"}


def test_what_counts_for_the_gate_waits_for_facts_but_for_what_people_write_and_prepare(plan: Plan) -> None:
    counting = [task for phase in plan.phases[:3] for task in phase.tasks]
    by_hand = {task.id: task.owner for task in counting if any(isinstance(item.wanted, Manual) for item in task.items)}

    assert by_hand == snapshot(
        {
            "3.1": "Product Manager",
            "3.4": "Product Manager",
            "3.6": "Support Lead",
            "phase-3-deliverables": None,
            "phase-3-exit-criteria": None,
        }
    )


def test_every_task_is_owned_by_a_role_that_the_plan_knows(plan: Plan) -> None:
    owners = {task.owner for task in plan.tasks() if task.kind is TaskKind.WORK}

    assert owners <= set(plan.roles)
    assert set(plan.gate.signoffs) <= set(plan.roles)


def test_notarize_needs_sign_and_waits_for_both_jobs(plan: Plan) -> None:
    task = plan.task(TaskId("2.3"))

    assert task is not None
    assert (task.slug, task.needs) == ("notarize", (TaskId("2.2"),))
    assert task.action == Dispatch(workflow="release.yml", inputs={"task": "notarize", "script": "notarize-macos.sh"})
    assert [item.wanted for item in task.items[:2]] == [ByJob(name="notarize (intel)"), ByJob(name="notarize (arm)")]


def test_validate_fits_two_of_its_tasks(plan: Plan) -> None:
    found = resolve_task(plan, "validate")

    assert isinstance(found, SeveralTasks)
    assert [task.id for task in found.tasks] == ["1.1", "1.3"]


def test_its_workflow_declares_every_input_that_the_plan_sends(plan: Plan, workflow: dict[str, Any]) -> None:
    declared = set(workflow["on"]["workflow_dispatch"]["inputs"])
    sent = {name for task in plan.tasks() if isinstance(task.action, Dispatch) for name in task.action.inputs}

    assert declared >= {"task", "version", "environment", "gonogo_id"} | sent


def test_its_workflow_shows_the_mark_and_has_the_jobs_that_items_wait_for(plan: Plan, workflow: dict[str, Any]) -> None:
    names = {job["name"] for job in workflow["jobs"].values()}

    assert workflow["run-name"] == snapshot(
        "Release ${{ inputs.version }}: ${{ inputs.task }} [${{ inputs.gonogo_id }}]"
    )
    assert {item.wanted.name for item in plan.items() if isinstance(item.wanted, ByJob)} <= names


def test_its_workflow_never_puts_an_input_into_shell_and_asks_for_little(workflow: dict[str, Any]) -> None:
    scripts = [step.get("run", "") for job in workflow["jobs"].values() for step in job["steps"]]

    assert workflow["permissions"] == {"contents": "read"}
    assert [script for script in scripts if "${{" in script] == []
