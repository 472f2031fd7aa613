"""What our own check runs say is remembered by one writer at a time, on each kind of database."""

from dataclasses import replace

import pytest

from app.adapters.db.checks import SqlChecks
from app.adapters.db.engine import Database
from app.adapters.db.releases import SqlReleases
from app.domain.values import Sha
from app.ports import CheckShown
from tests.adapters.db.examples import FIRST, opening
from tests.clock import NOON

pytestmark = pytest.mark.anyio

GATE, HERE, THERE = "release/gate", Sha("c3" * 20), Sha("d4" * 20)
CLAIM = CheckShown(check=0, digest="?1")
SAID = CheckShown(check=600, digest="ab" * 32)


@pytest.fixture
def checks(database: Database) -> SqlChecks:
    return SqlChecks(database)


async def test_of_two_who_are_first_one_is(checks: SqlChecks) -> None:
    assert await checks.save(7, HERE, GATE, CLAIM, None)
    assert not await checks.save(7, HERE, GATE, replace(CLAIM, digest="?2"), None)
    assert await checks.of(7, HERE, GATE) == CLAIM
    assert await checks.of(7, THERE, GATE) is None


async def test_whoever_was_overtaken_is_told(checks: SqlChecks) -> None:
    await checks.save(7, HERE, GATE, CLAIM, None)
    assert await checks.save(7, HERE, GATE, SAID, CLAIM)
    assert not await checks.save(7, HERE, GATE, replace(SAID, check=601), CLAIM)
    assert await checks.save(7, HERE, GATE, replace(SAID, digest=None), SAID)
    assert await checks.save(7, HERE, GATE, SAID, replace(SAID, digest=None))
    assert await checks.of(7, HERE, GATE) == SAID


async def test_more_is_to_be_said_until_it_is_settled(checks: SqlChecks) -> None:
    await checks.save(7, HERE, GATE, SAID, None)
    assert (await checks.unsettled(7, GATE), await checks.unsettled(8, GATE)) == ([HERE], [])
    assert await checks.deserted(GATE) == [(7, HERE)]
    await checks.save(7, HERE, GATE, replace(SAID, is_settled=True), SAID)
    assert (await checks.unsettled(7, GATE), await checks.deserted(GATE)) == ([], [])


async def test_where_an_open_release_is_nothing_is_deserted(checks: SqlChecks, releases: SqlReleases) -> None:
    await releases.commit(opening(), NOON)
    release = await releases.get(FIRST)
    assert release is not None
    await checks.save(release.repo.id, release.target.sha, GATE, SAID, None)
    assert await checks.deserted(GATE) == []
