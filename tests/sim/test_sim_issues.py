"""Issues, comments, labels and reactions of the simulated GitHub."""

import json
from typing import cast

import pytest

from app.sim import Room, SimGitHub
from tests.sim.conftest import AppClient

pytestmark = pytest.mark.anyio


def table(value: object) -> dict[str, object]:
    return cast("dict[str, object]", value)


def names_of_labels(payload: dict[str, object]) -> list[object]:
    return [label["name"] for label in cast("list[dict[str, object]]", table(payload["issue"])["labels"])]


async def test_a_comment_by_the_app_is_told_as_its_bot(github: SimGitHub, room: Room, api: AppClient) -> None:
    github.open_issue(room.repo, "Release 1.0.0", by="release-manager")
    github.take()
    answer = await api("POST", "issues/1/comments", {"body": "Hello"})
    assert answer.status_code == 201
    assert answer.json()["user"]["login"] == "go-no-go[bot]"
    assert answer.json()["performed_via_github_app"]["id"] == room.app.id
    (post,) = github.take()
    assert (post.event, post.action) == ("issue_comment", "created")
    assert post.payload["sender"] == answer.json()["user"]
    assert post.payload["installation"] == {
        "id": room.installation.id,
        "node_id": f"MDIzOkludGVncmF0aW9uSW5zdGFsbGF0aW9u{room.installation.id}",
    }


async def test_an_edit_tells_what_the_body_was(github: SimGitHub, room: Room, api: AppClient) -> None:
    github.open_issue(room.repo, "Release", "- [ ] one\r\n", by="release-manager")
    github.take()
    answer = await api("PATCH", "issues/1", {"body": "- [x] one\r\n"})
    assert answer.json()["body"] == "- [x] one\r\n"
    (post,) = github.take()
    assert post.payload["changes"] == {"body": {"from": "- [ ] one\r\n"}}
    github.edit_issue(room.repo, 1, body="- [x] one\r\n", by="developer")
    assert github.take() == []


async def test_closing_and_reopening_are_told(github: SimGitHub, room: Room, api: AppClient) -> None:
    await api("POST", "issues", {"title": "Release", "body": "", "labels": ["release"]})
    await api("PATCH", "issues/1", {"state": "closed", "state_reason": "not_planned"})
    assert (await api("GET", "issues/1")).json()["state_reason"] == "not_planned"
    github.reopen_issue(room.repo, 1, by="developer")
    github.close_issue(room.repo, 1, by="developer")
    posts = github.take()
    assert [post.action for post in posts] == ["opened", "labeled", "closed", "reopened", "closed"]
    assert [names_of_labels(post.payload) for post in posts[:2]] == [["release"], ["release"]]


@pytest.mark.parametrize(
    ("path", "error"),
    [
        (
            "issues",
            {
                "resource": "Issue",
                "field": "body",
                "code": "custom",
                "message": "body is too long (maximum is 65536 characters)",
            },
        ),
        (
            "issues/1/comments",
            {
                "resource": "IssueComment",
                "field": "data",
                "code": "unprocessable",
                "message": "Body is too long (maximum is 65536 characters)",
            },
        ),
    ],
)
async def test_bodies_have_a_limit(
    github: SimGitHub, room: Room, api: AppClient, path: str, error: dict[str, str]
) -> None:
    github.open_issue(room.repo, "Release", by="release-manager")
    longest: dict[str, object] = {"body": "x" * 65_536}
    more: dict[str, object] = {"title": "t"} if path == "issues" else {}
    assert (await api("POST", path, {**more, **longest})).status_code == 201
    answer = await api("POST", path, {**more, "body": "x" * 65_537})
    assert answer.status_code == 422
    assert answer.json()["errors"] == [error]


