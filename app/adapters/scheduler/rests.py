"""Keys that failed are left alone for a while, twice as long each time, so that what is broken keeps nobody busy."""

from datetime import datetime, timedelta

import structlog

from app.ports import Clock

FIRST_SECONDS = 1.0
LONGEST_SECONDS = 60.0

log = structlog.stdlib.get_logger()


class Rests:
    """Which keys rest, and until when. Each process counts for itself."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failures: dict[str, int] = {}  # in a row
        self._until: dict[str, datetime] = {}

    def until(self, key: str) -> datetime | None:
        """Return until when the key rests; None: it does not."""
        until = self._until.get(key)
        if until is not None and self._clock.now() >= until:
            del self._until[key]
            return None
        return until

    def failed(self, kind: str, key: str, error: Exception) -> datetime:
        """Tell of a failure, and return until when the key rests now."""
        failures = self._failures[key] = self._failures.get(key, 0) + 1
        seconds = min(FIRST_SECONDS * 2 ** min(failures - 1, 16), LONGEST_SECONDS)
        until = self._until[key] = self._clock.now() + timedelta(seconds=seconds)
        log.error("work.failed", kind=kind, key=key, failures=failures, retry_in_seconds=seconds, exc_info=error)
        return until

    def worked(self, key: str) -> None:
        """Note that the key did not fail."""
        self._failures.pop(key, None)
