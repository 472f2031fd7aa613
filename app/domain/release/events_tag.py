"""What became of a release's tag, as events of its log."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from app.domain.values import Person, Sha


@dataclass(frozen=True, slots=True, kw_only=True)
class TagRequested:
    """Somebody asked for the tag at the target, typed it out, and the gate was green; the intent is in the ledger."""

    tag: str
    sha: Sha
    by: Person
    at: datetime
    kind: Literal["tag_requested"] = "tag_requested"


@dataclass(frozen=True, slots=True, kw_only=True)
class TagMade:
    """The tag stands on GitHub, and what was read back is what was to be made."""

    tag: str
    object: Sha
    commit: Sha
    is_signed: bool
    url: str
    at: datetime
    kind: Literal["tag_made"] = "tag_made"


@dataclass(frozen=True, slots=True, kw_only=True)
class TagRefused:
    """The tag was not made, or nobody knows whether it was."""

    tag: str
    reason: str
    at: datetime
    kind: Literal["tag_refused"] = "tag_refused"


TagEvent = TagRequested | TagMade | TagRefused
"""What became of the release's tag."""
