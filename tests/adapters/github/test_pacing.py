"""Writes are paced: bursts of 20, 80 in any minute, 500 in any hour, and people first."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from app.adapters.github.pacing import Pace, Pacing
from app.ports import Bucket, Throttled
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


@dataclass
class SharedInMemory:
    """Buckets that processes share, as one of them knows them."""

    kept: dict[int, Bucket]
    known: dict[int, Bucket | None] = field(default_factory=dict[int, Bucket | None])

    async def of(self, installation: int) -> Bucket | None:
        self.known[installation] = self.kept.get(installation)
        return self.known[installation]

    async def replace(self, installation: int, after: Bucket) -> bool:
        if self.kept.get(installation) != self.known.get(installation):
            return False
        self.kept[installation] = self.known[installation] = after
        return True


class Stolen(SharedInMemory):
    """Buckets of which another process always takes first."""

    async def replace(self, installation: int, after: Bucket) -> bool:
        del installation, after
        return False


async def written(pacing: Pacing, tries: int, *, for_people: bool = True, installation: int = 7) -> int:
    """How many of so many tries find room."""
    count = 0
    for _ in range(tries):
        try:
            await pacing.take(installation, for_people=for_people)
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
        moments += [clock.now()] * await written(pacing, 30)
        await clock.wind(0.5)
    return max(sum(0 <= (m - start).total_seconds() < seconds for m in moments) for start in moments)


async def test_a_burst_of_twenty_and_then_one_a_second() -> None:
    clock = SimClock(NOON)
    pacing = Pacing(clock)
    assert await written(pacing, 30) == 20
    await clock.wind(1)
    assert await written(pacing, 30) == 1


async def test_no_minute_sees_more_than_eighty() -> None:
    assert 70 < await most_in_any(60, CALM, 180) <= 80


async def test_no_hour_sees_more_than_five_hundred() -> None:
    clock = SimClock(NOON)
    pacing = Pacing(clock)
    count = 0
    for _ in range(359):
        count += await written(pacing, 30)
        await clock.wind(10)
    assert count == 500
    await clock.wind(69)
    assert await written(pacing, 30) == 0
    await clock.wind(1)
    assert await written(pacing, 30) == 20  # the minute of the first burst has been over for an hour


async def test_whoever_comes_back_when_told_finds_room() -> None:
    clock = SimClock(NOON)
    pacing = Pacing(clock, Pace(burst=2, per_minute=9, per_hour=11))
    for _ in range(60):
        try:
            await pacing.take(7, for_people=False)
        except Throttled as told:
            await clock.wind((told.retry_at - clock.now()).total_seconds())
            await pacing.take(7, for_people=False)


async def test_projections_leave_room_for_answers_to_people() -> None:
    clock = SimClock(NOON)
    pacing = Pacing(clock)
    assert await written(pacing, 30, for_people=False) == 15
    assert await written(pacing, 30, for_people=True) == 5


async def test_one_busy_installation_slows_no_other() -> None:
    pacing = Pacing(SimClock(NOON), CALM)
    await written(pacing, 30, installation=7)
    assert await written(pacing, 30, installation=8) == 20


async def test_whoever_comes_back_when_told_finds_room_though_their_clock_is_behind() -> None:
    ahead, behind, room = SetClock(), SetClock(), dict[int, Bucket]()
    ahead.moment += timedelta(seconds=30)
    assert await written(Pacing(ahead, CALM, SharedInMemory(room)), 30) == 20
    late = Pacing(behind, CALM, SharedInMemory(room))
    with pytest.raises(Throttled) as told:
        await late.take(7, for_people=True)
    behind.moment = told.value.retry_at
    await late.take(7, for_people=True)


async def test_of_the_hour_too_a_share_is_kept_for_people() -> None:
    clock = SimClock(NOON)
    pacing = Pacing(clock, Pace(per_hour=40))
    projections = 0
    for _ in range(60):
        projections += await written(pacing, 30, for_people=False)
        await clock.wind(10)
    assert projections == 30
    assert await written(pacing, 30, for_people=True) == 10


async def test_what_is_kept_of_an_installation_does_not_grow() -> None:
    clock, room = SimClock(NOON), dict[int, Bucket]()
    pacing = Pacing(clock, CALM, SharedInMemory(room))
    for _ in range(300):
        await written(pacing, 2)
        await clock.wind(60)
    assert len(room[7].by_minute) <= 61


class Away(SharedInMemory):
    """Buckets in a database that is away."""

    async def replace(self, installation: int, after: Bucket) -> bool:
        raise OSError(installation, after)


async def test_d13_what_cannot_be_counted_was_not_sent_and_is_tried_again() -> None:
    with pytest.raises(Throttled) as told:
        await Pacing(SimClock(NOON), CALM, Away({})).take(7, for_people=True)
    assert told.value.retry_at == NOON + timedelta(seconds=1)


async def test_a_clock_that_was_far_ahead_keeps_nobody_waiting_once_it_is_put_right() -> None:
    wrong, room = SetClock(), dict[int, Bucket]()
    wrong.moment += timedelta(days=1)
    assert await written(Pacing(wrong, Pace(per_hour=20, kept_for_people=0.0), SharedInMemory(room)), 30) == 20
    assert await written(Pacing(SetClock(), Pace(per_hour=20, kept_for_people=0.0), SharedInMemory(room)), 30) == 20


async def test_hosts_whose_clocks_differ_do_not_fill_the_same_seconds_twice() -> None:
    ahead, behind, room = SetClock(), SetClock(), dict[int, Bucket]()
    ahead.moment += timedelta(seconds=2)
    hosts = [Pacing(clock, CALM, SharedInMemory(room)) for clock in (ahead, behind)]
    count = 0
    for _ in range(60):
        for pacing, clock in zip(hosts, (ahead, behind), strict=True):
            count += await written(pacing, 5)
            clock.moment += timedelta(seconds=1)
    assert 79 <= count <= 82  # the burst, a minute's refill, and the two seconds once


async def test_a_bucket_that_changes_all_the_time_is_left_for_a_second() -> None:
    clock = SimClock(NOON)
    with pytest.raises(Throttled) as told:
        await Pacing(clock, CALM, Stolen({})).take(7, for_people=True)
    assert told.value.retry_at == NOON + timedelta(seconds=1)


async def test_a_clock_that_is_set_back_by_more_than_a_minute_begins_anew() -> None:
    clock = SetClock()
    pacing = Pacing(clock, CALM)
    assert await written(pacing, 30) == 20
    clock.moment -= timedelta(seconds=59)
    assert await written(pacing, 30) == 0
    clock.moment -= timedelta(seconds=2)
    assert await written(pacing, 30) == 20


async def test_hosts_more_than_a_minute_apart_keep_to_the_hour() -> None:
    ahead, behind, room = SetClock(), SetClock(), dict[int, Bucket]()
    ahead.moment += timedelta(seconds=90)
    pacings = [Pacing(clock, CALM, SharedInMemory(room)) for clock in (ahead, behind)]
    count = 0
    for _ in range(100):
        for pacing in pacings:
            count += await written(pacing, 30)
        for clock in (ahead, behind):
            clock.moment += timedelta(seconds=5)
    assert count <= 520
