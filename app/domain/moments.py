"""Times as people write them in a command: how long from now, an hour of the day, a day."""

import re
from datetime import UTC, datetime, time, timedelta
from typing import Final

LONGEST: Final = timedelta(days=366)
"""What lies further ahead is more likely a slip than meant."""

_UNITS: Final = {
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
_SPAN: Final = re.compile(r"(\d{1,5})\s?([mhdw])(?:in|ours?|ays?|eeks?)?", re.IGNORECASE)
_CLOCK: Final = re.compile(r"(\d{1,2}):(\d{2})(?:\s?UTC|Z)?", re.IGNORECASE)


def moment_in(text: str, now: datetime) -> datetime | None:
    """Return the moment that a text names, in UTC and after now; None for anything else.

    `90m`, `2h`, `3d`, `1w` count from now; `17:00` is the next time the clock says so; a date, with or without an
    hour, is as ISO 8601 has it, in UTC where it names no zone.
    """
    found = _named(text.strip(), now)
    return found if found is not None and now < found <= now + LONGEST else None


def _named(text: str, now: datetime) -> datetime | None:
    if span := _SPAN.fullmatch(text):
        return now + int(span[1]) * _UNITS[span[2].casefold()]
    try:
        if clock := _CLOCK.fullmatch(text):
            at = datetime.combine(now.date(), time(int(clock[1]), int(clock[2])), tzinfo=UTC)
            return at if at > now else at + timedelta(days=1)
        at = datetime.fromisoformat(text)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
