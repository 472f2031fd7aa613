"""The inbox: deliveries as they came, committed before GitHub is thanked, drained in order of arrival."""

import asyncio
from collections import deque
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, func, or_, select, update

from app.adapters.db.engine import Database
from app.adapters.db.tables import PARKED, WAITING, bounded, deliveries, insert_new, storable
from app.ports import MOST_TROUBLED, READ_BYTES, Clock, Delivery, Replayed, Troubled

BATCH_ROWS = 200
BATCH_BYTES = 32 * 1024 * 1024

_OLDEST = (
    select(deliveries.c.seq, func.length(deliveries.c.payload).label("size"))
    .where(deliveries.c.key == bindparam("key"), deliveries.c.seq > bindparam("after"), WAITING)
    .order_by(deliveries.c.seq)
    .limit(bindparam("limit"))
    .subquery()
)
_SIZED = select(
    _OLDEST.c.seq, (func.sum(_OLDEST.c.size).over(order_by=_OLDEST.c.seq) - _OLDEST.c.size).label("before")
).subquery()
_WAITING = (
    select(deliveries)
    .join(_SIZED, deliveries.c.seq == _SIZED.c.seq)
    .where(_SIZED.c.before < READ_BYTES)
    .order_by(deliveries.c.seq)
)
_KEYS = select(deliveries.c.key).where(WAITING).group_by(deliveries.c.key).order_by(func.min(deliveries.c.seq))
_FAILED = (
    update(deliveries)
    .where(deliveries.c.id == bindparam("delivery"), deliveries.c.handled_at.is_(None))
    .values(attempts=deliveries.c.attempts + 1, error=bindparam("why"), parked_at=bindparam("parked"))
)
_TROUBLED = (
    select(
        deliveries.c.id,
        deliveries.c.event,
        deliveries.c.key,
        deliveries.c.received_at,
        deliveries.c.attempts,
        deliveries.c.error,
        deliveries.c.parked_at,
    )
    .where(or_(PARKED, and_(WAITING, deliveries.c.attempts > 0)))
    .order_by(deliveries.c.parked_at.is_(None), deliveries.c.seq)
    .limit(bindparam("limit"))
)
_STANDS = select(deliveries.c.handled_at, deliveries.c.parked_at).where(deliveries.c.id == bindparam("delivery"))
_REPLAY = (
    update(deliveries)
    .where(deliveries.c.id == bindparam("delivery"), PARKED, deliveries.c.handled_at.is_(None))
    .values(parked_at=None, attempts=0)
)
_PRUNABLE = (
    select(deliveries.c.seq)
    .where(deliveries.c.handled_at < bindparam("before"), deliveries.c.payload.is_not(None))
    .order_by(deliveries.c.handled_at)
    .limit(bindparam("limit"))
)
_PRUNE = update(deliveries).where(deliveries.c.seq.in_(_PRUNABLE.scalar_subquery())).values(payload=None)


_Arrival = tuple[Delivery, asyncio.Future[bool]]


