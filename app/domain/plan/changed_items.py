"""What differs between two readings of a plan in the items of one task."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from app.domain.plan.find_item import ItemOf
from app.domain.plan.matching import Matching, all_tasks, is_given, words_of
from app.domain.plan.model import ByTask, Item, Plan, Task, Wanted
from app.domain.plan.telling import became, called, contrast, counted, one_line, quoted, waits_for
from app.domain.values import ItemId, TaskId

_WINDOW: Final = 5  # items that are looked at to find the one whose words were changed


class Both:
    """Two readings side by side, looked up from the new one's names."""

    def __init__(self, old: Plan, new: Plan, same: Matching) -> None:
        self.old = old
        self.new = new
        self.same = same
        self.labels_before = {task.id: called(task) for task in all_tasks(old)}
        self.labels_now = {task.id: called(task) for task in all_tasks(new)}
        tasks = {task.id: task for task in all_tasks(old)}
        items = {item.id: ItemOf(item=item, task=task) for task in tasks.values() for item in task.items}
        self.tasks: Mapping[TaskId, Task] = {name: tasks[was] for was, name in same.tasks.items()}
        self.titles = {task.id: task.title for task in all_tasks(new)}
        self.items: Mapping[ItemId, ItemOf] = {name: items[was] for was, name in same.items.items()}

    def is_same_wanted(self, old: Wanted, new: Wanted) -> bool:
        """Whether both wait for the same; a roll-up follows its task to another number."""
        if isinstance(old, ByTask) and isinstance(new, ByTask):
            return self.same.tasks.get(old.task) == new.task
        return old == new


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pair:
    """An item as it was, and as it is."""

    was: ItemOf
    now: Item


def changed_items(both: Both, was: Task | None, now: Task) -> Iterator[str]:
    """Tell what differs in the items of a task; `was` is None where the whole task is new."""
    pairs = [_Pair(was=both.items[item.id], now=item) for item in now.items if item.id in both.items]
    for pair in pairs:
        if pair.was.task is not was:
            yield f"moved from {called(pair.was.task)} to {called(now)}: {quoted(pair.now.text)}"
    if was is not None:
        reworded = _reworded(both, was, now)
        pairs += [_Pair(was=ItemOf(item=reworded[i.id], task=was), now=i) for i in now.items if i.id in reworded]
        yield from _changed_lines(both, was, now, reworded)
    yield from _changed_ids(pairs, now)
    yield from _in_groups("priority", pairs, now, lambda pair: (pair.was.item.priority, pair.now.priority))
    waits = [pair for pair in pairs if not both.is_same_wanted(pair.was.item.wanted, pair.now.wanted)]
    yield from _in_groups("evidence", waits, now, lambda p: (waits_for(p.was.item.wanted), waits_for(p.now.wanted)))


def _changed_lines(both: Both, was: Task, now: Task, reworded: Mapping[ItemId, Item]) -> Iterator[str]:
    """Tell items whose words changed, that are new, that are gone, and the order of those that stayed."""
    for item in now.items:
        if item.id in reworded:
            yield f"changed in {called(now)}: {contrast(reworded[item.id].text, item.text)}"
        elif item.id not in both.items:
            waits = one_line(waits_for(item.wanted))
            yield f"added to {called(now)}: {quoted(item.text)} ({item.priority}, {waits})"
    known = {item.id for item in reworded.values()}
    for item in was.items:
        if item.id not in both.same.items and item.id not in known:
            yield f"removed from {called(now)}: {quoted(item.text)}"
    if _is_reordered(both, was, now):
        yield f"items of {called(now)} are ordered or nested otherwise"


def _changed_ids(pairs: Iterable[_Pair], now: Task) -> Iterator[str]:
    for pair in pairs:
        is_told = is_given(pair.was.item, pair.was.task) or is_given(pair.now, now)
        if is_told and pair.was.item.id != pair.now.id:
            yield became(f"id of {quoted(pair.now.text)} in {called(now)}", pair.was.item.id, pair.now.id)


def _in_groups(
    what: str, pairs: Iterable[_Pair], now: Task, differing: Callable[[_Pair], tuple[str, str]]
) -> Iterator[str]:
    """Tell a change that several items share once."""
    groups: defaultdict[tuple[str, str], list[Item]] = defaultdict(list)
    for pair in pairs:
        groups[differing(pair)].append(pair.now)
    for (before, after), items in groups.items():
        whose = quoted(items[0].text) if len(items) == 1 else counted(len(items), "item")
        if before != after:
            yield became(f"{what} of {whose} in {called(now)}", before, after)


def _is_reordered(both: Both, was: Task, now: Task) -> bool:
    """Whether the items that stayed in the task follow one another, or are nested, otherwise."""
    here = {item.id for item in now.items}
    names = ((both.same.items.get(item.id), item.depth) for item in was.items)
    before = [(name, depth) for name, depth in names if name in here]
    after = [(i.id, i.depth) for i in now.items if i.id in both.items and both.items[i.id].task is was]
    return before != after


def _reworded(both: Both, was: Task, now: Task) -> dict[ItemId, Item]:
    """Items that have other words now, by their new names: of the same given id, or at the same place and alike."""
    given = {item.id: item for item in was.items if item.id not in both.same.items and is_given(item, was)}
    same = [item.id for item in now.items if item.id not in both.items and item.id in given and is_given(item, now)]
    found = {name: given[name] for name in same}
    here = {item.id for item in now.items}
    lost = _gaps(was.items, lambda item: both.same.items.get(item.id), here, found)
    fresh = _gaps(now.items, lambda item: item.id if item.id in both.items else None, here, found)
    for anchor, items in lost.items():
        left = [(item.id, set(words_of(item).split())) for item in fresh.get(anchor, ())]
        for item in items:
            words = set(words_of(item).split())
            at = next((at for at, (_, other) in enumerate(left[:_WINDOW]) if _are_alike(words, other)), None)
            if at is not None:
                found[left.pop(at)[0]] = item
    return found


def _gaps(
    items: Iterable[Item],
    stayed_as: Callable[[Item], ItemId | None],
    here: Collection[ItemId],
    known: Collection[ItemId],
) -> dict[ItemId | None, list[Item]]:
    """The items that did not stay and are not known yet, by the last one before them that stayed in the task."""
    gaps: defaultdict[ItemId | None, list[Item]] = defaultdict(list)
    anchor: ItemId | None = None
    for item in items:
        name = stayed_as(item)
        if name is None and item.id not in known:
            gaps[anchor].append(item)
        elif name in here:
            anchor = name
    return gaps


def _are_alike(words: set[str], others: set[str]) -> bool:
    """Whether one may be the other reworded: half of the shorter one's words are in both, and that is a fair share."""
    shared = len(words & others)
    return shared > 0 and 2 * shared >= min(len(words), len(others)) and 4 * shared >= max(len(words), len(others))
