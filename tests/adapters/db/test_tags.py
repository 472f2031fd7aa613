"""What the tag guard remembers is written with what follows from it, and by one worker at a time."""

from dataclasses import replace

import pytest

from app.adapters.db.engine import Database
from app.adapters.db.releases import SqlReleases
from app.adapters.db.tags import SqlTags
from app.domain.guard.memory import KnownTag, Memory, Standing
from app.domain.values import Sha
from app.ports import Commit, Conflict, TagNotes
from tests.adapters.db.examples import FIRST, REPO, change, opening
from tests.clock import NOON

pytestmark = pytest.mark.anyio

HERE, THERE = Sha("c3" * 20), Sha("d4" * 20)
BAD = KnownTag(name="v1.0.0", object=HERE, standing=Standing.INCIDENT, kept=None, revision=1)
OLD = KnownTag(name="v0.9", object=THERE, standing=Standing.BEFORE, kept=THERE, revision=1)


def notes(*tags: KnownTag, patterns: tuple[str, ...] = ()) -> Commit:
    return Commit(tags=TagNotes(repo=REPO.id, tags=tags, patterns=patterns))


@pytest.fixture
def memory(database: Database) -> SqlTags:
    return SqlTags(database)


async def test_a_repository_is_unknown_until_the_guard_has_looked_at_it(memory: SqlTags, releases: SqlReleases) -> None:
    assert await memory.of(REPO.id) == Memory()
    await releases.commit(notes(patterns=("v*", "app/*")), NOON)
    await releases.commit(notes(patterns=("r*",)), NOON)
    assert await memory.of(REPO.id) == Memory(patterns=frozenset({"v*", "app/*", "r*"}))
    assert await memory.of(REPO.id + 1) == Memory()


async def test_tags_come_back_as_they_were_written_last(memory: SqlTags, releases: SqlReleases) -> None:
    await releases.commit(notes(BAD, OLD, patterns=("v*",)), NOON)
    moved = replace(BAD, object=THERE, standing=Standing.ACCEPTED, kept=THERE, revision=2)
    await releases.commit(notes(moved), NOON)
    assert (await memory.of(REPO.id)).tags == {"v1.0.0": moved, "v0.9": OLD}


@pytest.mark.parametrize(
    "late", [notes(BAD), notes(replace(BAD, revision=2)), notes(replace(OLD, revision=2)), notes(patterns=("v*",))]
)
async def test_who_looked_before_somebody_else_writes_nothing_at_all(
    memory: SqlTags, releases: SqlReleases, late: Commit
) -> None:
    await releases.commit(opening(), NOON)
    await releases.commit(notes(BAD, patterns=("v*",)), NOON)
    await releases.commit(notes(replace(BAD, standing=Standing.GONE, revision=2)), NOON)
    with pytest.raises(Conflict):
        await releases.commit(replace(late, changes=[change(1, 1)]), NOON)
    assert (await memory.of(REPO.id)).tags["v1.0.0"].revision == 2
    assert len(await releases.events(FIRST)) == 1


async def test_a_deleted_incident_is_gone_and_nothing_else_is(memory: SqlTags, releases: SqlReleases) -> None:
    await releases.commit(notes(BAD, OLD, patterns=("v*",)), NOON)
    await memory.gone(REPO.id, "v1.0.0", THERE)  # it points elsewhere by now
    await memory.gone(REPO.id, "v0.9", THERE)  # no incident
    assert (await memory.of(REPO.id)).tags == {"v1.0.0": BAD, "v0.9": OLD}
    for _ in range(2):
        await memory.gone(REPO.id, "v1.0.0", HERE)
        assert (await memory.of(REPO.id)).tags == {
            "v1.0.0": replace(BAD, standing=Standing.GONE, revision=2),
            "v0.9": OLD,
        }
