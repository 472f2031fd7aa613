"""Which commands would move a release now, and which of its tasks are running."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from app.domain.plan.model import ByWorkflow, Dispatch
from app.domain.release.items import State
from app.domain.release.model import Progress, RunState
from app.domain.release.order import Order
from app.domain.release.standing import Standing, TaskStanding
from app.domain.values import TaskId


@dataclass(frozen=True, slots=True)
class Way:
    """The way to tasks that are not done, along what they need; each in the plan's own order of needs."""

    now: dict[TaskId, TaskStanding] = field(default_factory=dict)  # can be run at once
    then: dict[TaskId, TaskStanding] = field(default_factory=dict)  # can be run when what they need is done
    running: dict[TaskId, TaskStanding] = field(default_factory=dict)  # their end is waited for
    held: dict[TaskId, TaskStanding] = field(default_factory=dict)  # needed, and no run of ours brings them about


class Offers:
    """The commands to offer for the tasks of one standing, written without `/release`."""

    def __init__(self, standing: Standing, order: Order, own: Mapping[str, str] | None = None) -> None:
        """Take what the bot's own steps are taken by, those that can be taken now: kind of action to command."""
        self._order = order
        self._own = own or {}
        self._slugs = Counter(task.task.slug for task in standing.tasks.values())

    def way(self, tasks: Iterable[TaskStanding]) -> Way:
        """Return what is to be run, now and afterwards, to bring these tasks about, and what is waited for."""
        way = Way()
        for task in tasks:
            self._follow(task, way)
        return way

    def _follow(self, wanted: TaskStanding, way: Way) -> None:
        todo, seen = [wanted], {wanted.task.id}
        while todo:
            task = todo.pop()
            before = self._order.before(task)
            needed = before.needs
            if task.is_running:
                way.running[task.task.id] = task
            elif self.may_run(task):
                way.now[task.task.id] = task
            elif not before.is_nothing and _can_be_run(task):
                way.then[task.task.id] = task
            elif not needed and task is not wanted:
                way.held[task.task.id] = task
            if not task.is_running:
                todo.extend(other for other in reversed(needed) if other.task.id not in seen)
                seen.update(other.task.id for other in needed)

    def may_run(self, task: TaskStanding) -> bool:
        """Whether the task has a run of its own, is neither done nor running, and its turn has come."""
        return _can_be_run(task) and self._order.before(task).is_nothing

    def own_step(self, task: TaskStanding) -> str | None:
        """Return what takes a task that is the bot's own step, where that can be taken now."""
        action = task.task.action
        can_be = action is not None and not task.is_done and self._order.before(task).is_nothing
        return self._own.get(action.kind) if action is not None and can_be else None

    def command(self, task: TaskStanding) -> str:
        """Return what runs the task, or runs it again where a run of it failed: `sign`, `retry sign`."""
        return self.again(task) if _was_in_vain(task) else self._name(task)

    def again(self, task: TaskStanding) -> str:
        """Return what runs the task again."""
        return f"retry {self._name(task)}"

    def _name(self, task: TaskStanding) -> str:
        return task.task.slug if self._slugs[task.task.slug] <= 1 else str(task.task.id)


def _can_be_run(task: TaskStanding) -> bool:
    if not isinstance(task.task.action, Dispatch) or task.is_done or task.is_running:
        return False
    return task.progress is not Progress.SUCCESS  # else the run did its part: what is left waits for something else


def _was_in_vain(task: TaskStanding) -> bool:
    """Whether a run of the task ended without success, or may have been started without our knowing."""
    if task.run is not None and task.run.state is RunState.UNCLEAR:
        return True
    return task.progress is not None and task.progress.is_over and task.progress is not Progress.SUCCESS


def waiting_workflows(tasks: Iterable[TaskStanding], repo: str) -> tuple[str, ...]:
    """Return the repository's own workflows that open items wait for and that are not running: each by its file."""
    items = (item for task in tasks for item in task.items)
    open_ = (item.item.wanted for item in items if not item.state.is_settled and item.state is not State.RUNNING)
    files = (wanted.workflow for wanted in open_ if isinstance(wanted, ByWorkflow) and wanted.is_in(repo))
    return tuple(dict.fromkeys(files))
