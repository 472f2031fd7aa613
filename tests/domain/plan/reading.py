"""Short ways to read a plan in tests."""

from textwrap import dedent

from app.domain.plan.model import Item, Plan, Task
from app.domain.plan.reader import read_plan


def read(text: str, *, version: str | None = None, path: str = "") -> Plan:
    """A plan from indented text."""
    return read_plan(dedent(text).lstrip("\n"), version=version, path=path)


def told(plan: Plan, *, but: str = "no-tag-task") -> list[tuple[int, str]]:
    """Line and code of each problem, without the one that every small plan has."""
    return [(problem.line, problem.code) for problem in plan.problems if problem.code != but]


def only_task(plan: Plan) -> Task:
    (task,) = plan.tasks()
    return task


def items(plan: Plan) -> list[Item]:
    return list(plan.items())


def outline(plan: Plan) -> list[tuple[str, list[tuple[str, int]]]]:
    """Phases with their tasks and how many items each holds."""
    return [(phase.title, [(task.title, len(task.items)) for task in phase.tasks]) for phase in plan.phases]
