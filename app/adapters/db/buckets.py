"""How much installations have had written of late, in the database, for several processes that all write."""

from typing import Final

from pydantic import TypeAdapter, ValidationError
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
    """The port `Buckets`: a text that is changed by compare-and-set. One statement each.

    It is compared as it was read: another version may write the same bucket otherwise.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._insert = insert_new(database.dialect, marks, "name").returning(marks.c.name)
        self._read: dict[int, str] = {}  # the text of the bucket that was returned or put last

    async def of(self, installation: int) -> Bucket | None:
        """Return its bucket; None where nobody has written anything yet, or what is there cannot be read."""
        values = {"named": _named(installation)}
        text = await self._database.ask(lambda c: c.execute(_OF, values).scalar_one_or_none())
        if text is None:
            self._read.pop(installation, None)
            return None
        self._read[installation] = text
        try:
            return _BUCKET.validate_json(text)
        except ValidationError:
            return None

    async def replace(self, installation: int, after: Bucket) -> bool:
        """Put a bucket in the place of the one that is known here; False where another one is there by now."""
        name, before, new = _named(installation), self._read.get(installation), _BUCKET.dump_json(after).decode()

        def write(connection: Connection) -> bool:
            if before is None:
                return connection.execute(self._insert, {"name": name, "text": new}).scalar_one_or_none() is not None
            return connection.execute(_REPLACE, {"named": name, "before": before, "after": new}).rowcount == 1

        is_put = await self._database.ask(write)
        if is_put:
            self._read[installation] = new
        return is_put


def _named(installation: int) -> str:
    return f"writes:{installation}"
