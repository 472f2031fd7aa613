"""The first schema: deliveries, releases, events, ledger, timers."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.BigInteger()  # microseconds since 1970 UTC


def upgrade() -> None:
    """Go to this schema."""
    op.create_table(
        "deliveries",
        sa.Column("seq", _SERIAL, autoincrement=True, nullable=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("event", sa.String(64), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("payload", sa.LargeBinary()),
        sa.Column("received_at", _MOMENT, nullable=False),
        sa.Column("handled_at", _MOMENT),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text()),
        sa.Column("parked_at", _MOMENT),
        sa.PrimaryKeyConstraint("seq", name="pk_deliveries"),
        sa.UniqueConstraint("id", name="uq_deliveries_id"),
        sqlite_autoincrement=True,
    )
    _index("ix_deliveries_waiting", "deliveries", ["key", "seq"], "handled_at IS NULL AND parked_at IS NULL")
    _index("ix_deliveries_unpruned", "deliveries", ["handled_at"], "payload IS NOT NULL")
    op.create_table(
        "releases",
        sa.Column("id", sa.String(128), nullable=False),
        sa.Column("repo", sa.BigInteger(), nullable=False),
        sa.Column("issue", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text()),
        sa.Column("plan_blob", sa.String(64), nullable=False),
        sa.Column("opened_at", _MOMENT, nullable=False),
        sa.Column("closed_at", _MOMENT),
        sa.Column("shown", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_releases"),
    )
    _index("ix_releases_open", "releases", ["repo", "opened_at"], "closed_at IS NULL")
    op.create_table(
        "events",
        sa.Column("release", sa.String(128), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["release"], ["releases.id"], name="fk_events_release"),
        sa.PrimaryKeyConstraint("release", "version", name="pk_events"),
    )
    op.create_table(
        "ledger",
        sa.Column("id", _SERIAL, autoincrement=True, nullable=False),
        sa.Column("key", sa.String(160), nullable=False),
        sa.Column("ledger_key", sa.Text(), nullable=False),
        sa.Column("release", sa.String(128)),
        sa.Column("effect", sa.Text(), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", _MOMENT, nullable=False),
        sa.Column("lease_until", _MOMENT),
        sa.Column("first_claimed_at", _MOMENT),
        sa.Column("error", sa.Text()),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("done_at", _MOMENT),
        sa.ForeignKeyConstraint(["release"], ["releases.id"], name="fk_ledger_release"),
        sa.PrimaryKeyConstraint("id", name="pk_ledger"),
        sa.UniqueConstraint("ledger_key", name="uq_ledger_ledger_key"),
        sqlite_autoincrement=True,
    )
    _index("ix_ledger_unfinished", "ledger", ["key", "id"], "state = 'todo'")
    op.create_table(
        "timers",
        sa.Column("key", sa.String(160), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_timers"),
    )
    op.create_index("ix_timers_at", "timers", ["at"])


def _index(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def downgrade() -> None:
    """Go back to an empty database."""
    for table in ("timers", "ledger", "events", "releases", "deliveries"):
        op.drop_table(table)
