"""Releases are what their logs say, and a commit is all of it or none."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from app.adapters.db import pull_notes
from app.adapters.db.engine import Database
from app.adapters.db.inbox import SqlInbox
from app.adapters.db.ledger import SqlLedger
from app.adapters.db.releases import FOLD_EVERY, SqlReleases
from app.domain.notes.notes import PullNote
from app.domain.release.chain import Link, first_broken
from app.domain.release.events_course import PlanAdopted, ReleaseAbandoned, ReleaseFinished
from app.domain.release.fold import fold
from app.domain.values import ReleaseId, Sha
from app.ports import AlreadySettled, BodyWrite, Change, Commit, Conflict, Shown
from tests.adapters.db.examples import FIRST, MANAGER, SECOND, change, delivery, opening, react, seen, started
from tests.clock import NOON

pytestmark = pytest.mark.anyio

BLOB = Sha("b" * 40)
NEW_BLOB = Sha("c" * 40)


async def test_a_release_is_the_fold_of_its_log(releases: SqlReleases) -> None:
    await releases.commit(opening(), NOON)
    await releases.commit(Commit(changes=[change(1, 1, 2)]), NOON)

    log = [started(), seen(1), seen(2)]
    assert await releases.events(FIRST) == log
    assert await releases.get(FIRST) == fold(log)


@pytest.mark.parametrize("count", [0, 1, FOLD_EVERY - 2, FOLD_EVERY - 1, FOLD_EVERY, 3 * FOLD_EVERY + 4])
async def test_another_process_reads_the_same_release_at_every_length_of_the_log(
    releases: SqlReleases, database: Database, count: int
) -> None:
    await releases.commit(opening(), NOON)
    for number in range(1, count + 1):
        await releases.commit(Commit(changes=[change(number, number)]), NOON)

    elsewhere = SqlReleases(database)

    assert await elsewhere.get(FIRST) == fold([started(), *(seen(n) for n in range(1, count + 1))])


async def test_a_fold_that_was_thrown_away_is_made_anew(releases: SqlReleases, database: Database) -> None:
    await releases.commit(opening(), NOON)
    await releases.commit(Commit(changes=[change(1, *range(1, 30))]), NOON)
    await database.run(lambda c: c.execute(text("UPDATE releases SET state = NULL")).close())

    elsewhere = SqlReleases(database)
    await elsewhere.commit(Commit(changes=[change(30, 30)]), NOON)

    assert await elsewhere.get(FIRST) == fold([started(), *(seen(n) for n in range(1, 31))])


async def test_what_another_process_committed_is_seen(releases: SqlReleases, database: Database) -> None:
    await releases.commit(opening(), NOON)
    elsewhere = SqlReleases(database)
    await elsewhere.commit(Commit(changes=[change(1, 1)]), NOON)

    release = await releases.get(FIRST)

    assert release is not None
    assert release.revision == 2
    await releases.commit(Commit(changes=[change(2, 2)]), NOON)


async def test_a_commit_on_an_old_revision_is_fenced_off_whole(
    releases: SqlReleases, database: Database, inbox: SqlInbox, ledger: SqlLedger
) -> None:
    await inbox.store(delivery("one"))
    await releases.commit(opening(), NOON)
    await SqlReleases(database).commit(Commit(changes=[change(1, 1)]), NOON)

    with pytest.raises(Conflict):
        await releases.commit(Commit(deliveries=["one"], changes=[change(1, 2)], effects=[react(1)]), NOON)

    assert await releases.events(FIRST) == [started(), seen(1)]
    assert [waiting.id for waiting in await inbox.waiting("repo:7", 10)] == ["one"]
    assert await ledger.keys() == []
    await releases.commit(Commit(deliveries=["one"], changes=[change(2, 2)]), NOON)


@pytest.mark.parametrize("expected", [1, 3])
async def test_a_revision_that_is_not_there_is_a_conflict(releases: SqlReleases, expected: int) -> None:
    await releases.commit(opening(), NOON)
    await releases.commit(Commit(changes=[change(1, 1)]), NOON)

    with pytest.raises(Conflict):
        await releases.commit(Commit(changes=[change(expected, 2)]), NOON)


async def test_a_release_begins_once(releases: SqlReleases) -> None:
    await releases.commit(opening(), NOON)

    with pytest.raises(Conflict):
        await releases.commit(opening(), NOON)


async def test_a_change_of_an_unknown_release_is_a_conflict(releases: SqlReleases) -> None:
    with pytest.raises(Conflict):
        await releases.commit(Commit(changes=[change(1, 1)]), NOON)


async def test_a_log_that_begins_as_another_release_is_refused(releases: SqlReleases) -> None:
    with pytest.raises(ValueError, match="do not lead"):
        await releases.commit(Commit(changes=[Change(release=SECOND, expected=0, events=[started(FIRST)])]), NOON)

    assert await releases.get(SECOND) is None


async def test_one_commit_moves_several_releases_or_none(releases: SqlReleases) -> None:
    await releases.commit(opening(FIRST), NOON)
    await releases.commit(opening(SECOND), NOON)
    await releases.commit(Commit(changes=[change(1, 1, release=SECOND), change(1, 1, release=FIRST)]), NOON)

    with pytest.raises(Conflict):
        await releases.commit(Commit(changes=[change(2, 2, release=FIRST), change(1, 2, release=SECOND)]), NOON)

    found = await releases.open_in(7)
    assert [(release.id, release.revision) for release in found] == [(FIRST, 2), (SECOND, 2)]


async def test_a_delivery_handled_elsewhere_takes_the_whole_commit_down(
    releases: SqlReleases, inbox: SqlInbox, ledger: SqlLedger
) -> None:
    await inbox.store(delivery("one"))
    await inbox.store(delivery("two"))
    await releases.commit(Commit(deliveries=["one"]), NOON)

    with pytest.raises(AlreadySettled):
        await releases.commit(Commit(deliveries=["two", "one"], changes=opening().changes, effects=[react(1)]), NOON)

    assert await releases.get(FIRST) is None
    assert await ledger.keys() == []
    assert [waiting.id for waiting in await inbox.waiting("repo:7", 10)] == ["two"]


async def test_a_delivery_named_twice_is_handled_once(releases: SqlReleases, inbox: SqlInbox) -> None:
    await inbox.store(delivery("one"))

    await releases.commit(Commit(deliveries=["one", "one"]), NOON)

    assert await inbox.waiting("repo:7", 10) == []


async def test_open_releases_come_oldest_first(releases: SqlReleases) -> None:
    await releases.commit(opening(SECOND, NOON + timedelta(hours=1)), NOON)
    await releases.commit(opening(FIRST, NOON), NOON)

    assert await releases.open_ids() == [FIRST, SECOND]
    assert [release.id for release in await releases.open_in(7)] == [FIRST, SECOND]
    assert await releases.open_in(8) == []


@pytest.mark.parametrize(
    "end",
    [ReleaseFinished(by=MANAGER, reason="", at=NOON), ReleaseAbandoned(by=MANAGER, reason="1.0.1", at=NOON)],
)
async def test_a_release_that_is_over_is_found_by_its_id_only(
    releases: SqlReleases, end: ReleaseFinished | ReleaseAbandoned
) -> None:
    await releases.commit(opening(), NOON)
    await releases.commit(Commit(changes=[Change(release=FIRST, expected=1, events=[end])]), NOON)

    assert await releases.open_ids() == []
    assert await releases.open_in(7) == []
    assert await releases.get(FIRST) is not None


async def test_the_plan_is_kept_as_pinned(releases: SqlReleases, database: Database) -> None:
    plan = "# Plan ✅\r\n\r\n- [ ] Tag\t\0\n"
    await releases.commit(Commit(changes=[Change(release=FIRST, expected=0, events=[started(plan=plan)])]), NOON)

    assert await releases.plan_text(FIRST, BLOB) == plan
    assert await releases.plan_text(FIRST, BLOB) == plan  # from memory now
    assert await SqlReleases(database).plan_text(FIRST, BLOB) == plan


async def test_a_plan_that_was_taken_up_is_kept_beside_the_one_before(
    releases: SqlReleases, database: Database
) -> None:
    await releases.commit(opening(), NOON)
    adopted = PlanAdopted(
        plan_path="RELEASE.md",
        plan_blob=NEW_BLOB,
        plan_text="- [ ] Ship\n",
        tag="v1.0.0",
        people={"octocat": 1},
        items={},
        tasks={},
        by=MANAGER,
        at=NOON,
    )
    await releases.commit(Commit(changes=[Change(release=FIRST, expected=1, events=[adopted])]), NOON)

    for reader in (releases, SqlReleases(database)):
        assert await reader.plan_text(FIRST, NEW_BLOB) == "- [ ] Ship\n"
        assert await reader.plan_text(FIRST, BLOB) == "- [ ] Tag\n"
        with pytest.raises(KeyError):
            await reader.plan_text(FIRST, Sha("d" * 40))


async def test_no_release_has_no_plan_and_nothing_shown(releases: SqlReleases) -> None:
    unknown = ReleaseId("nowhere")

    with pytest.raises(KeyError):
        await releases.plan_text(unknown, BLOB)
    assert await releases.get(unknown) is None
    assert await releases.events(unknown) == []
    assert await releases.shown(unknown) == Shown()
    assert await releases.body(unknown) is None


async def test_what_was_shown_is_remembered(releases: SqlReleases) -> None:
    await releases.commit(opening(), NOON)
    assert await releases.shown(FIRST) == Shown()

    assert await releases.save_shown(FIRST, Shown(), Shown(body_digest="d1", comment=5, gate_sha=Sha("a1" * 20)))

    assert await releases.shown(FIRST) == Shown(body_digest="d1", comment=5, gate_sha=Sha("a1" * 20))


async def test_the_kept_log_is_one_unbroken_chain(releases: SqlReleases, database: Database) -> None:
    await releases.commit(opening(), NOON)
    await releases.commit(Commit(changes=[change(1, 1, 2)]), NOON)
    await SqlReleases(database).commit(Commit(changes=[change(3, *range(3, 20))]), NOON)
    await releases.commit(Commit(changes=[change(20, 20)]), NOON)

    rows = await database.run(
        lambda c: c.execute(text("SELECT body, previous, hash FROM events ORDER BY version")).all()
    )

    assert len(rows) == 21
    assert first_broken(Link(body=row.body, previous=row.previous, hash=row.hash) for row in rows) is None


async def test_what_was_shown_is_kept_only_on_top_of_what_was_known(releases: SqlReleases) -> None:
    await releases.commit(opening(), NOON)
    seen = Shown(body_digest="d1")
    assert await releases.save_shown(FIRST, Shown(), seen)

    assert not await releases.save_shown(FIRST, Shown(), Shown(body_digest="d2"))

    assert await releases.shown(FIRST) == seen
    assert await releases.save_shown(FIRST, seen, Shown())
    assert await releases.shown(FIRST) == Shown()


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [('"is_answered":false', '"of_a_later_version":1'), ('"shows":"",', ""), ('"at":"0001-01-01T00:00:00Z",', "")],
)
async def test_what_another_version_wrote_of_it_is_known_by_what_it_says(
    releases: SqlReleases, database: Database, ours: str, theirs: str
) -> None:
    await releases.commit(opening(), NOON)
    seen = Shown(writes=(BodyWrite(base="a", made="b", flipped=()),))
    assert await releases.save_shown(FIRST, Shown(), seen)
    written = "UPDATE releases SET shown = replace(shown, :ours, :theirs) WHERE shown LIKE '%' || :ours || '%'"
    values = {"ours": ours, "theirs": theirs}
    assert await database.run(lambda c: c.execute(text(written), values).rowcount) == 1

    known = await releases.shown(FIRST)

    assert known == seen
    assert await releases.save_shown(FIRST, known, Shown(body_digest="d1"))
    assert not await releases.save_shown(FIRST, known, Shown(body_digest="d2"))
    assert await releases.shown(FIRST) == Shown(body_digest="d1")


@pytest.mark.parametrize("body", ["", "Hello 🚀\r\n\r\n- [x] Tag\n", "x" * 65_536])
async def test_the_body_that_was_seen_last_is_kept_whole(releases: SqlReleases, database: Database, body: str) -> None:
    await releases.commit(opening(), NOON)
    assert await releases.body(FIRST) is None

    assert await releases.save_shown(FIRST, Shown(), Shown(comment=5), body=body)
    assert await releases.save_shown(FIRST, Shown(comment=5), Shown(comment=6))

    assert await SqlReleases(database).body(FIRST) == body


async def test_a_body_is_kept_only_on_top_of_what_was_known(releases: SqlReleases) -> None:
    await releases.commit(opening(), NOON)
    assert await releases.save_shown(FIRST, Shown(), Shown(comment=5), body="first")

    assert not await releases.save_shown(FIRST, Shown(), Shown(comment=6), body="second")

    assert (await releases.body(FIRST), (await releases.shown(FIRST)).comment) == ("first", 5)


async def over(
    releases: SqlReleases, release: ReleaseId, *, issue: int = 416, is_finished: bool = True, hours: int = 0
) -> None:
    """A release that was begun in an issue at some hour, and has ended."""
    at = NOON + timedelta(hours=hours)
    begun = replace(started(release, at), issue=issue)
    end = (
        ReleaseFinished(by=MANAGER, reason="", at=at) if is_finished else ReleaseAbandoned(by=MANAGER, reason="", at=at)
    )
    await releases.commit(Commit(changes=[Change(release=release, expected=0, events=[begun])]), at)
    await releases.commit(Commit(changes=[Change(release=release, expected=1, events=[end])]), at)


async def test_the_releases_that_an_issue_has_tracked_come_oldest_first(
    releases: SqlReleases, database: Database
) -> None:
    await over(releases, SECOND, hours=2)
    await over(releases, FIRST, is_finished=False)
    await over(releases, ReleaseId("7-1.2.0"), issue=417)
    await releases.commit(opening(ReleaseId("7-1.3.0")), NOON)

    for reader in (releases, SqlReleases(database)):
        assert [release.id for release in await reader.ended_in(7, 416)] == [FIRST, SECOND]
        assert await reader.ended_in(7, 99) == []
        assert await reader.ended_in(8, 416) == []


async def test_only_a_version_that_was_finished_is_known_as_that(releases: SqlReleases) -> None:
    await over(releases, FIRST, is_finished=False)
    await over(releases, SECOND, issue=417)

    assert await releases.finished_in(7, "1.0.0") is None
    assert await releases.finished_in(7, "1.1.0") == 417
    assert await releases.finished_in(8, "1.1.0") is None


async def test_lines_that_nobody_will_read_any_more_go(
    releases: SqlReleases, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pull_notes, "MOST", 2)

    def line(pull: int, repo: int = 7) -> PullNote:
        return PullNote(repo=repo, pull=pull, text=f"{pull}", by=MANAGER, said_at=NOON + timedelta(seconds=pull))

    await releases.commit(Commit(notes=[line(1, repo=8)]), NOON)
    await releases.commit(Commit(notes=[line(3), line(1)]), NOON)
    await releases.commit(Commit(notes=[line(2)]), NOON)

    assert await releases.pull_notes(7) == {3: "3", 2: "2"}
    rows = await database.run(lambda c: c.execute(text("SELECT repo, pull FROM pull_notes ORDER BY 1, 2")).all())
    assert [tuple(row) for row in rows] == [(7, 2), (7, 3), (8, 1)]
