"""What is heard around a release: issues with labels, its branch, its plan file, its tracking issue."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from app.domain.decision import Accepted
from app.domain.facts import NoPlan, PlanSource
from app.domain.plan.model import Plan
from app.domain.release.events import Event
from app.domain.release.events_course import BranchSeen, IssueSeen, IssuesRead, PlanSeen, TrackingIssueLost
from app.domain.release.events_said import HoldLifted
from app.domain.release.fold_course import CLOCKS_DIFFER, is_news_of_issue, issues_after, kept_against
from app.domain.release.issues import carries, watched_labels
from app.domain.release.model import LabelledIssue, Release
from app.domain.values import Sha

_A_SECOND: Final = timedelta(seconds=1)
PLAN_IS_GONE = "the plan file is not there any more"


def hear_issue(plan: Plan, release: Release, issue: LabelledIssue, now: datetime) -> Accepted:
    """Take what is said of an issue, where it has, or had, a label that the plan looks for.

    Two words of the same second may come in either order: then GitHub is asked. So it is where the word is older than
    a list in which the issue was not any more.
    """
    known = release.issues.get(issue.number)
    matters = known is not None or carries(issue, watched_labels(plan))
    is_unsure = known is not None and known.updated_at == issue.updated_at and known != issue
    if not matters or not is_news_of_issue(release, issue):
        return Accepted(is_refresh=is_unsure)
    read_at = release.issues_read_at
    if known is None and read_at is not None and issue.updated_at < read_at - CLOCKS_DIFFER:
        return Accepted(is_refresh=issue.is_open)
    return Accepted(events=(IssueSeen(issue=issue, at=now),), is_refresh=is_unsure)


def hear_issues(release: Release, found: Iterable[LabelledIssue], asked_at: datetime) -> Accepted:
    """Take a whole list of the open issues that carry such labels, as of when it was asked for."""
    listed = IssuesRead(found=tuple(sorted(found, key=lambda issue: issue.number)), at=asked_at)
    if release.issues_read_at is not None and _open(issues_after(release, listed)) == _open(release.issues):
        return Accepted()
    return Accepted(events=(listed,))


def _open(issues: Mapping[int, LabelledIssue]) -> Mapping[int, LabelledIssue]:
    return {number: issue for number, issue in issues.items() if issue.is_open}


def trusted_at(plan: Plan, release: Release, found: Iterable[LabelledIssue], asked_at: datetime) -> datetime | None:
    """Return from when on a list is trusted, where it says otherwise of a blocker and is not trusted yet; else None.

    Such a blocker may be newer than the list that was asked for then. Or it was settled in the second in which it came
    up, and what was heard of that cannot be put in order. Nobody notices a list that is older than clocks may differ.
    """
    kept = kept_against(release, found, asked_at).values()
    blocking = (issue for issue in kept if issue.is_open and carries(issue, watched_labels(plan)))
    return min((issue.updated_at + CLOCKS_DIFFER + _A_SECOND for issue in blocking), default=None)


def hear_gone(release: Release, issue: int, how: str, now: datetime) -> Accepted:
    """Take that an issue is gone: one with a label blocks no more, and without its tracking issue a release goes on."""
    events: list[Event] = []
    known = release.issues.get(issue)
    if known is not None and known.is_open:
        # later than what was heard of it before: of the same moment the word that blocks would count
        ended = replace(known, is_open=False, updated_at=max(now, known.updated_at + timedelta(microseconds=1)))
        events.append(IssueSeen(issue=ended, at=now))
    if issue == release.issue and release.lost is None:
        events.append(TrackingIssueLost(how=how, at=now))
    return Accepted(events=tuple(events))


def hear_branch(release: Release, sha: Sha, now: datetime) -> Accepted:
    """Take where the target's branch stands. The target itself never moves by that.

    That it has moved on is news once; how far is not: a busy branch would have the issue written with each push.
    """
    if (sha != release.target.sha) == (release.head is not None):
        return Accepted()
    return Accepted(events=(BranchSeen(sha=sha, at=now),))


def hear_plan(release: Release, found: PlanSource | NoPlan, now: datetime) -> Accepted:
    """Take how the plan file reads where targets come from."""
    if isinstance(found, NoPlan):
        blob, changes = Sha(""), (PLAN_IS_GONE,)
    else:
        blob, changes = found.blob, found.changes
    known = release.drift.changes if release.drift else ()
    if changes == known:
        return Accepted()
    return Accepted(events=(PlanSeen(blob=blob, changes=changes, at=now),))


def end_holds(release: Release, now: datetime) -> Accepted:
    """End the holds whose time is over."""
    over: list[Event] = [
        HoldLifted(holder=hold.by.id, by=None, at=now)
        for hold in release.holds
        if hold.until is not None and hold.until <= now
    ]
    return Accepted(events=tuple(over))
