"""When nothing is to be merged: the windows of a plan, in its own time zone, and who may merge all the same."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from fnmatch import fnmatchcase
from typing import Final, Literal

_DAYS_OF_WEEK: Final = 7
DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True, slots=True, kw_only=True)
class Once:
    """One stretch of time, its ends by the clock of the plan's time zone."""

    start: datetime  # without a zone
    end: datetime
    why: str = ""
    kind: Literal["once"] = "once"


@dataclass(frozen=True, slots=True, kw_only=True)
class Weekly:
    """A stretch of every week, from a day and hour to the next such day and hour. Monday is 0."""

    start_day: int
    start: time
    end_day: int
    end: time
    why: str = ""
    kind: Literal["weekly"] = "weekly"


Window = Once | Weekly


@dataclass(frozen=True, slots=True, kw_only=True)
class FreezeRules:
    """The windows, and what is let through while one of them or a hold stands."""

    windows: tuple[Window, ...] = ()
    zone: tzinfo = UTC
    zone_name: str = "UTC"
    exceptions: tuple[str, ...] = ()  # labels of pull requests
    hotfix: tuple[str, ...] = ()  # patterns of branches that pull requests come from

    def standing(self, now: datetime) -> Iterator[tuple[Window, datetime]]:
        """Yield the windows in which a moment lies, each with its end, in UTC."""
        for window in self.windows:
            for start, end in self._near(window, now):
                if start <= now < end:
                    yield window, end
                    break

    def changes_after(self, now: datetime) -> datetime | None:
        """Return the next moment at which a window begins or ends; None where there is none any more."""
        edges = (edge for window in self.windows for ends in self._near(window, now) for edge in ends)
        return min((edge for edge in edges if edge > now), default=None)

    def lets(self, labels: tuple[str, ...], head: str) -> str | None:
        """Return what lets a pull request through, a label or a branch's pattern; None where nothing does."""
        worn = {label.casefold() for label in labels}
        for label in self.exceptions:
            if label.casefold() in worn:
                return label
        return next((pattern for pattern in self.hotfix if fnmatchcase(head, pattern)), None)

    def _near(self, window: Window, now: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Yield the window's stretches around a moment, oldest first. In UTC: a zone's own times forget its shifts."""
        if isinstance(window, Once):
            yield self._utc(window.start), self._utc(window.end)
            return
        today = now.astimezone(self.zone).date()
        for back in range(_DAYS_OF_WEEK, -_DAYS_OF_WEEK - 1, -1):
            day = today - timedelta(days=back)
            if day.weekday() == window.start_day:
                yield self._at(day, window.start), self._at(_end_of(window, day), window.end)

    def _at(self, day: date, hour: time) -> datetime:
        return self._utc(datetime.combine(day, hour))

    def _utc(self, local: datetime) -> datetime:
        return local.replace(tzinfo=self.zone).astimezone(UTC)


def _end_of(window: Weekly, day: date) -> date:
    """Return the day on which a week's stretch that begins on a day ends: the same one only if its hour is later."""
    days = (window.end_day - window.start_day) % _DAYS_OF_WEEK
    if days == 0 and window.end <= window.start:
        days = _DAYS_OF_WEEK
    return day + timedelta(days=days)
