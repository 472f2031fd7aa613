"""The database: every statement runs in a worker thread, each call one transaction, all of it or none."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, make_url

T = TypeVar("T")

BUSY_TIMEOUT_MS = 5_000  # how long SQLite waits for another process, such as a command line, to let go of the file
THREADS = 8  # of a database that many may write to at once


class Database:
    """One database by its URL. SQLite gets a single thread, so that its writers never wait for one another's locks."""

    def __init__(self, url: str) -> None:
        self.engine = open_engine(url)
        self.dialect = self.engine.dialect.name
        is_sqlite = self.dialect == "sqlite"
        self._transact = self._transact_kept if is_sqlite else self._transact_pooled
        self._kept: Connection | None = None
        self._threads = ThreadPoolExecutor(max_workers=1 if is_sqlite else THREADS, thread_name_prefix="database")

    async def run(self, work: Callable[[Connection], T]) -> T:
        """Run the work in one transaction, committed when this returns.

        A caller that is cancelled meanwhile does not undo it: the work is then committed, or not, as a whole.
        """
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._transact, work)

    def _transact_pooled(self, work: Callable[[Connection], T]) -> T:
        with self.engine.begin() as connection:
            return work(connection)

    def _transact_kept(self, work: Callable[[Connection], T]) -> T:
        """Do the same on the one thread's own connection: a pool's taking and giving back would cost more than that."""
        if self._kept is None:
            self._kept = self.engine.connect()
        with self._kept.begin():
            return work(self._kept)

    async def close(self) -> None:
        """Let what is running finish, then close the connections."""
        await asyncio.to_thread(self._threads.shutdown)
        if self._kept is not None:
            self._kept.close()
        self.engine.dispose()


def open_engine(url: str) -> Engine:
    """Return an engine for the URL, the SQLite file's folder made where it is missing."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(parsed)
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(parsed)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


class _Cursor(Protocol):
    def execute(self, statement: str, /) -> object: ...
    def close(self) -> None: ...


class _SqliteConnection(Protocol):
    isolation_level: str | None

    def cursor(self) -> _Cursor: ...


def _prepare_sqlite(connection: _SqliteConnection, _record: object) -> None:
    """Readers beside the writer (WAL), and a commit that survives the power being cut (FULL)."""
    connection.isolation_level = None  # the driver must not begin transactions by itself: `_begin_sqlite` does
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """Take the write lock first: a transaction that reads and then writes could not wait for it and would fail."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")
