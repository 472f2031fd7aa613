"""What the tag guard remembers of a repository's tags."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from app.domain.guard.memory import KnownTag, Memory
from app.domain.values import Sha


@dataclass(frozen=True, slots=True, kw_only=True)
class TagNotes:
    """What the guard writes down after a look. A tag of which more was written meanwhile raises Conflict."""

    repo: int
    tags: Sequence[KnownTag] = ()  # each with its next revision
    patterns: Sequence[str] = ()  # of names that were looked for now for the first time


class TagMemory(Protocol):
    """Tags as the guard saw them last. They are written by `Releases.commit`, together with what follows from them."""

    async def of(self, repo: int) -> Memory:
        """Return what is remembered of a repository; nothing where the guard has never looked at it."""
        ...

    async def gone(self, repo: int, name: str, at: Sha) -> None:
        """Note that an incident was put an end to: the tag that pointed there was deleted. Repeating it is harmless."""
        ...
