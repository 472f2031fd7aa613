"""Looking through GitHub's log page by page, across restarts and whatever GitHub answers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from app.adapters.db.lost import SqlLostDeliveries
from app.domain.doctor.facts import HookDelivery
from app.ports import Rejected, Unclear
from app.ports.lost import LogPage, LostDelivery
from app.worker.healing import EVERY, WINDOW, Healer
from tests.clock import NOON
from tests.worker.delivering import comment
from tests.worker.workshop import Workshop

pytestmark = pytest.mark.anyio

KEY = "heal:deliveries"
ALARM = "heal:deliveries"


def a_try(number: int, guid: str, *, minutes: float = 0) -> HookDelivery:
    at = NOON + timedelta(minutes=minutes)
    return HookDelivery(number=number, guid=guid, at=at, seconds=0.1, status_code=503, event="push", repository=7)


@dataclass
class Log:
    """A log of so many tries a page, newest first."""

    tries: list[HookDelivery] = field(default_factory=list[HookDelivery])
    size: int = 2
    asked: list[int] = field(default_factory=list[int])
    read: list[str | None] = field(default_factory=list[str | None])
    errors: list[Exception] = field(default_factory=list[Exception])
    refusals: list[Exception] = field(default_factory=list[Exception])

    async def failed_deliveries(self, following: str | None) -> LogPage:
        self.read.append(following)
        if self.errors:
            raise self.errors.pop()
        ordered = sorted(self.tries, key=lambda one: -one.number)
        rest = [one for one in ordered if following is None or one.number < int(following)]
        shown = rest[: self.size]
        return LogPage(tries=tuple(shown), following=str(shown[-1].number) if len(rest) > self.size else None)

    async def redeliver(self, number: int) -> None:
        if self.refusals:
            raise self.refusals.pop()
        self.asked.append(number)


def healer(shop: Workshop, log: Log, most_pages: int = 2) -> Healer:
    return Healer(log, SqlLostDeliveries(shop.database), shop.scheduler, shop.clock, most_pages=most_pages)


async def test_a_long_log_is_read_in_turns_and_a_restart_goes_on_in_the_middle(shop: Workshop) -> None:
    log = Log([a_try(n, f"g{n}", minutes=n - 10) for n in range(1, 8)])
    await healer(shop, log).heal("deliveries")
    assert log.read == [None, "6"]
    assert shop.scheduler.alarms[ALARM] == NOON + timedelta(minutes=1)
    shop.clock.advance(60)
    await healer(shop, log).heal("deliveries")  # another process
    assert log.read == [None, "6", "4", "2"]
    assert sorted(log.asked) == [1, 2, 3, 4, 5, 6, 7]


async def test_what_was_looked_through_is_not_read_again(shop: Workshop) -> None:
    log = Log([a_try(n, f"g{n}", minutes=-400 + 60 * n) for n in range(1, 7)])
    await healer(shop, log, most_pages=9).heal("deliveries")
    assert len(log.read) == 3
    shop.clock.advance(3600)
    log.tries.append(a_try(9, "g9", minutes=55))
    await healer(shop, log, most_pages=9).heal("deliveries")
    assert len(log.read) == 3 + 2  # its second page reaches back to what is known
    assert 9 in log.asked


@pytest.mark.parametrize("minutes", [-40, 40])
async def test_d27_a_clock_that_is_off_hides_no_failure(shop: Workshop, minutes: int) -> None:
    log = Log()
    for number in range(1, 5):
        await healer(shop, log).heal("deliveries")
        shop.clock.advance(300)
        log.tries.append(a_try(number, f"g{number}", minutes=5 * number - minutes))
    await healer(shop, log).heal("deliveries")
    assert set(log.asked) == {1, 2, 3, 4}


async def test_the_latest_try_of_a_delivery_is_the_one_that_is_asked_for(shop: Workshop) -> None:
    log = Log([a_try(1, "g", minutes=-9), a_try(5, "g", minutes=-5)], size=1)
    await healer(shop, log, most_pages=9).heal("deliveries")
    assert log.asked == [5]


async def test_what_is_here_is_not_lost(shop: Workshop) -> None:
    await comment(shop, "/release docs", "here")
    log = Log([a_try(1, "here"), a_try(2, "gone")])
    await healer(shop, log).heal("deliveries")
    assert log.asked == [2]


async def test_a_server_that_does_not_filter_is_understood_all_the_same(shop: Workshop) -> None:
    taken = HookDelivery(number=3, guid="ok", at=NOON, seconds=0.1, status_code=202, event="push", repository=7)
    log = Log([taken, a_try(2, "gone")])
    await healer(shop, log).heal("deliveries")
    assert log.asked == [2]


async def test_a_page_that_github_has_forgotten_has_the_log_read_from_its_top(shop: Workshop) -> None:
    log = Log([a_try(n, f"g{n}", minutes=n - 10) for n in range(1, 6)])
    await healer(shop, log, most_pages=1).heal("deliveries")
    log.errors = [Rejected(400, "Invalid cursor")]
    shop.clock.advance(60)
    await healer(shop, log, most_pages=1).heal("deliveries")
    shop.clock.advance(60)
    await healer(shop, log, most_pages=9).heal("deliveries")
    assert log.read == [None, "4", None, "4", "2"]
    assert sorted(log.asked) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("error", [Unclear("502"), Rejected(401, "no")])
async def test_a_log_that_cannot_be_read_is_looked_at_again_soon(shop: Workshop, error: Exception) -> None:
    log = Log([a_try(1, "g")], errors=[error])
    one = healer(shop, log)
    await one.heal("deliveries")
    assert shop.scheduler.alarms[ALARM] == NOON + timedelta(minutes=1)
    await one.heal("deliveries")
    assert log.asked == [1]


async def test_a_redelivery_that_github_refuses_keeps_no_other_from_being_asked_for(shop: Workshop) -> None:
    log = Log([a_try(1, "a", minutes=-2), a_try(2, "b", minutes=-1)], refusals=[Rejected(404, "Not Found")])
    await healer(shop, log).heal("deliveries")
    assert log.asked == [2]


async def test_of_two_who_ask_for_the_same_one_does(shop: Workshop) -> None:
    store = SqlLostDeliveries(shop.database)
    await store.note([a_try(1, "g")], await store.progress(), NOON)
    (one,) = await store.due(NOON, 10)
    assert [await store.claim(one, None), await store.claim(one, None)] == [True, False]


async def test_it_comes_back_for_the_next_that_is_due_and_else_every_few_minutes(shop: Workshop) -> None:
    log = Log()
    one = healer(shop, log)
    assert list(await one.logs()) == ["deliveries"]
    await one.heal("deliveries")
    assert shop.scheduler.alarms[ALARM] == NOON + EVERY


async def test_what_has_left_the_window_is_forgotten(shop: Workshop) -> None:
    log, store = Log([a_try(1, "g")]), SqlLostDeliveries(shop.database)
    await healer(shop, log).heal("deliveries")
    shop.clock.advance((WINDOW + timedelta(hours=2)).total_seconds())
    log.tries.clear()
    await healer(shop, log).heal("deliveries")
    found: Sequence[LostDelivery] = await store.due(datetime.max.replace(tzinfo=NOON.tzinfo) - timedelta(days=365), 10)
    assert found == []


async def test_what_was_lost_just_now_does_not_wait_for_what_never_comes(shop: Workshop) -> None:
    log = Log([a_try(1, "never", minutes=-9)])
    await healer(shop, log).heal("deliveries")
    shop.clock.advance(11 * 60)
    log.tries.append(a_try(2, "new", minutes=5))
    await healer(shop, log).heal("deliveries")
    assert log.asked == [1, 2, 1]
