"""How each item, task and run of a plan stands: derived from what was seen, never stored."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import assert_never

from app.domain.plan.model import (
    ByAsset,
    ByCheck,
    ByJob,
    ByMetric,
    ByNoOpenIssues,
    ByReadiness,
    ByRelease,
    ByRun,
    ByStatus,
    ByTag,
    ByTask,
    ByWorkflow,
    Item,
    Manual,
    Plan,
    Task,
)
from app.domain.release.model import Progress, Release, Run, RunState, Sight, Sighting
from app.domain.values import ItemId, Sha, TaskId


class State(StrEnum):
    """How an item stands. Only DONE is a tick."""

    OPEN = "open"
    RUNNING = "running"
    FAILED = "failed"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Why an item counts as done: what says so, for which commit, since when, with a link."""

    what: str
    url: str
    sha: Sha
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemStanding:
    """How an item stands, with its evidence or with what it waits for."""

    item: Item
    state: State
    evidence: Evidence | None = None
    found: str = ""  # what was seen instead of success: "job notarize (intel): failure"
    url: str | None = None  # where that can be looked at


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskStanding:
    """How a task stands: its items, and its latest run."""

    task: Task
    items: tuple[ItemStanding, ...]
    run: Run | None
    progress: Progress | None  # of that run, where GitHub has said; None before
    run_url: str | None

    @property
    def done(self) -> int:
        """How many items are done."""
        return sum(i.state is State.DONE for i in self.items)

    @property
    def is_done(self) -> bool:
        """Whether every item is done."""
        return self.done == len(self.items)

    @property
    def is_running(self) -> bool:
        """Whether a run of the task is asked for or going on."""
        if self.run is None or self.run.state not in (RunState.REQUESTED, RunState.STARTED):
            return False
        return self.progress is None or not self.progress.is_over


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How the whole plan stands."""

    tasks: Mapping[TaskId, TaskStanding]
    summary: tuple[TaskStanding, ...]

    def of(self, item: ItemId) -> ItemStanding | None:
        """Return how an item stands."""
        return next((i for t in (*self.tasks.values(), *self.summary) for i in t.items if i.item.id == item), None)


def standing(plan: Plan, release: Release) -> Standing:
    """Derive how every item of the plan stands in the release."""
    seen = _Seen(release)
    tasks = {task.id: _task(task, release, seen) for task in plan.tasks()}
    return Standing(
        tasks={key: _with_rollups(value, tasks) for key, value in tasks.items()},
        summary=tuple(_with_rollups(_task(task, release, seen), tasks) for task in plan.summary),
    )


def run_progress(release: Release, run: Run) -> Progress | None:
    """Return how far GitHub says the run has come, or None where nothing was heard of it."""
    sighting = sighting_of(release, run)
    return sighting.progress if sighting else None


def sighting_of(release: Release, run: Run) -> Sighting | None:
    """Return what GitHub last said of the run, or None where nothing was heard."""
    return release.sightings.get(f"run:{run.run_id}") if run.run_id is not None else None


def is_waited_for(plan: Plan, release: Release, sighting: Sighting) -> bool:
    """Whether the plan can use this sighting: bound to the target, and something an item or a run waits for."""
    if sighting.sha != release.target.sha:
        return False
    wanted = [item.wanted for item in plan.items()]
    match sighting.kind:
        case Sight.RUN:
            # Any run of a workflow that we may dispatch: the webhook may come before GitHub's answer with the id.
            return sighting.source in plan.workflows(release.repo.full_name)
        case Sight.JOB:
            return any(isinstance(w, ByJob) and w.name == sighting.name for w in wanted)
        case Sight.CHECK:
            return any(isinstance(w, ByCheck) and (w.name, w.app) == (sighting.name, sighting.source) for w in wanted)
        case Sight.STATUS:
            return any(isinstance(w, ByStatus) and _fits_status(w, sighting) for w in wanted)
        case Sight.WORKFLOW:
            return sighting.name in plan.workflows(release.repo.full_name)
        case _:
            assert_never(sighting.kind)


class _Seen:
    """The sightings at the target, by kind."""

    def __init__(self, release: Release) -> None:
        self._repo = release.repo.full_name
        self._by_kind: dict[Sight, list[Sighting]] = {kind: [] for kind in Sight}
        for sighting in release.sightings.values():
            if sighting.sha == release.target.sha:
                self._by_kind[sighting.kind].append(sighting)

    def job(self, name: str, run_id: int | None) -> Sighting | None:
        """Return the newest job of that name, of one run where a run is named."""
        fits = [s for s in self._by_kind[Sight.JOB] if s.name == name and run_id in (None, s.run_id)]
        return _newest(fits)

    def check(self, wanted: ByCheck) -> Sighting | None:
        """Return the newest check run of that name by that App."""
        return _newest(s for s in self._by_kind[Sight.CHECK] if (s.name, s.source) == (wanted.name, wanted.app))

    def status(self, wanted: ByStatus) -> Sighting | None:
        """Return the newest status of that context by whom the plan trusts."""
        return _newest(s for s in self._by_kind[Sight.STATUS] if _fits_status(wanted, s))

    def workflow(self, wanted: ByWorkflow) -> Sighting | None:
        """Return the newest run of that workflow file, where it is one of this repository."""
        if not wanted.is_in(self._repo):
            return None
        return _newest(s for s in self._by_kind[Sight.WORKFLOW] if s.name == wanted.workflow)


def _newest(sightings: Iterable[Sighting]) -> Sighting | None:
    return max(sightings, key=lambda s: (s.order, s.progress is not Progress.SUCCESS), default=None)


def _fits_status(wanted: ByStatus, sighting: Sighting) -> bool:
    # GitHub compares contexts and logins without regard to case.
    return wanted.context.casefold() == sighting.name.casefold() and (
        wanted.by is None or wanted.by.casefold() == sighting.source.casefold()
    )


def _task(task: Task, release: Release, seen: _Seen) -> TaskStanding:
    run = release.runs.get(task.id)
    sighting = sighting_of(release, run) if run else None
    return TaskStanding(
        task=task,
        items=tuple(_item(item, task, run, sighting, seen) for item in task.items),
        run=run,
        progress=sighting.progress if sighting else None,
        run_url=(sighting.url if sighting else None) or (run.url if run else None),
    )


def _item(item: Item, task: Task, run: Run | None, run_seen: Sighting | None, seen: _Seen) -> ItemStanding:
    match item.wanted:
        case ByRun():
            return _by_run(item, run, run_seen)
        case ByJob(name=name):
            if task.action is None:
                return _by_sighting(item, seen.job(name, None))
            # A job of the same name in anybody else's run proves nothing about this task.
            return _by_sighting(item, seen.job(name, run.run_id) if run and run.run_id else None)
        case ByCheck() as wanted:
            return _by_sighting(item, seen.check(wanted))
        case ByStatus() as wanted:
            return _by_sighting(item, seen.status(wanted))
        case ByWorkflow() as wanted:
            return _by_sighting(item, seen.workflow(wanted))
        case ByMetric() | ByAsset() | ByNoOpenIssues() | ByTag() | ByRelease() | ByReadiness() | ByTask() | Manual():
            return ItemStanding(item=item, state=State.OPEN)
        case _:
            assert_never(item.wanted)


def _by_run(item: Item, run: Run | None, sighting: Sighting | None) -> ItemStanding:
    if run is None:
        return ItemStanding(item=item, state=State.OPEN)
    if run.state in (RunState.REFUSED, RunState.UNCLEAR):
        return ItemStanding(item=item, state=State.FAILED, found=run.reason or run.state)
    if sighting is None:
        return ItemStanding(item=item, state=State.RUNNING, found="run asked for", url=run.url)
    return _by_sighting(item, sighting)


def _by_sighting(item: Item, sighting: Sighting | None) -> ItemStanding:
    if sighting is None:
        return ItemStanding(item=item, state=State.OPEN)
    what = f"{sighting.kind} {sighting.name}"
    if sighting.progress is Progress.SUCCESS:
        at = datetime.fromtimestamp(sighting.order[3], tz=UTC)
        return ItemStanding(
            item=item,
            state=State.DONE,
            evidence=Evidence(what=what, url=sighting.url, sha=sighting.sha, at=at),
            url=sighting.url,
        )
    state = State.FAILED if sighting.progress.is_over else State.RUNNING
    return ItemStanding(item=item, state=state, found=f"{what}: {sighting.progress}", url=sighting.url)


def _with_rollups(task: TaskStanding, tasks: Mapping[TaskId, TaskStanding]) -> TaskStanding:
    """Fill in the items that repeat another task: done when every item of it is."""
    if not any(isinstance(i.item.wanted, ByTask) for i in task.items):
        return task
    items = tuple(_rolled_up(i, tasks) for i in task.items)
    return TaskStanding(task=task.task, items=items, run=task.run, progress=task.progress, run_url=task.run_url)


def _rolled_up(standing_: ItemStanding, tasks: Mapping[TaskId, TaskStanding]) -> ItemStanding:
    wanted = standing_.item.wanted
    if not isinstance(wanted, ByTask) or (of := tasks.get(wanted.task)) is None:
        return standing_
    leaves = [i for i in of.items if not isinstance(i.item.wanted, ByTask)]
    if leaves and all(i.state is State.DONE for i in leaves):
        newest = max((i.evidence for i in leaves if i.evidence), key=lambda e: e.at)
        return ItemStanding(item=standing_.item, state=State.DONE, evidence=newest, url=newest.url)
    state = _worst([i.state for i in leaves])
    return ItemStanding(item=standing_.item, state=state, found=f"{of.done} of {len(of.items)} done")


def _worst(states: Sequence[State]) -> State:
    if State.FAILED in states:
        return State.FAILED
    return State.RUNNING if State.RUNNING in states else State.OPEN
