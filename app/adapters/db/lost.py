"""Webhooks that GitHub could not deliver, by its own log, and how far that has been read."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from pydantic import TypeAdapter
from sqlalchemy import Connection, bindparam, case, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.adapters.db.engine import Database
from app.adapters.db.tables import deliveries, lost, marks, storable
from app.domain.doctor.facts import HookDelivery
from app.ports.lost import LostDelivery, Progress

_NAME: Final = "hook_log"
_LONGEST_GUID: Final = 64
_MARK: Final = select(marks.c.text).where(marks.c.name == _NAME)
_HERE: Final = select(deliveries.c.id).where(deliveries.c.id.in_(bindparam("guids", expanding=True)))
_CAME: Final = delete(lost).where(lost.c.guid.in_(select(deliveries.c.id)))
_DUE: Final = (
    select(lost)
    .where(lost.c.next_at <= bindparam("now"))
    .order_by(lost.c.asked, lost.c.lost_at, lost.c.guid)  # what never comes must not be asked for before all else
    .limit(bindparam("limit"))
)
_CLAIM: Final = (
    update(lost)
    .where(lost.c.guid == bindparam("wanted"), lost.c.asked == bindparam("before"))
    .values(asked=lost.c.asked + 1, next_at=bindparam("again"))
)
_NEXT: Final = select(func.min(lost.c.next_at, type_=lost.c.next_at.type))
_PRUNE: Final = delete(lost).where(lost.c.lost_at < bindparam("before"))
_PROGRESS: Final = TypeAdapter(Progress)


class SqlLostDeliveries:
    """The port `LostDeliveries`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        insert = (sqlite.insert if database.dialect == "sqlite" else postgresql.insert)(lost)
        new = insert.excluded
        # the latest try is the one to be asked for: GitHub forgets the oldest first
        later = case((new.number > lost.c.number, new.number), else_=lost.c.number)
        self._insert = insert.on_conflict_do_update(index_elements=["guid"], set_={"number": later})
        mark = (sqlite.insert if database.dialect == "sqlite" else postgresql.insert)(marks)
        self._mark = mark.on_conflict_do_update(index_elements=["name"], set_={"text": mark.excluded.text})

    async def progress(self) -> Progress:
        """Return how far the log has been looked through."""

        def read(connection: Connection) -> Progress:
            text = connection.execute(_MARK).scalar_one_or_none()
            return Progress() if text is None else _PROGRESS.validate_json(text)

        return await self._database.run(read)

    async def note(self, found: Sequence[HookDelivery], progress: Progress, due: datetime) -> int:
        """Keep those that are not here, and how far that was, in one transaction; return how many are new."""
        latest = {one.guid: one for one in sorted(found, key=lambda one: one.number) if len(one.guid) <= _LONGEST_GUID}

        def write(connection: Connection) -> int:
            here = set(connection.execute(_HERE, {"guids": list(latest)}).scalars()) if latest else set[str]()
            rows = [
                {
                    "guid": one.guid,
                    "number": one.number,
                    "event": storable(one.event)[:64],
                    "lost_at": one.at,
                    "asked": 0,
                    "next_at": due,
                }
                for one in latest.values()
                if one.guid not in here
            ]
            before = connection.execute(select(func.count()).select_from(lost)).scalar_one()
            if rows:
                connection.execute(self._insert, rows)
            text = _PROGRESS.dump_json(progress).decode()
            connection.execute(self._mark, {"name": _NAME, "text": text})
            return connection.execute(select(func.count()).select_from(lost)).scalar_one() - before

        return await self._database.run(write)

    async def due(self, now: datetime, limit: int) -> Sequence[LostDelivery]:
        """Return those whose time has come, asked for least first, then the oldest; forget those that have come."""

        def write(connection: Connection) -> list[LostDelivery]:
            connection.execute(_CAME)
            return [
                LostDelivery(guid=row.guid, number=row.number, event=row.event, lost_at=row.lost_at, asked=row.asked)
                for row in connection.execute(_DUE, {"now": now, "limit": limit})
            ]

        return await self._database.run(write)

    async def claim(self, one: LostDelivery, next_at: datetime | None) -> bool:
        """Note that it is asked for now; False where somebody else has."""
        values = {"wanted": one.guid, "before": one.asked, "again": next_at}
        return await self._database.run(lambda connection: connection.execute(_CLAIM, values).rowcount == 1)

    async def next_due(self) -> datetime | None:
        """Return when the next of them may be asked for."""
        return await self._database.run(lambda connection: connection.execute(_NEXT).scalar_one_or_none())

    async def prune(self, before: datetime) -> None:
        """Forget those that were lost before then."""
        await self._database.run(lambda connection: connection.execute(_PRUNE, {"before": before}).close())
