"""Who has been told to wait: while an installation is rate limited, GitHub is not asked for it again."""

from datetime import datetime, timedelta
from typing import Final

from app.ports import Throttled

_SHORTEST: Final = timedelta(seconds=1)
_UNTOLD: Final = timedelta(seconds=60)  # GitHub asks for at least a minute where it names no time, longer each time
_LONGEST: Final = timedelta(minutes=65)  # a primary limit resets within the hour; more than that is a broken header
_DOUBLINGS: Final = 4


class Throttles:
    """Rate limits by caller (an installation's id, or 0 for the App itself). One caller's limit touches no other's."""

    def __init__(self) -> None:
        self._until: dict[int, datetime] = {}
        self._in_a_row: dict[int, int] = {}

    def check(self, caller: int, now: datetime) -> None:
        """Raise Throttled while the caller has to wait."""
        if (until := self._until.get(caller)) is None:
            return
        if now < until:
            raise Throttled(until)
        del self._until[caller]

    def hit(self, caller: int, wait: timedelta | None, now: datetime) -> Throttled:
        """Note a rate limit, with the wait that GitHub named or None, and return the error to raise."""
        times = self._in_a_row.get(caller, 0)
        self._in_a_row[caller] = times + 1
        pause = wait if wait is not None else _UNTOLD * 2 ** min(times, _DOUBLINGS)
        until = now + min(max(pause, _SHORTEST), _LONGEST)
        # answers to calls made side by side may name different times: the latest holds
        self._until[caller] = until = max(until, self._until.get(caller, until))
        return Throttled(until)

    def calm(self, caller: int) -> None:
        """Note that GitHub answered the caller as usual."""
        self._in_a_row.pop(caller, None)
