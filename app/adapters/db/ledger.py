"""The ledger: one-off effects, the oldest that is due first, each under a lease that runs out."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Update, and_, bindparam, case, func, or_, select, update

from app.adapters.db.codec import effect_codec, event_codec
from app.adapters.db.engine import Database
from app.adapters.db.tables import FAILED, UNFINISHED, bounded, ledger
from app.domain.release.effects import Effect
from app.domain.release.events import Event
from app.ports import Clock, Entry

_IS_DUE = and_(
    UNFINISHED,
    ledger.c.not_before <= bindparam("now"),
    or_(ledger.c.lease_until.is_(None), ledger.c.lease_until <= bindparam("now")),
)
_OLDEST_DUE = (
    select(ledger.c.id)
    .where(ledger.c.key == bindparam("wanted"), _IS_DUE)
    .order_by(ledger.c.id)
    .limit(1)
    .scalar_subquery()
)
_CLAIM = (
    # Said again outside the subquery: of two workers after the same row, the second must find it taken.
    update(ledger)
    .where(ledger.c.id == _OLDEST_DUE, _IS_DUE)
    .values(
        attempts=ledger.c.attempts + 1,
        lease_until=bindparam("until"),
        first_claimed_at=func.coalesce(
            ledger.c.first_claimed_at, bindparam("now", type_=ledger.c.first_claimed_at.type)
        ),
    )
    .returning(
        ledger.c.id, ledger.c.key, ledger.c.release, ledger.c.effect, ledger.c.attempts, ledger.c.first_claimed_at
    )
)
_DUE_AT = case((ledger.c.lease_until > ledger.c.not_before, ledger.c.lease_until), else_=ledger.c.not_before)
_NEXT = select(func.min(_DUE_AT, type_=ledger.c.not_before.type)).where(ledger.c.key == bindparam("wanted"), UNFINISHED)
_OURS = and_(
    ledger.c.id == bindparam("entry"),
    ledger.c.attempts == bindparam("claim"),
    ledger.c.lease_until.is_not(None),
    UNFINISHED,
)
"""As long as nobody else has claimed the row: each claim counts one more, and what was given back is nobody's."""

_RENEW = update(ledger).where(_OURS).values(lease_until=bindparam("until"))
_PUT_OFF = update(ledger).where(_OURS).values(not_before=bindparam("until"), lease_until=None, error=bindparam("why"))
_PUT_BACK = _PUT_OFF.values(
    attempts=ledger.c.attempts - 1,
    first_claimed_at=case((ledger.c.attempts > 1, ledger.c.first_claimed_at), else_=None),
)
_FAIL = (
    update(ledger).where(_OURS).values(state=FAILED, lease_until=None, done_at=bindparam("now"), error=bindparam("why"))
)
_INTEND = update(ledger).where(_OURS).values(intent=bindparam("noted"))
_INTENTS = (
    select(ledger.c.intent)
    .where(ledger.c.key == bindparam("wanted"), UNFINISHED, ledger.c.intent.is_not(None))
    .order_by(ledger.c.id)
)
_HURRY = (
    update(ledger)
    .where(
        ledger.c.key == bindparam("wanted"),
        UNFINISHED,
        ledger.c.lease_until.is_(None),
        ledger.c.not_before > bindparam("now"),
    )
    .values(not_before=bindparam("now"))
)
_UNFINISHED = select(ledger.c.effect).where(ledger.c.key == bindparam("wanted"), UNFINISHED).order_by(ledger.c.id)
_KEYS = select(ledger.c.key).where(UNFINISHED).group_by(ledger.c.key).order_by(func.min(ledger.c.id))


class SqlLedger:
    """The ledger in the database. Rows are written and finished by `SqlReleases.commit`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def claim(self, key: str, now: datetime, lease_until: datetime) -> Entry | datetime | None:
        """Claim the key's oldest row that is due; else say when one will be, or None where none is left.

        A row that was put off, or is in other hands, holds up nobody: a run that is being looked for must not keep
        the next answer waiting. A lease that has run out is claimed anew, with one more attempt counted.
        """

        def write(connection: Connection) -> Entry | datetime | None:
            row = connection.execute(_CLAIM, {"wanted": key, "now": now, "until": lease_until}).one_or_none()
            if row is None:
                return connection.execute(_NEXT, {"wanted": key}).scalar_one()
            return Entry(
                id=row.id,
                key=row.key,
                release=row.release,
                effect=effect_codec().decode(row.effect),
                attempts=row.attempts,
                first_claimed_at=row.first_claimed_at,
            )

        return await self._database.run(write)  # undone where the effect cannot be read

    async def renew(self, entry: Entry, lease_until: datetime) -> bool:
        """Keep a row that takes long; False where it is not in our hands any more."""
        values = {"entry": entry.id, "claim": entry.attempts, "until": lease_until}
        return await self._database.ask(lambda connection: connection.execute(_RENEW, values).rowcount == 1)

    async def put_off(self, entry: Entry, until: datetime, error: str) -> None:
        """Give a row back, not to be claimed before `until`."""
        await self._write(_PUT_OFF, entry, {"until": until, "why": bounded(error)})

    async def put_back(self, entry: Entry, until: datetime, error: str) -> None:
        """Give a row back of which nothing was done: the try does not count."""
        await self._write(_PUT_BACK, entry, {"until": until, "why": bounded(error)})

    async def fail(self, entry: Entry, error: str) -> None:
        """Give a row up for good: it stays, is counted, and is not tried again."""
        await self._write(_FAIL, entry, {"now": self._clock.now(), "why": bounded(error)})

    async def intend(self, entry: Entry, event: Event | None) -> None:
        """Note what is about to happen to GitHub, before it does; None: it did not."""
        noted = None if event is None else event_codec().encode(event)
        await self._write(_INTEND, entry, {"noted": noted})

    async def intents(self, key: str) -> Sequence[Event]:
        """Return what was about to happen, as noted with the unfinished rows of the key, in their order."""
        rows = await self._database.ask(lambda c: c.execute(_INTENTS, {"wanted": key}).scalars().all())
        return [event_codec().decode(row) for row in rows]

    async def hurry(self, key: str, now: datetime) -> bool:
        """Make what was put off under the key due at once; False where there is nothing."""

        def write(connection: Connection) -> bool:
            return connection.execute(_HURRY, {"wanted": key, "now": now}).rowcount > 0

        return await self._database.ask(write)

    async def unfinished(self, key: str) -> Sequence[Effect]:
        """Return what is still to be done under the key, oldest first."""
        texts = await self._database.ask(lambda c: c.execute(_UNFINISHED, {"wanted": key}).scalars().all())
        return [effect_codec().decode(text) for text in texts]

    async def _write(self, statement: Update, entry: Entry, values: dict[str, object]) -> None:
        named = {"entry": entry.id, "claim": entry.attempts, **values}
        await self._database.ask(lambda connection: connection.execute(statement, named).close())

    async def keys(self) -> Sequence[str]:
        """Return the keys with unfinished rows, the one that waits longest first."""
        return await self._database.ask(lambda connection: connection.execute(_KEYS).scalars().all())
