"""The item that a command names, or what to say where it names none."""

from typing import assert_never

from app.domain.messages import ItemChoice, Message, UnknownItem
from app.domain.plan.find_item import ItemOf, NoItem, SeveralItems, find_item
from app.domain.plan.model import Plan


def the_item(plan: Plan, word: str, command: str) -> ItemOf | Message:
    """Return the one item that answers to the word, or the answer to give."""
    found = find_item(plan, word)
    match found:
        case NoItem(nearest=nearest):
            return UnknownItem(word=word, command=command, nearest=tuple((str(i.id), i.text) for i in nearest))
        case SeveralItems(items=items):
            return ItemChoice(word=word, command=command, items=tuple((str(i.id), i.text) for i in items))
        case ItemOf():
            return found
        case _:
            assert_never(found)
