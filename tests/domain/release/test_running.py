"""From the wish to run a task to what is sent for it: marks, inputs, attempts. What is refused: tests/commands."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.facts import WorkflowInputs
from app.domain.messages import WorkflowMissing, WorkflowNotDispatchable
from app.domain.plan.model import Dispatch, Plan, Task
from app.domain.plan.reader import read_plan
from app.domain.release.events import Event
from app.domain.release.running import INPUT_LIMIT, RunToAsk, mark_of, runners, the_task, want_run, workflow_task
from app.domain.release.sightings import mark_in
from app.domain.values import Allowed, ReleaseId, Role, Sha, Target, TaskId
from tests.given import (
    ASKED,
    INPUTS,
    OTHER_SHA,
    PLAN,
    REPO,
    SHA,
    facts,
    release,
    requested,
    started,
)

TASK = next(PLAN.tasks())  # 1.1
EVERYTHING = WorkflowInputs(declared=frozenset({"task", "version", "environment", "gonogo_id", "script", "note"}))


def wish(
    task: Task = TASK, *events: Event, declares: WorkflowInputs | None = EVERYTHING, plan: Plan = PLAN
) -> RunToAsk | object:
    at = replace(facts(release(*events)), workflows={"release.yml": declares})
    return want_run(at, release(*events), plan, task, is_retry=True)


def wanted(task: Task = TASK, *events: Event, declares: WorkflowInputs = EVERYTHING, plan: Plan = PLAN) -> RunToAsk:
    found = wish(task, *events, declares=declares, plan=plan)
    assert isinstance(found, RunToAsk)
    return found


def with_inputs(**inputs: str) -> Task:
    return replace(TASK, action=Dispatch(workflow="release.yml", inputs=inputs))


# -- marks ---------------------------------------------------------------------------------------------------


def test_a_mark_is_the_same_for_the_same_attempt_and_different_for_everything_else() -> None:
    at = release()
    same = mark_of(at, TaskId("1.1"), 1, ASKED)
    others = {
        mark_of(at, TaskId("1.1"), 2, ASKED),
        mark_of(at, TaskId("1.2"), 1, ASKED),
        mark_of(replace(at, id=ReleaseId("r2")), TaskId("1.1"), 1, ASKED),
        mark_of(replace(at, target=Target(sha=OTHER_SHA, branch="main")), TaskId("1.1"), 1, ASKED),
        mark_of(replace(at, target=Target(sha=Sha("c3" * 20), branch="main")), TaskId("1.1"), 1, ASKED),
        mark_of(at, TaskId("1.1"), 1, "another delivery"),
    }
    assert mark_of(release(requested()), TaskId("1.1"), 1, ASKED) == same
    assert len(others | {same}) == 7


@given(st.text(max_size=40), st.integers(1, 10_000))
def test_every_mark_is_found_again_in_a_run_s_title(task: str, attempt: int) -> None:
    mark = mark_of(release(), TaskId(task), attempt, ASKED)
    assert mark_in(f"{task} [{mark}]") == mark


# -- attempts --------------------------------------------------------------------------------------------------


def test_the_first_attempt_carries_everything_that_finds_its_run_again() -> None:
    first = wanted()
    mark = mark_of(release(), TaskId("1.1"), 1, ASKED)
    assert (first.event.attempt, first.event.mark, first.event.workflow) == (1, mark, "release.yml")
    assert (first.effect.attempt, first.effect.mark, first.effect.inputs["gonogo_id"]) == (1, mark, mark)
    assert (first.effect.sha, first.effect.branch, first.effect.candidate) == (SHA, "main", "gonogo/1.0.0")
    assert (first.effect.comment, first.effect.issue, first.effect.is_marked) == (900, 12, True)


def test_each_further_attempt_is_another_entry_of_the_ledger() -> None:
    second = wanted(TASK, requested(), started())
    assert second.event.attempt == 2
    assert second.effect.ledger_key != wanted().effect.ledger_key


# -- inputs ------------------------------------------------------------------------------------------------------


def test_placeholders_of_the_plan_are_filled_in() -> None:
    inputs = wanted(with_inputs(task="sign", note="{version} as {tag}")).effect.inputs
    assert inputs["note"] == "1.0.0 as v1.0.0"


def test_the_plan_s_own_inputs_go_before_ours() -> None:
    assert wanted(with_inputs(task="sign", environment="staging")).effect.inputs["environment"] == "staging"


def test_an_input_is_cut_to_what_github_takes() -> None:
    assert len(wanted(with_inputs(task="sign", note="x" * 5000)).effect.inputs["note"]) == INPUT_LIMIT


@pytest.mark.parametrize(
    ("name", "task", "plan"),
    [
        ("a plan without an environment", TASK, replace(PLAN, environment=None)),
        ("an input without a value", with_inputs(task="sign", environment=""), PLAN),
    ],
)
def test_an_empty_input_is_not_sent(name: str, task: Task, plan: Plan) -> None:
    assert "environment" not in wanted(task, plan=plan).effect.inputs, name


def test_a_workflow_that_takes_no_mark_is_sent_none() -> None:
    lean = wanted(declares=WorkflowInputs(declared=frozenset({"task"}))).effect
    assert (lean.inputs, lean.is_marked) == ({"task": "build-installers"}, False)


def test_a_required_input_that_nothing_fills_is_told_before_anything_is_sent() -> None:
    asks = WorkflowInputs(
        declared=frozenset({"task", "gonogo_id", "token", "channel"}),
        required=frozenset({"task", "gonogo_id", "token", "channel"}),
    )
    assert wish(declares=asks) == WorkflowNotDispatchable(
        task="1.1 Build installers",
        workflow="release.yml",
        problem="required-inputs",
        inputs=("channel", "token"),
    )


def test_a_workflow_of_which_nothing_is_known_is_missing() -> None:
    missing = WorkflowMissing(task="1.1 Build installers", workflow="release.yml", sha=SHA)
    at = replace(facts(release()), workflows=None)
    assert wish(declares=None) == missing
    assert want_run(at, release(), PLAN, TASK, is_retry=True) == missing


# -- workflows that items link to ----------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["nightly.yml", "nightly", "NIGHTLY", "Nightly.YML"])
def test_a_workflow_that_an_item_links_to_answers_to_its_file(word: str) -> None:
    task = the_task(PLAN, REPO.full_name, word, "")
    assert isinstance(task, Task)
    assert (task.label, task.action) == ("nightly.yml", Dispatch(workflow="nightly.yml", inputs={}))


@pytest.mark.parametrize("word", ["", "night", "weekly.yml", "nightly.yml/.."])
def test_no_other_file_can_be_named(word: str) -> None:
    assert workflow_task(PLAN, REPO.full_name, word) is None


def test_a_workflow_task_need_not_take_a_task() -> None:
    task = workflow_task(PLAN, REPO.full_name, "nightly")
    assert task is not None
    at = replace(facts(release()), workflows={**INPUTS, "nightly.yml": WorkflowInputs(declared=frozenset())})
    asked = want_run(at, release(), PLAN, task, is_retry=False)
    assert isinstance(asked, RunToAsk)
    assert (asked.effect.workflow, asked.effect.inputs, asked.effect.is_marked) == ("nightly.yml", {}, False)


def shared_by(*owners: str) -> Plan:
    """A plan in which tasks of these owners wait for one workflow."""
    roles = "".join(f'  "{name}": [tess]\n' for name in dict.fromkeys(owners) if name)
    tasks = "".join(
        f"### 1.{n} Task {n}\n"
        + (f"**Responsible**: {owner}\n" if owner else "")
        + '\n- [ ] It is green <!-- gonogo: evidence="workflow=nightly.yml" -->\n\n'
        for n, owner in enumerate(owners, 1)
    )
    text = f"---\nroles:\n  Release Manager: [ruth]\n{roles}---\n# Plan\n\n## Phase 1: All\n\n{tasks}"
    return read_plan(text, path=".github/release-plan.md", version="1.0.0")


@pytest.mark.parametrize(
    ("owners", "roles", "least"),
    [
        (("Tech Lead",), ("Tech Lead", "Release Manager"), Role.ADMIN),
        (("Build and Release", "Docs & Web"), ("Build and Release", "Release Manager", "Docs & Web"), Role.ADMIN),
        (("Tech Lead", ""), ("Tech Lead", "Release Manager"), Role.WRITE),
    ],
)
def test_a_workflow_that_is_run_by_its_file_is_for_those_whose_tasks_use_it(
    owners: tuple[str, ...], roles: tuple[str, ...], least: Role
) -> None:
    plan = shared_by(*owners)
    task = workflow_task(plan, REPO.full_name, "nightly")
    assert task is not None
    assert runners(plan, REPO.full_name, task) == Allowed(roles=roles, least=least)
