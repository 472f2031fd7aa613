"""The tracking issue's body as it was seen last is kept beside its release."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Go to this schema."""
    op.add_column("releases", sa.Column("body", sa.Text()))


def downgrade() -> None:
    """Go back to 0001."""
    op.drop_column("releases", "body")
