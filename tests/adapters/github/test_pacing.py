"""Writes are paced: bursts of 20, 80 in any minute, 500 in any hour, and people first."""

from datetime import datetime, timedelta

import pytest

from app.adapters.github.pacing import Pace, Pacing
from app.ports import Throttled
from app.sim.clock import SimClock
from tests.clock import NOON

pytestmark = pytest.mark.anyio

CALM = Pace(kept_for_people=0.0)


class SetClock:
    """A clock that somebody sets, also back."""

    def __init__(self) -> None:
        self.moment = NOON

    def now(self) -> datetime:
        return self.moment

    async def sleep(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


def written(pacing: Pacing, tries: int, *, for_people: bool = True, installation: int = 7) -> int:
    """How many of so many tries find room."""
    count = 0
    for _ in range(tries):
        try:
            pacing.take(installation, for_people=for_people)
        except Throttled:
            continue
        count += 1
    return count


async def most_in_any(seconds: int, pace: Pace, for_seconds: int) -> int:
    """Write as fast as allowed, a try every half second, and return the busiest window."""
    clock = SimClock(NOON)
    pacing = Pacing(clock, pace)
    moments: list[datetime] = []
    for _ in range(for_seconds * 2):
        moments += [clock.now()] * written(pacing, 30)
        await clock.wind(0.5)
    return max(sum(0 <= (m - start).total_seconds() < seconds for m in moments) for start in moments)


async def test_a_burst_of_twenty_and_then_one_a_second() -> None:
    clock = SimClock(NOON)
    pacing = Pacing(clock)
    assert written(pacing, 30) == 20
    await clock.wind(1)
    assert written(pacing, 30) == 1


async def test_no_minute_sees_more_than_eighty() -> None:
    assert 70 < await most_in_any(60, CALM, 180) <= 80


async def test_no_hour_sees_more_than_five_hundred() -> None:
    clock = SimClock(NOON)
    pacing = Pacing(clock)
    count = 0
    for _ in range(359):
        count += written(pacing, 30)
        await clock.wind(10)
    assert count == 500
    await clock.wind(10)
    assert written(pacing, 30) == 20  # the first burst is an hour old


async def test_whoever_comes_back_when_told_finds_room() -> None:
    clock = SimClock(NOON)
    pacing = Pacing(clock, Pace(burst=2, per_minute=9, per_hour=11))
    for _ in range(60):
        try:
            pacing.take(7, for_people=False)
        except Throttled as told:
            await clock.wind((told.retry_at - clock.now()).total_seconds())
            pacing.take(7, for_people=False)


async def test_projections_leave_room_for_answers_to_people() -> None:
    clock = SimClock(NOON)
    pacing = Pacing(clock)
    assert written(pacing, 30, for_people=False) == 15
    assert written(pacing, 30, for_people=True) == 5


async def test_one_busy_installation_slows_no_other() -> None:
    pacing = Pacing(SimClock(NOON), CALM)
    written(pacing, 30, installation=7)
    assert written(pacing, 30, installation=8) == 20


async def test_a_clock_that_goes_back_gives_nothing_and_breaks_nothing() -> None:
    clock = SetClock()
    pacing = Pacing(clock, CALM)
    written(pacing, 30)
    clock.moment -= timedelta(hours=1)
    assert written(pacing, 1) == 0
    clock.moment += timedelta(seconds=1)
    assert written(pacing, 30) == 1
