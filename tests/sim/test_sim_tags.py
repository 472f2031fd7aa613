"""Tags of the simulated GitHub: objects and refs, the events of a push, and the workflows it starts."""

import hashlib
from datetime import UTC, datetime
from typing import cast

import pytest

from app.sim import Refusal, Room, SimGitHub
from app.sim.shapes.tags import object_sha
from app.sim.state import Tag
from tests.sim.conftest import AppClient

pytestmark = pytest.mark.anyio

SIGNATURE = "-----BEGIN SSH SIGNATURE-----\nU1NIU0lHAAAAAQ==\n-----END SSH SIGNATURE-----\n"
ON_TAGS = """name: On tags
on: {push: {tags: ['v*']}}
jobs:
  publish:
    runs-on: ubuntu-24.04
    steps: [{run: ./publish.sh}]
"""


def object_id(text: str) -> str:
    """Return what `git hash-object -t tag` says of the text."""
    data = text.encode()
    return hashlib.sha1(b"tag %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


async def test_a_tag_object_has_the_id_that_git_gives_it(github: SimGitHub, room: Room, api: AppClient) -> None:
    sha = github.head(room.repo)
    tagger = {"name": "Relea\u017fe <Bot>", "email": "bot@example.org", "date": "2026-03-01T12:00:00+02:00"}
    asked = {"tag": "v1.0.0", "message": "White Room 1.0\n\n- caf\u00e9", "object": sha, "type": "commit"}
    made = await api("POST", "git/tags", {**asked, "tagger": tagger})
    epoch = int(datetime(2026, 3, 1, 10, tzinfo=UTC).timestamp())
    text = f"object {sha}\ntype commit\ntag v1.0.0\ntagger Relea\u017fe Bot <bot@example.org> {epoch} +0000\n\n"
    body = made.json()
    assert (made.status_code, body["sha"]) == (201, object_id(text + asked["message"]))
    assert body["tagger"] == {"name": "Relea\u017fe Bot", "email": "bot@example.org", "date": "2026-03-01T10:00:00Z"}
    assert body["object"]["sha"] == sha
    unsigned = {"verified": False, "reason": "unsigned", "signature": None, "payload": None, "verified_at": None}
    assert body["verification"] == unsigned
    assert made.headers["location"] == body["url"]
    assert (await api("GET", f"git/tags/{body['sha']}")).json() == body
    assert (await api("GET", f"git/tags/{sha}")).status_code == 404
    assert (await api("GET", "git/ref/tags/v1.0.0")).status_code == 404  # an object alone is no tag yet


def test_the_id_is_gits_own() -> None:
    tag = Tag(
        sha="",
        tag="v1.0.0",
        message="White Room 1.0\n",
        object="4b825dc642cb6eb9a060e54bf8d69288fbee4904",
        type="commit",
        name="A U Thor",
        email="author@example.org",
        at=datetime(2026, 1, 1, tzinfo=UTC),
        reason="unsigned",
    )
    assert object_sha(tag) == "9d49a532249f266a82672e27682d03ec35ea83b4"  # git hash-object -t tag


async def test_a_tag_without_a_tagger_is_the_apps(github: SimGitHub, room: Room, api: AppClient) -> None:
    sha = github.head(room.repo)
    body = (await api("POST", "git/tags", {"tag": "v1", "message": "", "object": sha, "type": "commit"})).json()
    assert body["tagger"]["name"] == room.app.bot.login


@pytest.mark.parametrize(
    ("email", "reason"), [("{developer}", "unknown_key"), ("somebody@example.org", "no_user"), ("{bot}", "no_user")]
)
async def test_a_signed_message_is_split_and_not_called_verified(
    github: SimGitHub, room: Room, api: AppClient, email: str, reason: str
) -> None:
    people = {"{developer}": github.person("developer").user, "{bot}": room.app.bot}
    one = people.get(email)
    address = f"{one.id}+{one.login}@users.noreply.github.com" if one else email
    asked = {"tag": "v1", "message": f"Words\n\n{SIGNATURE}", "object": github.head(room.repo), "type": "commit"}
    body = (await api("POST", "git/tags", {**asked, "tagger": {"name": "x", "email": address}})).json()
    said = body["verification"]
    assert (said["verified"], said["reason"], said["signature"]) == (False, reason, SIGNATURE)
    assert said["payload"].startswith("object ")
    assert said["payload"].endswith("\n\nWords\n\n")
    assert object_id(said["payload"] + said["signature"]) == body["sha"]
    assert body["message"] == asked["message"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"tag": "v 1"},
        {"tag": "v1\ntagger x"},
        {"tag": ""},
        {"tag": "v..1"},
        {"tag": "v1.lock"},
        {"object": "0" * 40},
        {"type": "tree"},
        {"type": "tag"},
        {"message": None},
        {"tagger": {"name": "x"}},
        {"tagger": {"name": "x", "email": "y", "date": "soon"}},
    ],
)
async def test_a_tag_that_cannot_be_is_refused(
    github: SimGitHub, room: Room, api: AppClient, wrong: dict[str, object]
) -> None:
    usual = {"tag": "v1", "message": "m", "object": github.head(room.repo), "type": "commit"}
    assert (await api("POST", "git/tags", {**usual, **wrong})).status_code == 422
    assert room.repo.tags == {}


