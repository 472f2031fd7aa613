"""Until when a key rests, for several processes of which each may work on any."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Go to this schema."""
    op.create_table(
        "moments",
        sa.Column("key", sa.String(160), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_moments"),
    )


def downgrade() -> None:
    """Go back to 0007."""
    op.drop_table("moments")