async def test_comments_are_listed_in_pages_that_lead_on(github: SimGitHub, room: Room, api: AppClient) -> None:
    github.open_issue(room.repo, "Release", by="release-manager")
    for number in range(5):
        github.comment(room.repo, 1, f"comment {number}", by="developer")
    answer = await api("GET", "issues/1/comments?per_page=2")
    assert [one["body"] for one in answer.json()] == ["comment 0", "comment 1"]
    second = await api("GET", "/" + answer.links["next"]["url"].split("/", 3)[3])
    assert [one["body"] for one in second.json()] == ["comment 2", "comment 3"]
    last = await api("GET", "/" + answer.links["last"]["url"].split("/", 3)[3])
    assert [one["body"] for one in last.json()] == ["comment 4"]
    assert "next" not in last.links


async def test_comments_are_listed_since_a_moment(github: SimGitHub, room: Room, api: AppClient) -> None:
    github.open_issue(room.repo, "Release", by="release-manager")
    github.comment(room.repo, 1, "early", by="developer")
    api.clock.advance(60)
    github.comment(room.repo, 1, "late", by="developer")
    since = api.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    answer = await api("GET", f"issues/1/comments?since={since}")
    assert [one["body"] for one in answer.json()] == ["late"]
    assert (await api("GET", "issues/1/comments?since=2026-03-02")).status_code == 200
    assert (await api("GET", "issues/1/comments?since=soon&page=none&per_page=-1")).status_code == 422


async def test_a_comment_is_edited_and_deleted(github: SimGitHub, room: Room, api: AppClient) -> None:
    github.open_issue(room.repo, "Release", by="release-manager")
    comment = github.comment(room.repo, 1, "old", by="developer")
    github.take()
    assert (await api("PATCH", f"issues/comments/{comment.id}", {"body": "new"})).json()["body"] == "new"
    github.edit_comment(room.repo, comment.id, "newer", by="developer")
    assert (await api("GET", f"issues/comments/{comment.id}")).json()["body"] == "newer"
    assert (await api("DELETE", f"issues/comments/{comment.id}")).status_code == 204
    assert (await api("GET", f"issues/comments/{comment.id}")).status_code == 404
    other = github.comment(room.repo, 1, "other", by="developer")
    github.delete_comment(room.repo, other.id, by="developer")
    posts = github.take()
    assert [post.action for post in posts] == ["edited", "edited", "deleted", "created", "deleted"]
    assert posts[0].payload["changes"] == {"body": {"from": "old"}}


async def test_a_reaction_stands_once(github: SimGitHub, room: Room, api: AppClient) -> None:
    github.open_issue(room.repo, "Release", by="release-manager")
    comment = github.comment(room.repo, 1, "/release status", by="developer")
    github.react(room.repo, comment.id, "rocket", by="reader")
    path = f"issues/comments/{comment.id}/reactions"
    assert (await api("POST", path, {"content": "eyes"})).status_code == 201
    assert (await api("POST", path, {"content": "eyes"})).status_code == 200
    assert (await api("POST", path, {"content": "nod"})).status_code == 422
    assert [one["content"] for one in (await api("GET", path)).json()] == ["rocket", "eyes"]
    assert [one["content"] for one in (await api("GET", f"{path}?content=eyes")).json()] == ["eyes"]
    assert (await api("POST", "issues/1/reactions", {"content": "heart"})).status_code == 201
    assert (await api("GET", "issues/1/reactions")).json()[0]["user"]["type"] == "Bot"


async def test_labels_go_on_and_off_once(github: SimGitHub, room: Room, api: AppClient) -> None:
    github.open_issue(room.repo, "Release", by="release-manager")
    github.take()
    await api("POST", "issues/1/labels", {"labels": ["release:notarize", "release:notarize"]})
    assert [one["name"] for one in (await api("GET", "issues/1/labels")).json()] == ["release:notarize"]
    github.label(room.repo, 1, "blocker", by="developer")
    await api("DELETE", "issues/1/labels/release:notarize")
    assert (await api("DELETE", "issues/1/labels/release:notarize")).status_code == 404
    await api("PATCH", "issues/1", {"labels": ["other"]})
    api.clock.advance(5)
    github.unlabel(room.repo, 1, "other", by="developer")
    posts = github.take()
    assert [(post.action, table(post.payload["label"])["name"], names_of_labels(post.payload)) for post in posts] == [
        ("labeled", "release:notarize", ["release:notarize"]),
        ("labeled", "blocker", ["release:notarize", "blocker"]),
        ("unlabeled", "release:notarize", ["blocker"]),
        ("unlabeled", "blocker", []),
        ("labeled", "other", ["other"]),
        ("unlabeled", "other", []),
    ]
    seen = table(posts[-1].payload["issue"])
    assert (seen["state"], seen["updated_at"]) == ("open", "2026-03-02T09:00:05Z")


