"""Which task a person means: `2.3`, `notarize-macos`, `notarize`; and what to offer when that is not clear."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from app.domain.plan.model import Plan, Task, TaskKind
from app.domain.plan.text import slugify

MAX_OFFERS = 3
MAX_WORD = 200


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
    lookup = TaskLookup(plan.tasks())
    return lookup.exact(word) or lookup.part(word) or NoTask(nearest=lookup.nearest(word))


class TaskLookup:
    """Tasks by what they answer to, for many words at once."""

    def __init__(self, tasks: Iterable[Task]) -> None:
        self._tasks = tuple(tasks)
        self._by_id = _grouped((task.id.casefold(), task) for task in self._tasks)
        self._by_slug = _grouped((task.slug, task) for task in self._tasks)
        self._by_name = _grouped((name, task) for task in self._tasks for name in task.names)

    def exact(self, word: str) -> Task | SeveralTasks | None:
        """The task of that id, else slug, else other name."""
        slug = slugify(word[:MAX_WORD])
        found = self._by_id.get(word.strip().casefold()) or self._by_slug.get(slug) or self._by_name.get(slug)
        return _one(found) if found else None

    def part(self, word: str) -> Task | SeveralTasks | None:
        """The task with that prefix or word in a name. Only work is found so: `launch` is no exit criterion."""
        slug = slugify(word[:MAX_WORD])
        found = [task for task in self._tasks if slug and task.kind is TaskKind.WORK and _is_part(slug, task)]
        return _one(found) if found else None

    def nearest(self, word: str) -> tuple[Task, ...]:
        """The tasks whose name, or a word of it, is spelled most alike; the best of them first."""
        spellings: dict[str, Task] = {}
        for task in self._tasks:
            if task.kind is TaskKind.WORK:
                for name in task.names:
                    for spelling in (name, *name.split("-")):
                        spellings.setdefault(spelling, task)
        close = get_close_matches(slugify(word[:MAX_WORD]), spellings, n=2 * MAX_OFFERS, cutoff=0.6)
        found = {spellings[spelling].id: spellings[spelling] for spelling in close}
        return tuple(found.values())[:MAX_OFFERS]


def _grouped(pairs: Iterable[tuple[str, Task]]) -> dict[str, list[Task]]:
    groups: dict[str, list[Task]] = {}
    for name, task in pairs:
        groups.setdefault(name, []).append(task)
    return groups


def _one(tasks: Sequence[Task]) -> Task | SeveralTasks:
    return tasks[0] if len(tasks) == 1 else SeveralTasks(tasks=tuple(tasks))


def _is_part(wanted: str, task: Task) -> bool:
    return any(name.startswith(wanted) or f"-{wanted}-" in f"-{name}-" for name in task.names)
