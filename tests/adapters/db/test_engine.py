"""Each call is one transaction, and time is exact."""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from threading import Barrier, Event
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, insert, select, text, update
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.exc import DatabaseError, DBAPIError, IntegrityError, OperationalError

from app.adapters.db.engine import TOGETHER, Database, open_engine
from app.adapters.db.kept import Kept
from app.adapters.db.tables import Moment, events, marks
from tests.clock import NOON

pytestmark = pytest.mark.anyio

SQLITE = pytest.mark.parametrize("url", ["sqlite"], indirect=True)
POSTGRESQL = pytest.mark.parametrize("url", ["postgresql"], indirect=True)


async def test_an_error_undoes_what_the_call_wrote(database: Database) -> None:
    def write(connection: Connection) -> None:
        connection.execute(insert(marks).values(name="a", text="-"))
        raise LookupError("halfway")

    with pytest.raises(LookupError):
        await database.run(write)

    assert await database.run(lambda c: c.execute(select(marks)).all()) == []
    await database.run(lambda c: c.execute(insert(marks).values(name="a", text="-")).close())
    assert len(await database.run(lambda c: c.execute(select(marks)).all())) == 1


def add(key: str) -> Callable[[Connection], str]:
    def write(connection: Connection) -> str:
        connection.execute(insert(marks).values(name=key, text="-"))
        if key.startswith("bad"):
            raise LookupError(key)
        return key

    return write


async def keys(database: Database) -> list[str]:
    return sorted(await database.run(lambda c: c.execute(select(marks.c.name)).scalars().all()))


async def test_of_calls_made_together_a_failing_one_undoes_only_itself(database: Database) -> None:
    names = ["a", "bad 1", "b", "a", "bad 2", "c"]

    answers = await asyncio.gather(*(database.run(add(name)) for name in names), return_exceptions=True)

    assert [type(answers[n]) for n in (1, 2, 4, 5)] == [LookupError, str, LookupError, str]
    assert {type(answers[n]) for n in (0, 3)} == {str, IntegrityError}  # where commits go side by side, either is first
    assert await keys(database) == ["a", "b", "c"]


async def test_many_calls_at_once_are_all_answered_in_order(database: Database) -> None:
    names = [f"{number:03}" for number in range(3 * TOGETHER + 1)]

    answers = await asyncio.gather(*(database.run(add(name)) for name in names))

    assert answers == names
    assert await keys(database) == names


@SQLITE
async def test_what_a_call_answered_is_in_the_database_even_when_the_disk_is_full(database: Database) -> None:
    """A full disk may undo the work of others in the same commit: they must hear of it."""

    def fill(connection: Connection) -> None:
        connection.execute(text("PRAGMA max_page_count = 1"))  # as many as there are now
        for number in range(1_000):
            connection.execute(insert(marks).values(name=f"{number}", text="x" * 4_000))

    works = [database.run(add("a")), database.run(fill), database.run(add("b"))]
    answers = await asyncio.gather(*works, return_exceptions=True)

    assert isinstance(answers[1], DatabaseError)
    assert [answer for answer in answers if isinstance(answer, str)] == await keys(database)


async def test_a_caller_that_is_cancelled_takes_nobody_along(database: Database) -> None:
    gone, stays = (asyncio.create_task(database.run(add(name))) for name in ("gone", "stays"))
    await asyncio.sleep(0)
    gone.cancel()

    assert await stays == "stays"
    assert {*await keys(database), "gone"} == {"gone", "stays"}  # nobody waits for the other: it may be there or not


async def test_two_processes_may_write_to_one_file(url: str, database: Database) -> None:
    other = Database(url)

    await asyncio.gather(*(d.run(add(f"{n} {d is other}")) for n in range(50) for d in (database, other)))

    assert len(await keys(database)) == 100
    await other.close()


@SQLITE
async def test_what_is_urgent_goes_before_all_that_waits(database: Database) -> None:
    begun, may_end = Event(), Event()
    order: list[str] = []

    def hold(_: Connection) -> None:
        begun.set()
        assert may_end.wait(60)

    def note(name: str) -> Callable[[Connection], None]:
        return lambda _: order.append(name)

    holding = asyncio.create_task(database.run(hold))
    await asyncio.to_thread(begun.wait)
    waiting = [asyncio.create_task(database.run(note(name))) for name in ("a", "b")]
    waiting += [asyncio.create_task(database.ask(note(name), is_urgent=True)) for name in ("first", "second")]
    await asyncio.sleep(0)
    may_end.set()
    await asyncio.gather(holding, *waiting)
    assert order == ["first", "second", "a", "b"]


