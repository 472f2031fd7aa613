"""What `gonogo export` reads: one release's log exactly as it is kept, without a way to change anything."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, or_, select

from app.adapters.db.codec import event_codec
from app.adapters.db.engine import BUSY_TIMEOUT_MS, open_engine
from app.adapters.db.tables import events, releases
from app.domain.release.chain import Link
from app.domain.release.events import ReleaseStarted, RepositoryMoved
from app.domain.values import ReleaseId, version_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A release that answers to what was asked for."""

    id: ReleaseId
    repo: str  # owner/name, as it is called now
    version: str
    opened_at: datetime


@contextmanager
def reading(url: str) -> Generator[Connection]:
    """Open the database for one look at it, all of it from one moment. A service that writes meanwhile is not held up.

    Raises FileNotFoundError where there is no such SQLite file, and sqlalchemy's DatabaseError where it cannot be read.
    """
    engine = _read_only(url)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def find(connection: Connection, word: str, repo: str | None = None) -> Sequence[Found]:
    """Return the releases of that id or version, `v1.2.0` being 1.2.0, oldest first.

    `repo` is `owner/name` and leaves out those of other repositories; GitHub compares it without regard to case.
    """
    named = or_(releases.c.id == word, releases.c.version.in_({word, version_of(word)}))
    columns = select(releases.c.id, releases.c.version, releases.c.opened_at)
    rows = connection.execute(columns.where(named).order_by(releases.c.opened_at, releases.c.id)).all()
    # An id names one release, whatever versions are called.
    rows = [row for row in rows if row.id == word] or rows
    found = [
        Found(id=row.id, repo=_repo_of(connection, row.id), version=row.version, opened_at=row.opened_at)
        for row in rows
    ]
    return [one for one in found if repo is None or one.repo.casefold() == repo.casefold()]


def log_of(connection: Connection, release: ReleaseId) -> Sequence[tuple[int, Link]]:
    """Return each event of the log with its number, in order, nothing of it checked."""
    columns = select(events.c.version, events.c.body, events.c.previous, events.c.hash)
    rows = connection.execute(columns.where(events.c.release == release).order_by(events.c.version))
    return [(row.version, Link(body=row.body, previous=row.previous, hash=row.hash)) for row in rows]


def last_body(connection: Connection, release: ReleaseId) -> str | None:
    """Return the tracking issue's whole text as it was seen last, or None where it never was."""
    return connection.execute(select(releases.c.body).where(releases.c.id == release)).scalar_one_or_none()


def _repo_of(connection: Connection, release: ReleaseId) -> str:
    """Return what the release's repository is called now; `?` where its log does not say."""
    names = ("release_started", "repository_moved")
    bodies = select(events.c.body).where(events.c.release == release, events.c.kind.in_(names))
    body = connection.execute(bodies.order_by(events.c.version.desc()).limit(1)).scalar_one_or_none()
    try:
        told = None if body is None else event_codec().decode(body)
    except ValueError:
        return "?"  # somebody wrote into the log: the export of it says so
    return told.repo.full_name if isinstance(told, ReleaseStarted | RepositoryMoved) else "?"


def _read_only(url: str) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        return open_engine(url, "-c default_transaction_read_only=on").execution_options(
            isolation_level="REPEATABLE READ"  # all of it from one moment
        )
    file = Path(parsed.database).absolute()
    if not file.is_file():
        raise FileNotFoundError(file)
    # By a URI, for only there SQLite can be told to neither make the file nor write to it.
    named = URL.create("sqlite", database=f"file:{quote(str(file))}", query={"mode": "ro", "uri": "true"})
    engine = create_engine(named, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000, "isolation_level": None})
    event.listen(engine, "begin", _begin)
    return engine


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")
