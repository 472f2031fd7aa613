"""How fast we write: content-creating calls of an installation, kept under GitHub's own limits.

GitHub takes about 80 of them a minute and 500 an hour:
https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits
"""

from collections import deque
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from app.ports import Clock, Throttled

_MINUTE: Final = 60.0
_HOUR: Final = 3600.0
_ROUNDING: Final = 0.001  # seconds: whoever comes back at the time he was told must find room


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


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled_at: float
    written_at: deque[float] = field(default_factory=deque[float])  # of the last hour


class Pacing:
    """Token buckets, one per installation. It never waits: it says when there is room, and the caller comes back."""

    def __init__(self, clock: Clock, pace: Pace | None = None) -> None:
        self._clock = clock
        self._pace = pace or Pace()
        self._buckets: dict[int, _Bucket] = {}

    def take(self, installation: int, *, for_people: bool) -> None:
        """Count one write. Raises Throttled with the time when there is room again."""
        now = self._clock.now()
        moment = now.timestamp()
        bucket = self._bucket(installation, moment)
        kept = 0.0 if for_people else self._pace.kept_for_people
        wait = max(self._wait_for_token(bucket, kept), self._wait_for_hour(bucket, kept, moment))
        if wait > 0:
            raise Throttled(now + timedelta(seconds=wait + _ROUNDING))
        bucket.tokens -= 1
        bucket.written_at.append(moment)

    def _bucket(self, installation: int, moment: float) -> _Bucket:
        bucket = self._buckets.get(installation)
        if bucket is None:
            bucket = self._buckets[installation] = _Bucket(float(self._pace.burst), moment)
        gained = max(moment - bucket.filled_at, 0.0) * self._pace.refill_per_second
        bucket.tokens = min(bucket.tokens + gained, float(self._pace.burst))
        bucket.filled_at = moment
        while bucket.written_at and bucket.written_at[0] <= moment - _HOUR:
            bucket.written_at.popleft()
        return bucket

    def _wait_for_token(self, bucket: _Bucket, kept: float) -> float:
        needed = 1 + self._pace.burst * kept
        return (needed - bucket.tokens) / self._pace.refill_per_second

    def _wait_for_hour(self, bucket: _Bucket, kept: float, moment: float) -> float:
        room = int(self._pace.per_hour * (1 - kept))
        excess = len(bucket.written_at) - room
        return 0.0 if excess < 0 else bucket.written_at[excess] + _HOUR - moment
