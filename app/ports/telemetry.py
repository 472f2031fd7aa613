"""What is measured and traced: each thing is told where it happens, to whoever keeps the figures."""

from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol


class Call(StrEnum):
    """What GitHub was asked for."""

    READ = "read"
    WRITE = "write"


class CallAnswer(StrEnum):
    """What kind of answer a call to GitHub got."""

    DONE = "done"
    UNCHANGED = "unchanged"  # 304: it costs nothing of the hourly limit
    MOVED = "moved"
    REFUSED = "refused"
    MISSING = "missing"
    THROTTLED = "throttled"
    FAILED = "failed"
    SILENT = "silent"  # no answer, or one that could not be read to its end


class Handling(StrEnum):
    """What came of handling a delivery."""

    HANDLED = "handled"
    POSTPONED = "postponed"
    PARKED = "parked"


class Meter(Protocol):
    """Takes figures. It never raises and never waits. Seconds below zero, from a clock that was set, count as none."""

    def acknowledged(self, status: int, seconds: float) -> None:
        """Count a webhook that was answered with that status, so long after its headers had come."""
        ...

    def handled(self, outcome: Handling, seconds: float) -> None:
        """Count a try to handle a delivery, and how long after its arrival the try ended."""
        ...

    def lagged(self, seconds: float) -> None:
        """Count how long after something had happened on GitHub its webhook arrived."""
        ...

    def called(self, call: Call, answer: CallAnswer, seconds: float) -> None:
        """Count a call to GitHub."""
        ...

    def work_failed(self, kind: str) -> None:
        """Count a run of some kind of work that fell over; it is tried again."""
        ...


Noted = str | int | bool


class Span(Protocol):
    """A piece of work that is being traced."""

    def note(self, name: str, value: Noted) -> None:
        """Say something about it."""
        ...

    def failed(self, why: str) -> None:
        """Say that it failed. `why` holds nothing from outside: a kind of error, a status."""
        ...


class Tracer(Protocol):
    """Traces pieces of work, one within another."""

    def span(self, name: str, **about: Noted) -> AbstractContextManager[Span]:
        """Trace what is done in the block. An error that leaves it makes it a failed one, told by its kind alone."""
        ...


class Unmetered:
    """A meter that keeps nothing."""

    def acknowledged(self, status: int, seconds: float) -> None:
        """Keep nothing."""

    def handled(self, outcome: Handling, seconds: float) -> None:
        """Keep nothing."""

    def lagged(self, seconds: float) -> None:
        """Keep nothing."""

    def called(self, call: Call, answer: CallAnswer, seconds: float) -> None:
        """Keep nothing."""

    def work_failed(self, kind: str) -> None:
        """Keep nothing."""


class _Unseen:
    def note(self, name: str, value: Noted) -> None:
        pass

    def failed(self, why: str) -> None:
        pass


_UNSEEN: Final = _Unseen()


class Untraced:
    """A tracer that traces nothing."""

    @contextmanager
    def span(self, name: str, **about: Noted) -> Generator[Span]:
        """Trace nothing."""
        del name, about
        yield _UNSEEN


UNMETERED: Final = Unmetered()
UNTRACED: Final = Untraced()


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Who measures and who traces."""

    meter: Meter = UNMETERED
    tracer: Tracer = UNTRACED


UNWATCHED: Final = Watch()
