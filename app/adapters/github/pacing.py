"""How fast we write: content-creating calls of an installation, kept under GitHub's own limits.

GitHub takes about 80 of them a minute and 500 an hour:
https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from app.ports import Bucket, Buckets, Clock, Throttled

_MINUTE: Final = 60
_HOUR: Final = 60  # minutes
_ROUNDING: Final = 0.001  # seconds: whoever comes back at the time he was told must find room
_TRIES: Final = 10  # against other processes, of which one gets on each time
_CROWDED: Final = timedelta(seconds=1)
_APART: Final = 60.0  # seconds: clocks of two hosts differ by less; one that differs by more was set back


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
        return max(self.per_minute - self.burst, 1) / _MINUTE


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
        """Count one write. Raises Throttled with the time when there is room again."""
        async with self._turns[installation]:
            for _ in range(_TRIES):
                if await self._taken(installation, for_people=for_people):
                    return
        raise Throttled(self._clock.now() + _CROWDED)

    async def _taken(self, installation: int, *, for_people: bool) -> bool:
        """Take from the bucket as it is known; False where it is another by now. Raises Throttled.

        Others can only have taken from it since: where there is no room as it is known, there is none.
        """
        now, known = self._clock.now(), self._known.get(installation)
        filled = self._filled(known, now.timestamp())
        wait = self._wait(filled, now.timestamp(), for_people=for_people)
        if wait > 0:
            raise Throttled(now + timedelta(seconds=wait + _ROUNDING))
        after = _less_one(filled, now.timestamp())
        if self._shared is not None and not await self._shared.replace(installation, known, after):
            self._known[installation] = await self._shared.of(installation)  # another process was quicker
            return False
        self._known[installation] = after
        return True

    def _filled(self, bucket: Bucket | None, moment: float) -> Bucket:
        """Return the bucket with what it has gained until now, and without what was written more than an hour ago."""
        counts: Mapping[int, int] = bucket.by_minute if bucket else {}
        oldest = int(moment) // _MINUTE - _HOUR
        by_minute = {minute: count for minute, count in counts.items() if minute >= oldest}
        if bucket is None or bucket.filled_at - moment > _APART:
            return Bucket(tokens=float(self._pace.burst), filled_at=moment, by_minute=by_minute)
        # A second that has been filled for is not filled for again by a host whose clock is behind.
        gained = max(moment - bucket.filled_at, 0.0) * self._pace.refill_per_second
        tokens = min(bucket.tokens + gained, float(self._pace.burst))
        return Bucket(tokens=tokens, filled_at=max(moment, bucket.filled_at), by_minute=by_minute)

    def _wait(self, bucket: Bucket, moment: float, *, for_people: bool) -> float:
        """Return the seconds until there is room: in the bucket, and in the hour."""
        kept = 0.0 if for_people else self._pace.kept_for_people
        wait = (1 + self._pace.burst * kept - bucket.tokens) / self._pace.refill_per_second
        excess = sum(bucket.by_minute.values()) - int(self._pace.per_hour * (1 - kept))
        for minute in sorted(bucket.by_minute):
            if excess < 0:
                break
            excess -= bucket.by_minute[minute]
            wait = max(wait, (minute + 1 + _HOUR) * _MINUTE - moment)
        return wait


def _less_one(bucket: Bucket, moment: float) -> Bucket:
    minute = int(moment) // _MINUTE
    by_minute = {**bucket.by_minute, minute: bucket.by_minute.get(minute, 0) + 1}
    return Bucket(tokens=bucket.tokens - 1, filled_at=bucket.filled_at, by_minute=by_minute)
