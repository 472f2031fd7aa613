"""Which schema this program speaks, and whether the database has it: cheap enough to be asked at every probe."""

from sqlalchemy import Column, Connection, MetaData, String, Table, select
from sqlalchemy.exc import DatabaseError

HEAD = "0008"
"""The newest migration."""

_alembic_version = Table("alembic_version", MetaData(), Column("version_num", String(32)))


def trouble_with(connection: Connection) -> str | None:
    """Return why the database cannot be used as it stands, in words for people, or None."""
    try:
        found = connection.execute(select(_alembic_version.c.version_num)).scalars().all()
    except DatabaseError as error:
        if error.connection_invalidated:
            raise  # the server has gone: nothing is known of its tables
        return "the database has no tables yet: run `gonogo db upgrade`"
    if max(found, default="") > HEAD:
        return f"the database is at schema {max(found)}, and this version knows {HEAD} at most: run a newer one"
    if found != [HEAD]:
        return f"the database is at schema {', '.join(found) or 'none'}, not {HEAD}: run `gonogo db upgrade`"
    return None
