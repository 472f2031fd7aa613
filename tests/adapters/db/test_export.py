"""A release's log is read for export exactly as it is kept, beside a service that goes on writing."""

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.exc import DatabaseError

from app.adapters.db.engine import Database
from app.adapters.db.export import Found, find, last_body, log_of, reading
from app.adapters.db.releases import SqlReleases
from app.adapters.db.tables import events
from app.domain.release.archive_proof import chain_trouble
from app.domain.release.events import Event, RepositoryMoved
from app.domain.release.events_course import ReleaseAbandoned
from app.domain.values import ReleaseId, Repo
from app.ports import Change, Commit
from tests.adapters.db.examples import FIRST, MANAGER, REPO, change, started
from tests.clock import NOON

pytestmark = pytest.mark.anyio

ELSEWHERE = Repo(id=8, owner="white-room", name="lab", installation=3, default_branch="main")


async def keep(releases: SqlReleases, release: str, *events: Event) -> None:
    await releases.commit(Commit(changes=[Change(release=ReleaseId(release), expected=0, events=events)]), NOON)


def found(url: str, word: str, repo: str | None = None) -> Sequence[Found]:
    with reading(url) as connection:
        return find(connection, word, repo)


async def test_the_log_is_read_as_it_is_kept(releases: SqlReleases, url: str) -> None:
    await keep(releases, FIRST, started())
    await releases.commit(Commit(changes=[change(1, 1, 2, 3)]), NOON)
    with reading(url) as connection:
        log = log_of(connection, FIRST)
        assert log_of(connection, ReleaseId("another")) == []
    assert [number for number, _ in log] == [1, 2, 3, 4]
    assert chain_trouble(log) is None


async def test_nobody_has_kept_the_issues_text_yet(releases: SqlReleases, url: str) -> None:
    await keep(releases, FIRST, started())
    with reading(url) as connection:
        assert last_body(connection, FIRST) is None


@pytest.mark.parametrize("word", ["7-1.0.0", "1.0.0", "v1.0.0"])
async def test_a_release_is_found_by_its_id_and_by_its_version(releases: SqlReleases, url: str, word: str) -> None:
    await keep(releases, FIRST, started())
    assert found(url, word) == [Found(id=FIRST, repo="white-room/daw", version="1.0.0", opened_at=NOON)]
    assert found(url, "1.0") == []


async def test_releases_of_one_version_are_told_apart_by_their_repository(releases: SqlReleases, url: str) -> None:
    await keep(releases, FIRST, started())
    await keep(releases, "8-1.0.0", replace(started(ReleaseId("8-1.0.0")), repo=ELSEWHERE))
    assert [one.repo for one in found(url, "1.0.0")] == ["white-room/daw", "white-room/lab"]
    assert [one.id for one in found(url, "1.0.0", "White-Room/LAB")] == ["8-1.0.0"]
    assert found(url, "1.0.0", "white-room/nothing") == []


async def test_a_version_that_was_given_up_and_started_again_is_there_twice(releases: SqlReleases, url: str) -> None:
    given_up = ReleaseAbandoned(by=MANAGER, reason="wrong branch", at=NOON)
    await keep(releases, FIRST, started(), given_up)
    await keep(releases, "7-1.0.0-2", replace(started(), release=ReleaseId("7-1.0.0-2"), version="1.0.0"))
    assert [one.id for one in found(url, "1.0.0")] == [FIRST, "7-1.0.0-2"]
    assert [one.id for one in found(url, FIRST)] == [FIRST]


async def test_a_repository_that_was_renamed_is_found_by_its_new_name(releases: SqlReleases, url: str) -> None:
    await keep(releases, FIRST, started(), RepositoryMoved(repo=replace(REPO, name="studio"), at=NOON))
    assert [one.repo for one in found(url, "1.0.0", "white-room/studio")] == ["white-room/studio"]
    assert found(url, "1.0.0", "white-room/daw") == []


async def test_a_start_that_cannot_be_read_any_more_hides_no_release(
    releases: SqlReleases, database: Database, url: str
) -> None:
    await keep(releases, FIRST, started())
    await database.run(lambda connection: connection.execute(events.update().values(body="{}")))
    assert [one.repo for one in found(url, "1.0.0")] == ["?"]


async def test_reading_is_of_one_moment_and_holds_nobody_up(releases: SqlReleases, url: str) -> None:
    await keep(releases, FIRST, started())
    with reading(url) as connection:
        assert len(log_of(connection, FIRST)) == 1
        await releases.commit(Commit(changes=[change(1, 1)]), NOON)
        assert len(log_of(connection, FIRST)) == 1
    with reading(url) as connection:
        assert len(log_of(connection, FIRST)) == 2


async def test_nothing_can_be_written(releases: SqlReleases, url: str) -> None:
    await keep(releases, FIRST, started())
    with reading(url) as connection, pytest.raises(DatabaseError, match=r"read-?only"):
        connection.execute(events.delete())


def test_a_database_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), reading(f"sqlite:///{tmp_path}/no/such.db"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_file_with_signs_in_its_name_is_read(tmp_path: Path) -> None:
    file = tmp_path / "a?b #1 100%.db"
    with sqlite3.connect(file) as made:
        made.execute("CREATE TABLE t (a)")
    made.close()
    with reading(f"sqlite:///{str(file).replace('%', '%25').replace('?', '%3F')}") as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM t").scalar_one() == 0


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("not a database at all\n" * 100)
    with reading(f"sqlite:///{tmp_path}/notes.txt") as connection, pytest.raises(DatabaseError):
        log_of(connection, FIRST)
