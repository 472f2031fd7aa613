"""Checklists as people really wrote them read as they are: every checkbox kept, each trouble with its line."""

import re
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from app.domain.plan.model import (
    ByReadiness,
    ByRelease,
    ByRun,
    ByTag,
    ByTask,
    ByWorkflow,
    CreateTag,
    Dispatch,
    Manual,
    Plan,
    Publish,
    Severity,
    TaskKind,
)
from app.domain.plan.reader import read_plan
from app.domain.plan.resolve import NoTask, SeveralTasks, resolve_task
from app.domain.plan.text import is_phase_title
from app.domain.values import TaskId

PLANS = Path(__file__).parents[4] / "shared" / "plans"
BOXES = {"besu": 36, "butane": 41, "pygmt": 37, "temurin": 81, "white-room": 247}

pytestmark = pytest.mark.skipif(not PLANS.is_dir(), reason="the folder of real plans is not beside this checkout")


def real(name: str, version: str | None = None) -> Plan:
    return read_plan((PLANS / f"{name}.md").read_text(encoding="utf-8"), path=f"{name}.md", version=version)


def box_lines(name: str) -> list[int]:
    """The 1-based lines that look like a checkbox, by a scan that knows nothing but fences."""
    lines: list[int] = []
    fenced = False
    for number, line in enumerate((PLANS / f"{name}.md").read_text(encoding="utf-8").splitlines(), 1):
        fenced ^= line.lstrip().startswith("```")
        if not fenced and re.match(r"\s*(?:[-*+]|\d+[.)])\s*\[[ xX]*\]", line):
            lines.append(number)
    return lines


@pytest.mark.parametrize("name", BOXES)
def test_no_checkbox_of_a_real_plan_is_lost(name: str) -> None:
    found = sorted(item.line for item in real(name).items())

    assert found == box_lines(name)
    assert len(found) == BOXES[name]


@pytest.mark.parametrize("name", ["besu", "butane", "pygmt", "temurin"])
def test_an_existing_issue_template_is_a_plan_without_error(name: str) -> None:
    assert real(name).errors == ()


@pytest.mark.parametrize("name", BOXES)
def test_ids_are_given_once(name: str) -> None:
    plan = real(name)
    items = [item.id for item in plan.items()]
    tasks = [task.id for task in (*plan.tasks(), *plan.summary)]

    assert len(set(items)) == len(items)
    assert len(set(tasks)) == len(tasks)


def test_the_white_room_plan_has_one_error_and_it_is_the_box_on_line_725() -> None:
    (problem,) = real("white-room").problems

    assert (problem.line, problem.severity, problem.code) == (725, Severity.ERROR, "malformed-checkbox")
    assert problem.message == snapshot(
        "`- [   ] iOS App Store submission created` is no checkbox on GitHub: "
        "between the brackets stands '   ', not one blank or x. Write `- [ ] text`"
    )


def test_the_white_room_plan_has_5_phases_of_27_tasks_and_a_summary_that_repeats_them() -> None:
    plan = real("white-room")
    kinds = [task.kind for task in plan.tasks()]

    assert [phase.id for phase in plan.phases] == ["1", "2", "3", "4", "5"]
    assert all(is_phase_title(phase.title) for phase in plan.phases)
    assert (kinds.count(TaskKind.WORK), kinds.count(TaskKind.DELIVERABLES), kinds.count(TaskKind.EXIT_CRITERIA)) == (
        27,
        5,
        5,
    )
    assert [len(task.items) for task in plan.summary] == [6, 5, 6, 6, 4]
    assert [item.wanted for task in plan.summary for item in task.items] == [
        ByTask(task=task.id) for task in plan.tasks() if task.kind is TaskKind.WORK
    ]


def test_the_white_room_plans_shell_means_what_it_says() -> None:
    plan = real("white-room", version="1.1.0")
    actions = {task.id: task.action for task in plan.tasks()}

    assert actions[TaskId("2.3")] == Dispatch(workflow="release.yml", inputs={"task": "notarize-macos"})
    assert actions[TaskId("3.1")] is None
    assert actions[TaskId("4.1")] == CreateTag()
    assert actions[TaskId("4.2")] == Publish(assets=("build/*.dmg", "build/*.exe", "build/*.ipa"))
    assert actions[TaskId("4.3")] == Dispatch(
        workflow="release.yml", inputs={"version": "1.1.0", "environment": "production"}
    )
    assert actions[TaskId("4.4")] is None


def test_the_white_room_plans_items_wait_for_what_their_task_does() -> None:
    plan = real("white-room")
    wanted = {task.id: {item.wanted for item in task.items} for task in plan.tasks()}

    assert wanted[TaskId("1.1")] == {ByRun()}
    assert wanted[TaskId("1.4")] == {Manual()}
    assert wanted[TaskId("4.1")] == {ByTag()}
    assert wanted[TaskId("4.2")] == {ByRelease()}
    assert wanted[TaskId("phase-1-exit-criteria")] == {
        ByReadiness(scope="P0", operator=">=", limit=100),
        ByReadiness(scope="P1", operator=">=", limit=90),
        ByReadiness(scope="P2", operator=">=", limit=70),
        ByReadiness(scope="overall", operator=">=", limit=95),
        Manual(),
    }


