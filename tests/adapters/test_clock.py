"""The clocks: the wall's, and the one that tests wind by hand."""

import asyncio
from datetime import UTC, timedelta

import pytest

from app.adapters.clock import SystemClock
from app.sim.clock import SimClock
from tests.clock import NOON

pytestmark = pytest.mark.anyio


async def test_the_wall_clock_tells_utc_and_goes_on() -> None:
    clock = SystemClock()
    before = clock.now()

    await clock.sleep(0.001)

    assert before.tzinfo is UTC
    assert clock.now() > before


async def test_sleepers_wake_in_the_order_of_their_hours() -> None:
    clock = SimClock(NOON)
    woken: list[tuple[str, float]] = []

    async def sleep(name: str, *naps: float) -> None:
        for seconds in naps:
            await clock.sleep(seconds)
            woken.append((name, (clock.now() - NOON).total_seconds()))

    sleepers = [asyncio.create_task(sleep("a", 3, 3)), asyncio.create_task(sleep("b", 2, 2, 60))]
    await clock.wind(10)

    assert woken == [("b", 2), ("a", 3), ("b", 4), ("a", 6)]
    assert clock.now() == NOON + timedelta(seconds=10)
    for sleeper in sleepers:
        sleeper.cancel()
    await asyncio.gather(*sleepers, return_exceptions=True)


async def test_a_sleeper_that_was_cancelled_is_let_lie() -> None:
    clock = SimClock(NOON)
    sleeper = asyncio.create_task(clock.sleep(1))
    await asyncio.sleep(0)
    sleeper.cancel()

    await clock.wind(2)

    assert sleeper.cancelled()
