"""Publishing where GitHub does what the simulated one cannot be made to do."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.release.effects import PublishRelease
from app.domain.release.events_course import ReleaseAbandoned
from app.domain.release.events_publish import PublishRequested
from app.domain.release.events_tag import TagMade
from app.domain.release.gate import GateState
from app.domain.release.publishing import release_mark
from app.domain.values import Sha
from app.ports import GitHubError, Missing, NewDraft, Rejected, TagRef, Unclear
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
    assert shop.host.calls == []


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
    assert shop.host.calls == []