async def test_a_ref_points_at_a_tag_object_and_everything_reads_its_commit(
    github: SimGitHub, room: Room, api: AppClient
) -> None:
    first = github.head(room.repo)
    asked = {"tag": "v1", "message": "One\n", "object": first, "type": "commit"}
    tag = (await api("POST", "git/tags", asked)).json()["sha"]
    assert (await api("POST", "git/refs", {"ref": "refs/heads/v1", "sha": tag})).status_code == 422
    made = (await api("POST", "git/refs", {"ref": "refs/tags/v1", "sha": tag})).json()
    assert (made["object"]["type"], made["object"]["sha"]) == ("tag", tag)
    assert (await api("GET", "git/ref/tags/v1")).json() == made
    assert (await api("GET", "git/matching-refs/tags/v")).json() == [made]
    for path in ("commits/v1", "commits/tags/v1"):
        assert (await api("GET", path)).json()["sha"] == first
    assert (await api("GET", "contents/README.md?ref=v1")).status_code == 200
    assert (await api("GET", f"compare/v1...{first}")).json()["status"] == "identical"

    second = github.commit(room.repo, {"a.txt": "a"}, by="developer").sha
    moved = await api("PATCH", "git/refs/tags/v1", {"sha": second, "force": False})
    assert moved.json()["object"] == {**moved.json()["object"], "sha": second, "type": "commit"}
    assert (await api("PATCH", "git/refs/tags/v1", {"sha": tag})).status_code == 422
    assert (await api("PATCH", "git/refs/tags/v1", {"sha": tag, "force": True})).status_code == 200
    assert (await api("DELETE", "git/refs/tags/v1")).status_code == 204
    assert (await api("GET", "git/matching-refs/tags/")).json() == []
    assert (await api("GET", f"git/tags/{tag}")).status_code == 200  # the object is still there


def test_a_push_of_an_annotated_tag_names_the_object_and_the_commit(github: SimGitHub, room: Room) -> None:
    sha = github.head(room.repo)
    tag = github.push_tag(room.repo, "v1.0.0", sha, by="developer", annotated=True, message="One\n")
    create, push = github.take()
    assert (create.event, create.payload["ref"], create.payload["ref_type"]) == ("create", "v1.0.0", "tag")
    assert "sha" not in create.payload
    said = push.payload
    assert (said["ref"], said["before"], said["after"]) == ("refs/tags/v1.0.0", "0" * 40, tag)
    assert (said["created"], said["deleted"], said["forced"], said["commits"]) == (True, False, False, [])
    assert said["head_commit"] == {**dict_of(said["head_commit"]), "id": sha}
    assert (said["base_ref"], str(said["compare"]).rsplit("/", 1)[-1]) == ("refs/heads/main", "v1.0.0")
    assert tag != sha


def test_a_tag_moves_and_goes_with_events_that_name_its_objects(github: SimGitHub, room: Room) -> None:
    first = github.head(room.repo)
    second = github.commit(room.repo, {"a.txt": "a"}, by="developer", branch="topic").sha
    one = github.push_tag(room.repo, "v1", first, by="developer", annotated=True)
    github.take()
    other = github.push_tag(room.repo, "v1", second, by="developer", annotated=True)
    github.push_tag(room.repo, "v1", first, by="developer")
    github.delete_tags(room.repo, ["v1"], by="developer")
    posts = github.take()
    assert [post.event for post in posts] == ["push", "push", "delete", "push"]
    pushes = [post.payload for post in posts if post.event == "push"]
    assert [(push["before"], push["after"]) for push in pushes] == [(one, other), (other, first), (first, "0" * 40)]
    assert [push["forced"] for push in pushes] == [True, True, False]
    assert [push["base_ref"] for push in pushes] == [None, None, None]


def test_a_tag_away_from_every_branch_has_no_base(github: SimGitHub, room: Room) -> None:
    first = github.head(room.repo)
    github.commit(room.repo, {"a.txt": "a"}, by="developer")
    github.take()
    github.push_tag(room.repo, "v1", first, by="developer")
    assert github.take()[1].payload["base_ref"] is None


def test_a_tag_of_a_tag_stands_for_the_commit_below(github: SimGitHub, room: Room) -> None:
    sha = github.head(room.repo)
    inner = github.push_tag(room.repo, "inner", sha, by="developer", annotated=True)
    outer = github.push_tag(room.repo, "outer", inner, by="developer", annotated=True)
    assert (room.repo.tags[outer].type, room.repo.tags[outer].object) == ("tag", inner)
    push = github.take()[-1].payload
    assert (push["after"], dict_of(push["head_commit"])["id"]) == (outer, sha)


def test_more_than_three_tags_deleted_at_once_send_no_event(github: SimGitHub, room: Room) -> None:
    sha = github.head(room.repo)
    names = [f"v{number}" for number in range(5)]
    github.push_tags(room.repo, dict.fromkeys(names, sha), by="developer")
    github.delete_tags(room.repo, names[:4], by="developer")
    assert github.take() == []
    assert [ref for ref in room.repo.refs if ref.startswith("refs/tags/")] == ["refs/tags/v4"]
    with pytest.raises(Refusal):
        github.delete_tags(room.repo, ["v0"], by="developer")


def test_a_pushed_tag_starts_the_workflows_that_name_it(github: SimGitHub, room: Room) -> None:
    sha = github.commit(room.repo, {".github/workflows/tags.yml": ON_TAGS}, by="developer").sha
    before = len(github.runs(room.repo))
    github.push_tag(room.repo, "v1", sha, by="developer", annotated=True)
    github.push_tag(room.repo, "other", sha, by="developer", annotated=True)
    github.push_tags(room.repo, {f"v1.{number}": sha for number in range(4)}, by="developer")
    (run,) = github.runs(room.repo)[before:]
    assert (run.event, run.branch, run.sha, run.workflow.name) == ("push", "v1", sha, "On tags")


def dict_of(value: object) -> dict[str, object]:
    return cast("dict[str, object]", value)
