"""The inbox keeps what it took, once, and gives it back in the order it came."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from threading import Event

import pytest
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import DataError, OperationalError

from app.adapters.db.engine import Database, T, open_engine
from app.adapters.db.inbox import READ_BYTES, SqlInbox
from app.adapters.db.releases import SqlReleases
from app.ports import Commit, Replayed, Troubled
from app.sim.clock import SimClock
from tests.adapters.db.examples import delivery
from tests.clock import NOON

pytestmark = pytest.mark.anyio


async def ids(inbox: SqlInbox, key: str = "repo:7", limit: int = 100) -> list[str]:
    return [waiting.id for waiting in await inbox.waiting(key, limit)]


async def test_a_delivery_comes_back_as_it_was_stored(inbox: SqlInbox) -> None:
    stored = delivery("one", payload=b'{"text": "\xe2\x9c\x85 \\u0000"}\r\n')

    assert await inbox.store(stored)

    (found,) = await inbox.waiting("repo:7", 10)
    assert replace(found, seq=0) == stored
    assert await inbox.waiting("repo:7", 10, after=found.seq) == []


async def test_the_same_delivery_id_again_is_told_and_changes_nothing(inbox: SqlInbox) -> None:
    await inbox.store(delivery("one", payload=b"{}"))

    assert not await inbox.store(delivery("one", payload=b'{"forged": true}'))

    assert [kept.payload for kept in await inbox.waiting("repo:7", 10)] == [b"{}"]


async def test_of_the_same_id_twice_at_one_moment_one_is_new(inbox: SqlInbox) -> None:
    answers = await asyncio.gather(*(inbox.store(delivery("one")) for _ in range(5)))

    assert sorted(answers) == [False, False, False, False, True]


async def test_deliveries_wait_in_order_of_arrival_within_their_key(inbox: SqlInbox) -> None:
    for name, key in [("b", "repo:7"), ("x", "repo:8"), ("a", "repo:7"), ("c", "repo:7")]:
        await inbox.store(delivery(name, key=key))

    assert await ids(inbox) == ["b", "a", "c"]
    assert await ids(inbox, limit=2) == ["b", "a"]
    assert await ids(inbox, "repo:8") == ["x"]


async def test_the_keys_with_work_come_longest_waiting_first(inbox: SqlInbox, releases: SqlReleases) -> None:
    for name, key in [("b", "repo:8"), ("x", "app"), ("a", "repo:7")]:
        await inbox.store(delivery(name, key=key))
    await releases.commit(Commit(deliveries=["x"]), NOON)

    assert await inbox.keys() == ["repo:8", "repo:7"]


async def test_d14_of_large_deliveries_few_are_read_at_once_and_one_at_least(inbox: SqlInbox) -> None:
    for name, size in [("large", 2 * READ_BYTES), ("a", READ_BYTES - 1), ("b", 2), ("c", 2)]:
        await inbox.store(delivery(name, payload=b" " * size))
    (large,) = await inbox.waiting("repo:7", 10)
    assert (large.id, len(large.payload)) == ("large", 2 * READ_BYTES)
    assert [one.id for one in await inbox.waiting("repo:7", 10, after=large.seq)] == ["a", "b"]


async def test_a_failed_delivery_waits_on_with_its_tries_counted(inbox: SqlInbox) -> None:
    await inbox.store(delivery("one"))

    await inbox.failed("one", "boom", park=False)
    await inbox.failed("one", "boom \0 \ud800" + "!" * 5_000, park=False)

    assert [kept.attempts for kept in await inbox.waiting("repo:7", 10)] == [2]


async def test_a_parked_delivery_holds_nobody_up(inbox: SqlInbox) -> None:
    await inbox.store(delivery("broken"))
    await inbox.store(delivery("next"))

    await inbox.failed("broken", "no such thing", park=True)

    assert await ids(inbox) == ["next"]


async def test_a_handled_delivery_can_no_longer_fail(
    inbox: SqlInbox, releases: SqlReleases, database: Database
) -> None:
    await inbox.store(delivery("one"))
    await releases.commit(Commit(deliveries=["one"]), NOON)

    await inbox.failed("one", "too late", park=True)

    row = await database.run(lambda c: c.execute(text("SELECT attempts, error, parked_at FROM deliveries")).one())
    assert tuple(row) == (0, None, None)


async def test_a_parked_delivery_that_a_late_worker_has_handled_after_all_is_parked_no_more(
    inbox: SqlInbox, releases: SqlReleases
) -> None:
    await inbox.store(delivery("one"))
    await inbox.failed("one", "given up by the other", park=True)

    await releases.commit(Commit(deliveries=["one"]), NOON)

    assert await inbox.troubled() == []
    assert await inbox.replay("one") is Replayed.HANDLED


async def test_a_name_that_no_database_holds_is_one_of_no_delivery(inbox: SqlInbox) -> None:
    assert await inbox.replay("\udcff \0") is Replayed.UNKNOWN


async def test_those_in_trouble_are_told_the_parked_first(
    inbox: SqlInbox, releases: SqlReleases, clock: SimClock
) -> None:
    for name in ("again", "parked", "fine", "handled"):
        await inbox.store(delivery(name))
    await inbox.failed("again", "boom", park=False)
    await inbox.failed("parked", "no such thing", park=True)
    await inbox.failed("handled", "boom", park=False)
    await releases.commit(Commit(deliveries=["handled"]), NOON)

    parked, again = await inbox.troubled()

    assert parked == Troubled(
        id="parked",
        event="issue_comment",
        key="repo:7",
        received_at=NOON,
        attempts=1,
        error="no such thing",
        parked_at=clock.now(),
    )
    assert (again.id, again.error, again.parked_at) == ("again", "boom", None)
    assert [one.id for one in await inbox.troubled(limit=1)] == ["parked"]


async def test_a_parked_delivery_is_put_back_once_and_as_one_that_was_never_tried(
    inbox: SqlInbox, releases: SqlReleases
) -> None:
    for name in ("parked", "handled"):
        await inbox.store(delivery(name))
    await inbox.failed("parked", "no such thing", park=True)
    await releases.commit(Commit(deliveries=["handled"]), NOON)

    asked = [await inbox.replay(name) for name in ("parked", "parked", "handled", "unknown")]

    assert asked == [Replayed.PUT_BACK, Replayed.WAITING, Replayed.HANDLED, Replayed.UNKNOWN]
    assert [(one.id, one.attempts) for one in await inbox.waiting("repo:7", 10)] == [("parked", 0)]
    assert await inbox.troubled() == []


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
async def test_a_lock_that_is_held_too_long_fails_only_those_that_waited_for_it(
    url: str, database: Database, inbox: SqlInbox
) -> None:
    await database.run(lambda c: c.execute(text("PRAGMA busy_timeout = 300")).close())
    other = open_engine(url)
    with other.begin():
        first = asyncio.create_task(inbox.store(delivery("first")))
        await asyncio.sleep(0.1)  # by then it waits for the lock, and others come along
        late = [asyncio.create_task(inbox.store(delivery(f"late {number}"))) for number in range(5)]
        with pytest.raises(OperationalError, match="locked"):
            await first
    other.dispose()
    assert await asyncio.gather(*late) == [True] * 5
    assert await ids(inbox) == [f"late {number}" for number in range(5)]


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
async def test_a_small_delivery_does_not_overtake_a_large_one(database: Database, inbox: SqlInbox) -> None:
    begun, may_end = Event(), Event()

    def slowly(*_: object) -> None:
        begun.set()
        assert may_end.wait(60)

    event.listen(database.engine, "before_cursor_execute", slowly, once=True)
    large = asyncio.create_task(inbox.store(delivery("large")))
    await asyncio.to_thread(begun.wait)
    small = asyncio.create_task(inbox.store(delivery("small")))
    done, _ = await asyncio.wait((large, small), timeout=0.2)  # nothing is to happen in it
    assert done == set()
    may_end.set()
    assert await asyncio.gather(large, small) == [True, True]
    assert await ids(inbox) == ["large", "small"]


class Counting(Database):
    """Counts what is asked as urgent, and can be made to fail."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.urgent = 0
        self.is_down = False

    async def ask(self, work: Callable[[Connection], T], *, is_urgent: bool = False) -> T:
        self.urgent += is_urgent
        if self.is_down:
            raise OSError("the disk is gone")
        return await super().ask(work, is_urgent=is_urgent)


