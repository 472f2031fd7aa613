"""Standing, readiness and the gate: what counts, what does not, and why the gate is not green."""

from dataclasses import replace

import pytest

from app.domain.plan.model import Problem, Severity
from app.domain.plan.reader import read_plan
from app.domain.release.events import Event
from app.domain.release.events_course import BranchSeen, PlanSeen, ReleaseAbandoned, ReleaseFinished
from app.domain.release.events_said import Withdrawn
from app.domain.release.gate import (
    BelowThreshold,
    Beside,
    BlockerOpen,
    BlockersUnread,
    GateState,
    GoNotSaid,
    Held,
    IsOver,
    IsVetoed,
    ItemFailed,
    NoGo,
    NothingCounts,
    PlanIsBroken,
    SignoffMissing,
    judge,
)
from app.domain.release.items import State
from app.domain.release.model import Progress, Sight
from app.domain.release.readiness import counted_items, counted_phases, readiness
from app.domain.release.standing import standing
from app.domain.values import ItemId, Sha
from tests.given import (
    DESK,
    GUIDE,
    NOW,
    OTHER_SHA,
    PLAN,
    READ,
    RON,
    RUTH,
    SAM,
    SHOTS,
    TEAM,
    TESS,
    all_done,
    all_signed,
    an_issue,
    found,
    go_said,
    held,
    issue_seen,
    issues_read,
    later,
    no_go_said,
    release,
    requested,
    retargeted,
    run_seen,
    seconded,
    seen,
    sighting,
    signed,
    started,
    team_release,
    ticked,
    unticked,
    vetoed,
    waived,
)

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
    figures = readiness(PLAN, counted_items(PLAN), standing(PLAN, release(seen(LINT))).states)
    assert [(f.priority, f.done, f.counted) for f in figures.figures] == [("P1", 1, 6)]
    assert figures.overall == pytest.approx(100 / 6)
    assert figures.of("P0") is None


def test_the_gate_says_each_reason() -> None:
    verdict = judge(PLAN, release())
    assert verdict.state is GateState.PENDING
    assert verdict.reasons == (BelowThreshold(scope="P1", wanted=50, found=0, missing=6), GoNotSaid(since=NOW))


def test_the_gate_is_never_green_without_go() -> None:
    plan = replace(PLAN, gate=replace(PLAN.gate, thresholds={}))
    verdict = judge(plan, release(seen(LINT)))
    assert (verdict.state, verdict.reasons) == (GateState.PENDING, (GoNotSaid(since=NOW),))


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


# -- what people say ---------------------------------------------------------------------------------------------

GREEN: tuple[Event, ...] = (*all_signed(), go_said())
WAIVED_READ = (unticked(READ, at=1), waived(READ, needs_second=True))


def reasons(*events: Event) -> tuple[GateState, list[type[object]]]:
    verdict = judge(TEAM, team_release(*events))
    return verdict.state, [type(reason) for reason in verdict.reasons]


def test_with_everything_done_signed_and_said_the_gate_is_green() -> None:
    assert reasons(*GREEN) == (GateState.SUCCESS, [])


@pytest.mark.parametrize(
    ("name", "event", "state", "reason"),
    [
        ("held", held(SAM), GateState.FAILURE, Held),
        ("held until later", held(SAM, until=later(60)), GateState.FAILURE, Held),
        ("vetoed by a stranger to the sign-offs", vetoed(RUTH), GateState.FAILURE, IsVetoed),
        ("no-go", no_go_said(RON), GateState.FAILURE, NoGo),
        ("a blocker", issue_seen(40, "P0"), GateState.FAILURE, BlockerOpen),
        ("a blocker in small letters", issue_seen(40, "p0"), GateState.FAILURE, BlockerOpen),
        ("the tracking issue itself", issue_seen(12, "P0"), GateState.FAILURE, BlockerOpen),
        ("given up", ReleaseAbandoned(by=RUTH, reason="no", at=NOW), GateState.FAILURE, IsOver),
        ("an item unticked", unticked(READ, at=1), GateState.PENDING, BelowThreshold),
        ("a box that nobody has claimed", found(READ, is_ticked=False), GateState.PENDING, BelowThreshold),
        ("ticked by nobody knows whom", found(READ), GateState.PENDING, BelowThreshold),
        ("a critical bug", issue_seen(41, "critical"), GateState.PENDING, BelowThreshold),
        ("a sign-off withdrawn", Withdrawn(by=TESS, at=NOW), GateState.PENDING, SignoffMissing),
    ],
)
def test_one_thing_is_enough_to_keep_the_gate_from_being_green(
    name: str, event: Event, state: GateState, reason: type[object]
) -> None:
    assert reasons(*GREEN, event) == (state, [reason]), name


