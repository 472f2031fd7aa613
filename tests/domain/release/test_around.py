"""What is heard around a release: only what matters to its plan, and only once."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from app.domain.decision import Accepted
from app.domain.facts import NoPlan, PlanSource
from app.domain.plan.reader import read_plan
from app.domain.release.around import (
    PLAN_IS_GONE,
    end_holds,
    hear_branch,
    hear_gone,
    hear_issue,
    hear_issues,
    hear_plan,
    trusted_at,
)
from app.domain.release.events import Event
from app.domain.release.events_course import BranchSeen, IssuesRead, PlanSeen, TrackingIssueLost
from app.domain.release.events_said import HoldLifted
from app.domain.release.issues import carries, open_with, watched_labels
from app.domain.release.model import LabelledIssue
from app.domain.values import Person, Sha, Target
from tests.given import (
    NOW,
    OTHER_SHA,
    PLAN,
    SAM,
    SHA,
    TEAM,
    TEAM_TEXT,
    TESS,
    an_issue,
    held,
    issue_seen,
    issues_read,
    later,
    team_release,
)

LOST = TrackingIssueLost(how="it was deleted", at=NOW)
MOVED = BranchSeen(sha=OTHER_SHA, at=NOW)
NEW = ("1.1 Review: new item: The licences are listed",)
DRIFTED = PlanSeen(blob=Sha("c" * 40), changes=NEW, at=NOW)


# -- issues -----------------------------------------------------------------------------------------------------


def test_a_plan_looks_for_its_blockers_and_for_what_its_items_want_none_of() -> None:
    assert watched_labels(TEAM) == ("P0", "critical")
    assert watched_labels(PLAN) == ()


@pytest.mark.parametrize("label", ["P0", "p0", "critical", "CRITICAL"])
def test_an_issue_with_a_label_that_the_plan_looks_for_is_written_down(label: str) -> None:
    heard = an_issue(40, "bug", label)
    assert hear_issue(TEAM, team_release(), heard, NOW) == Accepted(events=(issue_seen(40, "bug", label),))


@pytest.mark.parametrize(
    ("name", "events", "issue"),
    [
        ("no label", (), an_issue(40)),
        ("another label", (), an_issue(40, "P1", "bug")),
        ("the same again", (issue_seen(40, "P0"),), an_issue(40, "P0")),
        ("an older word", (issue_seen(40, "P0", at=2),), an_issue(40, "P0", is_open=False, at=1)),
    ],
)
def test_an_issue_that_says_nothing_new_of_the_release_is_passed_over(
    name: str, events: tuple[Event, ...], issue: LabelledIssue
) -> None:
    assert hear_issue(TEAM, team_release(*events), issue, NOW) == Accepted(), name


@pytest.mark.parametrize(
    "issue", [an_issue(40, at=1), an_issue(40, "P0", is_open=False, at=1), an_issue(40, "P1", at=1)]
)
def test_an_issue_that_carried_such_a_label_is_followed(issue: LabelledIssue) -> None:
    of = team_release(issue_seen(40, "P0"))
    assert [event.kind for event in hear_issue(TEAM, of, issue, NOW).events] == ["issue_seen"]


@pytest.mark.parametrize(("minute", "is_unsure"), [(0, True), (1, False)])
def test_two_words_of_one_second_are_a_reason_to_ask_github(minute: int, *, is_unsure: bool) -> None:
    of = team_release(issue_seen(40, "P0", "bug"))
    assert hear_issue(TEAM, of, an_issue(40, "bug", at=minute), NOW).is_refresh == is_unsure


@pytest.mark.parametrize(("minute", "is_late"), [(3, True), (4, False)])
def test_a_word_older_than_a_list_that_has_nothing_of_it_is_a_reason_to_ask_and_blocks_nothing(
    minute: int, *, is_late: bool
) -> None:
    """Else a webhook that comes late would have an issue block that was closed, and forgotten, long ago."""
    of = team_release(issue_seen(40, "P0"), IssuesRead(found=(), at=later(5)))
    heard = hear_issue(TEAM, of, an_issue(40, "P0", at=minute), later(6))
    assert (heard.events == (), heard.is_refresh) == (is_late, is_late)
    assert hear_issue(TEAM, of, an_issue(40, "P0", is_open=False, at=3), later(6)) == Accepted()


@pytest.mark.parametrize(
    ("events", "listed", "is_news"),
    [
        ((), (), True),  # that somebody has looked is news in itself
        ((), (an_issue(40, "P0"),), True),
        ((issues_read(),), (), False),
        ((issues_read(an_issue(40, "P0")),), (an_issue(40, "P0"),), False),
        ((issues_read(an_issue(40, "P0")),), (), True),
        ((issues_read(an_issue(40, "P0")),), (an_issue(40, "P0", at=1),), True),
        ((issues_read(), issue_seen(40, "P0", is_open=False)), (), False),
        ((issues_read(), issue_seen(40, "P0", at=4.5)), (), False),  # the list may be the older word
    ],
)
def test_a_list_is_written_down_where_it_says_something_new(
    events: tuple[Event, ...], listed: tuple[LabelledIssue, ...], *, is_news: bool
) -> None:
    expected = (IssuesRead(found=listed, at=later(5)),) if is_news else ()
    assert hear_issues(team_release(*events), listed, later(5)) == Accepted(events=expected)


@pytest.mark.parametrize(
    ("heard", "listed", "minute"),
    [
        ((issue_seen(40, "P0", at=5),), (), 6),
        ((issue_seen(40, "P0", at=4),), (), 5),  # just as old as clocks may differ
        ((issue_seen(40, "P0", at=3.9),), (), None),  # older: the list is trusted
        ((issue_seen(40, "P0", at=4.5), issue_seen(41, "critical", at=4.2)), (), 5.2),  # one after the other
        ((issue_seen(40, "P0", at=5),), (an_issue(40, "bug", at=5),), 6),  # taken off within a second
        ((issue_seen(40, "P0", at=5),), (an_issue(40, "P0", at=5),), None),
        ((issue_seen(40, "P0", at=5),), (an_issue(40, "bug", at=5.1),), None),  # a newer word
        ((issue_seen(40, "P0", is_open=False, at=5),), (an_issue(40, "P0", at=4.9),), None),
        ((issue_seen(40, "bug", at=5),), (), None),
    ],
)
def test_a_list_that_would_lift_a_blocker_is_trusted_once_it_is_newer_for_certain(
    heard: tuple[Event, ...], listed: tuple[LabelledIssue, ...], minute: float | None
) -> None:
    at = trusted_at(TEAM, team_release(*heard), listed, later(5))
    assert at == (None if minute is None else later(minute) + timedelta(seconds=1))
    if at is not None:
        settled = team_release(*heard, IssuesRead(found=listed, at=at + timedelta(seconds=59)))
        assert open_with(settled, watched_labels(TEAM)) == ()


def test_a_word_of_the_same_second_that_adds_nothing_is_a_reason_to_ask_as_well() -> None:
    of = team_release(issue_seen(40, "P0", "bug"))
    assert hear_issue(TEAM, of, an_issue(40, "P0", is_open=False), NOW) == Accepted(is_refresh=True)


def test_a_list_is_the_same_in_whatever_order_it_comes() -> None:
    one, two = an_issue(40, "P0"), an_issue(41, "P0")
    assert hear_issues(team_release(issues_read(one, two)), [two, one], NOW) == Accepted()
    (event,) = hear_issues(team_release(), [two, one], NOW).events
    assert event == issues_read(one, two)


def test_any_open_issue_with_the_label_counts_the_tracking_issue_too() -> None:
    of = team_release(issues_read(an_issue(41, "P0"), an_issue(12, "P0"), an_issue(40, "p0"), an_issue(42, "P1")))
    assert [issue.number for issue in open_with(of, ["P0"])] == [12, 40, 41]
    assert open_with(of, []) == ()
    assert carries(an_issue(12, "P0"), ["p0"])


# -- the tracking issue ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("events", "issue", "expected"), [((), 12, (LOST,)), ((), 13, ()), ((LOST,), 12, ())])
def test_a_lost_tracking_issue_is_written_down_once(
    events: tuple[Event, ...], issue: int, expected: tuple[Event, ...]
) -> None:
    assert hear_gone(team_release(*events), issue, "it was deleted", NOW) == Accepted(events=expected)


def test_a_blocker_that_is_gone_is_open_no_more_whenever_it_was_changed_last() -> None:
    (event,) = hear_gone(team_release(issue_seen(40, "P0", at=-5)), 40, "it was deleted", NOW).events
    assert event == issue_seen(40, "P0", is_open=False)
    ahead = issue_seen(40, "P0", at=5)  # by GitHub's clock
    (event,) = hear_gone(team_release(ahead), 40, "it was deleted", NOW).events
    assert open_with(team_release(ahead, event), ["P0"]) == ()
    assert hear_gone(team_release(event), 40, "it was deleted", NOW) == Accepted()


def test_a_tracking_issue_that_blocks_is_lost_all_the_same() -> None:
    gone = hear_gone(team_release(issue_seen(12, "P0", at=-5)), 12, "it was deleted", NOW)
    assert gone == Accepted(events=(issue_seen(12, "P0", is_open=False), LOST))


# -- the branch and the plan ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("events", "sha", "is_news"),
    [
        ((), SHA, False),
        ((), OTHER_SHA, True),
        ((MOVED,), OTHER_SHA, False),
        ((MOVED,), Sha("c3" * 20), False),
        ((MOVED,), SHA, True),
    ],
)
def test_a_branch_is_written_down_where_it_has_moved(events: tuple[Event, ...], sha: Sha, *, is_news: bool) -> None:
    expected = (BranchSeen(sha=sha, at=NOW),) if is_news else ()
    assert hear_branch(team_release(*events), sha, NOW) == Accepted(events=expected)


def source(*changes: str) -> PlanSource:
    return PlanSource(
        path=".github/release-plan.md",
        blob=Sha("c" * 40),
        text=TEAM_TEXT,
        plan=read_plan(TEAM_TEXT),
        target=Target(sha=SHA, branch="main"),
        people={},
        changes=changes,
    )


@pytest.mark.parametrize(
    ("events", "found", "expected"),
    [
        ((), source(), ()),
        ((), source(*NEW), (DRIFTED,)),
        ((DRIFTED,), source(*NEW), ()),
        ((DRIFTED,), source(), (replace(DRIFTED, changes=()),)),
        ((), NoPlan(ref="main"), (PlanSeen(blob=Sha(""), changes=(PLAN_IS_GONE,), at=NOW),)),
        ((PlanSeen(blob=Sha(""), changes=(PLAN_IS_GONE,), at=NOW),), NoPlan(ref="main"), ()),
    ],
)
def test_d8_a_plan_file_is_written_down_where_it_reads_otherwise_than_it_did(
    events: tuple[Event, ...], found: PlanSource | NoPlan, expected: tuple[Event, ...]
) -> None:
    assert hear_plan(team_release(*events), found, NOW) == Accepted(events=expected)


# -- holds ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "over"), [(later(59), ()), (later(60), (SAM,)), (later(61), (SAM,)), (later(90), (SAM, TESS))]
)
def test_a_hold_ends_when_its_time_is_over(now: datetime, over: tuple[Person, ...]) -> None:
    of = team_release(held(SAM, until=later(60)), held(TESS, until=later(90)), held(replace(SAM, id=99)))
    expected = tuple(HoldLifted(holder=who.id, by=None, at=now) for who in over)
    assert end_holds(of, now) == Accepted(events=expected)
