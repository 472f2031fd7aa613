"""Webhooks that GitHub could not deliver; what failed is found without a scan; timers, which nothing used, go."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Go to this schema."""
    op.create_table(
        "lost",
        sa.Column("guid", sa.String(64), nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("event", sa.String(64), nullable=False),
        sa.Column("lost_at", sa.BigInteger, nullable=False),
        sa.Column("asked", sa.Integer, nullable=False),
        sa.Column("next_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("guid", name="pk_lost"),
    )
    op.create_index("ix_lost_next_at", "lost", ["next_at"])
    op.create_table(
        "marks",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_marks"),
    )
    parked, failed = sa.text("parked_at IS NOT NULL"), sa.text("state = 'failed'")
    op.create_index("ix_deliveries_parked", "deliveries", ["parked_at"], sqlite_where=parked, postgresql_where=parked)
    op.create_index("ix_ledger_failed", "ledger", ["id"], sqlite_where=failed, postgresql_where=failed)
    op.drop_table("timers")


def downgrade() -> None:
    """Go back to 0005. What is remembered of lost webhooks is found again in GitHub's log."""
    op.create_table(
        "timers",
        sa.Column("key", sa.String(160), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_timers"),
    )
    op.create_index("ix_timers_at", "timers", ["at"])
    op.drop_index("ix_ledger_failed", "ledger")
    op.drop_index("ix_deliveries_parked", "deliveries")
    op.drop_table("marks")
    op.drop_table("lost")
