"""Which commands would move a release now, and which of its tasks are running."""

from collections import Counter
from collections.abc import Iterable, Iterator

from app.domain.plan.model import Dispatch
from app.domain.release.model import Progress, RunState
from app.domain.release.standing import Standing, TaskStanding


class Offers:
    """The commands to offer for the tasks of one standing, written without `/release`."""

    def __init__(self, standing: Standing) -> None:
        self._standing = standing
        self._slugs = Counter(task.task.slug for task in standing.tasks.values())

    def runnable(self, tasks: Iterable[TaskStanding]) -> Iterator[TaskStanding]:
        """Yield the tasks that can be run now and would not be run for nothing."""
        return (task for task in tasks if self.may_run(task))

    def may_run(self, task: TaskStanding) -> bool:
        """Whether the task has a run of its own, is neither done nor running, and what it needs is done."""
        if not isinstance(task.task.action, Dispatch) or task.is_done or task.is_running:
            return False
        if task.progress is Progress.SUCCESS:
            return False  # the run did its part: what is left waits for something else
        needed = (self._standing.tasks.get(need) for need in task.task.needs)
        return all(other is None or other.is_done for other in needed)

    def command(self, task: TaskStanding) -> str:
        """Return what runs the task, or runs it again where a run of it failed: `sign`, `retry sign`."""
        return self.again(task) if _was_in_vain(task) else self._name(task)

    def again(self, task: TaskStanding) -> str:
        """Return what runs the task again."""
        return f"retry {self._name(task)}"

    def _name(self, task: TaskStanding) -> str:
        return task.task.slug if self._slugs[task.task.slug] <= 1 else str(task.task.id)


def _was_in_vain(task: TaskStanding) -> bool:
    """Whether a run of the task ended without success, or may have been started without our knowing."""
    if task.run is not None and task.run.state is RunState.UNCLEAR:
        return True
    return task.progress is not None and task.progress.is_over and task.progress is not Progress.SUCCESS
