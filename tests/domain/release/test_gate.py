"""Standing, readiness and the gate: what counts, what does not, and why the gate is not green."""

from dataclasses import replace

import pytest

from app.domain.plan.model import Problem, Severity
from app.domain.plan.reader import read_plan
from app.domain.release.gate import BelowThreshold, GateState, GoNotSaid, ItemFailed, NothingCounts, PlanIsBroken, judge
from app.domain.release.model import Progress, Sight
from app.domain.release.readiness import counted_phases, readiness
from app.domain.release.standing import State, standing
from app.domain.values import ItemId
from tests.given import OTHER_SHA, PLAN, release, requested, run_seen, seen, sighting, started

LINT = sighting(Sight.CHECK, "lint", source="github-actions")


def state(item: str, *events: object) -> State:
    found = standing(PLAN, release(*events)).of(ItemId(item))  # pyright: ignore[reportArgumentType]  # events of every kind
    assert found is not None
    return found.state


def test_nothing_seen_leaves_every_item_open() -> None:
    stands = standing(PLAN, release())
    assert {i.state for t in stands.tasks.values() for i in t.items} == {State.OPEN}


@pytest.mark.parametrize(
    ("progress", "expected"),
    [(p, State.DONE if p is Progress.SUCCESS else State.FAILED if p.is_over else State.RUNNING) for p in Progress],
)
def test_only_success_ticks_an_item(progress: Progress, expected: State) -> None:
    assert state("1.2.1", seen(replace(LINT, progress=progress))) is expected


@pytest.mark.parametrize(
    ("name", "event"),
    [
        ("another App's check of that name", sighting(Sight.CHECK, "lint", source="somebody-else")),
        ("a check at another commit", replace(LINT, sha=OTHER_SHA)),
        ("a job of that name", sighting(Sight.JOB, "lint", run_id=1)),
        ("a status of that name", sighting(Sight.STATUS, "lint", source="github-actions")),
    ],
)
def test_what_the_plan_does_not_name_counts_for_nothing(name: str, event: object) -> None:
    assert state("1.2.1", seen(event)) is State.OPEN, name  # pyright: ignore[reportArgumentType]


def test_a_status_counts_only_from_whom_the_plan_trusts() -> None:
    assert state("1.2.2", seen(sighting(Sight.STATUS, "legal/ok", source="mallory"))) is State.OPEN
    assert state("1.2.2", seen(sighting(Sight.STATUS, "Legal/OK", source="Octocat"))) is State.DONE


def test_a_workflow_item_follows_the_newest_run() -> None:
    red = sighting(Sight.WORKFLOW, "nightly.yml", Progress.FAILURE, run_id=2)
    green = sighting(Sight.WORKFLOW, "nightly.yml", Progress.SUCCESS, run_id=1)
    assert state("1.2.3", seen(red), seen(green)) is State.FAILED


def test_a_job_counts_only_in_the_task_s_own_run() -> None:
    job = sighting(Sight.JOB, "build (linux)", run_id=500)
    assert state("1.1.1", seen(job)) is State.OPEN
    assert state("1.1.1", requested(), started(run_id=499), seen(job)) is State.OPEN
    assert state("1.1.1", requested(), started(), seen(job)) is State.DONE


def test_a_run_ticks_the_items_that_wait_for_it() -> None:
    assert state("1.1.2", requested()) is State.RUNNING
    assert state("1.1.2", requested(), started(), seen(run_seen(Progress.RUNNING))) is State.RUNNING
    assert state("1.1.2", requested(), started(), seen(run_seen())) is State.DONE


def test_a_roll_up_is_done_with_the_last_item_of_its_task() -> None:
    events = (requested(), started(), seen(run_seen()))
    summary = standing(PLAN, release(*events)).summary[0]
    assert summary.items[0].state is State.OPEN
    job = seen(sighting(Sight.JOB, "build (linux)", run_id=500))
    assert standing(PLAN, release(*events, job)).summary[0].items[0].state is State.DONE


def test_phases_from_the_tag_on_do_not_count() -> None:
    assert [p.id for p in counted_phases(PLAN)] == ["1"]


def test_readiness_is_the_share_of_done_items_per_priority_and_their_weighted_mean() -> None:
    figures = readiness(PLAN, standing(PLAN, release(seen(LINT))))
    assert [(f.priority, f.done, f.counted) for f in figures.figures] == [("P1", 1, 6)]
    assert figures.overall == pytest.approx(100 / 6)
    assert figures.of("P0") is None


def test_the_gate_says_each_reason() -> None:
    verdict = judge(PLAN, release())
    assert verdict.state is GateState.PENDING
    assert verdict.reasons == (BelowThreshold(scope="P1", wanted=50, found=0, missing=6), GoNotSaid())


def test_the_gate_is_never_green_without_go() -> None:
    plan = replace(PLAN, gate=replace(PLAN.gate, thresholds={}))
    verdict = judge(plan, release(seen(LINT)))
    assert (verdict.state, verdict.reasons) == (GateState.PENDING, (GoNotSaid(),))


def test_a_plan_error_fails_the_gate() -> None:
    problem = Problem(line=3, severity=Severity.ERROR, code="malformed-checkbox", message="no")
    verdict = judge(replace(PLAN, problems=(problem,)), release())
    assert verdict.state is GateState.FAILURE
    assert verdict.reasons[0] == PlanIsBroken(problem=problem)


def test_a_failed_item_that_counts_fails_the_gate() -> None:
    verdict = judge(PLAN, release(seen(replace(LINT, progress=Progress.FAILURE))))
    assert verdict.state is GateState.FAILURE
    (failed,) = [r for r in verdict.reasons if isinstance(r, ItemFailed)]
    assert (failed.task, failed.standing.found) == ("1.2 Check the code", "check lint: failure")


def test_a_plan_in_which_nothing_counts_is_red() -> None:
    plan = read_plan("# Nothing\n\nJust words.\n", version="1.0.0")
    verdict = judge(plan, release())
    assert verdict.state is GateState.FAILURE
    assert any(isinstance(r, NothingCounts) for r in verdict.reasons)


def test_a_workflow_of_another_repository_ticks_nothing_here_and_is_not_ours_to_run() -> None:
    text = "# R\n\n- [ ] [theirs](https://github.com/octo-org/tap/actions/workflows/nightly.yml) is green\n"
    plan = read_plan(text, version="1.0.0")
    green = seen(sighting(Sight.WORKFLOW, "nightly.yml", run_id=1))
    assert [i.state for t in standing(plan, release(green)).tasks.values() for i in t.items] == [State.OPEN]
    assert plan.workflows("octo-org/app") == ()
    assert plan.workflows("Octo-Org/tap") == ("nightly.yml",)
