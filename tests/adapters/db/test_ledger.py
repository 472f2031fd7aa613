"""The ledger hands out the oldest row of a key that is due, under a lease."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from app.adapters.db.engine import Database
from app.adapters.db.ledger import SqlLedger
from app.adapters.db.releases import SqlReleases
from app.domain.release.events_deploy import Answer, DeploymentAnswered
from app.ports import AlreadySettled, Commit, Entry
from app.sim.clock import SimClock
from tests.adapters.db.examples import FIRST, opening, react
from tests.clock import NOON

pytestmark = pytest.mark.anyio

LEASE = timedelta(seconds=30)
SOON = timedelta(seconds=5)


async def plan(releases: SqlReleases, *comments: int, key: str = "repo:7") -> None:
    await releases.commit(Commit(effects=[react(comment, key=key) for comment in comments]), NOON)


async def claim(ledger: SqlLedger, after: timedelta = timedelta(0), key: str = "repo:7") -> Entry:
    entry = await ledger.claim(key, NOON + after, NOON + after + LEASE)
    assert isinstance(entry, Entry)
    return entry


async def next_due(ledger: SqlLedger) -> datetime | None:
    """When a row may be claimed next: nothing is due yet on the day before."""
    found = await ledger.claim("repo:7", NOON - timedelta(days=1), NOON)
    assert not isinstance(found, Entry)
    return found


async def test_a_claimed_row_carries_its_effect(ledger: SqlLedger, releases: SqlReleases) -> None:
    await releases.commit(opening(), NOON)
    planned = react(1, key="release:7-1.0.0", release=FIRST)
    await releases.commit(Commit(effects=[planned]), NOON)

    entry = await claim(ledger, key="release:7-1.0.0")

    assert (entry.key, entry.release, entry.effect) == (planned.key, FIRST, planned.effect)
    assert (entry.attempts, entry.first_claimed_at) == (1, NOON)


async def test_a_row_under_a_lease_is_nobody_elses(ledger: SqlLedger, releases: SqlReleases) -> None:
    await plan(releases, 1)
    await claim(ledger)

    assert await ledger.claim("repo:7", NOON + SOON, NOON + LEASE) == NOON + LEASE


async def test_a_lease_that_ran_out_is_claimed_again_and_counted(ledger: SqlLedger, releases: SqlReleases) -> None:
    await plan(releases, 1)
    first = await claim(ledger)

    again = await claim(ledger, after=LEASE)

    assert (again.id, again.attempts, again.first_claimed_at) == (first.id, 2, NOON)


async def test_rows_of_a_key_are_performed_in_order_and_keys_side_by_side(
    ledger: SqlLedger, releases: SqlReleases
) -> None:
    await plan(releases, 1, 2)
    await plan(releases, 3, key="repo:8")

    first, other = await claim(ledger), await claim(ledger, key="repo:8")
    await releases.commit(Commit(entries=[first]), NOON)
    second = await claim(ledger)

    assert [entry.effect for entry in (first, second, other)] == [react(n).effect for n in (1, 2, 3)]


async def test_a_row_put_off_holds_up_nobody_and_has_its_turn_when_it_is_due(
    ledger: SqlLedger, releases: SqlReleases
) -> None:
    await plan(releases, 1, 2)
    first = await claim(ledger)

    await ledger.put_off(first, NOON + SOON, "GitHub asked us to wait")

    second = await claim(ledger)
    assert second.effect == react(2).effect
    assert await next_due(ledger) == NOON + SOON
    assert (await claim(ledger, after=SOON)).id == first.id


async def test_a_row_given_up_lets_the_next_one_through(ledger: SqlLedger, releases: SqlReleases) -> None:
    await plan(releases, 1, 2)
    first = await claim(ledger)

    await ledger.fail(first, "GitHub said no")

    assert (await claim(ledger)).effect == react(2).effect


async def test_nothing_is_due_where_nothing_is_left(ledger: SqlLedger, releases: SqlReleases) -> None:
    await plan(releases, 1)
    entry = await claim(ledger)
    await releases.commit(Commit(entries=[entry]), NOON)

    assert await next_due(ledger) is None
    assert await ledger.claim("repo:7", NOON + LEASE, NOON + 2 * LEASE) is None
    assert await ledger.keys() == []


async def test_the_keys_with_unfinished_rows_come_longest_waiting_first(
    ledger: SqlLedger, releases: SqlReleases
) -> None:
    await plan(releases, 1, key="repo:9")
    await plan(releases, 2, key="repo:7")
    await plan(releases, 3, key="repo:9")

    assert await ledger.keys() == ["repo:9", "repo:7"]


async def test_the_same_effect_planned_twice_is_one_row(ledger: SqlLedger, releases: SqlReleases) -> None:
    await plan(releases, 1, 1)
    await plan(releases, 1)
    entry = await claim(ledger)
    await releases.commit(Commit(entries=[entry]), NOON)

    await plan(releases, 1)  # done once is done for good

    assert await next_due(ledger) is None


async def test_a_row_finished_elsewhere_is_not_finished_again(ledger: SqlLedger, releases: SqlReleases) -> None:
    await plan(releases, 1)
    late = await claim(ledger)
    quick = await claim(ledger, after=LEASE)
    await releases.commit(Commit(entries=[quick], effects=[react(2)]), NOON)

    with pytest.raises(AlreadySettled):
        await releases.commit(Commit(entries=[late], effects=[react(3)]), NOON)

    assert (await claim(ledger)).effect == react(2).effect
    await ledger.put_off(late, NOON, "too late to say so")
    assert await ledger.claim("repo:7", NOON + SOON, NOON + LEASE) == NOON + LEASE


async def test_a_row_put_back_untried_begins_anew(ledger: SqlLedger, releases: SqlReleases) -> None:
    await plan(releases, 1)
    first = await claim(ledger)

    await ledger.put_back(first, NOON + SOON, "nothing was sent")

    again = await claim(ledger, after=SOON)
    assert (again.attempts, again.first_claimed_at) == (1, NOON + SOON)
    await ledger.put_off(again, NOON + SOON, "no answer")
    third = await claim(ledger, after=SOON)
    await ledger.put_back(third, NOON + SOON, "nothing was sent")
    last = await claim(ledger, after=SOON)
    assert (last.attempts, last.first_claimed_at) == (2, NOON + SOON)


async def test_what_is_about_to_happen_is_told_until_its_row_is_finished(
    ledger: SqlLedger, releases: SqlReleases
) -> None:
    await plan(releases, 1, 2)
    await plan(releases, 3, key="repo:8")
    first, second, other = await claim(ledger), await claim(ledger), await claim(ledger, key="repo:8")
    event = DeploymentAnswered(key="q", environment="prod", run_id=500, answer=Answer.LET_IN, reason="green", at=NOON)

    for number, entry in enumerate((second, first, other)):
        await ledger.intend(entry, replace(event, run_id=number))
    assert await ledger.intents("repo:7") == [replace(event, run_id=1), replace(event, run_id=0)]

    await ledger.intend(second, None)
    await ledger.fail(first, "given up")
    assert await ledger.intents("repo:7") == []


async def test_what_is_not_finished_is_told_oldest_first(ledger: SqlLedger, releases: SqlReleases) -> None:
    await plan(releases, 1, 2, 3)
    await plan(releases, 4, key="repo:8")
    await releases.commit(Commit(entries=[await claim(ledger)]), NOON)
    await ledger.put_off(await claim(ledger), NOON + LEASE, "not now")

    assert await ledger.unfinished("repo:7") == [react(2).effect, react(3).effect]
    assert await ledger.unfinished("repo:9") == []


async def test_a_row_that_takes_long_is_kept_and_one_that_was_lost_is_told(
    ledger: SqlLedger, releases: SqlReleases
) -> None:
    await plan(releases, 1)
    first = await claim(ledger)
    assert await ledger.renew(first, NOON + 2 * LEASE)
    assert await ledger.claim("repo:7", NOON + LEASE, NOON + 3 * LEASE) == NOON + 2 * LEASE

    second = await claim(ledger, after=2 * LEASE)

    assert second.id == first.id
    assert not await ledger.renew(first, NOON + 9 * LEASE)


async def test_d13_who_lost_a_row_can_neither_finish_it_nor_give_it_back(
    ledger: SqlLedger, releases: SqlReleases
) -> None:
    await plan(releases, 1)
    late = await claim(ledger)
    now = await claim(ledger, after=LEASE)

    with pytest.raises(AlreadySettled):
        await releases.commit(Commit(entries=[late], effects=[react(2)]), NOON)
    await ledger.put_off(late, NOON, "too late")
    await ledger.put_back(late, NOON, "too late")
    await ledger.fail(late, "too late")

    assert await ledger.claim("repo:7", NOON + LEASE, NOON + 3 * LEASE) == NOON + 2 * LEASE  # still in other hands
    await releases.commit(Commit(entries=[now]), NOON)
    assert await next_due(ledger) is None


async def test_d13_who_lost_a_row_has_no_say_in_it_when_another_has_given_it_back(
    ledger: SqlLedger, releases: SqlReleases
) -> None:
    await plan(releases, 1)
    late = await claim(ledger)
    other = await claim(ledger, after=LEASE)
    await ledger.put_back(other, NOON + LEASE, "nothing was sent")

    assert not await ledger.renew(late, NOON + 3 * LEASE)
    await ledger.put_back(late, NOON + LEASE, "too late")
    with pytest.raises(AlreadySettled):
        await releases.commit(Commit(entries=[late]), NOON)
    again = await claim(ledger, after=LEASE)
    assert again.attempts == 2  # so it looks for what the first may have done


async def test_of_many_that_claim_at_once_each_row_has_one(url: str, database: Database, releases: SqlReleases) -> None:
    await plan(releases, *range(5))
    other = Database(url)
    hands = [SqlLedger(one, SimClock(NOON)) for one in (database, other)] * 5

    claimed: list[int] = []
    while len(claimed) < 5:  # one that was quicker leaves the others of that moment with nothing
        found = await asyncio.gather(*(one.claim("repo:7", NOON, NOON + LEASE) for one in hands))
        claimed += [entry.id for entry in found if isinstance(entry, Entry)]

    assert len(set(claimed)) == len(claimed) == 5
    await other.close()
