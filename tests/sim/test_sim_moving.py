"""Issues of the simulated GitHub that are deleted, transferred, locked, or read too early."""

from typing import cast

import pytest

from app.sim import Refusal, Room, SimGitHub, white_room
from tests.sim.conftest import VERSION, AppClient

pytestmark = pytest.mark.anyio


def table(value: object) -> dict[str, object]:
    return cast("dict[str, object]", value)


async def test_a_deleted_issue_is_gone_with_its_comments(github: SimGitHub, room: Room, api: AppClient) -> None:
    github.open_issue(room.repo, "Release", by="release-manager")
    comment = github.comment(room.repo, 1, "Hello", by="developer")
    github.take()
    github.delete_issue(room.repo, 1, by="owner")
    (post,) = github.take()
    assert (post.event, post.action, table(post.payload["issue"])["number"]) == ("issues", "deleted", 1)
    for method, path in (("GET", ""), ("PATCH", ""), ("GET", "/comments"), ("POST", "/comments"), ("GET", "/labels")):
        answer = await api(method, f"issues/1{path}", {"body": "x"} if method != "GET" else None)
        assert (answer.status_code, answer.json()["message"]) == (410, "This issue was deleted"), (method, path)
    assert (await api("GET", f"issues/comments/{comment.id}")).status_code == 404
    assert (await api("GET", "issues")).json() == []
    with pytest.raises(KeyError):
        github.issue(room.repo, 1)


async def test_a_number_is_not_given_again(github: SimGitHub, room: Room) -> None:
    github.open_issue(room.repo, "First", by="developer")
    github.open_issue(room.repo, "Second", by="developer")
    github.delete_issue(room.repo, 1, by="owner")
    assert github.open_issue(room.repo, "Third", by="developer").number == 3


async def test_a_transferred_issue_is_pointed_to(github: SimGitHub, room: Room, api: AppClient) -> None:
    other = white_room(github, name="white-room/plugins", app=room.app).repo
    github.open_issue(other, "There already", by="developer", labels=["blocker"])
    github.open_issue(room.repo, "Wrong place", "Body", by="developer", labels=["Blocker", "daw"])
    comment = github.comment(room.repo, 1, "Hello", by="reader")
    github.take()
    new = github.transfer_issue(room.repo, 1, "white-room/plugins", by="owner")
    posts = github.take()
    assert [(post.action, table(post.payload["repository"])["name"]) for post in posts] == [
        ("transferred", "daw"),
        ("opened", "plugins"),
    ]
    changes = table(posts[0].payload["changes"])
    assert table(changes["new_repository"])["full_name"] == "white-room/plugins"
    assert table(changes["new_issue"])["number"] == new.number == 2
    for path in ("", "/labels"):
        answer = await api("GET", f"issues/1{path}")
        assert answer.status_code == 301
        assert answer.headers["location"] == f"https://api.github.com/repos/white-room/plugins/issues/2{path}"
    there = (await api("GET", "/repos/white-room/plugins/issues/2")).json()
    assert (there["title"], there["user"]["login"], there["comments"]) == ("Wrong place", "developer", 1)
    assert [label["name"] for label in there["labels"]] == ["blocker"]
    assert (await api("GET", f"/repos/white-room/plugins/issues/comments/{comment.id}")).json()["body"] == "Hello"
    assert (await api("GET", "issues/1/comments")).status_code == 404
    assert (await api("POST", "issues/1/comments", {"body": "x"})).status_code == 404


async def test_where_an_issue_went_is_told_only_to_who_may_look_there(
    github: SimGitHub, room: Room, api: AppClient
) -> None:
    white_room(github, name="white-room/plugins", app=room.app)
    github.open_issue(room.repo, "Wrong place", by="developer")
    github.close_issue(room.repo, 1, by="developer")
    github.take()
    github.transfer_issue(room.repo, 1, "white-room/plugins", by="owner")
    assert [post.action for post in github.take()] == ["transferred"]
    path = f"/app/installations/{room.installation.id}/access_tokens"
    headers = {**VERSION, "Authorization": f"Bearer {api.jwt()}"}
    api.token = (await api.http.post(path, json={"repositories": ["daw"]}, headers=headers)).json()["token"]
    assert (await api("GET", "issues/1")).status_code == 404


def test_what_cannot_be_transferred_or_deleted_stays(github: SimGitHub, room: Room) -> None:
    github.add_repo("other-org/tool")
    github.open_issue(room.repo, "Release", by="developer")
    github.commit(room.repo, {"a.txt": "a"}, by="developer", branch="topic")
    github.open_pull(room.repo, "Topic", head="topic", by="developer")
    for to in ("other-org/tool", "white-room/daw"):
        with pytest.raises(Refusal, match="same owner"):
            github.transfer_issue(room.repo, 1, to, by="owner")
    with pytest.raises(Refusal, match="pull request"):
        github.delete_issue(room.repo, 2, by="owner")
    assert list(room.repo.issues) == [1, 2]


async def test_a_locked_issue_takes_comments_of_writers_only(github: SimGitHub, room: Room, api: AppClient) -> None:
    github.open_issue(room.repo, "Release", by="release-manager")
    github.take()
    github.lock_issue(room.repo, 1, by="owner", reason="too heated")
    github.lock_issue(room.repo, 1, by="owner")
    refused = await api("POST", "issues/1/comments", {"body": "x"})
    assert (refused.status_code, refused.json()["message"]) == (
        403,
        "Unable to create comment because issue is locked.",
    )
    with pytest.raises(Refusal, match="locked"):
        github.comment(room.repo, 1, "I read", by="reader")
    github.comment(room.repo, 1, "I write", by="developer")
    shown = (await api("GET", "issues/1")).json()
    assert (shown["locked"], shown["active_lock_reason"], shown["comments"]) == (True, "too heated", 1)
    assert (await api("PATCH", "issues/1", {"body": "an edit"})).status_code == 200
    github.unlock_issue(room.repo, 1, by="owner")
    assert (await api("POST", "issues/1/comments", {"body": "x"})).status_code == 201
    assert [post.action for post in github.take()] == ["locked", "created", "edited", "unlocked", "created"]


async def test_a_stale_read_misses_the_latest_edit(github: SimGitHub, room: Room, api: AppClient) -> None:
    github.open_issue(room.repo, "Release", "first", by="release-manager")
    github.stale_issue(room.repo, 1, reads=2)
    assert (await api("GET", "issues/1")).json()["body"] == "first"  # never edited, so nothing to miss
    api.clock.advance(60)
    github.edit_issue(room.repo, 1, body="second", by="developer")
    assert (await api("PATCH", "issues/1", {"body": "third"})).json()["body"] == "third"
    reads = [(await api("GET", "issues/1")).json() for _ in range(3)]
    assert [one["body"] for one in reads] == ["second", "second", "third"]
    listed = (await api("GET", "issues")).json()
    assert listed[0]["body"] == "third"
    api.clock.advance(60)
    github.edit_issue(room.repo, 1, title="Release 1.0.0", by="developer")
    github.stale_issue(room.repo, 1, skip=1)
    reads = [(await api("GET", "issues/1")).json() for _ in range(3)]
    assert [(one["title"], one["updated_at"]) for one in reads] == [
        ("Release 1.0.0", "2026-03-02T09:02:00Z"),
        ("Release", "2026-03-02T09:01:00Z"),
        ("Release 1.0.0", "2026-03-02T09:02:00Z"),
    ]
