"""How much installations have had written of late, in the database, for several processes that all write."""

from typing import Final

from pydantic import TypeAdapter
from sqlalchemy import Connection, bindparam, select, update

from app.adapters.db.engine import Database
from app.adapters.db.tables import insert_new, marks
from app.ports import Bucket

_OF: Final = select(marks.c.text).where(marks.c.name == bindparam("named"))
_REPLACE: Final = (
    update(marks)
    .where(marks.c.name == bindparam("named"), marks.c.text == bindparam("before"))
    .values(text=bindparam("after"))
)
_BUCKET: Final = TypeAdapter(Bucket)


class SqlBuckets:
    """The port `Buckets`: a text that is changed by compare-and-set. One statement each."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._insert = insert_new(database.dialect, marks, "name").returning(marks.c.name)

    async def of(self, installation: int) -> Bucket | None:
        """Return its bucket; None where nobody has written anything yet."""
        values = {"named": _named(installation)}
        text = await self._database.ask(lambda c: c.execute(_OF, values).scalar_one_or_none())
        return None if text is None else _BUCKET.validate_json(text)

    async def replace(self, installation: int, before: Bucket | None, after: Bucket) -> bool:
        """Put the bucket `after` in the place of `before`; False where another one is there by now."""
        name, new = _named(installation), _text(after)

        def write(connection: Connection) -> bool:
            if before is None:
                return connection.execute(self._insert, {"name": name, "text": new}).scalar_one_or_none() is not None
            values = {"named": name, "before": _text(before), "after": new}
            return connection.execute(_REPLACE, values).rowcount == 1

        return await self._database.ask(write)


def _named(installation: int) -> str:
    return f"writes:{installation}"


def _text(bucket: Bucket) -> str:
    return _BUCKET.dump_json(bucket).decode()
