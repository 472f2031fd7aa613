"""Reads `freeze` from a plan's front matter: days and hours as people write them, trouble told with its line."""

import re
from datetime import UTC, datetime, time, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from app.domain.plan.freeze import DAYS, FreezeRules, Once, Weekly, Window
from app.domain.plan.front_matter import FrontMatter
from app.domain.plan.troubles import Troubles

_WEEKLY: Final = re.compile(
    r"(mon(?:day)?|tue(?:s|sday)?|wed(?:nesday)?|thu(?:r|rs|rsday)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)"
    r" +(\d{1,2}:\d{2})",
    re.IGNORECASE,
)
_ONCE: Final = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[ T]+(\d{1,2}:\d{2}))?")
_HOW: Final = "write `2026-12-18 18:00`, or `Fri 16:00` for every week"


def read_freeze(front: FrontMatter, troubles: Troubles) -> FreezeRules | None:
    """Return the rules that the plan sets, without windows that are not understood: those are errors."""
    said = front.values.get("freeze")
    if not isinstance(said, dict):
        return None
    windows = said.get("windows")
    count = len(windows) if isinstance(windows, list) else 0
    name = front.written.get(("freeze", "time_zone"), "UTC")
    zone = _zone(name, front.line("freeze", "time_zone"), troubles)
    read = [_window(front, str(at), zone, troubles) for at in range(count)]
    return FreezeRules(
        windows=tuple(window for window in read if window is not None),
        zone=zone,
        zone_name=name,
        exceptions=_words(front, "exceptions"),
        hotfix=_words(front, "hotfix"),
    )


def _words(front: FrontMatter, key: str) -> tuple[str, ...]:
    said = front.values.get("freeze")
    words = said.get(key) if isinstance(said, dict) else None
    return tuple(word for word in words if isinstance(word, str)) if isinstance(words, list) else ()


def _zone(name: str, line: int, troubles: Troubles) -> tzinfo:
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        troubles.error(line, "bad-value", f"`freeze.time_zone`: there is no time zone `{name[:60]}`")
        return UTC


def _window(front: FrontMatter, at: str, zone: tzinfo, troubles: Troubles) -> Window | None:
    path = ("freeze", "windows", at)
    start, end = front.written.get((*path, "from"), ""), front.written.get((*path, "until"), "")
    why = front.written.get((*path, "why"), "")
    line = front.line(*path, "from")
    try:
        window = _of(start.strip(), end.strip(), why)
        for edge in (window.start, window.end) if isinstance(window, Once) else ():
            edge.replace(tzinfo=zone).astimezone(UTC)  # at the edges of the calendar a zone leads out of it
    except (ValueError, OverflowError):
        window = None
    if window is None:
        shown = f"`{start[:40]}` to `{end[:40]}`"
        troubles.error(line, "bad-value", f"`freeze.windows`: {shown} is no stretch of time: {_HOW}")
    elif isinstance(window, Once) and window.end <= window.start:
        troubles.error(line, "bad-value", f"`freeze.windows`: `{end[:40]}` is not after `{start[:40]}`")
        return None
    return window


def _of(start: str, end: str, why: str) -> Window | None:
    """Return the window; None where its ends are of two kinds. Raises ValueError for hours and days that are none."""
    weekly = _WEEKLY.fullmatch(start), _WEEKLY.fullmatch(end)
    if weekly[0] and weekly[1]:
        return Weekly(
            start_day=DAYS.index(weekly[0][1][:3].capitalize()),
            start=_hour(weekly[0][2]),
            end_day=DAYS.index(weekly[1][1][:3].capitalize()),
            end=_hour(weekly[1][2]),
            why=why,
        )
    once = _ONCE.fullmatch(start), _ONCE.fullmatch(end)
    if once[0] and once[1]:
        return Once(start=_moment(once[0]), end=_moment(once[1]), why=why)
    return None


def _moment(found: re.Match[str]) -> datetime:
    return datetime.combine(datetime.fromisoformat(found[1]).date(), _hour(found[2] or "0:00"))


def _hour(text: str) -> time:
    hour, _, minute = text.partition(":")
    return time(int(hour), int(minute))
