"""The order of things: a phase opens when the one before has met its exit criteria; tasks come after what they need."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.plan.model import Plan, TaskKind
from app.domain.release.items import ItemStanding
from app.domain.release.standing import Standing, TaskStanding
from app.domain.values import TaskId


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What has to come before a task and is not done."""

    needs: tuple[TaskStanding, ...] = ()
    phase: str = ""  # the phase before, where that has exit criteria which are not met
    criteria: tuple[ItemStanding, ...] = ()

    @property
    def is_nothing(self) -> bool:
        """Whether the task may be run now."""
        return not self.needs and not self.criteria


class Order:
    """Which tasks may be run now. A task whose order was waived may always be."""

    def __init__(self, plan: Plan, standing: Standing) -> None:
        self._standing = standing
        self._phases = _closed(plan, standing)

    def before(self, task: TaskStanding) -> Before:
        """Return what has to come before the task."""
        if task.is_forced:
            return Before()
        needed = (self._standing.tasks.get(need) for need in task.task.needs)
        needs = tuple(other for other in needed if other is not None and not other.is_done)
        phase, criteria = self._phases.get(task.task.id, ("", ()))
        return Before(needs=needs, phase=phase, criteria=criteria)


def _closed(plan: Plan, standing: Standing) -> Mapping[TaskId, tuple[str, tuple[ItemStanding, ...]]]:
    """Return the tasks of phases that are not open yet, each with the phase before and what that has not met."""
    found: dict[TaskId, tuple[str, tuple[ItemStanding, ...]]] = {}
    unmet: tuple[ItemStanding, ...] = ()
    title = ""
    for phase in plan.phases:
        if unmet:
            found.update({task.id: (title, unmet) for task in phase.tasks})
        criteria = [standing.tasks[task.id] for task in phase.tasks if task.kind is TaskKind.EXIT_CRITERIA]
        if criteria:  # a phase without any lets through what was let into it
            unmet = tuple(item for task in criteria for item in task.items if not item.state.is_settled)
            title = phase.title
    return found
