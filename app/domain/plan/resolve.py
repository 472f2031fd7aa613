"""Which task a person means: `2.3`, `notarize-macos`, `notarize`; and what to offer when that is not clear."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from app.domain.plan.model import Plan, Task, TaskKind
from app.domain.plan.text import slugify

MAX_OFFERS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class NoTask:
    """No task answers to the word; these are the nearest."""

    nearest: tuple[Task, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeveralTasks:
    """The word fits each of these."""

    tasks: tuple[Task, ...]


def resolve_task(plan: Plan, word: str) -> Task | NoTask | SeveralTasks:
    """The task of that number, slug, or unambiguous prefix or word of one; an exact name beats a part."""
    return resolve_among(plan.tasks(), word)


def resolve_among(tasks: Iterable[Task], word: str) -> Task | NoTask | SeveralTasks:
    """`resolve_task` over these tasks. Only work is found by a part of its name: `launch` is no exit criterion."""
    known = tuple(tasks)
    said, wanted = word.strip().casefold(), slugify(word[:200])
    for fits in (_is_id(said), _is_slug(wanted), _is_name(wanted)):
        exact = tuple(task for task in known if fits(task))
        if exact:
            return _one(exact)
    parts = tuple(task for task in known if task.kind is TaskKind.WORK and wanted and _is_part(wanted, task))
    return _one(parts) if parts else NoTask(nearest=_nearest(known, wanted))


def _one(tasks: tuple[Task, ...]) -> Task | SeveralTasks:
    return tasks[0] if len(tasks) == 1 else SeveralTasks(tasks=tasks)


def _is_id(said: str) -> Callable[[Task], bool]:
    return lambda task: said == task.id.casefold()


def _is_slug(wanted: str) -> Callable[[Task], bool]:
    return lambda task: wanted == task.slug


def _is_name(wanted: str) -> Callable[[Task], bool]:
    return lambda task: wanted in task.names


def _is_part(wanted: str, task: Task) -> bool:
    return any(name.startswith(wanted) or f"-{wanted}-" in f"-{name}-" for name in task.names)


def _nearest(tasks: tuple[Task, ...], wanted: str) -> tuple[Task, ...]:
    """The tasks whose name, or a word of it, is spelled most alike."""
    spellings: dict[str, Task] = {}
    for task in tasks:
        if task.kind is TaskKind.WORK:
            for name in task.names:
                for spelling in (name, *name.split("-")):
                    spellings.setdefault(spelling, task)
    close = get_close_matches(wanted, spellings, n=2 * MAX_OFFERS, cutoff=0.6)
    found = {spellings[spelling].id: spellings[spelling] for spelling in close}
    return tuple(found.values())[:MAX_OFFERS]
