"""Releases and drafts of the simulated GitHub: who sees them, what is refused, and what is told of them."""

from typing import cast

import pytest

from app.sim import Room, SimClock, SimGitHub
from app.sim.wire import Refusal
from tests.sim.conftest import AppClient
from tests.sim.test_sim_rulesets import tag_rules

pytestmark = pytest.mark.anyio


def told(github: SimGitHub) -> list[str | None]:
    """Return the actions of the release events that wait."""
    return [post.action for post in github.take() if post.event == "release"]


def first_error(body: dict[str, object]) -> dict[str, object]:
    return cast("list[dict[str, object]]", body["errors"])[0]


@pytest.fixture
def tag(github: SimGitHub, room: Room) -> str:
    github.push_tags(room.repo, {"v1.0.0": github.head(room.repo)}, by="release-manager")
    github.take()
    return "v1.0.0"


async def test_a_draft_is_made_filled_in_and_published(github: SimGitHub, api: AppClient, tag: str) -> None:
    made = await api("POST", "releases", {"tag_name": tag, "name": "One", "draft": True, "make_latest": "false"})
    draft = made.json()
    assert (made.status_code, draft["draft"], draft["published_at"]) == (201, True, None)
    assert "/tag/untagged-" in draft["html_url"]
    assert told(github) == ["created"]
    edited = (await api("PATCH", f"releases/{draft['id']}", {"body": "Notes"})).json()
    assert (edited["body"], edited["name"], edited["draft"]) == ("Notes", "One", True)
    assert told(github) == ["edited"]
    public = (await api("PATCH", f"releases/{draft['id']}", {"draft": False, "make_latest": "true"})).json()
    assert (public["draft"], public["html_url"]) == (False, "https://github.com/white-room/daw/releases/tag/v1.0.0")
    assert told(github) == ["published", "released"]
    for path in (f"releases/{draft['id']}", "releases/latest", "releases/tags/v1.0.0"):
        assert (await api("GET", path)).json()["id"] == draft["id"], path


async def test_a_draft_is_in_the_list_only_and_only_for_who_may_push(
    github: SimGitHub, room: Room, api: AppClient, tag: str
) -> None:
    draft = github.draft_release(room.repo, tag, by="release-manager")
    assert (await api("GET", "releases/tags/v1.0.0")).status_code == 404
    assert (await api("GET", "releases/latest")).status_code == 404
    assert [one["id"] for one in (await api("GET", "releases")).json()] == [draft.id]
    github.tokens[api.token].permissions["contents"] = "read"
    assert (await api("GET", "releases")).json() == []
    assert (await api("GET", f"releases/{draft.id}")).status_code == 404
    assert (await api("POST", "releases", {"tag_name": tag})).status_code == 403


async def test_a_published_release_tells_so_and_makes_its_tag(github: SimGitHub, room: Room, api: AppClient) -> None:
    made = await api("POST", "releases", {"tag_name": "v2.0.0-rc.1", "prerelease": True})
    assert made.json()["target_commitish"] == "main"
    assert [(post.event, post.action) for post in github.take() if post.event in {"release", "create"}] == [
        ("create", None),
        ("release", "created"),
        ("release", "published"),
        ("release", "prereleased"),
    ]
    assert room.repo.refs["refs/tags/v2.0.0-rc.1"] == github.head(room.repo)
    assert (await api("GET", "releases/latest")).status_code == 404
    full = await api("PATCH", f"releases/{made.json()['id']}", {"prerelease": False})
    assert (full.status_code, told(github)) == (200, ["edited", "released"])


async def test_a_tag_has_one_published_release_and_any_number_of_drafts(
    github: SimGitHub, room: Room, api: AppClient, tag: str
) -> None:
    drafts = [(await api("POST", "releases", {"tag_name": tag, "draft": True})).json()["id"] for _ in range(2)]
    assert (await api("PATCH", f"releases/{drafts[0]}", {"draft": False})).status_code == 200
    for answer in (
        await api("PATCH", f"releases/{drafts[1]}", {"draft": False}),
        await api("POST", "releases", {"tag_name": tag}),
    ):
        error = first_error(answer.json())
        assert (answer.status_code, error["field"], error["code"]) == (422, "tag_name", "already_exists")
    assert [one.draft for one in github.releases(room.repo)] == [False, True]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"tag_name": ""}, "tag_name"),
        ({"tag_name": "v9", "target_commitish": "none"}, "target_commitish"),
        ({"tag_name": "v9", "make_latest": "yes"}, "make_latest"),
    ],
)
async def test_a_release_that_cannot_be_is_refused(api: AppClient, body: dict[str, object], field: str) -> None:
    answer = await api("POST", "releases", body)
    assert (answer.status_code, first_error(answer.json())["field"]) == (422, field)
    assert (await api("GET", "releases")).json() == []


