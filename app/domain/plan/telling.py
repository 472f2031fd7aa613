"""Short pieces of plain text with which differences of a plan are told. Templates neutralise them."""

from collections.abc import Iterable
from itertools import takewhile
from typing import Final

from app.domain.plan.model import ByWorkflow, Manual, Task, Wanted
from app.domain.plan.text import one_spaced, plain
from app.domain.plan.words import wanted_in_words

_QUOTE: Final = 80  # characters of an item or title
_PIECE: Final = 70  # of anything else
_BEFORE: Final = 20  # shown in front of the first difference, where the beginnings are alike


def one_line(text: str, limit: int = _PIECE) -> str:
    """The text on one line, at most so many characters of it."""
    line = one_spaced(text)
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


def quoted(text: str) -> str:
    """The beginning of a text in quotation marks, without its links and emphasis."""
    return f'"{one_line(plain(text), _QUOTE)}"'


def contrast(old: str, new: str) -> str:
    """Two texts in quotation marks, cut so that what differs can be seen."""
    before, after = one_spaced(plain(old)), one_spaced(plain(new))
    if before == after:  # only a link or emphasis differs
        before, after = one_spaced(old), one_spaced(new)
    before, after = _apart(before, after, _QUOTE)
    return f'"{before}" → "{after}"'


def became(what: str, old: str, new: str) -> str:
    """What one thing was, and what it is now."""
    return f"{what}: {' → '.join(_apart(one_spaced(old), one_spaced(new), _PIECE))}"


def _apart(before: str, after: str, limit: int) -> tuple[str, str]:
    """Cut two texts on one line; where they begin alike for long, a little before they part."""
    alike = sum(1 for _ in takewhile(lambda signs: signs[0] == signs[1], zip(before, after, strict=False)))
    if alike > limit - _BEFORE and max(len(before), len(after)) > limit:
        before, after = f"…{before[alike - _BEFORE :]}", f"…{after[alike - _BEFORE :]}"
    return one_line(before, limit), one_line(after, limit)


def listed(words: Iterable[str]) -> str:
    """Words one after another, or that there are none."""
    return ", ".join(words) or "none"


def called(task: Task) -> str:
    """A task's number and title."""
    return one_line(task.label, 60)


def waits_for(wanted: Wanted) -> str:
    """What an item waits for, as people say it of an item."""
    if isinstance(wanted, Manual):
        return "by hand"
    of = f" of {wanted.repo}" if isinstance(wanted, ByWorkflow) and wanted.repo else ""
    return f"{wanted_in_words(wanted)}{of}"


def counted(number: int, thing: str) -> str:
    """A number of things."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
