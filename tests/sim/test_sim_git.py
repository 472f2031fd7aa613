"""Files, commits, branches and tags of the simulated GitHub."""

import base64
import hashlib
from typing import cast

import pytest

from app.sim import Room, SimGitHub
from tests.sim.conftest import AppClient

pytestmark = pytest.mark.anyio


async def test_a_file_is_read_at_a_ref(github: SimGitHub, room: Room, api: AppClient) -> None:
    before = github.head(room.repo)
    text = "# Plan\r\n\U0001f680\n"
    github.commit(room.repo, {".github/release-plan.md": text}, by="developer")
    new = (await api("GET", "contents/.github/release-plan.md?ref=main")).json()
    assert base64.b64decode(new["content"]).decode() == text
    data = text.encode()
    assert new["sha"] == hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
    old = (await api("GET", f"contents/.github/release-plan.md?ref={before}")).json()
    assert old["sha"] != new["sha"]
    assert (await api("GET", "contents/none.md")).status_code == 404
    assert (await api("GET", "contents/README.md?ref=none")).status_code == 404


async def test_a_folder_is_listed(github: SimGitHub, room: Room, api: AppClient) -> None:
    github.commit(room.repo, {".github/release-plans/hotfix.md": "# Hotfix\n"}, by="developer")
    listing = (await api("GET", "contents/.github")).json()
    assert [(one["name"], one["type"]) for one in listing] == [
        ("release-plan.md", "file"),
        ("release-plans", "dir"),
        ("workflows", "dir"),
    ]


async def test_a_file_over_a_megabyte_comes_without_its_content(github: SimGitHub, room: Room, api: AppClient) -> None:
    github.commit(room.repo, {"big.bin": b"x" * 1_000_001}, by="developer")
    big = (await api("GET", "contents/big.bin")).json()
    assert (big["encoding"], big["content"], big["size"]) == ("none", "", 1_000_001)


async def test_a_commit_is_found_by_branch_tag_and_sha(github: SimGitHub, room: Room, api: AppClient) -> None:
    sha = github.commit(room.repo, {"a.txt": "a"}, "Add a", by="developer", branch="release/1.0").sha
    github.push_tags(room.repo, {"v1.0.0-rc.1": sha}, by="developer")
    for name in ("release/1.0", "release%2F1.0", "v1.0.0-rc.1", sha, sha[:10], "heads/release/1.0"):
        assert (await api("GET", f"commits/{name}")).json()["sha"] == sha, name
    git = (await api("GET", f"git/commits/{sha}")).json()
    assert [parent["sha"] for parent in git["parents"]] == [github.head(room.repo)]
    assert (await api("GET", "commits/none")).status_code == 422
    assert (await api("GET", "git/commits/main")).status_code == 404
    history = (await api("GET", "commits?sha=release/1.0")).json()
    assert [one["commit"]["message"] for one in history] == ["Add a", "Add the release plan"]


async def test_a_branch_is_created_moved_and_deleted(github: SimGitHub, room: Room, api: AppClient) -> None:
    first = github.head(room.repo)
    second = github.commit(room.repo, {"a.txt": "a"}, by="developer").sha
    github.take()
    made = await api("POST", "git/refs", {"ref": "refs/heads/gonogo/1.0.0", "sha": first})
    assert (made.status_code, made.json()["object"]["sha"]) == (201, first)
    assert (await api("POST", "git/refs", {"ref": "refs/heads/gonogo/1.0.0", "sha": first})).status_code == 422
    assert (await api("PATCH", "git/refs/heads/gonogo/1.0.0", {"sha": second})).status_code == 200
    back = await api("PATCH", "git/refs/heads/gonogo/1.0.0", {"sha": first, "force": False})
    assert (back.status_code, back.json()["message"]) == (422, "Update is not a fast forward")
    forced = await api("PATCH", "git/refs/heads/gonogo/1.0.0", {"sha": first, "force": True})
    assert forced.json()["object"]["sha"] == first
    assert (await api("GET", "git/ref/heads/gonogo/1.0.0")).json()["ref"] == "refs/heads/gonogo/1.0.0"
    assert (await api("GET", "git/ref/heads/gonogo")).status_code == 404
    assert (await api("DELETE", "git/refs/heads/gonogo/1.0.0")).status_code == 204
    assert (await api("DELETE", "git/refs/heads/gonogo/1.0.0")).status_code == 422
    assert (await api("PATCH", "git/refs/heads/gonogo/1.0.0", {"sha": first})).status_code == 422
    posts = github.take()
    assert [post.event for post in posts] == ["create", "push", "push", "push", "delete", "push"]
    pushes = [post.payload for post in posts if post.event == "push"]
    assert [(push["created"], push["deleted"], push["forced"]) for push in pushes] == [
        (True, False, False),
        (False, False, False),
        (False, False, True),
        (False, True, False),
    ]


