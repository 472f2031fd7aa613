"""How the work stands: what waits, what failed, what was given up."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.adapters.db.engine import Database
from app.adapters.db.inbox import SqlInbox
from app.adapters.db.ledger import SqlLedger
from app.adapters.db.lost import SqlLostDeliveries
from app.adapters.db.releases import SqlReleases
from app.adapters.db.standing import SqlStanding
from app.adapters.db.tables import ledger as ledger_rows
from app.domain.doctor.facts import HookDelivery
from app.ports import Backlog, Commit, Entry
from app.ports.lost import Progress
from tests.adapters.db.examples import delivery, react
from tests.clock import NOON

pytestmark = pytest.mark.anyio


async def test_where_nothing_is_there_nothing_waits(database: Database) -> None:
    assert await SqlStanding(database).backlog(NOON) == Backlog(ledger={"todo": 0, "failed": 0, "done": 0})


async def test_everything_is_counted_where_it_stands(
    database: Database, inbox: SqlInbox, ledger: SqlLedger, releases: SqlReleases
) -> None:
    ages = {"new": 0, "minute": 61, "hour": 3_601, "done": 9_000, "parked": 9_000}
    for name, seconds in ages.items():
        await inbox.store(replace(delivery(name), received_at=NOON - timedelta(seconds=seconds)))
    await inbox.failed("minute", "boom", park=False)
    await inbox.failed("parked", "boom", park=True)
    await releases.commit(Commit(deliveries=["done"], effects=[react(n) for n in range(4)]), NOON)
    for is_done in (True, False):
        entry = await ledger.claim("repo:7", NOON, NOON + timedelta(seconds=30))
        assert isinstance(entry, Entry)
        await (releases.commit(Commit(entries=[entry]), NOON) if is_done else ledger.fail(entry, "no"))
    lost = SqlLostDeliveries(database)
    tries = [
        HookDelivery(number=n, guid=f"g{n}", at=NOON, seconds=0.1, status_code=503, event="push", repository=7)
        for n in range(3)
    ]
    await lost.note(tries, Progress(), NOON)
    (given_up, *_) = await lost.due(NOON, 1)
    await lost.claim(given_up, None)

    assert await SqlStanding(database).backlog(NOON) == Backlog(
        older_than=(3, 2, 2, 2, 1, 1),
        oldest_at=NOON - timedelta(hours=1, seconds=1),
        failing=1,
        parked=1,
        ledger={"todo": 2, "failed": 1, "done": 1},
        lost=2,
    )


async def test_what_was_counted_of_the_ledger_is_not_counted_again(database: Database, releases: SqlReleases) -> None:
    standing = SqlStanding(database, late_rows=1)
    counts: list[int] = []
    for first in (0, 4, 8):
        await releases.commit(Commit(effects=[react(n) for n in range(first, first + 4)]), NOON)
        counts.append(sum((await standing.backlog(NOON)).ledger.values()))
    await database.run(lambda c: c.execute(ledger_rows.delete().where(ledger_rows.c.id < 9)).close())
    counts.append(sum((await standing.backlog(NOON)).ledger.values()))
    assert counts == [4, 8, 12, 12]
