"""What differs between two trees, file by file, with the figures that GitHub tells. Renames are not looked for."""

import difflib
import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How many lines a change adds and takes away, and which: no patch is told of what is not text."""

    additions: int
    deletions: int
    patch: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What happened to one file."""

    path: str
    status: Literal["added", "modified", "removed"]
    before: bytes | None
    after: bytes | None

    @property
    def figures(self) -> Figures:
        """The lines that come and go."""
        return _figures(self.before or b"", self.after or b"")


def changes(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> list[Change]:
    """Return what must happen to one tree to make the other of it, by path."""
    found: list[Change] = []
    for path in sorted(before.keys() | after.keys()):
        old, new = before.get(path), after.get(path)
        if old != new:
            status = "added" if old is None else "removed" if new is None else "modified"
            found.append(Change(path=path, status=status, before=old, after=new))
    return found


def _lines(data: bytes) -> list[str] | None:
    try:
        return None if b"\0" in data else io.StringIO(data.decode(), newline="\n").readlines()
    except UnicodeDecodeError:
        return None


def _shown(line: str) -> str:
    if line.endswith("\n") or line.startswith("@@"):
        return line.removesuffix("\n")
    return f"{line}\n\\ No newline at end of file"


@lru_cache(maxsize=256)
def _figures(before: bytes, after: bytes) -> Figures:
    old, new = _lines(before), _lines(after)
    if old is None or new is None:
        return Figures(additions=0, deletions=0, patch=None)
    lines = list(difflib.unified_diff(old, new, lineterm=""))[2:]  # without the two lines that name the files
    return Figures(
        additions=sum(line.startswith("+") for line in lines),
        deletions=sum(line.startswith("-") for line in lines),
        patch="\n".join(map(_shown, lines)),
    )
