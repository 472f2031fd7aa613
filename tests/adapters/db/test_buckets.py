"""Processes that write at the expense of one installation keep to one pace."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, insert

from app.adapters.db.buckets import SqlBuckets
from app.adapters.db.engine import Database
from app.adapters.db.tables import marks
from app.adapters.github.pacing import Pace, Pacing
from app.ports import Bucket, Throttled
from app.sim.clock import SimClock
from tests.clock import NOON

pytestmark = pytest.mark.anyio

FULL = Bucket(tokens=20.0, filled_at=1_772_452_800.1, by_minute={29_540_880: 3, 29_540_881: 1})


LESS = replace(FULL, tokens=0.1 + 0.2)


async def test_only_who_knows_a_bucket_replaces_it(database: Database) -> None:
    one, other = SqlBuckets(database), SqlBuckets(database)
    assert await one.of(7) is None
    assert await one.replace(7, FULL)
    assert not await other.replace(7, LESS)  # it knows of none
    assert (await other.of(7), await other.of(8)) == (FULL, None)
    assert await other.replace(7, LESS)
    assert not await one.replace(7, FULL)
    assert await one.of(7) == LESS
    assert await one.replace(7, FULL)
    assert await one.replace(7, LESS)  # what it has put it knows


@pytest.mark.parametrize(
    "text",
    [
        '{"tokens":5,"filled_at":1772452800,"by_minute":{"29540880":3},"and":"more"}',  # as another version may write it
        "nothing of the kind",
    ],
)
async def test_what_was_written_otherwise_is_replaced_all_the_same(database: Database, text: str) -> None:
    await database.run(lambda c: c.execute(insert(marks).values(name="writes:7", text=text)).close())
    buckets = SqlBuckets(database)
    assert not await buckets.replace(7, FULL)
    found = await buckets.of(7)
    assert (found.tokens if found else None) == (5 if "tokens" in text else None)
    assert await buckets.replace(7, LESS)
    assert await SqlBuckets(database).of(7) == LESS


async def test_a_bucket_that_somebody_has_removed_is_made_anew(database: Database) -> None:
    buckets = SqlBuckets(database)
    assert await buckets.replace(7, FULL)
    await database.run(lambda c: c.execute(delete(marks)).close())
    assert not await buckets.replace(7, LESS)
    assert await buckets.of(7) is None
    assert await buckets.replace(7, LESS)


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
