"""A commit has one gate, kept by commit; a release's row says at which commit it is."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Go to this schema."""
    op.add_column("releases", sa.Column("sha", sa.String(64)))
    op.create_index("ix_releases_sha", "releases", ["repo", "sha"])
    op.create_table(
        "gates",
        sa.Column("repo", sa.BigInteger, nullable=False),
        sa.Column("sha", sa.String(64), nullable=False),
        sa.Column("check", sa.BigInteger, nullable=False),
        sa.Column("digest", sa.String(64)),
        sa.Column("is_left", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("repo", "sha", name="pk_gates"),
    )
    bind = op.get_bind()
    rows = bind.execute(
        sa.text(
            "SELECT release, body FROM events WHERE kind IN ('release_started', 'retargeted') ORDER BY release, version"
        )
    ).all()
    targets = {row.release: json.loads(row.body)["target"]["sha"] for row in rows}  # the latest of each
    for release, sha in targets.items():
        bind.execute(sa.text("UPDATE releases SET sha = :sha WHERE id = :id"), {"sha": sha, "id": release})
    op.execute("UPDATE releases SET shown = NULL")  # written in another form, it would never compare equal


def downgrade() -> None:
    """Go back to 0002."""
    op.drop_table("gates")
    op.drop_index("ix_releases_sha", "releases")
    op.drop_column("releases", "sha")
    op.execute("UPDATE releases SET shown = NULL")
