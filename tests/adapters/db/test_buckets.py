"""Processes that write at the expense of one installation keep to one pace."""

import asyncio
from datetime import timedelta

import pytest

from app.adapters.db.buckets import SqlBuckets
from app.adapters.db.engine import Database
from app.adapters.github.pacing import Pace, Pacing
from app.ports import Bucket, Throttled
from app.sim.clock import SimClock
from tests.clock import NOON

pytestmark = pytest.mark.anyio

FULL = Bucket(tokens=20.0, filled_at=1_772_452_800.1, by_minute={29_540_880: 3, 29_540_881: 1})


async def test_only_who_knows_a_bucket_replaces_it(database: Database) -> None:
    one, other = SqlBuckets(database), SqlBuckets(database)
    less = Bucket(tokens=0.1 + 0.2, filled_at=FULL.filled_at, by_minute=FULL.by_minute)
    assert await one.of(7) is None
    assert await one.replace(7, None, FULL)
    assert not await other.replace(7, None, less)
    assert not await other.replace(7, less, FULL)
    assert (await other.of(7), await other.of(8)) == (FULL, None)
    assert await other.replace(7, FULL, less)
    assert not await one.replace(7, FULL, less)
    assert await one.of(7) == less
    assert await one.replace(7, less, FULL)


async def test_d12_two_processes_write_no_faster_than_one(database: Database, clock: SimClock) -> None:
    pacings = [Pacing(clock, Pace(kept_for_people=0.0), SqlBuckets(database)) for _ in range(2)]

    async def written(pacing: Pacing, tries: int, installation: int = 7) -> int:
        count = 0
        for _ in range(tries):
            try:
                await pacing.take(installation, for_people=True)
            except Throttled:
                continue
            count += 1
        return count

    async def by_both(tries: int, installation: int = 7) -> list[int]:
        # several tasks in each process, all at once
        tasks = [written(pacing, tries, installation) for pacing in pacings for _ in range(2)]
        return await asyncio.gather(*tasks)

    one, other = pacings
    assert [await written(one, 8), await written(other, 8), await written(one, 8)] == [8, 8, 4]
    await clock.wind(3)
    assert [await written(other, 2), await written(one, 8)] == [2, 1]
    assert sum(await by_both(15, 8)) == 20  # another installation has a bucket of its own
    late = Pacing(clock, Pace(kept_for_people=0.0), SqlBuckets(database))  # a process that has just begun
    with pytest.raises(Throttled) as told:
        await late.take(7, for_people=True)
    waits = told.value.retry_at - (NOON + timedelta(seconds=3))
    assert timedelta(seconds=1) <= waits < timedelta(seconds=1.01)
