"""Webhooks that GitHub could not deliver, and how far its log has been looked through."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.adapters.db.engine import Database
from app.adapters.db.inbox import SqlInbox
from app.adapters.db.lost import SqlLostDeliveries
from app.domain.doctor.facts import HookDelivery
from app.ports.lost import LostDelivery, Progress
from tests.adapters.db.examples import delivery
from tests.clock import NOON

pytestmark = pytest.mark.anyio

LATER = NOON + timedelta(minutes=10)
LOOKED = Progress(seen_until=NOON, newest=LATER, following="v1_12")


@pytest.fixture
def lost(database: Database) -> SqlLostDeliveries:
    return SqlLostDeliveries(database)


def a_try(number: int, guid: str, event: str = "push") -> HookDelivery:
    at = NOON - timedelta(minutes=60 - number)
    return HookDelivery(number=number, guid=guid, at=at, seconds=0.1, status_code=503, event=event, repository=7)


async def numbers(lost: SqlLostDeliveries, limit: int = 10) -> list[int]:
    return [one.number for one in await lost.due(NOON, limit)]


async def test_how_far_it_was_looked_through_is_kept(lost: SqlLostDeliveries) -> None:
    assert await lost.progress() == Progress()
    for progress in (LOOKED, replace(LOOKED, following=None)):
        await lost.note((), progress, NOON)
        assert await lost.progress() == progress


async def test_what_is_lost_is_due_the_oldest_first(lost: SqlLostDeliveries) -> None:
    assert await lost.note([a_try(2, "b"), a_try(1, "a", "pu\0sh" + "!" * 99)], LOOKED, NOON) == 2
    first, second = await lost.due(NOON, 10)
    assert (first.guid, first.lost_at, first.asked) == ("a", NOON - timedelta(minutes=59), 0)
    assert second == LostDelivery(guid="b", number=2, event="push", lost_at=NOON - timedelta(minutes=58), asked=0)
    assert await numbers(lost, limit=1) == [1]
    assert await lost.next_due() == NOON


async def test_of_several_tries_the_latest_counts_in_whatever_order_they_are_found(lost: SqlLostDeliveries) -> None:
    assert await lost.note([a_try(2, "a"), a_try(5, "a")], LOOKED, NOON) == 1
    assert await lost.note([a_try(4, "a")], LOOKED, LATER) == 0
    assert await numbers(lost) == [5]
    await lost.note([a_try(6, "a")], LOOKED, LATER)
    assert await numbers(lost) == [6]


async def test_what_is_here_is_not_lost_and_what_comes_is_lost_no_more(
    lost: SqlLostDeliveries, inbox: SqlInbox
) -> None:
    await inbox.store(delivery("here"))
    assert await lost.note([a_try(1, "here"), a_try(2, "comes"), a_try(3, "stays"), a_try(4, "x" * 65)], LOOKED, NOON)
    await inbox.store(delivery("comes"))
    assert await numbers(lost) == [3]


async def test_each_is_asked_for_by_one_and_again_when_its_time_has_come(lost: SqlLostDeliveries) -> None:
    await lost.note([a_try(1, "a")], LOOKED, NOON)
    (one,) = await lost.due(NOON, 10)
    assert [await lost.claim(one, LATER), await lost.claim(one, LATER)] == [True, False]
    assert (await lost.due(NOON, 10), await lost.next_due()) == ([], LATER)
    (again,) = await lost.due(LATER, 10)
    assert again == replace(one, asked=1)
    assert await lost.claim(again, None)
    assert (await lost.due(LATER, 10), await lost.next_due()) == ([], None)


async def test_what_was_lost_long_ago_is_forgotten(lost: SqlLostDeliveries) -> None:
    await lost.note([a_try(1, "a"), a_try(2, "b")], LOOKED, NOON)
    await lost.prune(NOON - timedelta(minutes=58))
    assert await numbers(lost) == [2]
