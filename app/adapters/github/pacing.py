"""How fast we write: content-creating calls of an installation, kept under GitHub's own limits.

GitHub takes about 80 of them a minute and 500 an hour:
https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits
"""

import asyncio
from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog

from app.ports import Bucket, Buckets, Clock, Throttled

_log: Final = structlog.stdlib.get_logger()
_MINUTE_SECONDS: Final = 60
_HOUR_MINUTES: Final = 60
_ROUNDING: Final = 0.001  # seconds: whoever comes back at the time he was told must find room
_TRIES: Final = 10  # against other processes, of which one gets on each time
_CROWDED: Final = timedelta(seconds=1)
_APART: Final = 60.0  # seconds: clocks of two hosts differ by less; what is further ahead was a wrong clock's


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How much may be written. A share is kept for answers to people: projections leave it alone."""

    burst: int = 20
    per_minute: int = 80  # in any 60 seconds, the burst included
    per_hour: int = 500  # in any hour
    kept_for_people: float = 0.25

    @property
    def refill_per_second(self) -> float:
        """What the bucket gains, such that a full bucket and a minute's refill make `per_minute`."""
        return max(self.per_minute - self.burst, 1) / _MINUTE_SECONDS


class Pacing:
    """Token buckets, one per installation. It never waits: it says when there is room, and the caller comes back.

    With `shared` they are those of several processes, which keep to one pace together.
    """

    def __init__(self, clock: Clock, pace: Pace | None = None, shared: Buckets | None = None) -> None:
        self._clock = clock
        self._pace = pace or Pace()
        self._shared = shared
        self._known: dict[int, Bucket | None] = {}
        self._turns: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def take(self, installation: int, *, for_people: bool) -> None:
        """Count one write. Raises Throttled with the time when there is room again.

        Where it cannot be counted, for the database is away or others are quicker each time, that is in a second.
        """
        async with self._turns[installation]:
            for _ in range(_TRIES):
                if await self._taken(installation, for_people=for_people):
                    return
        raise Throttled(self._clock.now() + _CROWDED)

    async def _taken(self, installation: int, *, for_people: bool) -> bool:
        """Take from the bucket as it is known; False where it is another by now. Raises Throttled.

        Others have taken from it since, if anything: where there is no room as it is known, there is none.
        """
        now, known = self._clock.now(), self._known.get(installation)
        filled = self._filled(known, now.timestamp())
        wait = self._wait(filled, now.timestamp(), for_people=for_people)
        if wait > 0:
            raise Throttled(now + timedelta(seconds=wait + _ROUNDING))
        after = _less_one(filled, now.timestamp())
        if self._shared is not None and not await self._is_replaced(self._shared, installation, after):
            return False
        self._known[installation] = after
        return True

    async def _is_replaced(self, shared: Buckets, installation: int, after: Bucket) -> bool:
        try:
            if await shared.replace(installation, after):
                return True
            self._known[installation] = await shared.of(installation)  # another process was quicker
        except Exception as error:  # whatever ails the database: nothing was sent, and callers know Throttled for that
            _log.warning("writes.not_counted", installation=installation, error=type(error).__name__)
            raise Throttled(self._clock.now() + _CROWDED) from error
        return False

    def _filled(self, bucket: Bucket | None, moment: float) -> Bucket:
        """Return the bucket with what it has gained until now, and with what was written in the last hour alone.

        What another host's clock says was written in the hour to come counts too; what is further ahead was a clock's
        that was wrong.
        """
        counts = bucket.by_minute if bucket else dict[int, int]()
        minute_now = int(moment) // _MINUTE_SECONDS
        by_minute = {at: n for at, n in counts.items() if abs(at - minute_now) <= _HOUR_MINUTES}
        if bucket is None or bucket.filled_at - moment > _APART:
            return Bucket(tokens=float(self._pace.burst), filled_at=moment, by_minute=by_minute)
        # A second that has been filled for is not filled for again by a host whose clock is behind.
        gained = max(moment - bucket.filled_at, 0.0) * self._pace.refill_per_second
        tokens = min(bucket.tokens + gained, float(self._pace.burst))
        return Bucket(tokens=tokens, filled_at=max(moment, bucket.filled_at), by_minute=by_minute)

    def _wait(self, bucket: Bucket, moment: float, *, for_people: bool) -> float:
        """Return the seconds until there is room: in the bucket, and in the hour."""
        kept = 0.0 if for_people else self._pace.kept_for_people
        lacking = 1 + self._pace.burst * kept - bucket.tokens
        # By a clock that is behind, the bucket may have been filled for some seconds to come.
        wait = lacking / self._pace.refill_per_second + bucket.filled_at - moment if lacking > 0 else 0.0
        excess = sum(bucket.by_minute.values()) - int(self._pace.per_hour * (1 - kept))
        for minute in sorted(bucket.by_minute):
            if excess < 0:
                break
            excess -= bucket.by_minute[minute]
            wait = max(wait, (minute + 1 + _HOUR_MINUTES) * _MINUTE_SECONDS - moment)
        return wait


def _less_one(bucket: Bucket, moment: float) -> Bucket:
    minute = int(moment) // _MINUTE_SECONDS
    by_minute = {**bucket.by_minute, minute: bucket.by_minute.get(minute, 0) + 1}
    return Bucket(tokens=bucket.tokens - 1, filled_at=bucket.filled_at, by_minute=by_minute)
