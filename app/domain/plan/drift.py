"""How a plan's new text differs from the old one, and which of its items and tasks stayed."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain, islice
from typing import Final

from app.domain.plan.changed_rules import changed_errors, changed_rules
from app.domain.plan.changed_tree import changed_tree
from app.domain.plan.matching import all_tasks, match
from app.domain.plan.model import Item, Manual, Plan
from app.domain.plan.telling import one_line
from app.domain.plan.tree import FIRST_PRIORITY
from app.domain.values import ItemId, TaskId

MAX_LINES: Final = 50
MAX_LINE: Final = 200
"""Characters of one line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stayed:
    """What each item and task that stayed was called before, and what it is called now."""

    items: Mapping[ItemId, ItemId]
    tasks: Mapping[TaskId, TaskId]


def stayed(old: Plan, new: Plan) -> Stayed:
    """Match items and tasks of two readings, both for the same version: what was said and run for these still holds.

    An item stayed where its words did, whatever their case and blanks; where the plan gives it an id, punctuation may
    have changed, too. Evidence for other words is no evidence. It did not stay where a person's word is wanted now and
    was not before, or the other way round; nor where it has become P0, which takes two people to waive.

    A task stayed where it is the same (see `match`) and does the same: the run of another script says nothing of it.
    """
    same = match(old, new)
    before, after = ({item.id: item for item in plan.items()} for plan in (old, new))
    did, does = ({task.id: task.action for task in all_tasks(plan)} for plan in (old, new))
    return Stayed(
        items={one: other for one, other in same.items.items() if _still_holds(before[one], after[other])},
        tasks={one: other for one, other in same.tasks.items() if did[one] == does[other]},
    )


def changes(old: Plan, new: Plan) -> tuple[str, ...]:
    """Say in words what is different, one line for each thing; empty where nothing that matters is.

    At most 50 lines of at most 200 characters, and one that counts the rest. What is only read by people (prose,
    success criteria, how long a task takes) does not matter, nor do case, blanks and comments.
    """
    same = match(old, new)
    parts = (changed_errors(old, new), changed_rules(old, new, same), changed_tree(old, new, same))
    told = (one_line(line, MAX_LINE) for line in chain.from_iterable(parts))
    shown = tuple(islice(told, MAX_LINES))
    more = sum(1 for _ in told)
    return (*shown, f"… and {more} more") if more else shown


def _still_holds(before: Item, after: Item) -> bool:
    is_by_hand = isinstance(before.wanted, Manual) == isinstance(after.wanted, Manual)
    return is_by_hand and not (after.priority == FIRST_PRIORITY != before.priority)
