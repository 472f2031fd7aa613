"""The fold of what a release is about: another commit, another plan, the issues around it, and its end."""

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.release.events import Event
from app.domain.release.events_course import (
    BlockRepaired,
    BranchSeen,
    IssueSeen,
    PlanAdopted,
    PlanSeen,
    ReleaseAbandoned,
    ReleaseFinished,
    Retargeted,
    TrackingIssueLost,
)
from app.domain.release.events_said import OrderWaived
from app.domain.release.model import Closing, Drift, LabelledIssue, Release, Repair
from app.domain.values import ItemId, Sha, TaskId
from tests.given import (
    GUIDE,
    NOW,
    OTHER_SHA,
    READ,
    RUTH,
    SAM,
    SHA,
    SHOTS,
    TESS,
    all_done,
    an_issue,
    found,
    go_said,
    held,
    issue_seen,
    issues_read,
    later,
    requested,
    retargeted,
    signed,
    started,
    team_release,
    vetoed,
    waived,
)

FORCED = OrderWaived(task=TaskId("2.1"), over=("1.1 Review",), by=RUTH, reason="we know", at=NOW)
FULL: tuple[Event, ...] = (
    *all_done(),
    found(SHOTS),
    waived(SHOTS),
    signed("Tech Lead", TESS),
    vetoed(SAM),
    held(SAM),
    go_said(),
    FORCED,
    issue_seen(40, "P0"),
    BranchSeen(sha=OTHER_SHA, at=NOW),
)


def adopted(items: dict[ItemId, ItemId], tasks: dict[TaskId, TaskId]) -> PlanAdopted:
    return PlanAdopted(
        plan_path="docs/RELEASE.md",
        plan_blob=Sha("c" * 40),
        plan_text="- [ ] Ship\n",
        tag="app-1.0.0",
        people={"tess": 99},
        items=items,
        tasks=tasks,
        by=RUTH,
        at=NOW,
    )


# -- another commit ---------------------------------------------------------------------------------------------


def test_what_was_said_and_seen_of_the_commit_before_falls() -> None:
    of = team_release(*FULL, replace(retargeted(), at=later(9)))
    assert (of.target.sha, of.since) == (OTHER_SHA, later(9))
    assert (of.ticks, of.claims, of.signoffs, of.vetoes, of.call) == ({}, {}, {}, (), None)
    assert (of.runs, of.sightings, of.head) == ({}, {}, None)


def test_what_was_said_of_the_release_stays() -> None:
    before, of = team_release(*FULL), team_release(*FULL, retargeted())
    assert (of.waivers, of.holds, of.forced) == (before.waivers, before.holds, before.forced)
    assert (of.issues, of.issues_read_at, of.people) == (before.issues, before.issues_read_at, before.people)
    assert before.waivers
    assert before.holds


def test_ticks_that_are_kept_hold_for_the_new_commit() -> None:
    of = team_release(*FULL, retargeted(kept="only the changelog has changed"))
    assert {item: (tick.sha, tick.by) for item, tick in of.ticks.items()} == {
        READ: (OTHER_SHA, TESS),
        GUIDE: (OTHER_SHA, team_release(*FULL).ticks[GUIDE].by),
        ItemId("exit-criteria.3"): (OTHER_SHA, RUTH),
    }
    assert of.signoffs == {}


def test_until_it_moves_a_release_has_its_target_since_its_start() -> None:
    assert team_release().since == NOW


@pytest.mark.parametrize("event", [retargeted(), adopted({}, {})])
def test_it_is_known_by_github_s_clock_when_the_commit_or_the_plan_was_changed_last(
    event: Retargeted | PlanAdopted,
) -> None:
    assert team_release().moved_at is None
    moved = team_release(replace(event, said_at=later(5)))
    assert moved.moved_at == later(5)
    assert team_release(replace(event, said_at=later(5)), event).moved_at == later(5)


# -- another plan -------------------------------------------------------------------------------------------------


def test_what_was_said_and_run_for_what_stayed_goes_by_its_new_name() -> None:
    names = {READ: ItemId("3.1.1"), SHOTS: SHOTS}
    of = team_release(*FULL, requested("1.1"), started("1.1"), adopted(names, {TaskId("2.1"): TaskId("4.1")}))
    assert {item: tick.by for item, tick in of.ticks.items()} == {"3.1.1": TESS}
    assert of.edited == {"3.1.1": NOW}
    assert of.claims.keys() == of.waivers.keys() == {SHOTS}
    assert {task: (run.task, run.run_id) for task, run in of.runs.items()} == {"4.1": ("4.1", 501)}
    assert of.forced.keys() == {"4.1"}


def test_a_new_plan_has_its_own_text_and_people_and_the_go_is_to_be_said_again() -> None:
    of = team_release(*FULL, PlanSeen(blob=Sha("c" * 40), changes=("new",), at=NOW), adopted({}, {}))
    assert (of.plan_path, of.plan_blob, of.tag, of.people) == (
        "docs/RELEASE.md",
        "c" * 40,
        "app-1.0.0",
        {"tess": 99},
    )
    assert (of.call, of.drift, of.issues_read_at) == (None, None, None)
    assert (of.target.sha, of.signoffs, len(of.vetoes), len(of.holds)) == (SHA, {}, 1, 1)


# -- what is seen of the plan and the branch -------------------------------------------------------------------------


