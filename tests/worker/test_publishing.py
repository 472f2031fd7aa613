"""Publishing where GitHub does what the simulated one cannot be made to do."""

import hashlib
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.domain.release.effects import PublishRelease
from app.domain.release.events_course import ReleaseAbandoned
from app.domain.release.events_publish import PublishRequested
from app.domain.release.events_tag import TagMade
from app.domain.release.expected import checksums_name, notes_name
from app.domain.release.gate import GateState
from app.domain.release.publishing import release_mark
from app.domain.values import Repo, Sha
from app.ports import GitHubError, HostedRelease, Missing, NewDraft, Rejected, TagRef, Unclear
from tests.clock import NOON
from tests.domain.release.test_publishing import effect
from tests.given import MANAGER, NOW, PLAN_TEXT, REPO, SHA
from tests.worker.workshop import R1, Workshop, open_workshop

pytestmark = pytest.mark.anyio
OBJECT = Sha("e5" * 20)
MADE = TagMade(tag="v1.0.0", object=OBJECT, commit=SHA, is_signed=True, url="https://github.com/x", at=NOW)
ASKED = PublishRequested(
    tag="v1.0.0", sha=SHA, by=MANAGER, asked="d:0", comment=7, issue=12, is_adopting=False, at=NOON
)
NO_SUMS = PLAN_TEXT.replace("workflow: release.yml", "workflow: release.yml\npublish: {checksums: none}", 1)


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Workshop]:
    async with open_workshop(tmp_path) as made:
        made.github.tagged["v1.0.0"] = TagRef(name="v1.0.0", object=OBJECT, is_annotated=True)
        await made.open_release(MADE, ASKED, plan=NO_SUMS)
        yield made


def look() -> PublishRelease:
    return replace(effect("d:0"), release=R1, repo=REPO)


async def perform(shop: Workshop, *, minutes: int = 10) -> str:
    """Let it be performed for so long; return what became of it: published, the reason why not, or nothing yet."""
    await shop.plan(look())
    for _ in range(minutes * 6):
        await shop.ledger_worker.drain("release:r1")
        shop.clock.advance(10)
    release = await shop.release()
    if release.published is not None:
        return "published"
    return release.publishing.reason if release.publishing is not None else ""


GOOD = b"good"
SUMS = f"{hashlib.sha256(GOOD).hexdigest()}  app.zip\n".encode()


@asynccontextmanager
async def open_shop(folder: Path, publish: str, files: Mapping[str, bytes]) -> AsyncGenerator[Workshop]:
    """Open a release with that setting of what is published, and the bot's draft with these files of a workflow."""
    text = PLAN_TEXT.replace("workflow: release.yml", f"workflow: release.yml\npublish: {publish}", 1)
    async with open_workshop(folder) as made:
        made.github.tagged["v1.0.0"] = TagRef(name="v1.0.0", object=OBJECT, is_annotated=True)
        await made.open_release(MADE, ASKED, plan=text)
        draft = await made.host.create_draft(REPO, await a_draft(made))
        for name, data in files.items():
            made.host.put(draft.id, name, data)
        yield made


async def names_for(shop: Workshop) -> tuple[str, str]:
    """How the bot calls the checksums and the notes that it makes."""
    one = await shop.bench.plans.of(await shop.release())
    return checksums_name(one, "1.0.0"), notes_name(one, "1.0.0")


async def test_checksums_of_a_workflow_under_the_bots_name_are_compared_and_never_replaced(tmp_path: Path) -> None:
    async with open_shop(tmp_path, "{checksums: generate}", {"app.zip": b"corrupted"}) as shop:
        name, _ = await names_for(shop)
        theirs = shop.host.put(1, name, SUMS)
        assert await perform(shop) == "files have other bytes than their checksums say: app.zip"
        assert (shop.host.assets[1][theirs.id], shop.host.data[theirs.id]) == (theirs, SUMS)


