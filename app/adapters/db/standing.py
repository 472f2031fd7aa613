"""How the work stands: what waits, what failed, what was parked."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, Select, func, select

from app.adapters.db.engine import Database
from app.adapters.db.tables import BROKEN, DONE, FAILED, PARKED, TODO, UNFINISHED, WAITING, deliveries, ledger, lost
from app.ports import AGES, Backlog

_WAITING = select(
    func.min(deliveries.c.received_at),
    func.count().filter(deliveries.c.attempts > 0),
).where(WAITING)
_OLDER = select(func.count()).where(WAITING)
_PARKED = select(func.count()).select_from(deliveries).where(PARKED)
_LOST = select(func.count()).select_from(lost).where(lost.c.next_at.is_not(None))
_ROWS = select(func.count()).select_from(ledger)
_LAST = select(func.coalesce(func.max(ledger.c.id), 0))
LATE_ROWS: Final = 1_000  # of the ledger: a transaction may commit so many ids behind others


class SqlStanding:
    """The port `Standing`. Each figure but the ledger's whole count comes from an index of what is not done.

    Of the ledger, which only grows, one that is kept counts again what is new.
    """

    def __init__(self, database: Database, *, late_rows: int = LATE_ROWS) -> None:
        self._database = database
        self._late_rows = late_rows
        self._counted = (0, 0)  # up to that id: so many rows

    async def backlog(self, now: datetime) -> Backlog:
        """Return how it stands, each figure at a moment of its own."""

        def read(connection: Connection) -> Backlog:
            def count(statement: Select[int]) -> int:
                return connection.execute(statement).scalar_one()

            oldest, failing = connection.execute(_WAITING).one()
            older = tuple(count(_OLDER.where(deliveries.c.received_at <= now - timedelta(seconds=age))) for age in AGES)
            # before the rows, or the difference might be less than nothing
            todo, failed = count(_ROWS.where(UNFINISHED)), count(_ROWS.where(BROKEN))
            before, rows = self._counted
            until = max(before, count(_LAST) - self._late_rows)
            rows += count(_ROWS.where(ledger.c.id > before, ledger.c.id <= until))
            self._counted = until, rows
            rows += count(_ROWS.where(ledger.c.id > until))
            return Backlog(
                older_than=older,
                oldest_at=oldest,
                failing=failing,
                parked=count(_PARKED),
                ledger={TODO: todo, FAILED: failed, DONE: rows - todo - failed},
                lost=count(_LOST),
            )

        return await self._database.ask(read)