def test_a_plan_file_that_reads_otherwise_is_a_drift_until_it_reads_as_before() -> None:
    seen = PlanSeen(blob=Sha("c" * 40), changes=("1.1 Review: new item",), at=NOW)
    assert team_release(seen).drift == Drift(blob=Sha("c" * 40), at=NOW, changes=("1.1 Review: new item",))
    assert team_release(seen, PlanSeen(blob=Sha("d" * 40), changes=(), at=NOW)).drift is None


def test_a_branch_that_has_moved_on_is_remembered_until_it_is_back() -> None:
    away, back = BranchSeen(sha=OTHER_SHA, at=NOW), BranchSeen(sha=SHA, at=NOW)
    assert (team_release(away).head, team_release(away, back).head) == (OTHER_SHA, None)
    assert team_release(away).target.sha == SHA


# -- the issues around --------------------------------------------------------------------------------------------------


def issues(of: Release) -> dict[int, LabelledIssue]:
    return dict(of.issues)


def test_the_latest_word_of_an_issue_counts() -> None:
    opened, closed = issue_seen(40, "P0", at=1), issue_seen(40, "P0", is_open=False, at=2)
    assert issues(team_release(opened, closed)) == issues(team_release(closed, opened)) == {40: closed.issue}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (issue_seen(40, "P0", at=1), issue_seen(40, "P0", is_open=False, at=1)),
        (issue_seen(40, "P0", "bug", at=1), issue_seen(40, "bug", at=1)),
        (issue_seen(40, "P0", at=1), issue_seen(40, at=1)),
    ],
)
def test_of_two_words_of_the_same_second_the_one_that_blocks_stays(one: IssueSeen, other: IssueSeen) -> None:
    assert issues(team_release(one, other)) == issues(team_release(other, one)) == {40: one.issue}


@pytest.mark.parametrize("order", list(permutations([("critical", "needs-triage", "x"), ("P0",), ("bug",)])))
def test_of_words_of_the_same_second_all_labels_count(order: tuple[tuple[str, ...], ...]) -> None:
    """Whichever came last: one that blocks is never thought away."""
    told = team_release(*(issue_seen(40, *labels, at=1) for labels in order))
    assert issues(told)[40].labels == ("P0", "bug", "critical", "needs-triage", "x")


def test_a_list_lifts_no_label_of_a_word_that_may_be_newer() -> None:
    heard = issue_seen(40, "critical", "needs-triage", at=9)
    of = team_release(heard, issues_read(an_issue(40, "P0", at=9), at=9.5))
    assert issues(of)[40].labels == ("P0", "critical", "needs-triage")
    assert issues(team_release(heard, issues_read(an_issue(40, "P0", at=9), at=10.1)))[40].labels == ("P0",)


WORDS = st.builds(
    issue_seen,
    st.sampled_from([40, 41]),
    st.sampled_from(["P0", "P1", "bug"]),
    st.sampled_from(["P0", "audio"]),
    is_open=st.booleans(),
    at=st.integers(0, 2),
)


@given(st.lists(WORDS, max_size=7).flatmap(lambda w: st.tuples(st.just(w), st.permutations([*w, *w[:3]]))))
def test_issues_heard_of_in_any_order_and_any_number_of_times_end_the_same(
    both: tuple[list[IssueSeen], list[IssueSeen]],
) -> None:
    told, shuffled = both
    assert issues(team_release(*told)) == issues(team_release(*shuffled))


def test_a_list_of_all_issues_takes_the_place_of_what_was_known() -> None:
    listed = an_issue(41, "P0", at=5)
    of = team_release(issue_seen(40, "P0", at=1), issue_seen(41, "P1", at=2), issues_read(listed, at=9))
    assert (issues(of), of.issues_read_at) == ({41: listed}, later(9))


def test_what_was_heard_after_the_list_was_asked_for_goes_before_it() -> None:
    closed, opened = issue_seen(41, "P0", is_open=False, at=9), issue_seen(42, "P0", at=10)
    of = team_release(closed, opened, issues_read(an_issue(41, "P0", at=5), at=8))
    assert issues(of) == {41: closed.issue, 42: opened.issue}


@pytest.mark.parametrize(
    "order", list(permutations([issue_seen(41, "P0", at=9), issue_seen(41, is_open=False, at=10)]))
)
def test_a_list_that_is_newer_than_a_word_of_the_same_issue_counts(order: tuple[IssueSeen, ...]) -> None:
    newest = an_issue(41, "P0", at=11)
    assert issues(team_release(*order, issues_read(newest, at=8))) == {41: newest}


# -- the tracking issue, and the end ---------------------------------------------------------------------------------------


def test_the_latest_repair_is_remembered() -> None:
    one, two = (BlockRepaired(what=(text,), by=by, at=NOW) for text, by in (("a", TESS), ("b", None)))
    assert team_release(one, two).repair == Repair(what=("b",), by=None, at=NOW)


def test_a_tracking_issue_may_be_lost() -> None:
    assert team_release(TrackingIssueLost(how="it was deleted", at=NOW)).lost == "it was deleted"


@pytest.mark.parametrize(
    ("event", "how"),
    [
        (ReleaseFinished(by=RUTH, reason="", at=NOW), "finished"),
        (ReleaseAbandoned(by=RUTH, reason="1.0.1 takes its place", at=NOW), "abandoned"),
    ],
)
def test_a_release_ends_one_way_or_the_other(event: ReleaseFinished | ReleaseAbandoned, how: str) -> None:
    closed = team_release(event).closed
    assert closed is not None
    assert closed == Closing(how=closed.how, by=RUTH, reason=event.reason, at=NOW)
    assert closed.how == how