async def test_the_bots_own_checksums_are_made_anew_where_the_files_have_changed(tmp_path: Path) -> None:
    async with open_shop(tmp_path, "{checksums: generate}", {"app.zip": GOOD}) as shop:
        name, _ = await names_for(shop)
        shop.host.put(1, name, b"of other files", by="gonogo[bot]")
        assert await perform(shop) == "published"
        assert [shop.host.data[one.id] for one in shop.host.assets[1].values() if one.name == name] == [SUMS]


@pytest.mark.parametrize(
    ("name", "became"),
    [
        ("app-checksums.txt.exe", "no checksum is given for files: app-checksums.txt.exe"),
        ("app-checksums.txt.asc", "published"),
        ("app-checksums.txt.sigstore.json", "published"),
    ],
)
async def test_only_a_signature_may_stand_unlisted_beside_the_checksums(tmp_path: Path, name: str, became: str) -> None:
    files = {"app.zip": GOOD, "app-checksums.txt": SUMS, name: b"?"}
    async with open_shop(tmp_path, "{checksums: wanted}", files) as shop:
        assert await perform(shop) == became


async def test_notes_that_somebody_else_has_uploaded_are_a_file_like_any_other(tmp_path: Path) -> None:
    async with open_shop(tmp_path, "{notes: true}", {"app.zip": GOOD, "SHA256SUMS": SUMS}) as shop:
        _, name = await names_for(shop)
        shop.host.put(1, name, b"evil")
        assert await perform(shop) == f"no checksum is given for files: {name}"


async def test_notes_of_the_bot_need_no_checksum(tmp_path: Path) -> None:
    async with open_shop(tmp_path, "{notes: true}", {"app.zip": GOOD, "SHA256SUMS": SUMS}) as shop:
        assert await perform(shop) == "published"


async def test_a_plan_that_names_no_file_is_not_published_before_its_checksums_are_there(tmp_path: Path) -> None:
    async with open_shop(tmp_path, "{}", {}) as shop:
        await perform(shop, minutes=1)
        assert public(shop) == []
        shop.host.put(1, "app.zip", GOOD)
        shop.host.put(1, "SHA256SUMS", SUMS)
        shop.clock.advance(60)
        await shop.plan(replace(look(), at=NOON + timedelta(minutes=5)))
        await shop.ledger_worker.drain("release:r1")
        assert public(shop) == ["v1.0.0"]


async def a_draft(shop: Workshop) -> NewDraft:
    mark = release_mark(await shop.release())
    return NewDraft(tag="v1.0.0", sha=SHA, name="App", body=mark, is_prerelease=False)


async def test_a_release_without_files_is_published(shop: Workshop) -> None:
    assert await perform(shop) == "published"
    assert shop.host.calls.count("publish_release") == 1


@pytest.mark.parametrize(
    "call", ["published_release", "hosted_releases", "create_draft", "assets_of", "publish_release", "hosted_release"]
)
@pytest.mark.parametrize("error", [Unclear("502"), Rejected(403, "Forbidden"), Missing(404, "Not Found")])
async def test_a_fault_is_tried_again_and_a_no_is_told(shop: Workshop, call: str, error: GitHubError) -> None:
    shop.host.errors[call] = [error]
    is_no = isinstance(error, Rejected) and not isinstance(error, Missing)
    assert await perform(shop) == ("GitHub refused it: 403 Forbidden" if is_no else "published")
    assert len(shop.host.releases) <= 1


async def test_d29_a_draft_that_is_not_listed_yet_is_looked_for_before_another_is_made(shop: Workshop) -> None:
    shop.host.lost["create_draft"] = [Unclear("502")]
    shop.host.unlisted = 3
    assert await perform(shop) == "published"
    assert shop.host.calls.count("create_draft") == 1


async def test_d29_a_draft_of_an_earlier_look_that_is_not_listed_is_looked_for(tmp_path: Path) -> None:
    async with open_shop(tmp_path, "{}", {}) as shop:
        await perform(shop, minutes=1)
        shop.host.unlisted = 1
        await shop.plan(replace(look(), at=NOON + timedelta(minutes=5)))
        shop.clock.advance(60)
        await shop.ledger_worker.drain("release:r1")
        assert len(shop.host.releases) == 1


