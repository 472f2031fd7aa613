"""The sweep: finds what has work and no wake-up, after a restart or a lost one."""

from app.ports import Clock, Inbox, Ledger, Releases, Scheduler


class Sweeper:
    """Wakes every key that has something to do. Waking one too often is harmless."""

    def __init__(self, inbox: Inbox, ledger: Ledger, releases: Releases, scheduler: Scheduler, clock: Clock) -> None:
        self._inbox = inbox
        self._ledger = ledger
        self._releases = releases
        self._scheduler = scheduler
        self._clock = clock

    async def sweep(self) -> None:
        """Wake deliveries that wait and effects that are due."""
        for key in await self._inbox.keys():
            self._scheduler.wake(f"inbox:{key}")
        for key in await self._ledger.keys():
            self._scheduler.wake(f"ledger:{key}")

    async def start(self) -> None:
        """Do what a start asks for: the sweep, and every open release asked after and shown."""
        await self.sweep()
        for release in await self._releases.open_ids():
            self._scheduler.wake(f"poll:{release}")

    async def forever(self, every: float) -> None:
        """Sweep every so many seconds, until cancelled."""
        while True:
            await self._clock.sleep(every)
            await self.sweep()
