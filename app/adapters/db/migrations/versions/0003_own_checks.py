"""Our own check runs are kept by commit, of which each has one gate; a release's row says at which commit it is."""

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
        "checks",
        sa.Column("repo", sa.BigInteger, nullable=False),
        sa.Column("sha", sa.String(64), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("check", sa.BigInteger, nullable=False),
        sa.Column("digest", sa.String(64)),
        sa.Column("is_settled", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("repo", "sha", "name", name="pk_checks"),
    )
    unsettled = (
        sa.text("is_settled IS FALSE") if op.get_context().dialect.name != "sqlite" else sa.text("is_settled IS 0")
    )
    op.create_index(
        "ix_checks_unsettled", "checks", ["name", "repo"], sqlite_where=unsettled, postgresql_where=unsettled
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
    op.drop_table("checks")
    op.drop_index("ix_releases_sha", "releases")
    op.drop_column("releases", "sha")
    op.execute("UPDATE releases SET shown = NULL")