@pytest.mark.parametrize("filled", [(), (1,), (2,)])
async def test_a_second_draft_of_ours_goes_where_it_is_empty(shop: Workshop, filled: tuple[int, ...]) -> None:
    for _ in range(2):
        await shop.host.create_draft(REPO, await a_draft(shop))
    for number in filled:
        shop.host.put(number, "app.zip", GOOD)
    assert await perform(shop) == "published"
    assert list(shop.host.releases) == [filled[0] if filled else 1]


async def test_two_drafts_of_ours_with_files_are_told(shop: Workshop) -> None:
    for number in (1, 2):
        await shop.host.create_draft(REPO, await a_draft(shop))
        shop.host.put(number, "app.zip", GOOD)
    assert (await perform(shop)).startswith("there are several drafts for that tag")


async def test_what_stays_missing_is_told(shop: Workshop) -> None:
    shop.host.errors["assets_of"] = [Missing(404, "Not Found")] * 9
    assert await perform(shop) == "GitHub refused it: 404 Not Found"


async def test_a_gate_that_github_does_not_show_green_is_given_up_after_a_while(shop: Workshop) -> None:
    shop.fixed_gates.is_shown = False
    assert await perform(shop) == "GitHub did not show the gate as green"
    assert "publish_release" not in shop.host.calls


async def test_a_red_gate_publishes_nothing(shop: Workshop) -> None:
    shop.fixed_gates.state = GateState.FAILURE
    assert await perform(shop) == "the gate was not green when it was read again"
    assert "publish_release" not in shop.host.calls


async def test_a_tag_that_is_gone_publishes_nothing(shop: Workshop) -> None:
    shop.github.tagged.clear()
    assert await perform(shop) == "its tag is not there any more: v1.0.0"
    assert shop.host.calls == ["published_release"]


async def test_a_release_that_is_not_shown_as_public_yet_is_read_again(shop: Workshop) -> None:
    shop.host.is_slow = True
    await perform(shop, minutes=1)
    shop.host.is_slow = False
    assert await perform(shop) == "published"
    assert shop.host.calls.count("publish_release") == 1


async def test_a_file_that_is_too_large_to_be_checked_keeps_it_from_being_public(shop: Workshop) -> None:
    draft = await shop.host.create_draft(REPO, await a_draft(shop))
    shop.host.put(draft.id, "huge.bin", b"x", has_digest=False)
    shop.host.errors["asset_digest"] = [Rejected(413, "too large")]
    assert await perform(shop) == "a file is too large to be checked: huge.bin"


async def test_a_digest_that_is_not_told_is_worked_out_once(shop: Workshop) -> None:
    draft = await shop.host.create_draft(REPO, await a_draft(shop))
    shop.host.put(draft.id, "a.bin", b"x", has_digest=False)
    assert await perform(shop) == "published"
    assert shop.host.calls.count("asset_digest") == 1


async def test_a_release_that_has_ended_is_not_published(shop: Workshop) -> None:
    await shop.happened(ReleaseAbandoned(by=MANAGER, reason="no", at=NOW))
    assert await perform(shop) == "the release had ended or moved on"
    assert shop.host.calls == ["published_release"]


def public(shop: Workshop) -> list[str]:
    """The tags of what is public."""
    return [one.tag for one in shop.host.releases.values() if not one.is_draft]


@pytest.mark.parametrize("error", [Rejected(403, "Forbidden"), Missing(404, "Not Found"), Unclear("502")])
@pytest.mark.parametrize(("call", "well"), [("hosted_release", 1), ("assets_of", 2)])
async def test_what_is_public_and_not_shown_yet_is_found_at_the_next_look(
    shop: Workshop, call: str, well: int, error: GitHubError
) -> None:
    shop.host.errors[call] = [*[None] * well, error]
    assert await perform(shop) == "published"
    assert shop.host.calls.count("publish_release") == 1


