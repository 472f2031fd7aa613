"""Webhooks that GitHub could not deliver, and the log in which it tells of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.domain.doctor.facts import HookDelivery


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPage:
    """A page of GitHub's log, newest first."""

    tries: tuple[HookDelivery, ...]
    following: str | None  # where the older ones are; None where there are none


class DeliveryLog(Protocol):
    """GitHub's log of what it delivered to the App. Every method raises GitHubError."""

    async def failed_deliveries(self, following: str | None) -> LogPage:
        """Return tries that failed: the newest, or those of the page that followed."""
        ...

    async def redeliver(self, number: int) -> None:
        """Have GitHub send once more what it sent in that try. It keeps three days of them."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the log has been looked through, kept so that a restart goes on from there."""

    seen_until: datetime | None = None  # all that failed before then is known; None: nothing is
    following: str | None = None  # the page at which the pass that is going on goes on; None: none is
    newest: datetime | None = None  # the latest failure that this pass has seen


@dataclass(frozen=True, slots=True, kw_only=True)
class LostDelivery:
    """A webhook that is not here."""

    guid: str
    number: int  # GitHub's id of the latest try
    event: str
    lost_at: datetime
    asked: int  # how often it was asked for again


class LostDeliveries(Protocol):
    """What is known of lost webhooks. Those that have come meanwhile are lost no more."""

    async def progress(self) -> Progress:
        """Return how far the log has been looked through."""
        ...

    async def note(self, found: Sequence[HookDelivery], progress: Progress, due: datetime) -> int:
        """Keep those that are not here, to be asked for from `due` on, and how far that was.

        Returns how many are new.
        """
        ...

    async def due(self, now: datetime, limit: int) -> Sequence[LostDelivery]:
        """Return those whose time to be asked for has come, asked for least first, then the oldest.

        Those that have come are forgotten.
        """
        ...

    async def claim(self, one: LostDelivery, next_at: datetime | None) -> bool:
        """Note, before it is asked for, that it is and when it may be again; False where somebody else has."""
        ...

    async def next_due(self) -> datetime | None:
        """Return when the next of them may be asked for; None where none waits."""
        ...

    async def prune(self, before: datetime) -> None:
        """Forget those that were lost before then."""
        ...
