"""The lines that people gave to pull requests, kept until a release brings them."""

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import Connection, Select, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from app.adapters.db.tables import pull_notes, storable
from app.domain.notes.notes import PullNote

MOST: Final = 5_000


def lines_of(connection: Connection, repo: int) -> Mapping[int, str]:
    """Return the latest lines of a repository, by pull request."""
    return {row.pull: row.text for row in connection.execute(_latest(repo))}


def keep_lines(connection: Connection, notes: Sequence[PullNote]) -> None:
    """Keep lines. Of two for one pull request the one that was said later stays, whichever comes first.

    Of a repository's lines those that nobody will read any more go.
    """
    if not notes:
        return  # as most often: not even the statement is built
    make = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    new = make(pull_notes)
    kept = new.on_conflict_do_update(
        index_elements=["repo", "pull"],
        set_={name: new.excluded[name] for name in ("text", "by_id", "by_login", "said_at")},
        where=pull_notes.c.said_at <= new.excluded.said_at,
    )
    for note in notes:
        row = {"repo": note.repo, "pull": note.pull, "text": storable(note.text), "said_at": note.said_at}
        connection.execute(kept, {**row, "by_id": note.by.id, "by_login": storable(note.by.login)})
    for repo in {note.repo for note in notes}:
        is_old = pull_notes.c.pull.not_in(_latest(repo).with_only_columns(pull_notes.c.pull))
        connection.execute(delete(pull_notes).where(pull_notes.c.repo == repo, is_old))


def _latest(repo: int) -> Select[int, str]:
    return (
        select(pull_notes.c.pull, pull_notes.c.text)
        .where(pull_notes.c.repo == repo)
        .order_by(pull_notes.c.said_at.desc(), pull_notes.c.pull.desc())
        .limit(MOST)
    )