@SQLITE
async def test_what_is_urgent_is_there_before_the_next_is_begun(database: Database) -> None:
    begun, may_end = Event(), Event()
    seen: list[tuple[str]] = []

    def hold(_: Connection) -> None:
        begun.set()
        assert may_end.wait(60)

    def look(_: Connection) -> None:
        with closing(sqlite3.connect(str(database.engine.url.database))) as other:
            seen.extend(other.execute("SELECT name FROM marks"))

    holding = asyncio.create_task(database.run(hold))
    await asyncio.to_thread(begun.wait)
    looking = asyncio.create_task(database.run(look))
    urgent = asyncio.create_task(database.ask(add("urgent"), is_urgent=True))
    await asyncio.sleep(0)
    may_end.set()
    await asyncio.gather(holding, looking, urgent)
    assert seen == [("urgent",)]


@SQLITE
async def test_what_is_asked_of_a_closing_database_is_refused_and_never_written(url: str, database: Database) -> None:
    begun, may_end = Event(), Event()

    def hold(_: Connection) -> None:
        begun.set()
        assert may_end.wait(60)

    holding = [asyncio.create_task(database.run(work)) for work in (hold, add("before"))]
    await asyncio.to_thread(begun.wait)
    threads = cast("ThreadPoolExecutor", getattr(database, "_threads"))  # noqa: B009  a test may look inside
    threads.shutdown(wait=False)
    with pytest.raises(RuntimeError, match="shutdown"):
        await database.run(add("after"))
    may_end.set()
    await asyncio.gather(*holding)
    await database.close()
    again = Database(url)
    assert await keys(again) == ["before"]
    await again.close()


async def test_event_loops_of_several_threads_share_a_database(database: Database) -> None:
    def write(of: str) -> list[str]:
        async def many() -> list[str]:
            return await asyncio.gather(*(database.run(add(f"{of}{number}")) for number in range(30)))

        return asyncio.run(many())

    answers = await asyncio.gather(*(asyncio.to_thread(write, of) for of in "abc"))
    assert answers == [[f"{of}{number}" for number in range(30)] for of in "abc"]
    assert len(await keys(database)) == 90


async def test_a_loop_that_has_ended_meanwhile_takes_nobody_along(database: Database) -> None:
    async def leave() -> None:
        task = asyncio.create_task(database.run(add("gone")))
        await asyncio.sleep(0)
        task.cancel()

    for _ in range(20):
        await asyncio.to_thread(asyncio.run, leave())
        await database.run(lambda c: c.execute(delete(marks)).close())
    assert await database.run(add("stays")) == "stays"


@SQLITE
async def test_a_lock_that_is_not_let_go_is_told_and_gets_over(url: str, database: Database) -> None:
    await database.run(lambda c: c.execute(text("PRAGMA busy_timeout = 1")).close())
    other = open_engine(url)
    with other.begin():
        answers = await asyncio.gather(*(database.run(add(name)) for name in "ab"), return_exceptions=True)
    other.dispose()

    told = [str(answer.orig) for answer in answers if isinstance(answer, OperationalError)]
    assert told == ["database is locked", "database is locked"]
    assert await database.run(add("c")) == "c"
    assert await keys(database) == ["c"]


@SQLITE
async def test_reading_alone_waits_for_no_lock(url: str, database: Database) -> None:
    await database.run(add("a"))
    other = open_engine(url)
    with other.begin() as connection:
        connection.execute(insert(marks).values(name="b", text="-"))
        assert await database.ask(lambda c: c.execute(select(marks.c.name)).scalars().all()) == ["a"]
    other.dispose()
    assert await keys(database) == ["a", "b"]


async def test_one_statement_asked_alone_is_committed(url: str, database: Database) -> None:
    asked = insert(marks).values(name="a", text="-").returning(marks.c.name)
    assert await database.ask(lambda c: c.execute(asked).one_or_none()) == ("a",)
    with pytest.raises(IntegrityError):
        await database.ask(lambda c: c.execute(insert(marks).values(name="a", text="-")).close())

    other = Database(url)
    assert await keys(other) == ["a"]
    await asyncio.gather(*(d.run(add(f"{d is other}")) for d in (database, other)))  # and nothing is left open
    await other.close()


@SQLITE
async def test_one_statement_asked_alone_tells_where_the_disk_is_full(database: Database) -> None:
    asked = insert(marks).values(name="a", text="x" * 100_000).returning(marks.c.name)
    await database.run(lambda c: c.execute(text("PRAGMA max_page_count = 1")).close())  # as many as there are now
    with pytest.raises(DatabaseError):
        await database.ask(lambda c: c.execute(asked).one_or_none())
    assert await keys(database) == []


