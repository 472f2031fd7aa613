"""Time, and whose turn it is."""

from collections.abc import Awaitable, Callable, Generator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from datetime import datetime
from typing import Final, Protocol


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


class Moments(Protocol):
    """Times by key, known to whoever works on the key next: until when it rests, when it was done last."""

    async def of(self, key: str) -> datetime | None:
        """Return the time that is kept under the key."""
        ...

    async def keep(self, key: str, at: datetime | None) -> None:
        """Keep a time under the key; None: none any more."""
        ...


class Turns(Scheduler, Protocol):
    """A scheduler as those see it who start and stop it."""

    async def start(self) -> None:
        """Begin to work, with what was asked for before."""
        ...

    async def stop(self, grace_seconds: float = 10.0) -> None:
        """Begin nothing new, let the runs that go on finish within the grace, and cancel those that do not."""
        ...

    async def sweep(self) -> None:
        """Wake every key that has work."""
        ...

    async def idle(self) -> None:
        """Return when nothing is worked on here."""
        ...

    def has_turn(self) -> bool:
        """Whether what is worked on here is still ours, and nobody else's."""
        ...


Work = Callable[[str], Awaitable[None]]
"""The work of a key: it drains what is there and returns."""


class Turn:
    """One run of a key's work, for those who share something out among the runs that go on.

    `aside` is entered while a run waits for others to be done with what is shared: its scheduler lets another run in.
    """

    def __init__(self, kind: str, aside: Callable[[], AbstractContextManager[None]] = nullcontext) -> None:
        self.kind = kind  # of work: all that takes its scheduler's places from one another
        self.aside = aside
        self._afterwards: list[Callable[[], None]] = []

    def afterwards(self, do: Callable[[], None]) -> None:
        """Have something done when the run is over."""
        self._afterwards.append(do)

    @contextmanager
    def goes_on(self) -> Generator[None]:
        """Be the turn of whatever is called within."""
        token = TURN.set(self)
        try:
            yield
        finally:
            TURN.reset(token)
            for do in self._afterwards:
                do()


TURN: Final[ContextVar[Turn | None]] = ContextVar("turn", default=None)
"""Whose turn it is; None outside of a scheduler's work."""