@pytest.mark.parametrize(
    ("name", "event"),
    [
        ("finished", ReleaseFinished(by=RUTH, reason="", at=NOW)),
        ("the branch moved on", BranchSeen(sha=OTHER_SHA, at=NOW)),
        ("the plan file reads otherwise", PlanSeen(blob=Sha("c" * 40), changes=("new",), at=NOW)),
        ("an issue without a label that blocks", issue_seen(40, "P1")),
        ("a blocker that is closed", issue_seen(40, "P0", is_open=False)),
        ("one item of two that may be open", unticked(SHOTS)),
        ("a waiver of what may be open", waived(SHOTS)),
        ("a waiver that waits, of what is done", waived(READ, needs_second=True)),
    ],
)
def test_what_does_not_stand_in_its_way_leaves_it_green(name: str, event: Event) -> None:
    assert reasons(*GREEN, event) == (GateState.SUCCESS, []), name


def test_a_veto_takes_the_own_sign_off_with_it() -> None:
    assert reasons(*GREEN, vetoed(TESS)) == (GateState.FAILURE, [IsVetoed, SignoffMissing])


def test_a_waiver_of_the_first_priority_counts_with_the_second_person() -> None:
    assert reasons(*GREEN, *WAIVED_READ) == (GateState.PENDING, [BelowThreshold])
    assert reasons(*GREEN, *WAIVED_READ, seconded(READ)) == (GateState.SUCCESS, [])


def test_d7_another_commit_has_everything_to_be_said_and_shown_anew() -> None:
    state, why = reasons(*GREEN, retargeted())
    assert state is GateState.PENDING
    assert why == [BelowThreshold, BelowThreshold, SignoffMissing, SignoffMissing, GoNotSaid]


def test_d6_what_was_said_of_another_commit_is_nothing_said_of_this_one() -> None:
    elsewhere = (signed("Tech Lead", TESS, sha=OTHER_SHA), signed("Security Lead", SAM, sha=OTHER_SHA))
    assert reasons(*all_done(), *elsewhere, go_said(sha=OTHER_SHA)) == (
        GateState.PENDING,
        [SignoffMissing, SignoffMissing, GoNotSaid],
    )
    assert reasons(*all_signed(), ticked(READ, at=1, sha=OTHER_SHA), go_said())[1] == [BelowThreshold]


def test_blockers_that_nobody_has_looked_for_may_be_there() -> None:
    verdict = judge(TEAM, team_release(*(event for event in GREEN if event != issues_read())))
    assert verdict.state is GateState.PENDING
    assert verdict.reasons[0] == BlockersUnread(labels=("P0",))


def test_each_blocker_each_hold_and_each_veto_is_a_reason() -> None:
    blockers = (issue_seen(41, "P0"), issue_seen(40, "P0"))
    found_ = judge(TEAM, team_release(*GREEN, *blockers, held(SAM), held(TESS), vetoed(RUTH), vetoed(RON))).reasons
    assert [reason.issue.number for reason in found_ if isinstance(reason, BlockerOpen)] == [40, 41]
    assert [reason.hold.by for reason in found_ if isinstance(reason, Held)] == [SAM, TESS]
    assert [reason.veto.by for reason in found_ if isinstance(reason, IsVetoed)] == [RUTH, RON]


def test_a_sign_off_that_is_missing_names_who_can_give_it_and_since_when_it_is_waited_for() -> None:
    verdict = judge(TEAM, team_release(*all_done(), signed("Tech Lead", TESS), go_said()))
    assert verdict.reasons == (SignoffMissing(role="Security Lead", who=("sam",), since=NOW),)


def test_a_role_that_the_plan_does_not_name_is_missing_all_the_same() -> None:
    plan = replace(TEAM, gate=replace(TEAM.gate, signoffs=("Nobody",)))
    verdict = judge(plan, team_release(*all_done(), go_said()))
    assert verdict.reasons == (SignoffMissing(role="Nobody", who=(), since=NOW),)


def test_a_no_go_and_a_missing_go_are_one_reason() -> None:
    verdict = judge(TEAM, team_release(*all_signed(), no_go_said()))
    assert [type(reason) for reason in verdict.reasons] == [NoGo]


@pytest.mark.parametrize("state", [GateState.PENDING, GateState.FAILURE])
def test_another_release_of_the_commit_that_is_not_green_holds_it_up(state: GateState) -> None:
    other = Beside(version="1.0.1", issue=13, state=state)
    verdict = judge(TEAM, team_release(*GREEN), [other])
    assert (verdict.state, verdict.reasons) == (state, (other,))


def test_the_verdict_says_which_items_it_looked_at_and_since_when_the_target_is_this_one() -> None:
    verdict = judge(TEAM, team_release(*GREEN, replace(retargeted(), at=later(5))))
    assert verdict.since == later(5)
    assert verdict.counted == {READ, "1.1.2", "1.1.3", GUIDE, SHOTS, DESK, "2.1.1", "2.2.1"}


def test_a_blocker_that_was_listed_and_then_closed_blocks_no_more() -> None:
    blocked = (*all_signed(), issues_read(an_issue(40, "P0", at=1), at=2), go_said())
    assert reasons(*blocked)[1] == [BlockerOpen]
    assert reasons(*blocked, issue_seen(40, "P0", is_open=False, at=3)) == (GateState.SUCCESS, [])
