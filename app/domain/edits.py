"""What an edit changed in the release's block: boxes that were ticked or unticked, and damage that is to be mended."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from app.domain.checklist import Found, find_block, item_words, put_block, read_items
from app.domain.marks import lines_of
from app.domain.release.ticking import Flip
from app.domain.values import ItemId

_LINES_AND_ENDS: Final = re.compile(
    r"\r\n|\n|\r|[^\r\n]+"
)  # apart: a line put below the last one leaves that one alone


_STAMP: Final = re.compile(r"<!-- gonogo:of:([0-9a-f]{12}) -->")
_MOST_COMPARED: Final = 250_000  # pairs of lines: two texts that differ in 500 lines each


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """The text around the block: people's, byte for byte."""

    before: str
    after: str


def outside(body: str) -> Outside | None:
    """Return the text around the block, or None where there is no one block."""
    found = find_block(body)
    return Outside(before=found.before, after=found.after) if isinstance(found, Found) else None


def merge_outside(base: Outside, *, theirs: Outside, now: Outside) -> Outside | None:
    """Bring into the text as it stands now what somebody had made of the base; None where both changed the same."""
    before = merge_lines(base.before, theirs=theirs.before, now=now.before)
    after = merge_lines(base.after, theirs=theirs.after, now=now.after)
    return None if before is None or after is None else Outside(before=before, after=after)


def merge_lines(base: str, *, theirs: str, now: str) -> str | None:
    """Merge two versions of a text line by line; None where both changed the same lines, and not in the same way.

    What both put in the same place stands there one after the other, theirs first.
    """
    if now in (base, theirs):
        return theirs
    old, a, b = (_LINES_AND_ENDS.findall(text) for text in (base, theirs, now))
    both = (_edits(old, a), _edits(old, b))
    if None in both:
        return None
    # What both did alike is done once.
    edits = sorted(dict.fromkeys(e for each in both for e in each or ()), key=lambda edit: (edit.start, edit.end))
    merged: list[str] = []
    at = 0
    for edit in edits:
        if edit.start < at:
            return None
        merged += [*old[at : edit.start], *edit.lines]
        at = edit.end
    return "".join((*merged, *old[at:]))


@dataclass(frozen=True, slots=True, kw_only=True)
class _LineEdit:
    start: int
    end: int
    lines: tuple[str, ...]


def _edits(old: list[str], new: list[str]) -> list[_LineEdit] | None:
    """Return what makes one text of the other; None where too much of it differs to be compared in reasonable time."""
    same = zip(old, new, strict=False)
    start = next((at for at, (one, other) in enumerate(same) if one != other), min(len(old), len(new)))
    ends = zip(reversed(old[start:]), reversed(new[start:]), strict=False)
    tail = next((at for at, (one, other) in enumerate(ends) if one != other), min(len(old), len(new)) - start)
    left, right = old[start : len(old) - tail], new[start : len(new) - tail]
    if len(left) * len(right) > _MOST_COMPARED:
        return None
    codes = SequenceMatcher(None, left, right, autojunk=False).get_opcodes()
    return [
        _LineEdit(start=start + i, end=start + j, lines=tuple(right[k:m]))
        for what, i, j, k, m in codes
        if what != "equal"
    ]


def stamp_in(body: str) -> str | None:
    """Return what the checklist in a body is of, or None where it does not say."""
    found = [stamp for block in _blocks(body) for stamp in _STAMP.findall(block)]
    return found[-1] if found else None


def boxes(body: str) -> Mapping[ItemId, bool]:
    """Return how each box of the block stands. One that stands there twice in two ways is left out."""
    seen: dict[ItemId, set[bool]] = {}
    for item in read_items("\n".join(_blocks(body))):
        seen.setdefault(item.id, set()).add(item.is_ticked)
    return {item: states.pop() for item, states in seen.items() if len(states) == 1}


def flips(before: str, after: str) -> tuple[Flip, ...]:
    """Return the boxes that stand otherwise after an edit, of those that were there before it, in the order after."""
    known = boxes(before)
    changed = ((item, ticked) for item, ticked in boxes(after).items() if known.get(item, ticked) != ticked)
    return tuple(Flip(item=item, is_ticked=ticked) for item, ticked in changed)


def damage(before: str, after: str) -> tuple[str, ...]:
    """Say in a line each what an edit did to the block beside boxes; empty where it did nothing to it.

    A body that had no sound block before says nothing of what was lost.
    """
    if not isinstance(find_block(before), Found):
        return ()
    return tuple(dict.fromkeys((*put_block(after, "").repairs, *_changed(before, after))))


def _changed(before: str, after: str) -> Iterator[str]:
    old, new = _Read(before), _Read(after)
    if not new.lines and not new.items:
        yield "The checklist was gone from the issue: it was written anew."
        return
    if missing := sum((Counter(old.items) - Counter(new.items)).values()):
        yield f"{_count(missing, 'item')} missing from the checklist: put back."
    if extra := sum((Counter(new.items) - Counter(old.items)).values()):
        yield f"{_count(extra, 'item')} too many in the checklist: removed."
    both = old.words.keys() & new.words.keys()
    if reworded := sum(old.words[item] != new.words[item] for item in both):
        yield f"The words of {_count(reworded, 'item')} were changed: the plan's own were put back."
    elif Counter(old.lines) != Counter(new.lines):
        yield "Other text of the checklist's block was changed: it was written anew. Your own text goes outside of it."


class _Read:
    """A block by its lines: items with their words, and the others."""

    def __init__(self, body: str) -> None:
        self.items: list[ItemId] = []
        self.words: dict[ItemId, str] = {}
        self.lines: list[str] = []
        for block in _blocks(body):
            for start, end, _ in lines_of(block):
                self._line(block[start:end])

    def _line(self, line: str) -> None:
        items = read_items(line)
        if items:
            self.items.append(items[0].id)
            self.words[items[0].id] = item_words(line)
        elif line.strip():
            self.lines.append(line.strip())


def _blocks(body: str) -> tuple[str, ...]:
    found = find_block(body)
    return (found.inside,) if isinstance(found, Found) else found.insides


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
