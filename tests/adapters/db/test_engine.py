"""Each call is one transaction, and time is exact."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, insert, select, text
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.exc import IntegrityError

from app.adapters.db.engine import Database
from app.adapters.db.kept import Kept
from app.adapters.db.tables import Moment, events, timers
from tests.clock import NOON

pytestmark = pytest.mark.anyio


async def test_an_error_undoes_what_the_call_wrote(database: Database) -> None:
    def write(connection: Connection) -> None:
        connection.execute(insert(timers).values(key="a", at=NOON))
        raise LookupError("halfway")

    with pytest.raises(LookupError):
        await database.run(write)

    assert await database.run(lambda c: c.execute(select(timers)).all()) == []
    await database.run(lambda c: c.execute(insert(timers).values(key="a", at=NOON)).close())
    assert len(await database.run(lambda c: c.execute(select(timers)).all())) == 1


async def test_what_was_committed_is_there_after_a_restart(url: str, database: Database) -> None:
    await database.run(lambda c: c.execute(insert(timers).values(key="a", at=NOON)).close())
    await database.close()

    again = Database(url)

    assert [row.at for row in await again.run(lambda c: c.execute(select(timers)).all())] == [NOON]
    await again.close()


async def test_sqlite_is_set_to_survive_a_power_cut(database: Database) -> None:
    def read(connection: Connection) -> list[object]:
        return [
            connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]

    assert await database.run(read) == ["wal", 2, 1, 5_000]


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
