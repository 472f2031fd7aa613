"""The inbox: deliveries as they came, stored once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

MOST_TROUBLED: Final = 1_000  # that are told of at once
READ_BYTES: Final = 1024 * 1024  # of payloads that are read at once; the last of them may be as large as it likes


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One webhook POST, kept as it came."""

    id: str  # X-GitHub-Delivery
    event: str  # X-GitHub-Event
    key: str  # who must handle it one after another: "repo:<id>", or "installation:<id>", or "app"
    payload: bytes  # the raw JSON
    received_at: datetime
    attempts: int = 0
    seq: int = 0  # where it stands among all that were stored; 0 before that


@dataclass(frozen=True, slots=True, kw_only=True)
class Troubled:
    """A delivery that could not be handled: parked, or being tried again."""

    id: str
    event: str
    key: str
    received_at: datetime
    attempts: int
    error: str
    parked_at: datetime | None  # None: it is tried again by itself


class Replayed(StrEnum):
    """What came of putting a delivery back."""

    PUT_BACK = "put_back"
    WAITING = "waiting"  # it is tried again anyway
    HANDLED = "handled"
    UNKNOWN = "unknown"


class Inbox(Protocol):
    """Deliveries: stored once, drained in order of arrival within a key."""

    async def store(self, delivery: Delivery) -> bool:
        """Store and commit; False where that delivery id is there already."""
        ...

    async def waiting(self, key: str, limit: int, *, after: int = 0) -> Sequence[Delivery]:
        """Return the oldest unhandled deliveries of a key that are not parked, of those behind that `seq`.

        Fewer than `limit` are all of them, or have READ_BYTES together.
        """
        ...

    async def keys(self) -> Sequence[str]:
        """Return the keys that have unhandled deliveries."""
        ...

    async def failed(self, delivery: str, error: str, *, park: bool) -> None:
        """Count a failed try; park it where it is not to be tried again by itself. The error text is bounded."""
        ...
