"""Files of releases on the simulated GitHub: up, down, broken off, and for good."""

import hashlib

import httpx
import pytest

from app.sim import Room, SimGitHub
from app.sim.state import GitHubRelease
from tests.sim.conftest import VERSION, AppClient

pytestmark = pytest.mark.anyio
DATA = b"\x00an installer\xff"


@pytest.fixture
def draft(github: SimGitHub, room: Room) -> GitHubRelease:
    return github.draft_release(room.repo, "v1.0.0", by="release-manager")


async def upload(
    api: AppClient, release: int, name: str, data: bytes = DATA, *, host: str = "https://uploads.github.com"
) -> httpx.Response:
    await api("GET", "releases")  # takes a token
    headers = {**VERSION, "Authorization": f"token {api.token}", "Content-Type": "application/octet-stream"}
    url = f"{host}/repos/{api.room.repo.full_name}/releases/{release}/assets?name={name}"
    return await api.http.post(url, content=data, headers=headers)


async def test_a_file_is_uploaded_where_the_release_says(api: AppClient, draft: GitHubRelease) -> None:
    where = (await api("GET", f"releases/{draft.id}")).json()["upload_url"]
    assert where == f"https://uploads.github.com/repos/white-room/daw/releases/{draft.id}/assets" + "{?name,label}"
    made = await upload(api, draft.id, "daw.dmg")
    asset = made.json()
    assert (made.status_code, asset["name"], asset["state"], asset["size"]) == (201, "daw.dmg", "uploaded", len(DATA))
    assert asset["digest"] == f"sha256:{hashlib.sha256(DATA).hexdigest()}"
    listed = (await api("GET", f"releases/{draft.id}/assets")).json()
    assert [one["id"] for one in listed] == [asset["id"]]
    assert (await api("GET", f"releases/{draft.id}")).json()["assets"] == listed


async def test_another_server_takes_uploads_under_a_path_of_its_own(api: AppClient, draft: GitHubRelease) -> None:
    await api("GET", "releases")
    headers = {**VERSION, "Authorization": f"token {api.token}"}
    url = f"https://github.example/api/v3/repos/white-room/daw/releases/{draft.id}"
    where = (await api.http.get(url, headers=headers)).json()["upload_url"]
    assert where.startswith("https://github.example/api/uploads/repos/white-room/daw/releases/")
    assert (await upload(api, draft.id, "daw.dmg", host="https://github.example/api/uploads")).status_code == 201


async def test_the_api_itself_takes_no_upload(github: SimGitHub, api: AppClient, draft: GitHubRelease) -> None:
    assert (await upload(api, draft.id, "daw.dmg", host="https://api.github.com")).status_code == 501
    assert github.unknown_calls


async def test_the_bytes_come_from_the_store_without_credentials(api: AppClient, draft: GitHubRelease) -> None:
    asset = (await upload(api, draft.id, "daw.dmg")).json()
    path = f"releases/assets/{asset['id']}"
    assert (await api("GET", path)).json()["name"] == "daw.dmg"
    answer = await api("GET", path, headers={"Accept": "application/octet-stream"})
    assert answer.status_code == 302
    where = answer.headers["location"]
    assert where.startswith("https://release-assets.githubusercontent.com/")
    assert (await api.http.get(where)).content == DATA
    assert (await api.http.get(where[:-1])).status_code == 403
    assert (await api.http.get(f"{where.split('?')[0]}9?sig=")).status_code == 404
    assert (await api("GET", path)).json()["download_count"] == 1


async def test_a_file_is_renamed_and_deleted(api: AppClient, draft: GitHubRelease) -> None:
    first = (await upload(api, draft.id, "a")).json()
    await upload(api, draft.id, "b")
    path = f"releases/assets/{first['id']}"
    assert (await api("PATCH", path, {"name": "b"})).status_code == 422
    assert (await api("PATCH", path, {"name": "c", "label": "The c"})).json()["label"] == "The c"
    assert (await api("DELETE", path)).status_code == 204
    assert (await api("GET", path)).status_code == 404
    assert [one.name for one in draft.assets.values()] == ["b"]


async def test_an_upload_that_breaks_off_leaves_a_starter_that_holds_the_name(
    github: SimGitHub, api: AppClient, draft: GitHubRelease
) -> None:
    github.fault("POST", "/assets$", half_done=True)
    assert (await upload(api, draft.id, "daw.dmg")).status_code == 502
    (starter,) = (await api("GET", f"releases/{draft.id}/assets")).json()
    assert (starter["state"], starter["size"], starter["digest"]) == ("starter", 0, None)
    again = await upload(api, draft.id, "daw.dmg")
    assert (again.status_code, again.json()["errors"][0]["code"]) == (422, "already_exists")
    await api("DELETE", f"releases/assets/{starter['id']}")
    assert (await upload(api, draft.id, "daw.dmg")).status_code == 201


@pytest.mark.parametrize(
    ("name", "data", "status"),
    [("", DATA, 422), ("a%2Fb", DATA, 422), ("empty", b"", 400), ("large", b"x" * 100, 422)],
)
async def test_a_file_that_cannot_be_is_refused(
    github: SimGitHub, api: AppClient, draft: GitHubRelease, name: str, data: bytes, status: int
) -> None:
    github.largest_asset = 100
    assert (await upload(api, draft.id, name, data)).status_code == status
    assert not draft.assets


async def test_a_release_has_so_many_files_and_no_more(
    github: SimGitHub, room: Room, api: AppClient, draft: GitHubRelease
) -> None:
    for number in range(1000):
        github.upload_asset(room.repo, draft.id, f"{number}", b"x", by="developer", has_digest=False)
    assert (await upload(api, draft.id, "more")).status_code == 422
    assert {one.digest for one in draft.assets.values()} == {None}


async def test_the_files_of_an_immutable_release_stay(
    github: SimGitHub, room: Room, api: AppClient, draft: GitHubRelease
) -> None:
    room.repo.immutable_releases = True
    asset = github.upload_asset(room.repo, draft.id, "daw.dmg", DATA, by="developer")
    github.publish_release(room.repo, draft.id, by="release-manager")
    late = await upload(api, draft.id, "late")
    assert (late.status_code, late.json()["message"]) == (422, "Cannot upload assets to an immutable release")
    assert (await api("PATCH", f"releases/assets/{asset.id}", {"name": "c"})).status_code == 422
    assert (await api("DELETE", f"releases/assets/{asset.id}")).status_code == 422
