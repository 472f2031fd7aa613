"""Where the work runs: in the event loop of whoever starts it, or in one of its own, on a thread of its own.

With its own, what is busy there holds up nobody here: a door goes on thanking GitHub while releases are shown.
"""

import asyncio
import os
import signal
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final, Protocol, TypeVar

import structlog

_log: Final = structlog.stdlib.get_logger()
T = TypeVar("T")
JOIN_SECONDS: Final = 2.0
MakeLoop = Callable[[], asyncio.AbstractEventLoop]


class WorkLoop(Protocol):
    """An event loop in which work runs."""

    async def run(self, do: Callable[[], Awaitable[T]]) -> T:
        """Run something there and return what comes of it. Raises what it raises."""
        ...

    def call(self, do: Callable[[str], None], key: str) -> None:
        """Have something done there soon."""
        ...

    async def close(self) -> None:
        """Let go of the loop. What still runs there is cancelled."""
        ...


class SameLoop:
    """The loop of whoever asks."""

    async def run(self, do: Callable[[], Awaitable[T]]) -> T:
        """Run it."""
        return await do()

    def call(self, do: Callable[[str], None], key: str) -> None:
        """Do it."""
        do(key)

    async def close(self) -> None:
        """Do nothing: it belongs to others."""


class OwnLoop:
    """A loop of its own. Its thread does not keep the process from ending; where it falls over, the process ends."""

    def __init__(self, make: MakeLoop) -> None:
        self._loop = make()
        self._end = asyncio.Event()
        self._is_ending = False
        self._thread = threading.Thread(target=self._live, name="work", daemon=True)
        self._thread.start()

    async def run(self, do: Callable[[], Awaitable[T]]) -> T:
        """Run it there. Raises RuntimeError once the loop is closed."""
        doing = _awaited(do)
        try:
            future = asyncio.run_coroutine_threadsafe(doing, self._loop)
        except RuntimeError:
            doing.close()
            raise
        return await asyncio.wrap_future(future)

    def call(self, do: Callable[[str], None], key: str) -> None:
        """Have it done there; nothing, once the loop is closed: whoever starts next looks for what is left."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(do, key)

    async def close(self) -> None:
        """End the thread, and wait for that; not for long, since it may stand still."""
        self._is_ending = True
        with suppress(RuntimeError):  # it has ended by itself
            self._loop.call_soon_threadsafe(self._end.set)
        await asyncio.to_thread(self._thread.join, JOIN_SECONDS)

    def _live(self) -> None:
        why = ""
        try:
            with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
                runner.run(_awaited(self._end.wait))
        except BaseException as error:  # noqa: BLE001 - a thread dies of SystemExit without a word
            why = type(error).__name__
        if not self._is_ending:  # the process would go on without it, and nobody would start it anew
            _log.critical("work.ended", error=why)
            os.kill(os.getpid(), signal.SIGTERM)


async def _awaited(do: Callable[[], Awaitable[T]]) -> T:
    return await do()
