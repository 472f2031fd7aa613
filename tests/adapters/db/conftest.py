"""A fresh, migrated database for each test, and each test once on each kind of database."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from app.adapters.db.engine import Database
from app.adapters.db.inbox import SqlInbox
from app.adapters.db.ledger import SqlLedger
from app.adapters.db.migrate import upgrade
from app.adapters.db.releases import SqlReleases
from app.sim.clock import SimClock
from tests.clock import NOON
from tests.databases import new_database
from tests.real_postgres import emptied, migrated, postgres
from tools.postgres import Server

__all__ = ["migrated", "postgres"]  # fixtures


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database."""
    if request.param == "sqlite":
        yield new_database(tmp_path) if "database" in request.fixturenames else f"sqlite:///{tmp_path}/var/gonogo.db"
        return
    server: Server = request.getfixturevalue("postgres")
    if "database" in request.fixturenames:  # all of these share one: making another takes longer than most tests
        yield emptied(server, request.getfixturevalue("migrated"))
        return
    name = server.create()
    yield server.url(name)
    server.drop(name)


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
