"""The notes in a few lines of plain text, for the message of a tag."""

from typing import Final

from app.domain.notes.kinds import OTHER, TITLES
from app.domain.notes.notes import Line, Notes

_LINES: Final = 60
_WIDTH: Final = 200  # characters of a line
_BREAKING: Final = "Breaking changes"
_OURS: Final = frozenset((_BREAKING, OTHER, *TITLES.values()))


def summary_of(notes: Notes) -> str:
    """Return the changes by their titles, one a line, bounded. No line of foreign text stands at a line's start."""
    groups = [(_BREAKING, notes.breaking)] if notes.breaking else []
    groups += [(group.title, tuple(line for part in group.components for line in part.lines)) for group in notes.groups]
    told: list[str] = []
    left = len(notes.lines)
    for title, lines in groups:
        shown = lines[: max(0, _LINES - len(told))]
        if not shown:
            break
        told += ["", _heading(title), *(f"- {_worded(line)}" for line in shown)]
        left -= len(shown)
    if left:
        told += ["", f"... and {left} more {'change' if left == 1 else 'changes'}"]
    since = f"Changes since {notes.base}" if notes.base else "The first release"
    return "\n".join([since, *told]) if told else f"No changes since {notes.base}" if notes.base else since


def _heading(title: str) -> str:
    return f"{title}:" if title in _OURS else f"“{_plain(title)}”:"  # a category of the repository's own is foreign


def _worded(line: Line) -> str:
    about = f"{line.component}: " if line.component else ""
    where = f" (#{line.number})" if line.number is not None else f" ({line.sha[:7]})"
    return _plain(f"{about}{line.words}", _WIDTH) + where


def _plain(text: str, limit: int = 100) -> str:
    """Return foreign text on one line, with nothing in it that cannot be seen."""
    words = " ".join("".join(sign if sign.isprintable() else " " for sign in text[: 4 * limit]).split())
    return words if len(words) <= limit else words[: limit - 1] + "…"