async def test_issues_are_listed_newest_first_and_filtered(github: SimGitHub, room: Room, api: AppClient) -> None:
    github.open_issue(room.repo, "First", by="developer", labels=["blocker"])
    github.open_issue(room.repo, "Second", by="developer")
    github.close_issue(room.repo, 2, by="developer")
    github.commit(room.repo, {"a.txt": "a"}, by="developer", branch="topic")
    github.open_pull(room.repo, "Third", head="topic", by="developer")
    assert [one["number"] for one in (await api("GET", "issues")).json()] == [3, 1]
    assert [one["number"] for one in (await api("GET", "issues?state=all&labels=blocker")).json()] == [1]
    github.label(room.repo, 3, "blocker", by="developer")
    listed = (await api("GET", "issues?state=open&labels=blocker")).json()
    assert [(one["number"], "pull_request" in one) for one in listed] == [(3, True), (1, False)]
    assert "pull_request" in (await api("GET", "issues/3")).json()


async def test_what_is_not_there_is_not_found(room: Room, api: AppClient) -> None:
    assert room.repo.issues == {}
    assert (await api("GET", "issues/9")).status_code == 404
    assert (await api("POST", "issues/9/comments", {"body": "x"})).status_code == 404
    assert (await api("GET", "issues/none")).status_code == 404
    assert (await api("POST", "issues", {})).status_code == 422


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "issues/1/comments", {"body": "  "}),
        ("POST", "issues/1/comments", {}),
        ("POST", "issues", {"title": ""}),
        ("POST", "issues", {"title": "t", "labels": [7]}),
        ("PATCH", "issues/1", {"state": "half-open"}),
        ("PATCH", "issues/1", {"body": 7}),
    ],
)
async def test_what_an_issue_cannot_be_is_refused(
    github: SimGitHub, room: Room, api: AppClient, method: str, path: str, body: dict[str, object]
) -> None:
    github.open_issue(room.repo, "Release", "as it was", by="release-manager")
    assert (await api(method, path, body)).status_code == 422
    issue = github.issue(room.repo, 1)
    assert (issue.body, issue.state, issue.comments, len(room.repo.issues)) == ("as it was", "open", [], 1)


async def test_who_stands_how_to_the_repository_is_told(github: SimGitHub, room: Room, api: AppClient) -> None:
    github.add_user("octocat")
    own = github.add_repo("octocat/hello", private=False)
    github.collaborate(own, "developer", "write")
    for place in (room.repo, own):
        github.open_issue(place, "Hello", by="developer")
        github.comment(place, 1, "Hello", by="outsider")
    github.comment(own, 1, "Hello", by="octocat")
    github.install(room.app, "octocat", by="octocat")
    issue = (await api("GET", "issues/1")).json()
    comments = (await api("GET", "issues/1/comments")).json()
    assert [issue["author_association"], comments[0]["author_association"]] == ["MEMBER", "NONE"]
    answer = await api.as_app("GET", "/repos/octocat/hello/installation")
    assert answer.json()["target_type"] == "User"
    github.edit_issue(own, 1, body="more", by="octocat")
    payload = github.take()[-1].payload
    assert "organization" not in payload
    assert '"author_association": "COLLABORATOR"' in json.dumps(payload["issue"])
    assert github.role(own, github.users["octocat"]) == "admin"
    assert github.role(own, github.users["outsider"]) == "read"
