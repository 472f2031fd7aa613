"""Which phase, task and item of a plan is which in another reading of it: by given ids, titles and words.

Every step looks things up by a key, so that the time grows with the size of the plans and not with its square.
"""

import re
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from app.domain.plan.model import ByTask, Item, Plan, Task
from app.domain.plan.notes import priority_mark
from app.domain.plan.pairs import Pairs
from app.domain.plan.text import one_spaced, slugify
from app.domain.values import ItemId, PhaseId, TaskId

_ORDINALS: Final = re.compile(r"(?:\.\d+)+(?:-\d+)?")
# Marks at a word's end and emphasis around words say nothing by themselves. Any other sign may turn the sense, and so
# may these elsewhere: `1.5`, `<85 %`, `a != b`, `!ready`, `2 * 3`. Each run of them is looked at once.
_DRESS: Final = re.compile(
    r"(?<![.,;:!?])[.,;:!?]+(?=[\s*`)\]]|$)|(?<![\w*`])[*`]+(?=\w)|(?<=[\w.,;:!?)\]])[*`]+(?!\w)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """What each thing that is in both readings is called in the old one, and what in the new one. None stands twice."""

    phases: Mapping[PhaseId, PhaseId]
    tasks: Mapping[TaskId, TaskId]
    items: Mapping[ItemId, ItemId]


def match(old: Plan, new: Plan) -> Matching:
    """Find what is the same in two readings of a plan, both with the same version filled in.

    Tasks go first: by phase, id and title; by an id that the plan gives them; by number and title; by a title that no
    other task has; by their script. Then items: by an id that the plan gives them, where at most punctuation changed;
    within a task by their words below the same items, in order; anywhere by words that no other item has. Then a task
    whose number stayed or whose content did, where most of its items went to the same one; and roll-ups of one task.
    """
    before, after = _Reading(old), _Reading(new)
    tasks = _pair_tasks(before, after)
    items = Pairs[ItemId]()
    items.only(
        ((line.item.id, line.given) for line in before.lines), ((line.item.id, line.given) for line in after.lines)
    )
    _pair_within(before, after, tasks, items)
    items.only(
        ((line.item.id, line.words) for line in before.lines), ((line.item.id, line.words) for line in after.lines)
    )
    _pair_by_content(before, after, tasks, items)
    _pair_within(before, after, tasks, items)
    items.in_order(
        ((line.item.id, _rolled_up(line, tasks.found)) for line in before.lines if line.task in tasks.found),
        ((line.item.id, _rolled_up(line, None)) for line in after.lines),
    )
    return Matching(phases=_pair_phases(old, new, tasks.found), tasks=tasks.found, items=items.found)


def folded(text: str) -> str:
    """A text as it is compared: whatever its case and blanks."""
    return one_spaced(text).casefold()


def words_of(item: Item) -> str:
    """An item's words as they are compared, without its priority mark."""
    return folded(priority_mark(item.text)[1])


def is_given(item: Item, task: Task) -> bool:
    """Whether the plan gives the item its id, rather than its place in the task."""
    return _ORDINALS.fullmatch(item.id.removeprefix(task.id)) is None


def all_tasks(plan: Plan) -> Iterator[Task]:
    """Each task and then each section of the summary."""
    yield from plan.tasks()
    yield from plan.summary


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """An item where it stands."""

    item: Item
    task: TaskId
    words: str
    above: tuple[str, ...]  # the words of the items it is nested in, outermost first
    given: tuple[str, str] | None  # the id that the plan gives it, with its words bare of punctuation


class _Reading:
    """A plan's tasks and items with what they can be known by."""

    def __init__(self, plan: Plan) -> None:
        self.tasks = {task.id: task for task in all_tasks(plan)}
        self.titles = {task.id: folded(task.title) for task in self.tasks.values()}
        self.phase_of = {task.id: folded(phase.title) for phase in plan.phases for task in phase.tasks}
        self.lines = [line for task in self.tasks.values() for line in _lines(task)]

    def keys(self, task: Task) -> tuple[Hashable | None, ...]:
        """What the task can be known by, the surest first."""
        title, phase = self.titles[task.id], self.phase_of.get(task.id, "")
        is_numbered = task.id[:1].isdigit()
        return (
            (phase, task.id, title),
            None if is_numbered else _own_name(task.id, task),
            (task.id, title) if is_numbered else None,
            (phase, title),
            title,
            _own_name(task.slug, task),
        )


def _lines(task: Task) -> Iterator[_Line]:
    above: list[str] = []
    for item in task.items:
        words = words_of(item)
        del above[item.depth :]
        given = (item.id, one_spaced(_DRESS.sub("", words))) if is_given(item, task) else None
        yield _Line(item=item, task=task.id, words=words, above=tuple(above), given=given)
        above.append(words)


def _own_name(name: str, task: Task) -> str | None:
    """The name, unless it is nothing but the title once more: then a count in it tells only the task's place."""
    made = slugify(task.title) or "task"
    rest = (name if name.startswith(made) else name.removeprefix("step-")).removeprefix(made)
    is_made = rest != name and (not rest or (rest[0] == "-" and rest[1:].isdigit()))
    return None if is_made else name


def _pair_tasks(before: _Reading, after: _Reading) -> Pairs[TaskId]:
    tasks = Pairs[TaskId]()
    old = [(task.id, before.keys(task)) for task in before.tasks.values()]
    new = [(task.id, after.keys(task)) for task in after.tasks.values()]
    for at in range(len(old[0][1]) if old else 0):
        tasks.only(((name, keys[at]) for name, keys in old), ((name, keys[at]) for name, keys in new))
    return tasks


def _pair_within(before: _Reading, after: _Reading, tasks: Pairs[TaskId], items: Pairs[ItemId]) -> None:
    """Pair items of the same task by their words and those of the items above them.

    Below another item the same words mean something else: `Signed` under `Windows` is not `Signed` under `Linux`.
    """
    items.in_order(
        (
            (line.item.id, (tasks.found[line.task], line.above, line.words))
            for line in before.lines
            if line.task in tasks.found
        ),
        ((line.item.id, (line.task, line.above, line.words)) for line in after.lines),
    )


def _pair_by_content(before: _Reading, after: _Reading, tasks: Pairs[TaskId], items: Pairs[ItemId]) -> None:
    """Pair the tasks that are left where most of the old one's items went to the new one.

    Unless the number is the same, too, they have to be most of the new one's items as well: else it was taken in.
    """
    task_of = {line.item.id: line.task for line in after.lines}
    went = Counter(
        (line.task, task_of[items.found[line.item.id]]) for line in before.lines if line.item.id in items.found
    )
    for (old, new), count in went.most_common():
        is_most = 2 * count > len(before.tasks[old].items)
        if is_most and (old == new or 2 * count > len(after.tasks[new].items)):
            tasks.put(old, new)


def _rolled_up(line: _Line, tasks: Mapping[TaskId, TaskId] | None) -> Hashable | None:
    """Where a roll-up stands and what it repeats, in the new reading's names."""
    wanted = line.item.wanted
    if not isinstance(wanted, ByTask):
        return None
    return (line.task, wanted.task) if tasks is None else (tasks[line.task], tasks.get(wanted.task))


def _pair_phases(old: Plan, new: Plan, tasks: Mapping[TaskId, TaskId]) -> dict[PhaseId, PhaseId]:
    """Pair phases by id and title, by a title that no other phase has, then where most of their tasks went."""
    phases = Pairs[PhaseId]()
    phases.only(
        ((phase.id, (phase.id, folded(phase.title))) for phase in old.phases),
        ((phase.id, (phase.id, folded(phase.title))) for phase in new.phases),
    )
    phases.only(
        ((phase.id, folded(phase.title)) for phase in old.phases),
        ((phase.id, folded(phase.title)) for phase in new.phases),
    )
    phase_of = {task.id: phase.id for phase in new.phases for task in phase.tasks}
    for phase in old.phases:
        went = Counter(phase_of[tasks[task.id]] for task in phase.tasks if tasks.get(task.id) in phase_of)
        for other, count in went.most_common(1):
            if 2 * count > len(phase.tasks):
                phases.put(phase.id, other)
    return phases.found
