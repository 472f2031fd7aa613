"""What a commit or pull request takes back, and which of them are left when all that was taken back is gone."""

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from app.domain.notes.conventional import MESSAGE_READ, read_conventional, subject_of

_ANY: Final = re.compile("revert|reapply", re.IGNORECASE)
_COMMITS: Final = re.compile(r"This reverts commit ([0-9a-f]{7,64})\b")
_PULLS: Final = re.compile(r"^Reverts [\w.-]{1,100}/[\w.-]{1,100}#([0-9]{1,9})\b", re.MULTILINE)
_SHA: Final = re.compile(r"\b[0-9a-f]{7,64}\b")
_TITLE: Final = re.compile(r'(Revert|Reapply) "(.*)"(?: \(#[0-9]{1,9}\))?')  # git words a revert of a revert so
NUMBER: Final = re.compile(r"(.*\S) \(#([0-9]{1,9})\)")
"""A title with the number that a squash merge puts behind it."""


@dataclass(frozen=True, slots=True)
class Reverted:
    """What is said to be taken back: commits by their shas, perhaps shortened, and pull requests; else a title."""

    title: str
    shas: tuple[str, ...] = ()
    pulls: tuple[int, ...] = ()


def reverted_in(message: str) -> Reverted | None:
    """Return what a message takes back, None where it takes nothing back."""
    text = message[:MESSAGE_READ]
    if not _ANY.search(text):
        return None
    quoted = _TITLE.fullmatch(subject_of(text))
    read = read_conventional(text)
    typed = read if read is not None and read.type == "revert" else None
    shas: list[str] = _COMMITS.findall(text)
    if quoted is not None:
        title = bare(quoted[2]) if quoted[1] == "Revert" else f'Revert "{bare(quoted[2])}"'
    elif typed is not None:
        shas += [sha for token, value in typed.footers if token.casefold() == "refs" for sha in _SHA.findall(value)]
        title = bare(typed.words)
    else:
        return None  # whatever else it says: a change may take the place of what it takes back
    pulls = tuple(int(number) for number in _PULLS.findall(text))
    return Reverted(shas=tuple(dict.fromkeys(shas)), pulls=pulls, title=title)


def bare(title: str) -> str:
    """Return a title without the number of its pull request."""
    found = NUMBER.fullmatch(title)
    return found[1] if found else title


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One thing in the order of time: by what it can be named, and what it takes back."""

    shas: tuple[str, ...]  # those by which the whole of it is meant
    pull: int | None
    titles: tuple[str, ...]
    reverted: Reverted | None


def left_after_reverts(things: Sequence[Known]) -> list[bool]:
    """Tell of each thing whether it is left. Things come oldest first.

    Who takes something back goes with it; what takes back a revert brings back what that one had taken. A revert of
    something that is not among the things, since an earlier release brought it, stays: it is news.
    """
    find = _Finder(things)
    left = [True] * len(things)
    for at in range(len(things) - 1, -1, -1):
        reverted = things[at].reverted
        if not left[at] or reverted is None:
            continue
        targets = find.targets(reverted, before=at)
        if targets is None:
            continue
        left[at] = False
        for target in targets:
            left[target] = False
    return left


class _Finder:
    def __init__(self, things: Sequence[Known]) -> None:
        pairs = sorted((sha, at) for at, thing in enumerate(things) for sha in thing.shas)
        self._shas = [sha for sha, _ in pairs]
        self._places = [at for _, at in pairs]
        self._pulls: Mapping[int, int] = {t.pull: at for at, t in enumerate(things) if t.pull is not None}
        self._titles: dict[str, list[int]] = {}
        for at, thing in enumerate(things):
            for title in dict.fromkeys(thing.titles):
                self._titles.setdefault(title, []).append(at)

    def targets(self, reverted: Reverted, *, before: int) -> list[int] | None:
        """Return all that is taken back, None where not all of it is among the earlier things."""
        named = [self._by_sha(sha) for sha in reverted.shas] + [self._pulls.get(number) for number in reverted.pulls]
        found = [at for at in named if at is not None and at < before]
        if named:
            return found if len(found) == len(named) else None
        at = self._by_title(reverted.title, before)
        return None if at is None else [at]

    def _by_sha(self, sha: str) -> int | None:
        at = bisect_left(self._shas, sha)
        return self._places[at] if at < len(self._shas) and self._shas[at].startswith(sha) else None

    def _by_title(self, title: str, before: int) -> int | None:
        """Return the latest earlier thing of that title."""
        places = self._titles.get(title, [])
        at = bisect_left(places, before)
        return places[at - 1] if at else None
