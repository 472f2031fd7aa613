"""How one item of the plan stands, and the evidence for it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.domain.plan.model import Item
from app.domain.release.said import Claim, Waiver
from app.domain.values import Person, Sha


class State(StrEnum):
    """How an item stands. Only DONE is a tick."""

    OPEN = "open"
    RUNNING = "running"
    FAILED = "failed"
    WAIVED = "waived"
    DONE = "done"

    @property
    def is_settled(self) -> bool:
        """Whether nothing more is waited for: the item is done, or left undone on purpose."""
        return self in (State.DONE, State.WAIVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Why an item counts as done: what or who says so, for which commit, since when, with a link."""

    what: str
    url: str
    sha: Sha
    at: datetime
    by: Person | None = None  # None: a machine


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemStanding:
    """How an item stands, with its evidence or with what it waits for."""

    item: Item
    state: State
    evidence: Evidence | None = None
    found: str = ""  # what was seen instead of success: "job notarize (intel): failure"
    url: str | None = None  # where that can be looked at
    waiver: Waiver | None = None  # in force, or waiting for a second person
    claim: Claim | None = None  # its box stands otherwise in the issue, and nobody knows who did that

    @property
    def is_boxed(self) -> bool:
        """Whether its box is to show a tick. A tick that nobody has claimed stays, and counts for nothing."""
        return self.claim.is_ticked if self.claim is not None else self.state is State.DONE
