"""Times by key are the same to every process."""

from datetime import timedelta

import pytest

from app.adapters.db.engine import Database
from app.adapters.db.moments import SqlMoments
from app.worker.moments import OwnMoments
from tests.clock import NOON

pytestmark = pytest.mark.anyio


async def test_what_one_process_keeps_another_knows(database: Database) -> None:
    one, other = SqlMoments(database), SqlMoments(database)
    assert await one.of("rest:a") is None
    await one.keep("rest:a", NOON)
    await one.keep("rest:a", NOON + timedelta(microseconds=1))
    await one.keep("rest:b", NOON)
    assert (await other.of("rest:a"), await other.of("rest:b")) == (NOON + timedelta(microseconds=1), NOON)
    await other.keep("rest:a", None)
    await other.keep("rest:a", None)
    assert await one.of("rest:a") is None


async def test_one_process_keeps_them_for_itself() -> None:
    moments = OwnMoments()
    await moments.keep("rest:a", NOON)
    assert (await moments.of("rest:a"), await OwnMoments().of("rest:a")) == (NOON, None)
    await moments.keep("rest:a", None)
    await moments.keep("rest:a", None)
    assert await moments.of("rest:a") is None
