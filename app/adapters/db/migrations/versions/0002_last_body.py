"""The tracking issue's body as it was seen last is kept beside its release; what was shown is looked at anew."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Go to this schema."""
    op.add_column("releases", sa.Column("body", sa.Text()))
    op.create_index("ix_releases_issue", "releases", ["repo", "issue"])
    op.execute("UPDATE releases SET shown = NULL")  # written in another form, it would never compare equal


def downgrade() -> None:
    """Go back to 0001."""
    op.drop_index("ix_releases_issue", "releases")
    op.drop_column("releases", "body")
    op.execute("UPDATE releases SET shown = NULL")
