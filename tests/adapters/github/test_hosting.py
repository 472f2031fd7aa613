"""Releases and their files, between the adapter and the simulated GitHub; and where files may be sent at all."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

import httpx
import pytest

from app.adapters.github.client import Line, uploads_url
from app.adapters.github.operations import RestGitHub
from app.adapters.github.tokens import AppJwt
from app.domain.values import Repo, Sha
from app.ports import Missing, NewDraft, Rejected, Unclear
from app.sim import Room, SimClock, SimGitHub, white_room
from tests.adapters.github.scripted import REPO, Reply, Scripted
from tests.contract import ContractChecked

pytestmark = pytest.mark.anyio
DATA = b"\x00installer\xff" * 1000


@dataclass(frozen=True)
class Stage:
    sim: SimGitHub
    room: Room
    github: RestGitHub
    repo: Repo

    @property
    def draft(self) -> NewDraft:
        sha = Sha(self.sim.head(self.room.repo))
        return NewDraft(tag="v1.0.0", sha=sha, name="One", body="Notes", is_prerelease=False)


def github_of(room: Room, checked: ContractChecked, clock: SimClock, api_url: str) -> RestGitHub:
    line = Line(transport=httpx.ASGITransport(checked), clock=clock, api_url=api_url)
    return RestGitHub(line, AppJwt(room.app.id, room.private_key, clock))


@pytest.fixture(params=["https://api.github.com", "https://github.example/api/v3"])
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    clock = SimClock()
    sim = SimGitHub(clock)
    room = white_room(sim)
    sim.push_tags(room.repo, {"v1.0.0": sim.head(room.repo)}, by="release-manager")
    checked = ContractChecked(sim.asgi)
    owner, _, name = room.repo.full_name.partition("/")
    repo = Repo(id=room.repo.id, owner=owner, name=name, installation=room.installation.id, default_branch="main")
    yield Stage(sim, room, github_of(room, checked, clock, request.param), repo)
    checked.assert_clean()
    sim.assert_no_unknown_calls()


async def test_a_draft_is_made_filled_and_published(stage: Stage) -> None:
    github, repo = stage.github, stage.repo
    assert await github.hosted_releases(repo) == []
    draft = await github.create_draft(repo, stage.draft)
    assert (draft.tag, draft.is_draft, draft.author, draft.body) == ("v1.0.0", True, "go-no-go[bot]", "Notes")
    assert await github.published_release(repo, "v1.0.0") is None
    assert await github.latest_release(repo) is None
    assert [one.id for one in await github.hosted_releases(repo)] == [draft.id]
    asset = await github.upload_asset(repo, draft, "white room+1.dmg", DATA)
    assert (asset.name, asset.size, asset.is_whole) == ("white room+1.dmg", len(DATA), True)
    assert asset.by == "go-no-go[bot]"
    assert asset.digest == hashlib.sha256(DATA).hexdigest()
    assert await github.assets_of(repo, draft.id) == [asset]
    assert (await github.write_release_body(repo, draft.id, "Better")).body == "Better"
    await github.publish_release(repo, draft.id, "v1.0.0", "Best", is_first=False, is_latest=True)
    public = await github.hosted_release(repo, draft.id)
    assert public.body == "Best"
    assert (public.is_draft, public.is_prerelease, public.is_immutable) == (False, False, False)
    assert await github.published_release(repo, "v1.0.0") == await github.hosted_release(repo, draft.id) == public
    assert await github.latest_release(repo) == draft.id
    await github.mark_latest(repo, draft.id, is_latest=False)
    assert stage.room.repo.latest_release is None
    await github.mark_latest(repo, draft.id, is_latest=True)
    assert stage.room.repo.latest_release == draft.id


async def test_a_draft_can_be_thrown_away(stage: Stage) -> None:
    draft = await stage.github.create_draft(stage.repo, stage.draft)
    await stage.github.delete_draft(stage.repo, draft.id)
    await stage.github.delete_draft(stage.repo, draft.id)  # it is gone already
    assert await stage.github.hosted_releases(stage.repo) == []


async def test_a_file_is_read_back_whole_or_by_its_digest(stage: Stage) -> None:
    github, repo = stage.github, stage.repo
    draft = await github.create_draft(repo, stage.draft)
    asset = stage.sim.upload_asset(stage.room.repo, draft.id, "daw.dmg", DATA, by="developer", has_digest=False)
    assert [one.digest for one in await github.assets_of(repo, draft.id)] == [None]
    assert await github.asset_bytes(repo, asset.id, len(DATA)) == DATA
    assert await github.asset_digest(repo, asset.id, len(DATA)) == hashlib.sha256(DATA).hexdigest()
    for read in (github.asset_bytes, github.asset_digest):
        with pytest.raises(Rejected, match="413"):
            await read(repo, asset.id, len(DATA) - 1)
        with pytest.raises(Missing):
            await read(repo, 1, 1000)


async def test_an_upload_that_breaks_off_is_unclear_and_what_it_left_is_no_whole_file(stage: Stage) -> None:
    github, repo = stage.github, stage.repo
    draft = await github.create_draft(repo, stage.draft)
    stage.sim.fault("POST", "/assets$", half_done=True)
    with pytest.raises(Unclear):
        await github.upload_asset(repo, draft, "daw.dmg", DATA)
    (left,) = await github.assets_of(repo, draft.id)
    assert (left.name, left.is_whole, left.digest) == ("daw.dmg", False, None)
    with pytest.raises(Rejected, match="already_exists"):
        await github.upload_asset(repo, draft, "daw.dmg", DATA)
    await github.delete_asset(repo, left.id)
    await github.delete_asset(repo, left.id)  # it is gone already
    assert (await github.upload_asset(repo, draft, "daw.dmg", DATA)).is_whole


async def test_no_token_goes_to_an_address_that_an_answer_made_up(stage: Stage) -> None:
    draft = await stage.github.create_draft(stage.repo, stage.draft)
    before = len(stage.sim.calls)
    for url in (
        "https://uploads.evil.example/x",
        "https://uploads.github.com.evil.example/x",
        "https://api.github.com/x",
    ):
        with pytest.raises(Rejected, match="421"):
            await stage.github.upload_asset(stage.repo, replace(draft, upload_url=url), "a", DATA)
    assert len(stage.sim.calls) == before


@pytest.mark.parametrize(
    ("api", "uploads"),
    [
        ("https://api.github.com", "https://uploads.github.com"),
        ("https://github.example/api/v3", "https://github.example/api/uploads"),
        ("https://github.example/api/v3/", "https://github.example/api/uploads"),
        ("https://api.octo.ghe.com", "https://uploads.octo.ghe.com"),
    ],
)
def test_each_github_takes_files_at_one_place(api: str, uploads: str) -> None:
    assert uploads_url(api) == uploads


async def test_an_answer_to_an_upload_that_cannot_be_read_leaves_it_unclear(hub: Scripted) -> None:
    release = {
        "id": 1,
        "tag_name": "v1",
        "html_url": "https://github.com/octo-org/app/releases/tag/v1",
        "upload_url": "https://uploads.github.com/repos/octo-org/app/releases/1/assets{?name,label}",
        "body": None,
        "author": None,
        "draft": True,
        "prerelease": False,
        "published_at": None,
    }
    hub.then(Reply(data=release), Reply(201, raw=b"<html>"), Reply(403, {"message": "Forbidden"}))
    github = hub.github()
    draft = await github.hosted_release(REPO, 1)
    with pytest.raises(Unclear, match="could not be read"):
        await github.upload_asset(REPO, draft, "a", DATA)
    with pytest.raises(Rejected, match="Forbidden"):
        await github.upload_asset(REPO, draft, "a", DATA)


async def test_a_digest_of_another_kind_is_none(hub: Scripted) -> None:
    asset = {"id": 1, "name": "a", "size": 1, "state": "uploaded", "created_at": "2026-01-01T00:00:00Z"}
    digests = ("sha256:" + "AB" * 32, "sha1:" + "ab" * 20, "sha256:zz", None)
    hub.then(Reply(data=[{**asset, "digest": digest} for digest in digests]))
    assert [one.digest for one in await hub.github().assets_of(REPO, 1)] == ["ab" * 32, None, None, None]
