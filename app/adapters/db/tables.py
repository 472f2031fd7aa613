"""The tables: deliveries (inbox), events (the log), releases (its fold), ledger (one-off effects), and what is kept."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    ForeignKey,
    Index,
    Insert,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    and_,
    literal_column,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.types import TypeDecorator

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class Moment(TypeDecorator[datetime]):
    """A moment as whole microseconds since 1970 UTC: exact, sortable and the same on every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Return what is stored. Raises TypeError for a time without a zone."""
        del dialect
        return None if value is None else (value - EPOCH) // MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """Return the moment, in UTC."""
        del dialect
        return None if value is None else EPOCH + value * MICROSECOND


Serial = BigInteger().with_variant(Integer(), "sqlite")  # only INTEGER counts by itself in SQLite

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("seq", Serial, primary_key=True, autoincrement=True),  # the order of arrival
    Column("id", String(64), nullable=False),
    Column("event", String(64), nullable=False),
    Column("key", String(64), nullable=False),
    Column("payload", LargeBinary),  # NULL once handled and pruned
    Column("received_at", Moment, nullable=False),
    Column("handled_at", Moment),
    Column("attempts", Integer, nullable=False, default=0),
    Column("error", Text),
    Column("parked_at", Moment),
    UniqueConstraint("id"),
    sqlite_autoincrement=True,
)
WAITING = and_(deliveries.c.handled_at.is_(None), deliveries.c.parked_at.is_(None))
Index("ix_deliveries_waiting", deliveries.c.key, deliveries.c.seq, sqlite_where=WAITING, postgresql_where=WAITING)
Index(
    "ix_deliveries_unpruned",
    deliveries.c.handled_at,
    sqlite_where=deliveries.c.payload.is_not(None),
    postgresql_where=deliveries.c.payload.is_not(None),
)

PARKED = deliveries.c.parked_at.is_not(None)
Index("ix_deliveries_parked", deliveries.c.parked_at, sqlite_where=PARKED, postgresql_where=PARKED)

lost = Table(  # webhooks that GitHub could not deliver, and that are not here
    "lost",
    metadata,
    Column("guid", String(64), nullable=False),
    Column("number", BigInteger, nullable=False),  # GitHub's id of the latest failed try: that one is asked for again
    Column("event", String(64), nullable=False),
    Column("lost_at", Moment, nullable=False),
    Column("asked", Integer, nullable=False),  # how often it was asked for again
    Column("next_at", Moment),  # when it may be asked for; NULL: not any more
    PrimaryKeyConstraint("guid"),
)
Index("ix_lost_next_at", lost.c.next_at)

marks = Table(  # what is to be known after a restart, and to every process
    "marks",
    metadata,
    Column("name", String(64), nullable=False),
    Column("text", Text, nullable=False),
    PrimaryKeyConstraint("name"),
)

releases = Table(
    "releases",
    metadata,
    Column("id", String(128), nullable=False),
    Column("repo", BigInteger, nullable=False),
    Column("issue", BigInteger, nullable=False),
    Column("version", Text, nullable=False),
    Column("revision", Integer, nullable=False),  # how many events its log holds
    Column("state", Text),  # the fold of its first events, as many as it says; NULL: fold the log from the start
    Column("plan_blob", String(64), nullable=False),
    Column("sha", String(64)),  # its target
    Column("opened_at", Moment, nullable=False),
    Column("closed_at", Moment),
    Column("shown", Text),  # what was last written to GitHub; NULL: nothing yet
    Column("body", Text),  # the tracking issue's body as it was seen last; NULL: never yet
    PrimaryKeyConstraint("id"),
)
OPEN = releases.c.closed_at.is_(None)
Index("ix_releases_issue", releases.c.repo, releases.c.issue)
Index("ix_releases_sha", releases.c.repo, releases.c.sha)
Index("ix_releases_open", releases.c.repo, releases.c.opened_at, sqlite_where=OPEN, postgresql_where=OPEN)

events = Table(
    "events",
    metadata,
    Column("release", String(128), ForeignKey("releases.id"), nullable=False),
    Column("version", Integer, nullable=False),  # from 1; unique in the release: it fences late writers off
    Column("kind", String(64), nullable=False),
    Column("body", Text, nullable=False),  # canonical JSON: what the hash covers
    Column("at", Moment, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    PrimaryKeyConstraint("release", "version"),
)

checks = Table(  # check runs of ours
    "checks",
    metadata,
    Column("repo", BigInteger, nullable=False),
    Column("sha", String(64), nullable=False),
    Column("name", String(100), nullable=False),
    Column("check", BigInteger, nullable=False),  # its id on GitHub; 0: to be found
    Column("digest", String(64)),  # of what was written into it last; else: to be written again
    Column("is_settled", Boolean, nullable=False),  # nothing more is to be said there
    PrimaryKeyConstraint("repo", "sha", "name"),
)
UNSETTLED = checks.c.is_settled.is_(False)
Index("ix_checks_unsettled", checks.c.name, checks.c.repo, sqlite_where=UNSETTLED, postgresql_where=UNSETTLED)

guarded = Table(
    "guarded",
    metadata,
    Column("repo", BigInteger, nullable=False),
    Column("pattern", Text, nullable=False),  # of names of tags that the guard has begun to look for
    PrimaryKeyConstraint("repo", "pattern"),
)

tags = Table(
    "tags",
    metadata,
    Column("repo", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("object", String(64), nullable=False),  # what it pointed at when the guard last looked
    Column("standing", String(16), nullable=False),
    Column("kept", String(64)),  # where it has to stay; NULL: it was never accepted
    Column("revision", Integer, nullable=False),  # it fences late writers off
    PrimaryKeyConstraint("repo", "name"),
)

TODO, DONE, FAILED = "todo", "done", "failed"

ledger = Table(
    "ledger",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),  # the order of performing, within a key
    Column("key", String(160), nullable=False),
    Column("ledger_key", Text, nullable=False),
    Column("release", String(128), ForeignKey("releases.id")),
    Column("effect", Text, nullable=False),
    Column("state", String(8), nullable=False, default=TODO),
    Column("attempts", Integer, nullable=False, default=0),
    Column("not_before", Moment, nullable=False),
    Column("lease_until", Moment),
    Column("first_claimed_at", Moment),
    Column("error", Text),
    Column("created_at", Moment, nullable=False),
    Column("done_at", Moment),
    Column("intent", Text),  # the event that follows, where it is to be known should we die before it is written
    UniqueConstraint("ledger_key"),
    sqlite_autoincrement=True,
)
UNFINISHED = ledger.c.state == literal_column(f"'{TODO}'")  # a bound parameter would keep SQLite from the index
Index("ix_ledger_unfinished", ledger.c.key, ledger.c.id, sqlite_where=UNFINISHED, postgresql_where=UNFINISHED)

BROKEN = ledger.c.state == literal_column(f"'{FAILED}'")
Index("ix_ledger_failed", ledger.c.id, sqlite_where=BROKEN, postgresql_where=BROKEN)

moments = Table(  # until when a key rests, or when it was looked at last: known to every process
    "moments",
    metadata,
    Column("key", String(160), nullable=False),
    Column("at", Moment, nullable=False),
    PrimaryKeyConstraint("key", name="pk_moments"),
)

pull_notes = Table(  # what people said a pull request is to say in the notes of its release
    "pull_notes",
    metadata,
    Column("repo", BigInteger, nullable=False),
    Column("pull", BigInteger, nullable=False),
    Column("text", Text, nullable=False),
    Column("by_id", BigInteger, nullable=False),
    Column("by_login", String(100), nullable=False),
    Column("said_at", Moment, nullable=False),
    PrimaryKeyConstraint("repo", "pull", name="pk_pull_notes"),
)


def insert_new(dialect: str, table: Table, unique: str) -> Insert:
    """Return an INSERT that passes over rows whose `unique` column is there already."""
    make = sqlite.insert if dialect == "sqlite" else postgresql.insert
    return make(table).on_conflict_do_nothing(index_elements=[unique])


def bounded(error: str, limit: int = 2_000) -> str:
    """Return an error's text fit for a row: cut, and without what a database cannot hold."""
    return storable(error[:limit])


def storable(text: str) -> str:
    """Return a text without what a database cannot hold."""
    return text.replace("\0", "").encode(errors="replace").decode()
