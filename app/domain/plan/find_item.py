"""Which item a person means: its id, or words that stand in one item only."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from app.domain.plan.model import Item, Plan, Task
from app.domain.plan.text import one_spaced

MAX_OFFERS: Final = 3
MAX_WORD: Final = 200
SHORTEST: Final = 3  # characters of an item's words that may stand for it


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemOf:
    """An item and the task it stands in."""

    item: Item
    task: Task


@dataclass(frozen=True, slots=True, kw_only=True)
class NoItem:
    """No item answers to the word; these are the nearest."""

    nearest: tuple[Item, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeveralItems:
    """The word fits each of these."""

    items: tuple[Item, ...]


def find_item(plan: Plan, word: str) -> ItemOf | NoItem | SeveralItems:
    """Return the item of that id, else the only one in whose text the words stand, whatever their case."""
    known = list(_items(plan))
    wanted = one_spaced(word[:MAX_WORD]).casefold()
    exact = [one for one in known if one.item.id.casefold() == wanted]
    found = exact or _holding(known, wanted)
    if not found:
        return NoItem(nearest=_nearest([one.item for one in known], wanted))
    if len(found) > 1:
        return SeveralItems(items=tuple(one.item for one in found))
    return found[0]


def item_of(plan: Plan, item: str) -> ItemOf | None:
    """Return the item of exactly that id."""
    return next((of for of in _items(plan) if of.item.id == item), None)


def _items(plan: Plan) -> Iterator[ItemOf]:
    """Yield every item with its task, those of the summary too: they have boxes like all others."""
    for task in (*plan.tasks(), *plan.summary):
        yield from (ItemOf(item=item, task=task) for item in task.items)


def _holding(known: Sequence[ItemOf], wanted: str) -> list[ItemOf]:
    if len(wanted) < SHORTEST:
        return []
    texts = [(one, one_spaced(one.item.text).casefold()) for one in known]
    whole = [one for one, text in texts if text == wanted]
    return whole or [one for one, text in texts if wanted in text]


def _nearest(items: Sequence[Item], wanted: str) -> tuple[Item, ...]:
    spellings = {item.id.casefold(): item for item in items}
    spellings.update({one_spaced(item.text).casefold()[:MAX_WORD]: item for item in reversed(items)})
    close = get_close_matches(wanted, spellings, n=MAX_OFFERS)
    return tuple({spellings[match].id: spellings[match] for match in close}.values())