@pytest.fixture
async def database(url: str, database: Database) -> AsyncIterator[Counting]:
    await database.close()
    counting = Counting(url)
    yield counting
    await counting.close()


async def test_those_that_come_together_share_a_commit(inbox: SqlInbox, database: Counting) -> None:
    inserts: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("INSERT"):
            inserts.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    answers = await asyncio.gather(*(inbox.store(delivery(str(n))) for n in range(300)))

    assert all(answers)
    assert len(await ids(inbox, limit=1_000)) == 300
    assert database.urgent == 2  # a batch holds at most 200
    assert len(inserts) == 2  # and is one statement, or part of it could be committed without the rest


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
async def test_where_one_cannot_be_written_none_of_its_batch_is(inbox: SqlInbox) -> None:
    batch = [delivery("a"), delivery("b" * 65), delivery("c")]  # an id has 64 characters
    failed = await asyncio.gather(*map(inbox.store, batch), return_exceptions=True)

    assert [type(error) for error in failed] == [DataError] * 3
    assert await ids(inbox) == []


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
async def test_where_the_disk_is_full_none_of_a_batch_is_written(inbox: SqlInbox, database: Counting) -> None:
    await database.run(lambda c: c.execute(text("PRAGMA max_page_count = 1")).close())  # as many as there are now
    batch = [delivery(name, payload=b" " * size) for name, size in (("a", 1), ("b", 1_000_000), ("c", 1))]
    failed = await asyncio.gather(*map(inbox.store, batch), return_exceptions=True)

    assert [type(error) for error in failed] == [OperationalError] * 3
    assert await ids(inbox) == []


