"""The fold of what a release is about: its commit, its plan, the issues around it, and its end."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, TypeVar, assert_never

from app.domain.release.events_course import (
    BlockRepaired,
    BranchSeen,
    CourseEvent,
    IssueSeen,
    IssuesRead,
    PlanAdopted,
    PlanSeen,
    ReleaseAbandoned,
    ReleaseFinished,
    Retargeted,
    TrackingIssueLost,
)
from app.domain.release.model import Closing, Drift, LabelledIssue, Release, Repair

CLOCKS_DIFFER: Final = timedelta(seconds=60)
"""GitHub's whole seconds and our clock: what was heard within so long before a list was asked for is not older."""

K = TypeVar("K")
V = TypeVar("V")


def changed_course(release: Release, event: CourseEvent) -> Release:
    """Return the release after its course, or something around it, has changed."""
    match event:
        case Retargeted():
            return _retargeted(release, event)
        case PlanAdopted():
            return _adopted(release, event)
        case PlanSeen():
            drift = Drift(blob=event.blob, at=event.at, changes=event.changes) if event.changes else None
            return replace(release, drift=drift)
        case BranchSeen():
            return replace(release, head=None if event.sha == release.target.sha else event.sha)
        case IssueSeen():
            return replace(release, issues=_heard(release.issues, event.issue))
        case IssuesRead():
            return replace(release, issues=issues_after(release, event), issues_read_at=event.at)
        case BlockRepaired():
            return replace(release, repair=Repair(what=event.what, by=event.by, at=event.at))
        case TrackingIssueLost():
            return replace(release, lost=event.how)
        case ReleaseFinished() | ReleaseAbandoned():
            how = "finished" if isinstance(event, ReleaseFinished) else "abandoned"
            return replace(release, closed=Closing(how=how, by=event.by, reason=event.reason, at=event.at))
        case _:
            assert_never(event)


def is_news_of_issue(release: Release, issue: LabelledIssue) -> bool:
    """Whether this says more of an issue than what was heard of it before."""
    known = release.issues.get(issue.number)
    return known is None or _joined(known, issue) != known


def kept_against(release: Release, found: Iterable[LabelledIssue], asked_at: datetime) -> Mapping[int, LabelledIssue]:
    """Return the issues of which something stays although a list says otherwise, as they then count.

    They were heard of so lately that the list, which was asked for then, may be the older word.
    """
    listed = {issue.number: issue for issue in found}
    lately = (issue for issue in release.issues.values() if issue.updated_at >= asked_at - CLOCKS_DIFFER)
    counting = (_joined(issue, listed.get(issue.number, issue)) for issue in lately)
    return {issue.number: issue for issue in counting if issue != listed.get(issue.number)}


def issues_after(release: Release, listed: IssuesRead) -> Mapping[int, LabelledIssue]:
    """Return the issues as a whole list leaves them. What was heard of after it was asked for is newer than it."""
    found = {issue.number: issue for issue in listed.found}
    return {**found, **kept_against(release, listed.found, listed.at)}


def _retargeted(release: Release, event: Retargeted) -> Release:
    ticks = ((item, tick) for item, tick in release.ticks.items() if event.kept and item not in release.claims)
    return replace(
        release,
        target=event.target,
        target_since=event.at,
        moved_at=event.said_at or release.moved_at,
        ticks={item: replace(tick, sha=event.target.sha) for item, tick in ticks},
        claims={},
        signoffs={},
        vetoes=(),
        call=None,
        runs={},
        sightings={},
        head=None,
        tagging=None,
        publishing=None,
    )


def _adopted(release: Release, event: PlanAdopted) -> Release:
    return replace(
        release,
        plan_path=event.plan_path,
        plan_blob=event.plan_blob,
        tag=event.tag,
        people=event.people,
        ticks=_renamed(release.ticks, event.items),
        claims=_renamed(release.claims, event.items),
        edited=_renamed(release.edited, event.items),
        waivers=_renamed(release.waivers, event.items),
        runs={task: replace(run, task=task) for task, run in _renamed(release.runs, event.tasks).items()},
        forced=_renamed(release.forced, event.tasks),
        signoffs={},  # they and the go were given to another plan
        call=None,
        moved_at=event.said_at or release.moved_at,
        issues_read_at=None,  # it may look for other labels
        drift=None,
    )


def _renamed(known: Mapping[K, V], names: Mapping[K, K]) -> dict[K, V]:
    return {names[key]: value for key, value in known.items() if key in names}


def _joined(one: LabelledIssue, other: LabelledIssue) -> LabelledIssue:
    """Return the later of two words about one issue; of the same second, what blocks in either of them.

    Which of those came last nobody can tell. In whatever order they are heard, the same comes of it.
    """
    if one.updated_at != other.updated_at:
        return max(one, other, key=lambda issue: issue.updated_at)
    if one == other:
        return one
    worded = max(one, other, key=lambda issue: (issue.title, issue.url, issue.is_pull))
    labels = tuple(sorted({*one.labels, *other.labels}))
    return replace(worded, labels=labels, is_open=one.is_open or other.is_open)


def _heard(known: Mapping[int, LabelledIssue], seen: LabelledIssue) -> Mapping[int, LabelledIssue]:
    return {**known, seen.number: _joined(known.get(seen.number, seen), seen)}
