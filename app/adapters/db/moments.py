"""Times by key in the database, for several processes of which each may work on any key."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from app.adapters.db.engine import Database
from app.adapters.db.tables import moments

_OF = select(moments.c.at).where(moments.c.key == bindparam("named"))
_FORGET = delete(moments).where(moments.c.key == bindparam("named"))


class SqlMoments:
    """The port `Moments`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        put = (sqlite.insert if database.dialect == "sqlite" else postgresql.insert)(moments)
        self._put = put.on_conflict_do_update(index_elements=["key"], set_={"at": put.excluded.at})

    async def of(self, key: str) -> datetime | None:
        """Return the time that is kept under the key."""
        return await self._database.ask(lambda c: c.execute(_OF, {"named": key}).scalar_one_or_none())

    async def keep(self, key: str, at: datetime | None) -> None:
        """Keep a time under the key; None: none any more."""

        def write(connection: Connection) -> None:
            if at is None:
                connection.execute(_FORGET, {"named": key})
            else:
                connection.execute(self._put, {"key": key, "at": at})

        await self._database.ask(write)
