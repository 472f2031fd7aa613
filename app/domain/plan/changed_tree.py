"""What differs between two readings of a plan in its phases, tasks and items."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from app.domain.plan.changed_items import Both, changed_items
from app.domain.plan.matching import Matching, all_tasks, folded
from app.domain.plan.model import Action, Dispatch, Phase, Plan, Task
from app.domain.plan.telling import became, called, contrast, counted, listed, quoted
from app.domain.plan.words import action_in_words
from app.domain.values import PhaseId, TaskId

_NUMBERS_SHOWN: Final = 10


def changed_tree(old: Plan, new: Plan, same: Matching) -> Iterator[str]:
    """Tell what differs, phases first, then each task with its items, in the new reading's order."""
    both = Both(old, new, same)
    phases = _Phases(both)
    yield from phases.changed()
    yield from _renumbered(both)
    for now in all_tasks(new):
        was = both.tasks.get(now.id)
        if was is None:
            yield from phases.added(now)
        else:
            yield from phases.moved(was, now)
            yield from _changed_task(both, was, now)
        yield from changed_items(both, was, now)
    for gone in all_tasks(old):
        if gone.id not in same.tasks:
            yield from phases.removed(gone)


class _Phases:
    """The phases of both readings, and which task stands where."""

    def __init__(self, both: Both) -> None:
        self._both = both
        self._old = {task.id: phase for phase in both.old.phases for task in phase.tasks}
        self._new = {task.id: phase for phase in both.new.phases for task in phase.tasks}
        self._names = both.same.phases
        self._known = frozenset(both.same.phases.values())

    def changed(self) -> Iterator[str]:
        """Tell phases that are new, gone, named otherwise or in another order, and the order of the tasks in each."""
        now = {phase.id: phase for phase in self._both.new.phases}
        for phase in self._both.new.phases:
            if phase.id not in self._known:
                yield f"added phase {quoted(phase.title)}{self._fresh(phase.tasks)}"
        for phase in self._both.old.phases:
            name = self._names.get(phase.id)
            if name is None:
                yield f"removed phase {quoted(phase.title)}{self._lost(phase.tasks)}"
            elif folded(phase.title) != folded(now[name].title) and not self._is_name(phase, now[name]):
                yield f"renamed phase {contrast(phase.title, now[name].title)}"
        if _is_reordered(self._renamed(self._both.old.phases), [phase.id for phase in self._both.new.phases]):
            yield "phases stand in another order"
        for phase in self._both.old.phases:
            name = self._names.get(phase.id)
            if name is not None and _is_reordered(self._tasks(phase.tasks), [task.id for task in now[name].tasks]):
                yield f"tasks of {quoted(now[name].title)} stand in another order"

    def added(self, task: Task) -> Iterator[str]:
        """Tell a task that is new, unless its phase is and was told."""
        phase = self._new.get(task.id)
        if phase is None or phase.id in self._known:
            yield f"added task {quoted(task.label)} to {_home(phase)}{_items(self._fresh_items(task))}"

    def removed(self, task: Task) -> Iterator[str]:
        """Tell a task that is gone, unless its phase is and was told."""
        phase = self._old.get(task.id)
        if phase is None or phase.id in self._names:
            yield f"removed task {quoted(task.label)} from {_home(phase)}{_items(self._lost_items(task))}"

    def moved(self, was: Task, now: Task) -> Iterator[str]:
        """Tell a task that stands in another phase, or is no longer, or only now, of the summary."""
        before, after = self._old.get(was.id), self._new.get(now.id)
        if (self._names.get(before.id, "") if before else None) != (after.id if after else None):
            yield f"moved task {quoted(now.label)} from {_home(before)} to {_home(after)}"

    def _is_name(self, was: Phase, now: Phase) -> bool:
        """Whether the phase only bears the plan's name, whose change is told already."""
        return (was.title, now.title) == (self._both.old.name, self._both.new.name)

    def _renamed(self, phases: Iterable[Phase]) -> list[PhaseId | None]:
        return [self._names.get(phase.id) for phase in phases]

    def _tasks(self, tasks: Iterable[Task]) -> list[TaskId | None]:
        return [self._both.same.tasks.get(task.id) for task in tasks]

    def _fresh(self, tasks: Sequence[Task]) -> str:
        fresh = [task for task in tasks if task.id not in self._both.tasks]
        return _tasks_and_items(len(fresh), sum(map(self._fresh_items, fresh)))

    def _lost(self, tasks: Sequence[Task]) -> str:
        lost = [task for task in tasks if task.id not in self._both.same.tasks]
        return _tasks_and_items(len(lost), sum(map(self._lost_items, lost)))

    def _fresh_items(self, task: Task) -> int:
        return sum(item.id not in self._both.items for item in task.items)

    def _lost_items(self, task: Task) -> int:
        return sum(item.id not in self._both.same.items for item in task.items)


def _changed_task(both: Both, was: Task, now: Task) -> Iterator[str]:
    is_renamed = folded(was.title) != folded(now.title)
    if is_renamed:
        yield f"renamed task {contrast(was.label, now.label)}"
    if was.kind is not now.kind:
        yield became(f"kind of {called(now)}", was.kind, now.kind)
    if folded(was.owner or "") != folded(now.owner or ""):
        yield became(f"owner of {called(now)}", was.owner or "nobody", now.owner or "nobody")
    if {both.same.tasks.get(need) for need in was.needs} != set(now.needs):
        yield became(f"needs of {called(now)}", _needs(both.labels_before, was), _needs(both.labels_now, now))
    does, did = action_in_words(now.action), action_in_words(was.action)
    if now.action not in (was.action, _with_workflow(was.action, both)):
        yield became(f"what {called(now)} does", did, does)
    elif not is_renamed and (was.slug != now.slug or set(was.names) != set(now.names)):
        yield became(f"names of {called(now)}", listed(was.names), listed(now.names))


def _with_workflow(action: Action | None, both: Both) -> Action | None:
    """The action with the plan's new workflow where it had the old one: that change is told once for all tasks."""
    if isinstance(action, Dispatch) and action.workflow == both.old.workflow:
        return replace(action, workflow=both.new.workflow)
    return action


def _needs(labels: Mapping[TaskId, str], task: Task) -> str:
    return listed(labels.get(need, need) for need in task.needs)


def _renumbered(both: Both) -> Iterator[str]:
    """Tell in one line which tasks go by another number or id, though their titles stayed."""
    pairs = [
        f"{was.id} → {name}"
        for name, was in both.tasks.items()
        if was.id != name and folded(was.title) == folded(both.titles[name])
    ]
    if pairs:
        more = f" and {len(pairs) - _NUMBERS_SHOWN} more" if len(pairs) > _NUMBERS_SHOWN else ""
        yield f"renumbered tasks: {', '.join(pairs[:_NUMBERS_SHOWN])}{more}"


def _is_reordered(before: Iterable[str | None], after: Sequence[str]) -> bool:
    """Whether what is in both stands in another order."""
    here = set(after)
    stayed = [name for name in before if name in here]
    known = set(stayed)
    return stayed != [name for name in after if name in known]


def _home(phase: Phase | None) -> str:
    return "the summary" if phase is None else quoted(phase.title)


def _items(number: int) -> str:
    return f": {counted(number, 'item')}" if number else ""


def _tasks_and_items(tasks: int, items: int) -> str:
    return f": {counted(tasks, 'task')}, {counted(items, 'item')}" if tasks else ""
