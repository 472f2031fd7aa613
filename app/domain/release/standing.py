"""How each item, task and run of a plan stands: derived from what was seen and said, never stored."""

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from app.domain.plan.model import ByReadiness, ByTask, Plan, Task
from app.domain.release.evidence import SeenAt, sighting_of, stand
from app.domain.release.items import Evidence, ItemStanding, State
from app.domain.release.model import Progress, Release, Run, RunState
from app.domain.release.readiness import Readiness, countable, percent, phases_up_to, readiness
from app.domain.values import ItemId, TaskId


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskStanding:
    """How a task stands: its items, and its latest run."""

    task: Task
    items: tuple[ItemStanding, ...]
    run: Run | None
    progress: Progress | None  # of that run, where GitHub has said; None before
    run_url: str | None
    is_forced: bool = False  # a release manager has waived its order

    @property
    def done(self) -> int:
        """How many items are done."""
        return sum(i.state is State.DONE for i in self.items)

    @property
    def waived(self) -> int:
        """How many items are left undone on purpose."""
        return sum(i.state is State.WAIVED for i in self.items)

    @property
    def is_done(self) -> bool:
        """Whether nothing of it is waited for any more: every item is done, or waived."""
        return all(i.state.is_settled for i in self.items)

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

    @property
    def states(self) -> Mapping[ItemId, State]:
        """How each item of the phases stands."""
        return {i.item.id: i.state for t in self.tasks.values() for i in t.items}

    def of(self, item: ItemId) -> ItemStanding | None:
        """Return how an item stands."""
        return next((i for t in (*self.tasks.values(), *self.summary) for i in t.items if i.item.id == item), None)


def standing(plan: Plan, release: Release) -> Standing:
    """Derive how every item of the plan stands in the release."""
    seen = SeenAt(release)
    tasks = _with_readiness(plan, release, {task.id: _task(task, release, seen) for task in plan.tasks()})
    return Standing(
        tasks={key: _with_rollups(value, tasks) for key, value in tasks.items()},
        summary=tuple(_with_rollups(_task(task, release, seen), tasks) for task in plan.summary),
    )


_COMPARE: Final[Mapping[str, Callable[[float, float], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
}


def _task(task: Task, release: Release, seen: SeenAt) -> TaskStanding:
    run = release.runs.get(task.id)
    sighting = sighting_of(release, run) if run else None
    return TaskStanding(
        task=task,
        items=tuple(stand(item, task, seen) for item in task.items),
        run=run,
        progress=sighting.progress if sighting else None,
        run_url=(sighting.url if sighting else None) or (run.url if run else None),
        is_forced=task.id in release.forced,
    )


def _with_readiness(
    plan: Plan, release: Release, tasks: Mapping[TaskId, TaskStanding]
) -> Mapping[TaskId, TaskStanding]:
    """Fill in the items that speak of readiness: of the items up to the end of the phase that they stand in."""
    states = {i.item.id: i.state for task in tasks.values() for i in task.items}
    filled = dict(tasks)
    for phase in plan.phases:
        speaking = [t.id for t in phase.tasks if any(isinstance(i.wanted, ByReadiness) for i in t.items)]
        if not speaking:
            continue
        figures = readiness(plan, countable(phases_up_to(plan, phase.id)), states)
        for task in speaking:
            items = tuple(_by_readiness(i, figures, release) for i in tasks[task].items)
            filled[task] = replace(tasks[task], items=items)
    return filled


def _by_readiness(standing_: ItemStanding, figures: Readiness, release: Release) -> ItemStanding:
    wanted = standing_.item.wanted
    if not isinstance(wanted, ByReadiness) or standing_.state is State.WAIVED:
        return standing_
    share = figures.of(wanted.scope)
    if share is None:  # no item has that priority: nothing of it is left to do
        share = 100.0
    if not _COMPARE[wanted.operator](share, wanted.limit):
        return replace(standing_, found=f"{wanted.scope} is at {percent(share)} %")
    evidence = Evidence(
        what=f"{wanted.scope} is at {percent(share)} %", url="", sha=release.target.sha, at=release.changed_at
    )
    return ItemStanding(item=standing_.item, state=State.DONE, evidence=evidence)


def _with_rollups(task: TaskStanding, tasks: Mapping[TaskId, TaskStanding]) -> TaskStanding:
    """Fill in the items that repeat another task: done when every item of it is."""
    if not any(isinstance(i.item.wanted, ByTask) for i in task.items):
        return task
    return replace(task, items=tuple(_rolled_up(i, tasks) for i in task.items))


def _rolled_up(standing_: ItemStanding, tasks: Mapping[TaskId, TaskStanding]) -> ItemStanding:
    wanted = standing_.item.wanted
    if not isinstance(wanted, ByTask) or (of := tasks.get(wanted.task)) is None:
        return standing_
    leaves = [i for i in of.items if not isinstance(i.item.wanted, ByTask)]
    if leaves and all(i.state.is_settled for i in leaves):
        newest = max((i.evidence for i in leaves if i.evidence), key=lambda e: e.at, default=None)
        if newest is None:
            return ItemStanding(item=standing_.item, state=State.WAIVED, found="all of it is waived")
        return ItemStanding(item=standing_.item, state=State.DONE, evidence=newest, url=newest.url)
    state = _worst([i.state for i in leaves])
    return ItemStanding(item=standing_.item, state=state, found=f"{of.done} of {len(of.items)} done")


def _worst(states: Sequence[State]) -> State:
    if State.FAILED in states:
        return State.FAILED
    return State.RUNNING if State.RUNNING in states else State.OPEN
