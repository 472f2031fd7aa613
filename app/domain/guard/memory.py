"""What the guard remembers of a tag, so that it tells of each thing once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from app.domain.values import Sha


class Standing(StrEnum):
    """How the guard took a tag when it last looked at it."""

    BEFORE = "before"  # it was there when the guard began: taken as it stands
    ACCEPTED = "accepted"
    INCIDENT = "incident"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownTag:
    """A tag as the guard last saw it."""

    name: str
    object: Sha  # what it pointed at; of one that is gone: what it pointed at last
    standing: Standing
    kept: Sha | None  # where it has to stay: the commit it was accepted at, of one from before what it points at
    revision: int  # how often something was written down of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """All that the guard remembers of a repository."""

    patterns: frozenset[str] = frozenset()  # of names that were looked for before
    tags: Mapping[str, KnownTag] = field(default_factory=dict[str, KnownTag])  # by name
