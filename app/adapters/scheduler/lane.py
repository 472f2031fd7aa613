"""One kind of work: many keys, each worked on by one run at a time, the longest waiting first."""

import asyncio
from collections import deque
from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import Context
from datetime import datetime

from app.adapters.scheduler.rests import Rests
from app.ports import Clock, Turn, Work


class Lane:
    """The keys of one kind of work. A key is queued, running, running and asked for once more, or at rest.

    `call_at` sets an alarm for a key; `changed` is called whenever a run begins or ends.
    """

    def __init__(
        self,
        name: str,
        work: Work,
        clock: Clock,
        concurrency: int,
        call_at: Callable[[str, datetime], None],
        changed: Callable[[], None],
    ) -> None:
        self._name = name
        self._work = work
        self._concurrency = concurrency
        self._call_at = call_at
        self._changed = changed
        self._queue: deque[str] = deque()
        self._queued: set[str] = set()
        self._running: dict[str, asyncio.Task[None]] = {}
        self._aside = 0  # of those that run: they wait for others, and leave their place to whoever is next
        self._rests = Rests(clock)
        self.is_open = False

    @property
    def is_busy(self) -> bool:
        """Whether a key is queued or running."""
        return bool(self._queue or self._running)

    @property
    def runs(self) -> list[asyncio.Task[None]]:
        """The runs that go on."""
        return list(self._running.values())

    def wake(self, key: str) -> None:
        """Queue the key, unless it is queued already; one that rests after a failure is queued when it has rested."""
        if (rests_until := self._rests.until(key)) is not None:
            self._call_at(key, rests_until)
            return
        if key in self._queued:
            return
        self._queued.add(key)
        if key not in self._running:
            self._queue.append(key)
        self.pump()

    def pump(self) -> None:
        """Start what may start."""
        while self.is_open and self._queue and len(self._running) - self._aside < self._concurrency:
            key = self._queue.popleft()
            # A context of its own: what the waker had bound to its log lines does not belong to this work.
            self._running[key] = asyncio.get_running_loop().create_task(self._run(key), context=Context())
        self._changed()

    async def _run(self, key: str) -> None:
        self._queued.discard(key)  # a wake from here on may concern what this run does not see any more
        try:
            with Turn(self._name, self._step_aside).goes_on():
                await self._work(key)
            self._rests.worked(key)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told, and the next key must not suffer
            self._queued.discard(key)
            self._call_at(key, self._rests.failed(self._name, key, error))
        finally:
            del self._running[key]
            if key in self._queued:
                self._queue.append(key)
            self.pump()

    @contextmanager
    def _step_aside(self) -> Generator[None]:
        """Let another key run meanwhile. Whoever comes back goes on at once, beside it."""
        self._aside += 1
        self.pump()
        try:
            yield
        finally:
            self._aside -= 1
