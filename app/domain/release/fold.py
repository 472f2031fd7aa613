"""The fold: a release is what its events made of it."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final, assert_never

from app.domain.release.events import (
    CancelRequested,
    Event,
    ReleaseStarted,
    RepositoryMoved,
    RerunRequested,
    RunEvent,
    RunRefused,
    RunRequested,
    RunStarted,
    RunUnclear,
    Seen,
)
from app.domain.release.events_deploy import DeployEvent, DeploymentAsked
from app.domain.release.events_foreign import ForeignEvent
from app.domain.release.events_guard import GuardEvent
from app.domain.release.events_publish import PublishEvent
from app.domain.release.events_said import SaidEvent
from app.domain.release.events_tag import TagEvent
from app.domain.release.fold_course import changed_course
from app.domain.release.fold_foreign import after_foreign
from app.domain.release.fold_publish import publishing
from app.domain.release.fold_said import said
from app.domain.release.fold_tag import tagged
from app.domain.release.model import Progress, Release, Run, RunState, Sighting, WaitingJob
from app.domain.values import TaskId

_QUESTIONS_KEPT: Final = 100


class BrokenLogError(ValueError):
    """The events do not make a release: the first is not its start, or a later one is."""


def evolve(release: Release | None, event: Event) -> Release:
    """Return the release after one more event. Raises BrokenLogError where the event cannot follow."""
    if isinstance(event, ReleaseStarted):
        if release is not None:
            raise BrokenLogError(f"release {release.id} is started a second time")
        return _started(event)
    if release is None:
        raise BrokenLogError(f"the log begins with {event.kind}, not with release_started")
    if isinstance(event, RunEvent):
        after = _ran(release, event)
    elif isinstance(event, SaidEvent):
        after = said(release, event)
    elif isinstance(event, GuardEvent):
        after = release  # what the guard did about tags moves no release
    elif isinstance(event, TagEvent):
        after = tagged(release, event)
    elif isinstance(event, PublishEvent):
        after = publishing(release, event)
    elif isinstance(event, DeployEvent):
        after = _deployed(release, event)
    elif isinstance(event, ForeignEvent):
        after = replace(release, foreign=after_foreign(release, event))
    else:
        after = changed_course(release, event)
    return replace(after, changed_at=event.at, revision=release.revision + 1)


def fold(events: Iterable[Event]) -> Release | None:
    """Return what the events make, or None where there are none. Raises BrokenLogError."""
    release: Release | None = None
    for event in events:
        release = evolve(release, event)
    return release


def is_news(release: Release, sighting: Sighting) -> bool:
    """Whether the sighting says more than what was seen of the same thing before."""
    known = release.sightings.get(sighting.key)
    return known is None or _rank(sighting) > _rank(known)


def _rank(sighting: Sighting) -> tuple[tuple[int, int, int, int], bool, str]:
    """Order sightings of one thing; two of the same moment that disagree are settled the red way."""
    return (sighting.order, sighting.progress is not Progress.SUCCESS, sighting.progress)


def _started(event: ReleaseStarted) -> Release:
    return Release(
        id=event.release,
        repo=event.repo,
        issue=event.issue,
        version=event.version,
        tag=event.tag,
        plan_path=event.plan_path,
        plan_blob=event.plan_blob,
        target=event.target,
        started_by=event.by,
        started_at=event.at,
        changed_at=event.at,
        revision=1,
        people=event.people,
        moved_at=event.said_at,
    )


def _deployed(release: Release, event: DeployEvent) -> Release:
    others = {key: job for key, job in release.waiting.items() if key != event.key}
    if isinstance(event, DeploymentAsked):
        others[event.key] = WaitingJob(
            environment=event.environment, run_id=event.run_id, sha=event.sha, since=event.at
        )
        return replace(release, waiting=others)
    answered = () if event.key in release.let_go else (event.key,)
    return replace(release, waiting=others, let_go=(*release.let_go, *answered)[-_QUESTIONS_KEPT:])


def _ran(release: Release, event: RunEvent) -> Release:
    match event:
        case RunRequested():
            run = Run(
                task=event.task,
                attempt=event.attempt,
                mark=event.mark,
                workflow=event.workflow,
                state=RunState.REQUESTED,
                by=event.by,
                at=event.at,
            )
            return replace(release, runs={**release.runs, event.task: run})
        case RunStarted():
            return _run(release, event.task, event.attempt, RunState.STARTED, run_id=event.run_id, url=event.url)
        case RunRefused():
            return _run(release, event.task, event.attempt, RunState.REFUSED, reason=event.reason)
        case RunUnclear():
            return _run(release, event.task, event.attempt, RunState.UNCLEAR, reason=event.reason)
        case RerunRequested():
            return _reran(release, event)
        case CancelRequested():
            return release  # what comes of it is seen on GitHub
        case RepositoryMoved():
            return replace(release, repo=event.repo)
        case Seen():
            if not is_news(release, event.sighting):
                return release
            return replace(release, sightings={**release.sightings, event.sighting.key: event.sighting})
        case _:
            assert_never(event)


def _reran(release: Release, event: RerunRequested) -> Release:
    """Note which attempt is ours; what comes of it is seen on GitHub."""
    run, seen = release.runs.get(event.task), release.sightings.get(f"run:{event.run_id}")
    if run is None or run.run_id != event.run_id or seen is None:
        return release
    ours = replace(run, reruns=(*run.reruns, seen.order[1] + 1))
    return replace(release, runs={**release.runs, event.task: ours})


def _run(  # noqa: PLR0913 - the fields of one outcome
    release: Release,
    task: TaskId,
    attempt: int,
    state: RunState,
    *,
    run_id: int | None = None,
    url: str | None = None,
    reason: str | None = None,
) -> Release:
    run = release.runs.get(task)
    if run is None or run.attempt != attempt:
        return release  # an outcome of an attempt that a later one has replaced
    new = replace(run, state=state, run_id=run_id or run.run_id, url=url or run.url, reason=reason)
    return replace(release, runs={**release.runs, task: new})
