"""Turns in one process: asyncio tasks, one run of a key at a time, alarms by the clock, and a sweep for lost wakes."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from contextvars import Context
from datetime import datetime

import structlog

from app.adapters.scheduler.lane import Lane
from app.adapters.scheduler.sweeps import Find, Sweeps
from app.ports import Clock, Work

log = structlog.stdlib.get_logger()


class LocalScheduler:
    """The port `Scheduler` for one process. A key is `<prefix>:<rest>`; the prefix's work is called with the rest.

    Each prefix has its own `concurrency`, so that slow work of one kind never keeps another from running.
    Every `sweep_seconds`, and at the start, each prefix's `sweeps` is asked for keys with work.
    """

    def __init__(
        self,
        work: Mapping[str, Work],
        clock: Clock,
        *,
        concurrency: int = 32,
        sweeps: Mapping[str, Find] | None = None,
        sweep_seconds: float = 30.0,
    ) -> None:
        self._clock = clock
        self._sweep_seconds = sweep_seconds
        self._lanes = {
            prefix: Lane(prefix, do, clock, concurrency, self._alarm_for(prefix), self._note_change)
            for prefix, do in work.items()
        }
        self._sweeps = Sweeps(sweeps, self._lanes)
        self._alarms: dict[str, tuple[datetime, asyncio.Task[None]]] = {}
        self._sweeper: asyncio.Task[None] | None = None
        self._idle = asyncio.Event()
        self._idle.set()
        self._is_stopped = False

    def wake(self, key: str) -> None:
        """Look at the key soon. Many wakes while one run goes on make one more. Raises KeyError for no such work."""
        prefix, _, rest = key.partition(":")
        lane = self._lanes[prefix]
        if not self._is_stopped:
            lane.wake(rest)

    def wake_at(self, key: str, at: datetime) -> None:
        """Look at the key at that time, or earlier when one was asked for already. Raises KeyError for no such work."""
        if key.partition(":")[0] not in self._lanes:
            raise KeyError(key)
        asked = self._alarms.get(key)
        if self._is_stopped or (asked is not None and asked[0] <= at):
            return
        if asked is not None:
            asked[1].cancel()
        self._alarms[key] = (at, self._spawn(self._ring(key, at)))

    @property
    def alarms(self) -> dict[str, datetime]:
        """When each key that has an alarm is looked at."""
        return {key: at for key, (at, _) in self._alarms.items()}

    def has_turn(self) -> bool:
        """Whether what is worked on here is ours: always, since there is nobody else."""
        return True

    async def start(self) -> None:
        """Begin to work, with what was asked for before."""
        for lane in self._lanes.values():
            lane.is_open = True
            lane.pump()
        if self._sweeps:
            self._sweeper = self._spawn(self._sweep_forever())

    async def stop(self, grace_seconds: float = 10.0) -> None:
        """Begin nothing new, let the runs that go on finish within the grace, and cancel those that do not."""
        self._is_stopped = True
        waiting = [task for _, task in self._alarms.values()]
        if self._sweeper is not None:
            waiting.append(self._sweeper)
        for lane in self._lanes.values():
            lane.is_open = False
        runs = [run for lane in self._lanes.values() for run in lane.runs]
        if runs:
            _, unfinished = await asyncio.wait(runs, timeout=grace_seconds)
            waiting.extend(unfinished)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        self._alarms.clear()

    async def idle(self) -> None:
        """Return when no key is queued or running. Alarms that are yet to ring do not count."""
        while not self._idle.is_set():
            await self._idle.wait()

    async def sweep(self) -> None:
        """Wake every key that has work. A sweep that fails is told, and the others go on."""
        async for key in self._sweeps.keys():
            self.wake(key)

    async def _sweep_forever(self) -> None:
        while True:
            await self.sweep()
            await self._clock.sleep(self._sweep_seconds)

    async def _ring(self, key: str, at: datetime) -> None:
        await self._clock.sleep(max(0.0, (at - self._clock.now()).total_seconds()))
        del self._alarms[key]
        self.wake(key)

    def _alarm_for(self, prefix: str) -> Callable[[str, datetime], None]:
        return lambda rest, at: self.wake_at(f"{prefix}:{rest}", at)

    def _note_change(self) -> None:
        if any(lane.is_busy for lane in self._lanes.values()):
            self._idle.clear()
        else:
            self._idle.set()

    def _spawn(self, coroutine: Coroutine[object, object, None]) -> asyncio.Task[None]:
        return asyncio.get_running_loop().create_task(coroutine, context=Context())
