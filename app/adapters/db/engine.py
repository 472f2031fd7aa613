"""The database: statements run in a worker thread, each call a transaction, all of it or none."""

import asyncio
import sqlite3
from collections import defaultdict, deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Any, Final, Protocol, TypeVar, cast

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, DisconnectionError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

T = TypeVar("T")
_USED_AT: Final = "used_at"
_BEGUN_BY_HAND: Final = "gonogo_begun_by_hand"  # an option of a connection: SQLAlchemy's begin does nothing there

BUSY_TIMEOUT_MS = 5_000  # how long SQLite waits for another process, such as a command line, to let go of the file
THREADS = 8  # of a database that many may write to at once
PATIENCE_SECONDS = 5  # for a server that does not answer, a lock that is held, a process that stopped halfway
DEADLOCKED = frozenset({"40P01", "40001"})  # PostgreSQL has undone one of two that waited for one another
TRIES = 5  # of a transaction that was undone so
FRESH_SECONDS = 1.0  # after a connection was used: before that it is not asked first whether the server is there
TOGETHER = 8  # works that share a commit, at most: GitHub waits for those that are at it when it comes


class Database:
    """One database by its URL, for the event loops of one process.

    SQLite writes one after another, and waits for the disk at each commit: so it gets one thread, and calls that come
    while one commit is being written share the next one, unless they are urgent. Other databases get threads that
    commit side by side.
    """

    def __init__(self, url: str) -> None:
        self.engine = open_engine(url, _AT_WORK)
        self.dialect = self.engine.dialect.name
        self._is_shared = self.dialect == "sqlite"
        self._without = self.engine.execution_options(isolation_level="AUTOCOMMIT")  # the same connections
        self._threads = ThreadPoolExecutor(1 if self._is_shared else THREADS, thread_name_prefix="database")
        self._urgent: deque[_Work] = deque()
        self._waiting: deque[_Work] = deque()
        self._lock = Lock()  # of both, for the loops put there and the thread takes
        self._kept: Connection | None = None  # SQLite's one connection: a pool would cost more than most statements

    async def run(self, work: Callable[[Connection], T]) -> T:
        """Run the work as one transaction, committed when this returns; where it raises, nothing of it is written.

        A caller that is cancelled meanwhile does not undo it: the work is then committed, or not, as a whole.
        """
        if self._is_shared:
            return await self._share(work, is_several=True)
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._transact, self.engine, work)

    async def ask(self, work: Callable[[Connection], T], *, is_urgent: bool = False) -> T:
        """Run work that only reads, or that is one statement: it is asked once for that, and not begin and commit too.

        Where a statement writes, all that it returns is to be fetched: before that SQLite does not commit it. What is
        read is what is committed at each statement, as in `run`. On SQLite those that come together share a commit,
        and then wait for the lock; one that comes alone and reads waits for none. What is urgent goes before all that
        waits for SQLite's one thread, and shares no commit with it: it would wait for all of theirs. Nothing makes room
        for the others: who asks so is to have one such work under way at a time.
        """
        if self._is_shared:
            return await self._share(work, is_several=False, is_urgent=is_urgent)
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._transact, self._without, work)

    async def _share(self, do: Callable[[Connection], T], *, is_several: bool, is_urgent: bool = False) -> T:
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()
        queue, work = self._urgent if is_urgent else self._waiting, _Work(do, is_several, loop, done)
        with self._lock:
            queue.append(work)
        try:
            self._threads.submit(self._take)
        except RuntimeError:  # closed: but one that was submitted earlier may have taken it
            with self._lock:
                is_left = work in queue
                if is_left:
                    queue.remove(work)
            if is_left:
                raise
        return await done

    @staticmethod
    def _transact(engine: Engine, work: Callable[[Connection], T]) -> T:
        for _ in range(TRIES - 1):
            try:
                with engine.begin() as connection:
                    return work(connection)
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", None) not in DEADLOCKED:
                    raise
        with engine.begin() as connection:
            return work(connection)

    def _take(self) -> None:
        """Take what waits, commit it together and tell each caller.

        It is submitted once for each work, so that none is left; most find that an earlier one took theirs along.
        """
        with self._lock:
            works = list(_taken(self._urgent or self._waiting, TOGETHER))
        if not works:
            return
        told: defaultdict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Any], object]]] = defaultdict(list)
        for work, outcome in zip(works, self._transact_together(works), strict=True):
            told[work.loop].append((work.done, outcome))
        for loop, outcomes in told.items():
            with suppress(RuntimeError):  # it is closed: nobody there wants to know
                loop.call_soon_threadsafe(_tell, outcomes)

    def _transact_together(self, works: Sequence["_Work"]) -> Sequence[object]:
        """Run each work in the one transaction; return what came of each, once all of it is on the disk."""
        try:
            if self._kept is None:
                # For SQLAlchemy all that ever happens here is one transaction. Those that SQLite knows are begun below.
                self._kept = self.engine.connect().execution_options(**{_BEGUN_BY_HAND: True})
            if len(works) == 1 and not works[0].is_several:
                return [works[0].do(self._kept)]  # SQLite makes a transaction of each statement by itself
            with _transaction(self._kept):
                if len(works) == 1:
                    return [works[0].do(self._kept)]
                return [self._attempt(self._kept, work) for work in works]
        except Exception as error:  # noqa: BLE001 - it is handed on to each caller: nothing was committed
            return [_Failure(error)] * len(works)

    def _attempt(self, connection: Connection, work: "_Work") -> object:
        """Run one work of several, so that its failing undoes nothing but itself."""
        if work.is_several:
            _sqlite(connection).execute("SAVEPOINT work")
        try:
            result = work.do(connection)
        except Exception as error:
            if not _sqlite(connection).in_transaction:
                raise  # SQLite has undone everything by itself, as it does on a full disk: all fail
            if work.is_several:
                _sqlite(connection).execute("ROLLBACK TO work")
            result = _Failure(error)
        if work.is_several:
            _sqlite(connection).execute("RELEASE work")
        return result

    async def close(self) -> None:
        """Let what is running finish, then close the connections."""
        await asyncio.to_thread(self._threads.shutdown)
        if self._kept is not None:
            self._kept.close()
        self.engine.dispose()


