"""What people said a pull request is to say in the notes of its release."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Go to this schema."""
    op.create_table(
        "pull_notes",
        sa.Column("repo", sa.BigInteger, nullable=False),
        sa.Column("pull", sa.BigInteger, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("by_id", sa.BigInteger, nullable=False),
        sa.Column("by_login", sa.String(100), nullable=False),
        sa.Column("said_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("repo", "pull", name="pk_pull_notes"),
    )


def downgrade() -> None:
    """Go back to 0004."""
    op.drop_table("pull_notes")
