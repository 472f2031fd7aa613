"""Publishing, decided: when a draft is looked at again, what its files are, which release is the latest, evidence."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.decision import Accepted
from app.domain.inputs import ReleaseHeard
from app.domain.messages_publish import PublishedByOthers
from app.domain.plan.model import ByAsset, ByRelease, Checksums, Item, Plan, PublishRules
from app.domain.plan.reader import read_plan
from app.domain.release.effects import PublishRelease
from app.domain.release.events import Event
from app.domain.release.events_publish import PublishRefused, PublishRequested, PublishWaiting, ReleasePublished
from app.domain.release.evidence_published import by_asset, by_release
from app.domain.release.expected import checksums_name, expected_patterns, missing_files, notes_name
from app.domain.release.fold import evolve
from app.domain.release.hearing_publish import hear_release
from app.domain.release.items import State
from app.domain.release.model import Release
from app.domain.release.no_publish import FilesAwaited, NotPublished, Unpublished
from app.domain.release.published import Served
from app.domain.release.publishing import is_latest, is_prerelease, look_again
from app.domain.release.settling import Done, NobodyKnows, TurnedDown, settle
from app.domain.values import ItemId, ReleaseId
from tests.given import ASKED, MANAGER, NOW, OTHER_SHA, PLAN, REPO, SHA, release, retargeted

DRAFT = "https://github.com/octo-org/app/releases/tag/untagged-1"
URL = "https://github.com/octo-org/app/releases/tag/v1.0.0"
REQUESTED = PublishRequested(
    tag="v1.0.0", sha=SHA, by=MANAGER, asked=ASKED, comment=7, issue=12, is_adopting=False, at=NOW
)
WAITING = PublishWaiting(missing=("*.dmg",), draft_url=DRAFT, at=NOW)
REFUSED = PublishRefused(reason="files did not come in time: *.dmg", at=NOW)
DMG = Served(name="app-1.0.0.dmg", size=3, digest="ab" * 32)
PUBLISHED = ReleasePublished(
    tag="v1.0.0",
    commit=SHA,
    number=90,
    url=URL,
    assets=(DMG,),
    is_prerelease=False,
    is_latest=True,
    is_immutable=False,
    at=NOW,
)


def effect(asked: str = ASKED, comment: int | None = 7) -> PublishRelease:
    return PublishRelease(
        repo=REPO,
        release=ReleaseId("r1"),
        version="1.0.0",
        tag="v1.0.0",
        sha=SHA,
        is_adopting=False,
        comment=comment,
        issue=12,
        asked=asked,
        at=NOW,
    )


def plan(text: str, front: str = "name: App") -> Plan:
    return read_plan(f"---\n{front}\n---\n# App\n\n{text}", path="plan.md", version="1.0.0")


# -- looking again --------------------------------------------------------------------------------------------------


def test_a_draft_that_waits_for_files_is_looked_at_again_once_in_ten_seconds() -> None:
    waiting = release(REQUESTED, WAITING)
    looks = {look_again(waiting, NOW + timedelta(seconds=after)).effects[0].ledger_key for after in range(20)}
    assert len(looks) == 2


@pytest.mark.parametrize("events", [(), (REQUESTED,), (REQUESTED, REFUSED), (REQUESTED, WAITING, PUBLISHED)])
def test_nothing_else_is_looked_at_again(events: tuple[Event, ...]) -> None:
    assert look_again(release(*events), NOW) == Accepted()


def test_what_was_asked_of_another_commit_is_forgotten() -> None:
    assert release(REQUESTED, WAITING, retargeted(OTHER_SHA)).publishing is None


@pytest.mark.parametrize("event", [WAITING, REFUSED])
def test_what_comes_of_something_that_is_forgotten_changes_nothing(event: Event) -> None:
    before = release()
    assert evolve(before, event) == replace(before, revision=before.revision + 1, changed_at=event.at)


# -- what is heard from GitHub ----------------------------------------------------------------------------------------


def heard(**changes: object) -> ReleaseHeard:
    usual: dict[str, object] = {"tag": "v1.0.0", "is_published": True, "ours": None}
    said = {**usual, **changes}
    return ReleaseHeard(
        repo=REPO,
        tag=str(said["tag"]),
        number=90,
        url=URL,
        is_published=bool(said["is_published"]),
        ours=ReleaseId("r1") if said["ours"] else None,
        by=MANAGER,
    )


def test_a_release_that_others_publish_is_told() -> None:
    told = PublishedByOthers(tag="v1.0.0", url=URL, by="release-manager", is_green=False)
    assert hear_release(PLAN, release(), heard(), NOW) == Accepted(answer=told)


@pytest.mark.parametrize("events", [(), (REQUESTED, REFUSED)])
def test_a_draft_of_ours_that_others_publish_is_told_too(events: tuple[Event, ...]) -> None:
    assert hear_release(PLAN, release(*events), heard(ours=True), NOW).answer is not None


@pytest.mark.parametrize("events", [(REQUESTED,), (REQUESTED, PUBLISHED)])
def test_our_own_doing_is_not_told_as_somebody_elses(events: tuple[Event, ...]) -> None:
    assert hear_release(PLAN, release(*events), heard(ours=True), NOW) == Accepted()


def test_a_draft_that_was_touched_is_looked_at() -> None:
    waiting = release(REQUESTED, WAITING)
    assert len(hear_release(PLAN, waiting, heard(is_published=False), NOW).effects) == 1
    assert len(hear_release(PLAN, waiting, heard(ours=True), NOW).effects) == 1
    assert hear_release(PLAN, waiting, heard(tag="v2.0.0"), NOW) == Accepted()


# -- files ----------------------------------------------------------------------------------------------------------------

SHELL = '## Ship\n\n```sh\ngh release create v1.0.0 build/*.dmg dist/app-{version}.tar.gz "$OUT/${NAME}.exe"\n```\n\n- [ ] Out\n'


def test_the_plan_names_the_files_in_its_shell_its_settings_and_its_items() -> None:
    text = f'{SHELL}- [ ] In <!-- gonogo: evidence="asset=*.deb" -->\n'
    found = expected_patterns(plan(text, 'publish: {assets: ["*.rpm", "*.dmg"]}'))
    assert found == ("*.dmg", "app-1.0.0.tar.gz", "*.exe", "*.rpm", "*.deb")


@pytest.mark.parametrize(
    ("front", "names", "missing"),
    [
        ("name: App", (), ("*.dmg", "a file of checksums")),
        ("name: App", ("a.dmg",), ("a file of checksums",)),
        ("name: App", ("a.dmg", "SHA256SUMS"), ()),
        ("publish: {checksums: generate}", ("a.dmg",), ()),
        ("publish: {checksums: none}", ("a.dmg",), ()),
        ("publish: {assets: [SHA256SUMS]}", (), ("*.dmg", "SHA256SUMS")),
    ],
)
def test_what_is_missing_is_told_by_its_pattern(front: str, names: tuple[str, ...], missing: tuple[str, ...]) -> None:
    one = plan("```sh\ngh release create v1 *.dmg\n```\n\n- [ ] Out\n", front)
    assert missing_files(one, "1.0.0", names) == missing


@pytest.mark.parametrize(
    ("front", "missing"),
    [
        ("publish: {checksums: generate, notes: true, assets: ['*-checksums.txt', '*-notes.md', '*']}", ("*",)),
        ("publish: {assets: ['*-checksums.txt']}", ("*-checksums.txt",)),
    ],
)
def test_what_the_bot_makes_itself_is_not_waited_for(front: str, missing: tuple[str, ...]) -> None:
    one = plan("- [ ] Out\n", front)
    own = {notes_name(one, "1.0.0"), checksums_name(one, "1.0.0")} if "generate" in front else set[str]()
    assert missing_files(one, "1.0.0", own) == missing


def test_a_list_of_others_under_the_bots_own_name_is_one() -> None:
    one = plan("```sh\ngh release create v1 *.dmg\n```\n\n- [ ] Out\n")
    assert missing_files(one, "1.0.0", ["a.dmg", checksums_name(one, "1.0.0")]) == ()


def test_a_plan_that_names_no_file_waits_for_their_checksums_unless_it_says_that_there_are_none() -> None:
    assert missing_files(plan("- [ ] Out\n"), "1.0.0", ()) == ("a file of checksums",)
    assert missing_files(plan("- [ ] Out\n", "publish: {checksums: none}"), "1.0.0", ()) == ()


def test_the_bots_own_files_are_named_for_the_plan_and_the_version() -> None:
    one = replace(plan("- [ ] a\n"), name="White Room DAW", publish=PublishRules(checksums=Checksums.GENERATE))
    assert notes_name(one, "1.0.0+b1") == "white-room-daw-1.0.0+b1-notes.md"
    assert checksums_name(one, "1.0.0") == "white-room-daw-1.0.0-checksums.txt"
    assert checksums_name(replace(one, name="部屋"), "1.0.0") == "release-1.0.0-checksums.txt"


# -- the latest ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tag", "version", "others", "is_it"),
    [
        ("v1.0.0", "1.0.0", [], True),
        ("v1.0.0", "1.0.0", ["v0.9.0", "v1.0.0", "v1.0.0-rc.1"], True),
        ("v1.9.1", "1.9.1", ["v2.0.0"], False),
        ("app/1.9.1", "1.9.1", ["v2.0.0", "lib/3.0.0"], True),
        ("v1.0.0-rc.1", "1.0.0-rc.1", [], False),
        ("stable", "1.0.0", [], False),
    ],
)
def test_the_latest_is_the_one_with_the_highest_version(tag: str, version: str, others: list[str], is_it: bool) -> None:
    assert is_latest(tag, version, others) is is_it


def test_a_prerelease_is_known_by_its_version() -> None:
    assert [is_prerelease(version) for version in ("1.0.0", "1.0.0-rc.1")] == [False, True]


# -- evidence -------------------------------------------------------------------------------------------------------------

ITEM = Item(id=ItemId("1.1"), text="Out", line=1, depth=0, priority="P0", wanted=ByRelease())


@pytest.mark.parametrize(
    ("events", "state"),
    [
        ((), State.OPEN),
        ((REQUESTED,), State.RUNNING),
        ((REQUESTED, WAITING), State.RUNNING),
        ((REQUESTED, REFUSED), State.FAILED),
        ((REQUESTED, PUBLISHED), State.DONE),
        ((REQUESTED, PUBLISHED, retargeted(OTHER_SHA)), State.OPEN),
    ],
)
def test_an_item_that_waits_for_the_release_stands_as_the_release_does(events: tuple[Event, ...], state: State) -> None:
    at = release(*events)
    asset = replace(ITEM, wanted=ByAsset(pattern="*.dmg"))
    assert (by_release(ITEM, at).state, by_asset(asset, "*.dmg", at).state) == (state, state)


def test_a_file_that_is_not_in_the_release_fails_its_item() -> None:
    stands = by_asset(ITEM, "*.exe", release(REQUESTED, PUBLISHED))
    assert (stands.state, stands.found) == (State.FAILED, "no file of the published release is named *.exe")


# -- what follows ------------------------------------------------------------------------------------------------------------


def settled(outcome: object, of: Release | None, asked: str = ASKED) -> Accepted:
    assert isinstance(outcome, ReleasePublished | NotPublished | FilesAwaited | TurnedDown | NobodyKnows | Done)
    return settle(effect(asked), outcome, of, PLAN, NOW)


def test_a_release_is_said_to_be_public_once() -> None:
    first = settled(PUBLISHED, release(REQUESTED))
    assert [event.kind for event in first.events] == ["release_published"]
    assert [one.kind for one in first.effects] == ["react"]
    assert first.answer is not None
    assert settled(PUBLISHED, release(REQUESTED, PUBLISHED)) == Accepted()
    assert settled(PUBLISHED, None) == Accepted()


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [
        (
            NotPublished(problem=Unpublished.WRONG, names=("a", "b")),
            "files have other bytes than their checksums say: a, b",
        ),
        (NotPublished(problem=Unpublished.RED), "the gate was not green when it was read again"),
        (TurnedDown(reason="no"), "GitHub refused it: no"),
        (NobodyKnows(), "GitHub did not answer"),
        (Done(), "GitHub did not answer"),
    ],
)
def test_a_release_that_was_not_published_says_why(outcome: object, reason: str) -> None:
    accepted = settled(outcome, release(REQUESTED))
    assert accepted.events == (PublishRefused(reason=reason, at=NOW),)
    assert accepted.answer is not None


def test_what_was_overtaken_by_another_command_says_nothing() -> None:
    why = NotPublished(problem=Unpublished.WRONG)
    for of in (release(REQUESTED, REFUSED), release(REQUESTED, PUBLISHED), release(), None):
        assert settled(why, of) == Accepted()
    assert settled(why, release(REQUESTED), asked="another") == Accepted()


def test_what_is_waited_for_is_written_down_where_it_is_news() -> None:
    waits = FilesAwaited(missing=("*.dmg",), draft_url=DRAFT)
    assert settled(waits, release(REQUESTED)).events == (WAITING,)
    assert settled(waits, release(REQUESTED, WAITING)) == Accepted()
    assert settled(waits, release(REQUESTED, REFUSED)) == Accepted()
    assert settled(waits, None) == Accepted()


def test_a_command_without_a_comment_gets_no_reaction() -> None:
    assert settle(effect(comment=None), PUBLISHED, release(REQUESTED), PLAN, NOW).effects == ()