def is_for_one_process(url: str) -> bool:
    """Whether only one process may work on what is kept there: a SQLite file wakes nobody else."""
    return make_url(url).get_backend_name() == "sqlite"


@dataclass(frozen=True, slots=True)
class _Work:
    do: Callable[[Connection], Any]
    is_several: bool  # statements of which some write; one alone is undone by SQLite itself where it fails
    loop: asyncio.AbstractEventLoop  # of its caller
    done: asyncio.Future[Any]


@dataclass(frozen=True, slots=True)
class _Failure:
    error: Exception


def _taken(waiting: deque[_Work], most: int) -> Iterator[_Work]:
    for _ in range(min(most, len(waiting))):
        yield waiting.popleft()


def _tell(outcomes: Sequence[tuple[asyncio.Future[Any], object]]) -> None:
    for done, outcome in outcomes:
        if done.done():
            continue  # its caller has been cancelled
        if isinstance(outcome, _Failure):
            done.set_exception(outcome.error)
        else:
            done.set_result(outcome)


_AT_WORK = " ".join(
    f"-c {name}={PATIENCE_SECONDS * 1_000}"  # in milliseconds
    for name in ("lock_timeout", "idle_in_transaction_session_timeout")
)
"""Options of a session in which processes meet: who stands still within a transaction lets go of what it holds."""


def open_engine(url: str, options: str = "") -> Engine:
    """Return an engine for the URL, the SQLite file's folder made where it is missing.

    `options` are those of a PostgreSQL session; SQLite has none.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return _open_postgresql(parsed, options)
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(parsed)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _open_postgresql(url: URL, options: str) -> Engine:
    named = URL.create(url.drivername)  # all that the address says goes to the driver by `session_of`
    settings = session_of(url, options)
    engine = create_engine(named, connect_args=settings, pool_size=THREADS, max_overflow=0)
    event.listen(engine, "checkin", _note_use)
    event.listen(engine, "checkout", partial(_look_again, engine))
    return engine


def _note_use(_connection: object, record: ConnectionPoolEntry) -> None:
    record.info[_USED_AT] = monotonic()


def _look_again(engine: Engine, connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: object) -> None:
    """See whether the server is still there, where that was not seen just now. Has the pool open another if not."""
    if monotonic() - record.info.get(_USED_AT, float("-inf")) < FRESH_SECONDS:
        return
    try:
        engine.dialect.do_ping(connection)
    except engine.dialect.loaded_dbapi.Error as error:
        raise DisconnectionError from error


def session_of(url: str | URL, options: str = "") -> dict[str, Any]:
    """Return how psycopg opens a session that finds out within seconds about a server that is gone.

    What the address itself says about these things goes before.
    """
    parsed = make_url(url)
    given = {name: value if isinstance(value, str) else ",".join(value) for name, value in parsed.query.items()}
    return {
        "connect_timeout": PATIENCE_SECONDS,
        "tcp_user_timeout": PATIENCE_SECONDS * 1_000,
        "keepalives_idle": PATIENCE_SECONDS,
        "keepalives_interval": 1,
        "keepalives_count": 3,
        **parsed.translate_connect_args(username="user", database="dbname"),
        **given,
        "options": f"{options} {given.get('options', '')}".strip(),
    }


class _Sqlite(Protocol):
    """As much of the driver's connection as is used here."""

    isolation_level: str | None
    in_transaction: bool

    def execute(self, statement: str, /) -> object: ...


def _prepare_sqlite(connection: _Sqlite, _record: object) -> None:
    """Readers beside the writer (WAL), and a commit that survives the power being cut (FULL)."""
    connection.isolation_level = None  # the driver must not begin transactions by itself: `_begin_sqlite` does
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    """Take the write lock first: a transaction that reads and then writes could not wait for it and would fail."""
    if _BEGUN_BY_HAND not in connection.get_execution_options():
        _say(connection, "BEGIN IMMEDIATE")


@contextmanager
def _transaction(connection: Connection) -> Generator[None]:
    """Begin one on a connection that otherwise has none, and commit it, or undo it where anything is raised."""
    _say(connection, "BEGIN IMMEDIATE")
    try:
        yield
        _say(connection, "COMMIT")
    finally:
        if _sqlite(connection).in_transaction:  # neither committed nor, as on a full disk, undone by SQLite itself
            _say(connection, "ROLLBACK")


def _say(connection: Connection, word: str) -> None:
    """Say a word of transactions to the driver. Raises OperationalError: SQLAlchemy wraps only what it did itself."""
    try:
        _sqlite(connection).execute(word)
    except sqlite3.Error as error:
        raise OperationalError(word, None, error) from error


def _sqlite(connection: Connection) -> _Sqlite:
    """Return the driver's own connection, for what needs none of the machinery above it."""
    return cast("_Sqlite", connection.connection.driver_connection)
