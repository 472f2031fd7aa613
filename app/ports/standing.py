"""How the work stands that waits in the database: for the figures and the doctor."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

AGES: Final = (0, 1, 10, 60, 600, 3600)
"""Seconds: the backlog is told by how many deliveries wait for longer than each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What has not been done yet, and what went wrong."""

    older_than: tuple[int, ...] = (0,) * len(AGES)  # deliveries that wait, by AGES; a longer one counts in each
    oldest_at: datetime | None = None  # when the oldest of them came
    failing: int = 0  # of those that wait: tried already
    parked: int = 0  # deliveries that are not tried again by themselves
    ledger: dict[str, int] = field(default_factory=dict[str, int])  # rows, by state
    lost: int = 0  # webhooks that GitHub could not deliver and that are still to come


class Standing(Protocol):
    """The database, asked how the work stands."""

    async def backlog(self, now: datetime) -> Backlog:
        """Return how it stands. Raises what the database raises."""
        ...
