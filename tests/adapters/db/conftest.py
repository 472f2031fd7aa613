"""A fresh, migrated database for each test. Another kind of database joins by one more parameter."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.adapters.db.engine import Database
from app.adapters.db.inbox import SqlInbox
from app.adapters.db.ledger import SqlLedger
from app.adapters.db.migrate import upgrade
from app.adapters.db.releases import SqlReleases
from app.sim.clock import SimClock
from tests.clock import NOON


@pytest.fixture(params=["sqlite"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database."""
    return {"sqlite": f"sqlite:///{tmp_path}/var/gonogo.db"}[request.param]


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    upgrade(url)
    database = Database(url)
    yield database
    await database.close()


@pytest.fixture
def clock() -> SimClock:
    return SimClock(NOON)


@pytest.fixture
def inbox(database: Database, clock: SimClock) -> SqlInbox:
    return SqlInbox(database, clock)


@pytest.fixture
def ledger(database: Database, clock: SimClock) -> SqlLedger:
    return SqlLedger(database, clock)


@pytest.fixture
def releases(database: Database) -> SqlReleases:
    return SqlReleases(database)
