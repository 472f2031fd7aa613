"""What has to fit together in a plan: needs without cycles, a gate line, roles for sign-offs, evidence for items."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from app.domain.plan.evidence import parse_evidence
from app.domain.plan.front_matter import FrontMatter
from app.domain.plan.model import ByStatus, ByTask, CreateTag, Manual, Phase, Plan, Task, Wanted
from app.domain.plan.settings import Settings
from app.domain.plan.text import one_spaced
from app.domain.plan.troubles import Troubles
from app.domain.values import TaskId


def on_cycles(edges: Mapping[TaskId, Collection[TaskId]]) -> frozenset[TaskId]:
    """The tasks that wait for themselves by way of others (and those caught between two such circles)."""
    left = {task: set(wanted) for task, wanted in edges.items()}
    return frozenset(_peeled(_reversed(_peeled(left))))


def _peeled(edges: dict[TaskId, set[TaskId]]) -> dict[TaskId, set[TaskId]]:
    """The edges that are left when tasks that wait for nothing are taken away, again and again."""
    waiting = {task: {other for other in wanted if other in edges} for task, wanted in edges.items()}
    wanted_by = _reversed(waiting)
    free = [task for task, wanted in waiting.items() if not wanted]
    while free:
        task = free.pop()
        del waiting[task]
        for other in wanted_by.get(task, ()):
            waiting[other].discard(task)
            if not waiting[other]:
                free.append(other)
    return waiting


def _reversed(edges: Mapping[TaskId, Iterable[TaskId]]) -> dict[TaskId, set[TaskId]]:
    turned: dict[TaskId, set[TaskId]] = {task: set() for task in edges}
    for task, wanted in edges.items():
        for other in wanted:
            turned.setdefault(other, set()).add(task)
    return turned


def check_needs(tasks: Iterable[Task], settings_lines: Mapping[TaskId, int], troubles: Troubles) -> None:
    """Tell each circle of `needs`."""
    known = {task.id: task for task in tasks}
    for task in sorted(on_cycles({task.id: task.needs for task in known.values()})):
        line = settings_lines.get(task, known[task].line)
        troubles.error(line, "needs-cycle", f"`{known[task].label[:60]}` needs itself, by way of other tasks")


def break_roll_up_cycles(tasks: Mapping[TaskId, Task], troubles: Troubles) -> dict[TaskId, Task]:
    """The tasks with roll-ups that go in a circle left to a person, and told: nothing could ever finish them."""
    edges = {
        task.id: {item.wanted.task for item in task.items if isinstance(item.wanted, ByTask)} for task in tasks.values()
    }
    caught = on_cycles(edges)
    return {task.id: _without_roll_ups(task, caught, troubles) for task in tasks.values()} if caught else dict(tasks)


def _without_roll_ups(task: Task, caught: Collection[TaskId], troubles: Troubles) -> Task:
    if task.id not in caught:
        return task
    items = list(task.items)
    for at, item in enumerate(items):
        if isinstance(item.wanted, ByTask) and item.wanted.task in caught:
            troubles.error(item.line, "roll-up-cycle", f"`{item.text[:60]}` repeats a task that repeats this one")
            items[at] = replace(item, wanted=Manual())
    return replace(task, items=tuple(items))


def check_gate(plan: Plan, front: FrontMatter, settings: Settings, troubles: Troubles) -> None:
    """The phase of `gate.before` and the roles of the sign-offs have to be there."""
    if settings.before is not None and not any(phase.id == settings.before for phase in plan.phases):
        known = ", ".join(f"`{phase.id}`" for phase in plan.phases[:10])
        troubles.error(
            front.line("gate", "before"), "unknown-phase", f"no phase is called `{settings.before[:60]}`: {known}"
        )
    for at, role in enumerate(settings.signoffs):
        if role not in settings.roles:
            line = front.line("gate", "signoffs", str(at))
            troubles.error(line, "unknown-role", f"`{role}` signs off, and `roles` does not say who that is")
    if settings.before is None and plan.phases and not _tags(plan.phases):
        troubles.warning(
            1, "no-tag-task", "no task tags, and `gate.before` names no phase: every item counts for the gate"
        )


def _tags(phases: Iterable[Phase]) -> bool:
    return any(isinstance(task.action, CreateTag) for phase in phases for task in phase.tasks)


def read_evidence(expression: str, line: int, troubles: Troubles) -> Wanted | None:
    """The evidence that an expression asks for; None when it is not understood, which is told."""
    wanted = parse_evidence(expression)
    if isinstance(wanted, str):
        troubles.error(line, "bad-evidence", wanted)
        return None
    if isinstance(wanted, ByStatus) and wanted.by is None:
        troubles.warning(
            line,
            "status-by-anyone",
            f"anyone with push access can set the status `{wanted.context}`: name who does with by=LOGIN",
        )
    return wanted


def front_matter_evidence(front: FrontMatter, settings: Settings, troubles: Troubles) -> dict[str, Wanted | None]:
    """The entries under `evidence:` by the item's words."""
    return {
        one_spaced(text): read_evidence(expression, front.line("evidence", text), troubles)
        for text, expression in settings.evidence.items()
    }


def check_evidence(front: FrontMatter, settings: Settings, matched: Collection[str], troubles: Troubles) -> None:
    """Each entry under `evidence:` has to fit an item."""
    for text in settings.evidence:
        if one_spaced(text) not in matched:
            line = front.line("evidence", text)
            troubles.error(line, "unknown-item", f"no item reads `{text[:100]}`, so its evidence is for nothing")