async def test_the_latest_is_the_one_that_was_made_so(github: SimGitHub, room: Room, api: AppClient) -> None:
    async def latest() -> str:
        return (await api("GET", "releases/latest")).json()["tag_name"]

    await api("POST", "releases", {"tag_name": "v2.0.0"})
    api.clock.advance(60)
    fix = (await api("POST", "releases", {"tag_name": "v1.9.1", "make_latest": "false"})).json()
    assert await latest() == "v2.0.0"
    await api("PATCH", f"releases/{fix['id']}", {"make_latest": "true"})
    assert await latest() == "v1.9.1"
    assert (await api("DELETE", f"releases/{fix['id']}")).status_code == 204
    assert await latest() == "v2.0.0"
    assert told(github)[-1] == "deleted"
    assert "refs/tags/v1.9.1" in room.repo.refs


async def test_a_release_can_be_taken_back_into_a_draft(github: SimGitHub, api: AppClient) -> None:
    one = (await api("POST", "releases", {"tag_name": "v1"})).json()
    github.take()
    back = (await api("PATCH", f"releases/{one['id']}", {"draft": True})).json()
    assert (back["draft"], back["published_at"], told(github)) == (True, None, ["unpublished"])


async def test_what_is_published_immutable_stays(github: SimGitHub, room: Room, api: AppClient, tag: str) -> None:
    github.installations[room.installation.id].permissions["administration"] = "write"
    assert (await api("GET", "immutable-releases")).status_code == 404
    assert (await api("PUT", "immutable-releases")).status_code == 204
    assert (await api("GET", "immutable-releases")).json() == {"enabled": True, "enforced_by_owner": False}
    one = (await api("POST", "releases", {"tag_name": tag})).json()
    assert one["immutable"]
    for change in ({"tag_name": "v9"}, {"draft": True}):
        assert (await api("PATCH", f"releases/{one['id']}", change)).status_code == 422
    assert (await api("PATCH", f"releases/{one['id']}", {"body": "Better notes"})).status_code == 200
    other = github.commit(room.repo, {"a.txt": "a"}, by="developer").sha
    assert (await api("PATCH", "git/refs/tags/v1.0.0", {"sha": other, "force": True})).status_code == 422
    assert (await api("DELETE", "git/refs/tags/v1.0.0")).status_code == 422
    assert (await api("DELETE", f"releases/{one['id']}")).status_code == 204
    assert (await api("DELETE", "git/refs/tags/v1.0.0")).status_code == 204
    again = await api("POST", "releases", {"tag_name": tag})
    assert first_error(again.json())["message"] == "tag_name was used by an immutable release"
    assert (await api("DELETE", "immutable-releases")).status_code == 204


def test_people_who_may_not_push_make_no_release(github: SimGitHub, room: Room, tag: str) -> None:
    with pytest.raises(Refusal, match="404"):
        github.draft_release(room.repo, tag, by="reader")
    one = github.draft_release(room.repo, tag, by="developer")
    github.edit_release(room.repo, one.id, by="developer", name="One", body="Notes")
    github.publish_release(room.repo, one.id, by="developer")
    github.delete_release(room.repo, one.id, by="developer")
    assert told(github) == ["created", "edited", "published", "released", "deleted"]


def test_a_workflow_that_succeeds_uploads_what_it_built(github: SimGitHub, room: Room, clock: SimClock) -> None:
    github.ships("release.yml", {"daw-{version}.dmg": b"built"}, task="package")
    inputs = {"task": "package", "version": "1.0.0"}
    github.dispatch(room.repo, "release.yml", "main", inputs, by="devops")
    github.dispatch(room.repo, "release.yml", "main", {**inputs, "task": "other"}, by="devops")
    clock.advance(60)
    github.runs(room.repo)
    github.dispatch(room.repo, "release.yml", "main", inputs, by="devops")  # a second time: replaced
    clock.advance(60)
    github.runs(room.repo)
    (draft,) = github.releases(room.repo)
    assert (draft.tag, draft.draft, draft.author.login) == ("v1.0.0", True, "github-actions[bot]")
    assert [(one.name, one.data) for one in draft.assets.values()] == [("daw-1.0.0.dmg", b"built")]


def test_a_workflow_that_fails_uploads_nothing(github: SimGitHub, room: Room, clock: SimClock) -> None:
    github.ships("release.yml", {"daw.dmg": b"built"})
    github.outcome("release.yml", conclusion="failure")
    github.dispatch(room.repo, "release.yml", "main", {"task": "package", "version": "1.0.0"}, by="devops")
    clock.advance(60)
    github.runs(room.repo)
    assert github.releases(room.repo) == []


async def test_a_release_whose_tag_the_rules_refuse_says_which(github: SimGitHub, room: Room, api: AppClient) -> None:
    github.installations[room.installation.id].permissions["administration"] = "write"
    assert (await api("POST", "rulesets", tag_rules("creation"))).status_code == 201
    answer = await api("POST", "releases", {"tag_name": "v9"})
    assert answer.status_code == 422
    assert [error["message"] for error in answer.json()["errors"]] == [
        "pre_receive Repository rule violations found\n\nCannot create ref due to creations being restricted.\n\n",
        "Published releases must have a valid tag",
    ]
    assert github.releases(room.repo) == []
