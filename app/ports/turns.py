"""Time, and whose turn it is."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """The only source of time."""

    def now(self) -> datetime:
        """Return the moment, in UTC, with its time zone."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class Scheduler(Protocol):
    """Runs the work of a key, one run of a key at a time, keys side by side. Losing or repeating a wake is harmless."""

    def wake(self, key: str) -> None:
        """Look at the key soon. Many wakes while one run goes on make one more run."""
        ...

    def wake_at(self, key: str, at: datetime) -> None:
        """Look at the key at that time, or earlier when one was asked for already."""
        ...


Work = Callable[[str], Awaitable[None]]
"""The work of a key: it drains what is there and returns."""
