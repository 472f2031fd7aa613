"""A clock that a test turns by hand: the simulated GitHub and the service under test both read it."""

import asyncio
import heapq
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Protocol

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""A Monday morning, on which simulated time begins unless told otherwise."""


_TURNS = 20  # of the event loop, for whoever woke to go on and perhaps sleep again


class Now(Protocol):
    """Anything that knows the time: all the simulation asks of a clock."""

    def now(self) -> datetime:
        """Return the moment, in UTC, with its time zone."""
        ...


class SimClock:
    """Time that stands still until it is advanced; it fits app.ports.Clock too."""

    def __init__(self, start: datetime = START) -> None:
        self._now = start
        self._sleepers: list[tuple[datetime, int, asyncio.Future[None]]] = []
        self._turn = count()

    def now(self) -> datetime:
        """Return the simulated moment."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Let time pass and wake who has slept long enough (they run when the event loop gets its turn)."""
        self._now += timedelta(seconds=seconds)
        while self._sleepers and self._sleepers[0][0] <= self._now:
            _, _, sleeper = heapq.heappop(self._sleepers)
            if not sleeper.done():
                sleeper.set_result(None)

    async def wind(self, seconds: float) -> None:
        """Let time pass as it does on the wall: whoever wakes goes on, and may sleep and wake again within it."""
        until = self._now + timedelta(seconds=seconds)
        await self._settle()
        while self._sleepers and self._sleepers[0][0] <= until:
            self.advance((self._sleepers[0][0] - self._now).total_seconds())
            await self._settle()
        self._now = until

    async def _settle(self) -> None:
        for _ in range(_TURNS):
            await asyncio.sleep(0)

    async def sleep(self, seconds: float) -> None:
        """Wait until the clock has been advanced by that much."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        sleeper = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._now + timedelta(seconds=seconds), next(self._turn), sleeper))
        await sleeper
