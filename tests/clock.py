"""A clock that tests wind by hand."""

import asyncio
import heapq
from datetime import UTC, datetime, timedelta

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
TURNS = 20  # of the event loop, for whoever woke to go on and perhaps sleep again


class ManualClock:
    """Time stands still until `advance`; sleepers wake in the order of their hours, as they would on the wall."""

    def __init__(self, now: datetime = NOON) -> None:
        self._now = now
        self._sleepers: list[tuple[datetime, int, asyncio.Future[None]]] = []
        self._count = 0

    def now(self) -> datetime:
        return self._now

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._count += 1
        heapq.heappush(self._sleepers, (self._now + timedelta(seconds=seconds), self._count, woken))
        await woken

    async def advance(self, seconds: float) -> None:
        """Let that much time pass. Who sleeps again meanwhile is woken again, if that hour comes within it too."""
        until = self._now + timedelta(seconds=seconds)
        await self._settle()
        while self._sleepers and self._sleepers[0][0] <= until:
            at, _, woken = heapq.heappop(self._sleepers)
            if woken.done():
                continue  # it was cancelled in its sleep
            self._now = at
            woken.set_result(None)
            await self._settle()
        self._now = until

    async def _settle(self) -> None:
        for _ in range(TURNS):
            await asyncio.sleep(0)
