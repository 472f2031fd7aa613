"""The databases that the story is told on: a file of SQLite each time, or a database of the tests' own PostgreSQL."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from app.adapters.db.migrate import upgrade
from tools.postgres import Server, find_programs, running

POSTGRES = "pg:"
"""What the name of a trial on PostgreSQL begins with."""

_running: list[Server] = []
_numbers = count(1)
_TEMPLATE = "chaos"


@contextmanager
def postgres() -> Generator[bool]:
    """Run a PostgreSQL for the trials of this process and of those that it forks; False where there is none here."""
    programs = find_programs()
    if programs is None:
        yield False
        return
    with running(programs) as server:
        server.execute(f'CREATE DATABASE "{_TEMPLATE}"')
        upgrade(server.url(_TEMPLATE))
        _running.append(server)
        try:
            yield True
        finally:
            _running.clear()


@contextmanager
def fresh(name: str, folder: Path) -> Generator[str]:
    """Yield the address of a trial's database, which is empty. Raises LookupError where no PostgreSQL runs."""
    if not name.startswith(POSTGRES):
        yield f"sqlite:///{folder / 'gonogo.db'}"
        return
    if not _running:
        raise LookupError("there is no PostgreSQL server here (on Debian: apt install postgresql)")
    server, database = _running[0], f"chaos_{os.getpid()}_{next(_numbers)}"
    server.execute(f'CREATE DATABASE "{database}" TEMPLATE "{_TEMPLATE}"')
    try:
        yield server.url(database)
    finally:
        server.drop(database)