async def test_large_ones_do_not_pile_up_in_one_commit(inbox: SqlInbox, database: Counting) -> None:
    large = b" " * (20 * 1024 * 1024)

    await asyncio.gather(*(inbox.store(delivery(str(n), payload=large)) for n in range(3)))

    assert database.urgent == 2


async def test_a_database_that_is_down_is_told_to_each_and_tried_again_for_the_next(
    inbox: SqlInbox, database: Counting
) -> None:
    database.is_down = True
    failed = await asyncio.gather(*(inbox.store(delivery(str(n))) for n in range(2)), return_exceptions=True)
    database.is_down = False

    assert [type(error) for error in failed] == [OSError, OSError]
    assert await inbox.store(delivery("0"))


async def test_a_caller_that_hangs_up_takes_nobody_along(inbox: SqlInbox) -> None:
    gone = asyncio.create_task(inbox.store(delivery("gone")))
    stays = asyncio.create_task(inbox.store(delivery("stays")))
    await asyncio.sleep(0)
    gone.cancel()

    assert await stays
    assert not await inbox.store(delivery("gone"))  # it had come


async def test_old_payloads_are_dropped_and_their_ids_stay_known(
    inbox: SqlInbox, releases: SqlReleases, database: Counting, clock: SimClock
) -> None:
    for name in ("old", "new", "waiting"):
        await inbox.store(delivery(name))
    await releases.commit(Commit(deliveries=["old"]), clock.now() - timedelta(days=8))
    await releases.commit(Commit(deliveries=["new"]), clock.now())

    pruned = await inbox.prune(clock.now() - timedelta(days=7))

    kept = await database.run(lambda c: c.execute(text("SELECT id FROM deliveries WHERE payload IS NOT NULL")).all())
    assert pruned == 1
    assert {row.id for row in kept} == {"new", "waiting"}
    assert not await inbox.store(delivery("old"))
    assert await inbox.prune(clock.now() - timedelta(days=7)) == 0
    await database.close()
