"""Asking again for what may be asked for any number of times."""

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

import stamina

from app.adapters.github.answers import Unreachable
from app.ports import Unclear

T = TypeVar("T")

_again: Final = stamina.AsyncRetryingCaller(attempts=2, timeout=60.0, wait_initial=0.3, wait_max=2.0).on(Unclear)


async def patiently(ask: Callable[[], Awaitable[T]]) -> T:
    """Ask up to three times for something that may be asked for any number of times. Raises Unclear in the end.

    The second time comes at once: most often the server had just closed the connection that lay ready.
    """
    try:
        return await ask()
    except Unclear as error:
        try:
            return await _again(ask)
        except Unreachable:
            raise error from None  # GitHub is left alone by now: what was asked did get no answer
