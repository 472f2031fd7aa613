"""The tag guard remembers where it saw the tags of each repository that it looks at."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Go to this schema."""
    op.create_table(
        "guarded",
        sa.Column("repo", sa.BigInteger, nullable=False),
        sa.Column("pattern", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("repo", "pattern", name="pk_guarded"),
    )
    op.create_table(
        "tags",
        sa.Column("repo", sa.BigInteger, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("object", sa.String(64), nullable=False),
        sa.Column("standing", sa.String(16), nullable=False),
        sa.Column("kept", sa.String(64)),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("repo", "name", name="pk_tags"),
    )


def downgrade() -> None:
    """Go back to 0003."""
    op.drop_table("tags")
    op.drop_table("guarded")
