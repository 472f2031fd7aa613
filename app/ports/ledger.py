"""The ledger: one-off effects, each performed under a lease."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.domain.release.effects import Effect
from app.domain.release.events import Event
from app.domain.values import ReleaseId


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A ledger row in hand: claimed under a lease, for the `attempts`-th time."""

    id: int
    key: str  # who performs it, one after another: "release:<id>" or "repo:<id>"
    release: ReleaseId | None
    effect: Effect
    attempts: int  # 1 the first time: nothing can have been sent before. It fences off who claimed it earlier
    first_claimed_at: datetime


class Ledger(Protocol):
    """One-off effects, each performed under a lease and recorded with what came of it (Releases.commit).

    Who gives a row back or up that somebody else has claimed since changes nothing.
    """

    async def claim(self, key: str, now: datetime, lease_until: datetime) -> Entry | datetime | None:
        """Claim the oldest row of the key that is due. One that was put off holds up nobody.

        Where none is due: when one may be claimed next, or None where none is left.
        """
        ...

    async def renew(self, entry: Entry, lease_until: datetime) -> bool:
        """Keep a row that takes long; False where it is not in our hands any more."""
        ...

    async def put_off(self, entry: Entry, until: datetime, error: str) -> None:
        """Give a row back, not to be claimed before `until`."""
        ...

    async def put_back(self, entry: Entry, until: datetime, error: str) -> None:
        """Give a row back like `put_off`, of which nothing can have been done: the try does not count."""
        ...

    async def intend(self, entry: Entry, event: Event | None) -> None:
        """Note what is about to happen to GitHub, before it does; None: it did not."""
        ...

    async def intents(self, key: str) -> Sequence[Event]:
        """Return what was about to happen, as noted with the unfinished rows of the key, in their order."""
        ...

    async def hurry(self, key: str, now: datetime) -> bool:
        """Make what was put off under the key due at once; False where there is nothing."""
        ...

    async def keys(self) -> Sequence[str]:
        """Return the keys with unfinished rows."""
        ...

    async def unfinished(self, key: str) -> Sequence[Effect]:
        """Return what is still to be done under the key, oldest first."""
        ...

    async def fail(self, entry: Entry, error: str) -> None:
        """Give a row up for good: it stays, is counted, and is not tried again."""
        ...