async def test_closing_lets_what_was_begun_finish(url: str, database: Database) -> None:
    begun = [asyncio.create_task(database.run(add(name))) for name in ("a", "b")]
    await asyncio.sleep(0)
    await database.close()
    await asyncio.gather(*begun)

    again = Database(url)
    assert await keys(again) == ["a", "b"]
    await again.close()


async def test_what_was_committed_is_there_after_a_restart(url: str, database: Database) -> None:
    await database.run(lambda c: c.execute(insert(marks).values(name="a", text="-")).close())
    await database.close()

    again = Database(url)

    assert [row.text for row in await again.run(lambda c: c.execute(select(marks)).all())] == ["-"]
    await again.close()


@SQLITE
async def test_sqlite_is_set_to_survive_a_power_cut(database: Database) -> None:
    def read(connection: Connection) -> list[object]:
        return [
            connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]

    assert await database.run(read) == ["wal", 2, 1, 5_000]


@POSTGRESQL
async def test_postgresql_says_so_where_a_lock_is_not_let_go(url: str, database: Database) -> None:
    await database.run(add("a"))
    other = Database(f"{url}&options=-c%20lock_timeout%3D10ms")
    with database.engine.begin() as holding:
        holding.execute(update(marks).values(text="now"))
        with pytest.raises(OperationalError, match="lock timeout"):
            await other.run(lambda c: c.execute(update(marks).values(text="now")).close())
    assert await other.run(add("b")) == "b"
    await other.close()


@POSTGRESQL
async def test_who_stands_still_halfway_lets_go_and_can_no_longer_commit(url: str, database: Database) -> None:
    await database.run(add("a"))
    stopped = open_engine(url, "-c idle_in_transaction_session_timeout=50ms")
    with stopped.connect() as late:
        late.execute(update(marks).values(text="late"))
        await database.run(lambda c: c.execute(update(marks).values(text="now")).close())  # has waited for it
        with pytest.raises(DBAPIError):
            late.execute(select(marks))
    stopped.dispose()
    assert await database.run(lambda c: c.execute(select(marks.c.text)).scalar_one()) == "now"


@POSTGRESQL
async def test_of_two_that_wait_for_one_another_each_has_its_turn(url: str, database: Database) -> None:
    other = Database(f"{url}&options=-c%20deadlock_timeout%3D10ms")
    await asyncio.gather(database.run(add("a")), database.run(add("b")))
    met = Barrier(2)
    tries: list[str] = []

    def write(*keys: str) -> Callable[[Connection], None]:
        def work(connection: Connection) -> None:
            tries.append(keys[0])
            for key in keys:
                connection.execute(update(marks).where(marks.c.name == key).values(text="now"))
                if len(tries) <= 2 and key == keys[0]:
                    met.wait(timeout=30)  # each holds what the other wants

        return work

    await asyncio.gather(database.run(write("a", "b")), other.run(write("b", "a")))

    assert len(tries) == 3
    await other.close()


@POSTGRESQL
async def test_a_server_that_came_back_is_used_again(database: Database) -> None:
    await database.run(add("a"))
    with pytest.raises(DBAPIError):
        await database.run(lambda c: c.execute(text("SELECT pg_terminate_backend(pg_backend_pid())")).all())
    assert await asyncio.gather(*(database.run(add(name)) for name in "bc")) == ["b", "c"]


async def test_an_event_of_no_release_is_refused(database: Database) -> None:
    row = {"release": "x", "version": 1, "kind": "seen", "body": "{}", "at": NOON, "previous": "", "hash": ""}

    with pytest.raises(IntegrityError):
        await database.run(lambda c: c.execute(insert(events), [row]).close())


@given(st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=45))])))
def test_a_moment_is_kept_to_the_microsecond(moment: datetime) -> None:
    dialect = SQLiteDialect_pysqlite()
    kept = Moment().process_bind_param(moment, dialect)

    assert Moment().process_result_value(kept, dialect) == moment


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(TypeError):
        Moment().process_bind_param(NOON.replace(tzinfo=None), SQLiteDialect_pysqlite())


def test_memory_keeps_the_values_used_last() -> None:
    kept: Kept[str, int] = Kept(2)
    kept.put("a", 1)
    kept.put("b", 2)
    assert kept.get("a") == 1

    kept.put("c", 3)

    assert (kept.get("a"), kept.get("b"), kept.get("c")) == (1, None, 3)
