"""Waiting for what must become visible on the simulated GitHub, within bounds."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final, TypeVar

from app.ports import Clock

T = TypeVar("T")

PATIENCE: Final = 60.0
"""Seconds after which the story gives up: far beyond what a slow machine takes."""

_LOOKS_EVERY: Final = 0.1  # seconds


class DidNotHappen(Exception):
    """Something the story waits for did not become visible in time. The message names it."""


async def wait_for(clock: Clock, what: str, look: Callable[[], T | None], *, patience: float = PATIENCE) -> T:
    """Return what `look` finds as soon as it finds anything but None or False. Raises DidNotHappen."""
    until = clock.now() + timedelta(seconds=patience)
    while True:
        seen = look()
        if seen is not None and seen is not False:
            return seen
        if clock.now() >= until:
            raise DidNotHappen(f"{what}: did not happen within {patience:g} seconds")
        await clock.sleep(_LOOKS_EVERY)