async def test_a_publication_whose_answer_was_lost_stands_whatever_the_gate_says_since(shop: Workshop) -> None:
    shop.host.lost["publish_release"] = [Unclear("502")]
    await perform(shop, minutes=0)
    await shop.ledger_worker.drain("release:r1")
    assert public(shop) == ["v1.0.0"]
    shop.fixed_gates.state = GateState.FAILURE
    assert await perform(shop) == "published"


async def test_a_draft_that_somebody_has_published_over_a_red_gate_is_told(shop: Workshop) -> None:
    draft = await shop.host.create_draft(REPO, await a_draft(shop))
    shop.host.releases[draft.id] = replace(draft, is_draft=False)
    shop.fixed_gates.state = GateState.FAILURE
    assert await perform(shop) == "something was changed while it was being published"


async def test_what_became_public_and_ended_before_that_was_known_is_not_said_to_be_hidden(shop: Workshop) -> None:
    shop.host.lost["publish_release"] = [Unclear("502")]
    await perform(shop, minutes=0)
    await shop.ledger_worker.drain("release:r1")
    await shop.happened(ReleaseAbandoned(by=MANAGER, reason="no", at=NOW))
    assert await perform(shop) == "the release had ended or moved on, and it was made public just before"
    assert any("is public" in text for text in shop.github.comments.values())
    assert not any("nothing of it is public" in text for text in shop.github.comments.values())


async def test_what_became_public_and_whose_tag_is_gone_since_is_not_said_to_be_hidden(shop: Workshop) -> None:
    shop.host.lost["publish_release"] = [Unclear("502")]
    await perform(shop, minutes=0)
    await shop.ledger_worker.drain("release:r1")
    shop.github.tagged.clear()
    assert (await perform(shop)).startswith("something was changed while it was being published: its tag is not there")


async def test_what_is_public_and_cannot_be_looked_at_is_never_called_hidden(shop: Workshop) -> None:
    shop.host.lost["publish_release"] = [Unclear("502")]
    await perform(shop, minutes=0)
    await shop.ledger_worker.drain("release:r1")
    shop.host.errors["assets_of"] = [Rejected(403, "Forbidden")] * 2
    assert await perform(shop) == "published"


async def test_a_draft_that_is_published_in_the_very_moment_is_found_public(shop: Workshop) -> None:
    draft = await shop.host.create_draft(REPO, await a_draft(shop))
    real = shop.host.hosted_release
    times = [1]

    async def published_meanwhile(repo: Repo, release: int) -> HostedRelease:
        if times:
            times.pop()
            shop.host.releases[draft.id] = replace(draft, is_draft=False)
        return await real(repo, release)

    shop.host.hosted_release = published_meanwhile
    assert await perform(shop) == "published"
    assert "publish_release" not in shop.host.calls


async def open_newer(shop: Workshop) -> int:
    """Let a higher version be public, and the latest."""
    newer = await shop.host.create_draft(REPO, replace(await a_draft(shop), tag="v2.0.0", body=""))
    shop.host.releases[newer.id] = replace(newer, is_draft=False)
    shop.host.latest = newer.id
    return newer.id


async def latest_in_log(shop: Workshop) -> bool | None:
    public = (await shop.release()).published
    return public.is_latest if public else None


async def test_a_release_of_an_older_line_is_not_left_marked_as_the_latest(shop: Workshop) -> None:
    await open_newer(shop)
    assert await perform(shop) == "published"
    assert shop.host.calls.count("mark_latest") == 1
    assert await latest_in_log(shop) is False


@pytest.mark.parametrize(("error", "is_latest"), [(Rejected(422, "immutable"), True), (Unclear("502"), False)])
async def test_a_mark_that_cannot_be_set_is_told_as_it_is(
    shop: Workshop, error: GitHubError, *, is_latest: bool
) -> None:
    await open_newer(shop)
    shop.host.errors["mark_latest"] = [error]
    assert await perform(shop) == "published"
    assert await latest_in_log(shop) is is_latest


async def test_the_latest_is_told_from_what_github_shows(shop: Workshop) -> None:
    assert await perform(shop) == "published"
    assert "mark_latest" not in shop.host.calls
    assert await latest_in_log(shop) is True