class SqlInbox:
    """Deliveries in the database. Those that come while one commit is being written share the next one."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._insert = insert_new(database.dialect, deliveries, "id").returning(deliveries.c.id)
        self._arrived: deque[_Arrival] = deque()  # put there by the door's thread, taken by the database's as well
        self._flusher: asyncio.Task[None] | None = None

    async def store(self, delivery: Delivery) -> bool:
        """Store and commit; False where that delivery id is there already. Raises what the database raises."""
        stored: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._arrived.append((delivery, stored))
        if self._flusher is None:
            self._flusher = asyncio.create_task(self._flush())
        return await stored

    async def _flush(self) -> None:
        """Write batch after batch until nobody waits. It outlives each caller: one that hangs up loses nothing.

        One at a time, or those of one repository would overtake each other. What arrives while a batch waits for a
        thread is written with it; where that turn never comes, it has a try of its own.
        """
        try:
            while self._arrived:
                batch = self._taken([])
                try:
                    new = await self._database.ask(
                        lambda c, batch=batch: self._write(c, self._taken(batch)), is_urgent=True
                    )
                except Exception as error:  # noqa: BLE001 - whatever it is, each caller must hear of it
                    for _, stored in batch:
                        if not stored.done():
                            stored.set_exception(error)
                    continue
                for delivery, stored in batch:
                    if not stored.done():
                        stored.set_result(delivery.id in new)
                    new.discard(delivery.id)  # the same id once more in this batch is the one just stored
        finally:
            self._flusher = None

    def _taken(self, batch: list[_Arrival]) -> list[_Arrival]:
        """Take what has arrived into the batch, as far as there is room."""
        size = sum(len(delivery.payload) for delivery, _ in batch)
        while self._arrived and len(batch) < BATCH_ROWS and size < BATCH_BYTES:
            arrival = self._arrived.popleft()
            size += len(arrival[0].payload)
            batch.append(arrival)
        return batch

    def _write(self, connection: Connection, batch: Sequence[_Arrival]) -> set[str]:
        rows: list[dict[str, Any]] = [
            {
                "id": delivery.id,
                "event": delivery.event,
                "key": delivery.key,
                "payload": delivery.payload,
                "received_at": delivery.received_at,
                "attempts": delivery.attempts,
            }
            for delivery, _ in batch
        ]
        return set(connection.execute(self._insert, rows).scalars())

    async def waiting(self, key: str, limit: int, *, after: int = 0) -> Sequence[Delivery]:
        """Return the oldest unhandled deliveries of a key that are not parked, of those behind that `seq`.

        Fewer than `limit` where they are large: a row of the largest that GitHub sends would take all memory.
        """

        def read(connection: Connection) -> list[Delivery]:
            rows = connection.execute(_WAITING, {"key": key, "limit": limit, "after": after})
            return [
                Delivery(
                    id=row.id,
                    event=row.event,
                    key=row.key,
                    payload=bytes(row.payload),
                    received_at=row.received_at,
                    attempts=row.attempts,
                    seq=row.seq,
                )
                for row in rows
            ]

        return await self._database.ask(read)

    async def keys(self) -> Sequence[str]:
        """Return the keys that have unhandled deliveries, the one that waits longest first."""
        return await self._database.ask(lambda connection: connection.execute(_KEYS).scalars().all())

    async def failed(self, delivery: str, error: str, *, park: bool) -> None:
        """Count a failed try; park it where it is not to be tried again by itself."""
        values = {"delivery": delivery, "why": bounded(error), "parked": self._clock.now() if park else None}
        await self._database.ask(lambda connection: connection.execute(_FAILED, values).close())

    async def troubled(self, limit: int = MOST_TROUBLED) -> Sequence[Troubled]:
        """Return the deliveries that are parked, then those that are being tried again, the oldest first."""

        def read(connection: Connection) -> list[Troubled]:
            return [
                Troubled(
                    id=row.id,
                    event=row.event,
                    key=row.key,
                    received_at=row.received_at,
                    attempts=row.attempts,
                    error=row.error or "",
                    parked_at=row.parked_at,
                )
                for row in connection.execute(_TROUBLED, {"limit": limit})
            ]

        return await self._database.ask(read)

    async def replay(self, delivery: str) -> Replayed:
        """Put a parked delivery back, as one that was never tried. Whoever sweeps next takes it up."""

        def write(connection: Connection) -> Replayed:
            named = {"delivery": storable(delivery)}
            if connection.execute(_REPLAY, named).rowcount:
                return Replayed.PUT_BACK
            row = connection.execute(_STANDS, named).one_or_none()
            if row is None:
                return Replayed.UNKNOWN
            return Replayed.HANDLED if row.handled_at is not None else Replayed.WAITING

        return await self._database.run(write)

    async def prune(self, before: datetime, limit: int = 1_000) -> int:
        """Drop the payloads of deliveries handled before then, the oldest first; their ids stay known."""
        values = {"before": before, "limit": limit}
        return await self._database.run(lambda connection: connection.execute(_PRUNE, values).rowcount)
