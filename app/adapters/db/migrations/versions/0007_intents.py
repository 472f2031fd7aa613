"""What is about to be said to GitHub, noted before it is."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Go to this schema."""
    op.add_column("ledger", sa.Column("intent", sa.Text))


def downgrade() -> None:
    """Go back to 0006."""
    op.drop_column("ledger", "intent")
