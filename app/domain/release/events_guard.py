"""What the tag guard saw and did, as events of the log of the release that it concerns."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from app.domain.values import Sha


@dataclass(frozen=True, slots=True, kw_only=True)
class TagAccepted:
    """A tag stands where a green gate stands behind it; whatever becomes of the gate later, it may stay there."""

    tag: str
    object: Sha
    commit: Sha
    flaws: tuple[str, ...]  # what it lacks that ours have
    at: datetime
    kind: Literal["tag_accepted"] = "tag_accepted"


@dataclass(frozen=True, slots=True, kw_only=True)
class TagIncident:
    """A tag stands where no green gate stands behind it, or was moved or deleted."""

    tag: str
    object: Sha  # what it points at; of one that was deleted: what it pointed at last
    commit: Sha | None
    wrong: tuple[str, ...]
    at: datetime
    kind: Literal["tag_incident"] = "tag_incident"


@dataclass(frozen=True, slots=True, kw_only=True)
class TagReverted:
    """Such a tag is not there any more: the guard deleted it, unless somebody was quicker."""

    tag: str
    object: Sha
    at: datetime
    kind: Literal["tag_reverted"] = "tag_reverted"


@dataclass(frozen=True, slots=True, kw_only=True)
class TagLeft:
    """Such a tag was to be deleted, and was not."""

    tag: str
    object: Sha
    reason: str
    at: datetime
    kind: Literal["tag_left"] = "tag_left"


@dataclass(frozen=True, slots=True, kw_only=True)
class TagRunsCancelled:
    """Runs that such a tag had started were asked to stop."""

    tag: str
    commit: Sha
    runs: tuple[int, ...]
    at: datetime
    kind: Literal["tag_runs_cancelled"] = "tag_runs_cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class TagRunsLeft:
    """Runs that such a tag had started could not be stopped; none named: it could not be read which there are."""

    tag: str
    commit: Sha
    runs: tuple[int, ...]
    reason: str
    at: datetime
    kind: Literal["tag_runs_left"] = "tag_runs_left"


GuardEvent = TagAccepted | TagIncident | TagReverted | TagLeft | TagRunsCancelled | TagRunsLeft
"""What the tag guard saw and did."""