@pytest.mark.parametrize(
    "body",
    [
        {"ref": "heads/x", "sha": "main"},
        {"ref": "refs/heads/x", "sha": "0" * 40},
        {"ref": "refs/heads/x"},
        {"ref": 5, "sha": "0" * 40},
    ],
)
async def test_a_ref_that_cannot_be_is_refused(api: AppClient, body: dict[str, object]) -> None:
    assert (await api("POST", "git/refs", body)).status_code == 422


async def test_refs_are_found_by_their_beginning(github: SimGitHub, room: Room, api: AppClient) -> None:
    sha = github.head(room.repo)
    github.push_tags(room.repo, {"v1.0.1": sha, "v1.0.0": sha, "w1": sha}, by="developer")
    found = (await api("GET", "git/matching-refs/tags/v1")).json()
    assert [one["ref"] for one in found] == ["refs/tags/v1.0.0", "refs/tags/v1.0.1"]
    assert (await api("GET", "git/matching-refs/tags/none")).json() == []


def test_more_than_three_tags_in_one_push_send_no_event(github: SimGitHub, room: Room) -> None:
    sha = github.head(room.repo)
    github.push_tags(room.repo, {f"a{number}": sha for number in range(3)}, by="developer")
    assert len(github.take()) == 6
    github.push_tags(room.repo, {f"b{number}": sha for number in range(4)}, by="developer")
    assert github.take() == []
    github.delete_ref(room.repo, "refs/tags/b0", by="developer")
    assert [post.event for post in github.take()] == ["delete", "push"]


def test_the_same_story_has_the_same_shas(room: Room, github: SimGitHub) -> None:
    again = SimGitHub(type(github.clock)())
    files = {path: data.decode() for path, data in room.repo.commits[github.head(room.repo)].files.items()}
    again.add_repo("white-room/daw")
    again.add_user("owner")
    assert again.preload("white-room/daw", files, "Add the release plan", by="owner").sha == github.head(room.repo)


def test_a_commit_that_git_has_made_keeps_its_id_and_what_stood_before(github: SimGitHub, room: Room) -> None:
    before, made = github.head(room.repo), "5f" * 20
    new = github.push_made(room.repo, made, {"a.txt": "a"}, "By git", by="developer")
    assert (github.head(room.repo), new.sha, new.parents) == (made, made, (before,))
    assert room.repo.commits[made].files["a.txt"] == b"a"
    assert "README.md" in room.repo.commits[made].files
    (post,) = (post for post in github.take() if post.event == "push")
    assert post.payload["after"] == made


def test_a_push_names_what_it_adds_changes_and_removes(github: SimGitHub, room: Room) -> None:
    github.commit(room.repo, {"a.txt": "a", "README.md": None, ".github/release-plan.md": "# New\n"}, by="developer")
    (post,) = (post for post in github.take() if post.event == "push")
    (commit,) = list_of(post.payload["commits"])
    assert (commit["added"], commit["removed"], commit["modified"]) == (
        ["a.txt"],
        ["README.md"],
        [".github/release-plan.md"],
    )
    github.push_branch(room.repo, "main", github.head(room.repo), by="developer")
    assert github.take() == []


def test_a_push_names_all_its_commits_oldest_first(github: SimGitHub, room: Room) -> None:
    before = github.head(room.repo)
    shas = [
        github.commit(room.repo, {f"{number}.txt": "x"}, by="developer", branch="topic").sha for number in range(25)
    ]
    github.take()
    github.push_branch(room.repo, "main", shas[2], by="developer")
    github.push_branch(room.repo, "main", shas[-1], by="developer")
    github.push_branch(room.repo, "main", before, by="developer")
    pushes = [post.payload for post in github.take() if post.event == "push"]
    assert [[one["id"] for one in list_of(push["commits"])] for push in pushes] == [shas[:3], shas[-20:], []]
    assert [one["added"] for one in list_of(pushes[0]["commits"])] == [["0.txt"], ["1.txt"], ["2.txt"]]
    assert [push["forced"] for push in pushes] == [False, False, True]


def test_a_new_branch_brings_what_no_other_has(github: SimGitHub, room: Room) -> None:
    new = github.commit(room.repo, {"a.txt": "a"}, by="developer", branch="topic")
    github.push_branch(room.repo, "same", new.sha, by="developer")
    github.push_tags(room.repo, {"v1": new.sha}, by="developer")
    pushes = [post.payload for post in github.take() if post.event == "push"]
    assert [[one["id"] for one in list_of(push["commits"])] for push in pushes] == [[new.sha], [], []]


def list_of(value: object) -> list[dict[str, object]]:
    return cast("list[dict[str, object]]", value)