def test_the_white_room_plan_marks_no_priority_so_all_of_it_is_p0() -> None:
    plan = real("white-room")

    assert {item.priority for item in plan.items()} == {"P0"}
    assert plan.gate.thresholds == {"P0": 100, "P1": 90, "P2": 70, "overall": 95}


def test_the_white_room_plans_fields_and_success_criteria_are_shown_with_their_task() -> None:
    task = real("white-room").task(TaskId("2.3"))

    assert task is not None
    assert (task.owner, task.duration, task.label) == ("DevOps Team Lead", "1 day", "2.3 Notarize macOS Builds")
    assert len(task.success_criteria) == 3


@pytest.mark.parametrize(
    ("word", "ids"),
    [
        ("2.3", ["2.3"]),
        ("notarize", ["2.3"]),
        ("Notarize-macOS", ["2.3"]),
        ("sign", ["2.2"]),
        ("build-all-platforms", ["1.2"]),
        ("validate", ["1.1", "1.3"]),
    ],
)
def test_a_word_finds_its_task_in_the_white_room_plan(word: str, ids: list[str]) -> None:
    found = resolve_task(real("white-room"), word)

    match found:
        case SeveralTasks(tasks=tasks):
            assert [task.id for task in tasks] == ids
        case NoTask():
            pytest.fail(f"{word} finds nothing")
        case task:
            assert [task.id] == ids


def test_a_misspelled_word_gets_the_nearest_task() -> None:
    found = resolve_task(real("white-room"), "notarise")

    assert isinstance(found, NoTask)
    assert found.nearest[0].id == "2.3"


def test_lines_that_end_in_a_colon_above_a_checklist_are_the_tasks_of_butane() -> None:
    assert [(task.title, len(task.items)) for task in real("butane").tasks()] == snapshot(
        [
            ("Tagging", 8),
            ("Fedora packaging", 8),
            ("GitHub release", 10),
            ("Quay release", 4),
            ("RHCOS packaging for the current RHCOS development release", 9),
            ("CentOS Stream 9 packaging", 1),
            ("CentOS Stream 10 packaging", 1),
        ]
    )


def test_bold_texts_are_the_tasks_of_pygmt_and_the_item_after_the_rule_stays() -> None:
    plan = real("pygmt", version="0.17.0")
    *_, last = plan.tasks()

    assert [(task.title, len(task.items)) for task in plan.tasks()] == snapshot(
        [
            ("Priority PRs/issues to complete prior to release", 2),
            ("Before release", 15),
            ("Release", 13),
            ("After release", 7),
        ]
    )
    assert last.items[-1].text.startswith("Party")
    assert any("pygmt-0.17.0.zip" in item.text for item in plan.items())
    assert any("`v0.17.0`" in item.text for item in plan.items())


def test_a_workflow_link_binds_an_item_of_pygmt() -> None:
    bound = [item.wanted.workflow for item in real("pygmt").items() if isinstance(item.wanted, ByWorkflow)]

    assert bound == ["ci_tests_legacy.yaml", "ci_tests_dev.yaml", "ci_doctests.yaml", "check-links.yml"]


def test_besu_without_sections_is_one_phase_with_one_task_and_nested_items() -> None:
    plan = real("besu")
    (phase,) = plan.phases
    (task,) = phase.tasks

    assert [(item.id.removeprefix("release-checklist."), item.depth) for item in task.items[:8]] == snapshot(
        [("1", 0), ("2", 0), ("2.1", 1), ("3", 0), ("4", 0), ("5", 0), ("5.1", 1), ("5.2", 1)]
    )


def test_sections_of_temurin_go_on_after_link_definitions_and_links_stay_whole() -> None:
    plan = real("temurin")

    assert [
        (phase.title, [(task.title[:40], len(task.items)) for task in phase.tasks]) for phase in plan.phases
    ] == snapshot(
        [
            ("Release Checklist (For deployment by Release Champions only)", [("Two Weeks Prior To Release", 8)]),
            ("1-1½ weeks prior to release", [("CRL to ensure these TC steps are done (p", 14)]),
            (
                "Thursday or Friday prior to release",
                [
                    ("Thursday or Friday prior to release", 8),
                    ("Wait For All Of The Above To Complete Su", 4),
                    ("Release Week Checklist", 11),
                    ("Release Day Onwards", 36),
                ],
            ),
        ]
    )
    assert any("[Nodes list](https://ci.eclipse.org/" in item.text for item in plan.items())
    assert ByWorkflow(workflow="temurin-updater.yml", repo="adoptium/marketplace-data") in {
        item.wanted for item in plan.items()
    }
    assert not any("publish]: https" in item.text for item in plan.items())
