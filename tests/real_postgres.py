"""A real PostgreSQL for the tests, started once in each process that runs some of them."""

import os
from collections.abc import Iterator

import pytest

from app.adapters.db.migrate import upgrade
from app.adapters.db.tables import metadata
from app.adapters.scheduler.turns import SCHEMA
from tools.postgres import Server, find_programs, running


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """The server. Without its programs the test is skipped, except where CI asks for all of them."""
    programs = find_programs()
    if programs is None:
        reason = "there is no PostgreSQL server here (on Debian: apt install postgresql)"
        if os.environ.get("CI_REQUIRE_POSTGRES") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    with running(programs) as server:
        yield server


@pytest.fixture(scope="session")
def migrated(postgres: Server) -> str:
    """The name of a database that is migrated, for one test after another: see `emptied`."""
    name = postgres.create()
    upgrade(postgres.url(name))
    return name


def emptied(server: Server, name: str) -> str:
    """Return the address of a migrated database from which all rows are removed."""
    tables = ", ".join(f'"{table.name}"' for table in metadata.sorted_tables)
    server.execute(f"TRUNCATE {tables}", name)
    return server.url(name)


def emptied_turns(server: Server, name: str) -> str:
    """Return the address of a migrated database in which nobody is asked to look at anything."""
    server.execute(f"TRUNCATE {SCHEMA}.procrastinate_jobs, {SCHEMA}.procrastinate_workers CASCADE", name)
    return server.url(name)
