"""Webhooks that the simulated GitHub sends, and the faults it can be told to show."""

import asyncio
import hashlib
import hmac
import json

import httpx
import pytest

from app.sim import Room, SimClock, SimGitHub, white_room
from app.sim.webhooks import signature
from tests.contract import checker, problems_of_call, problems_of_posts
from tests.sim.conftest import AppClient

pytestmark = pytest.mark.anyio


def test_a_signature_is_the_one_that_github_documents() -> None:
    assert signature("It's a Secret to Everybody", b"Hello, World!") == (
        "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    )


def test_a_post_is_signed_over_its_raw_body(github: SimGitHub, room: Room) -> None:
    github.open_issue(room.repo, "Release \u2728", by="release-manager")
    (post,) = github.take()
    digest = hmac.new(room.webhook_secret.encode(), post.body, hashlib.sha256).hexdigest()
    assert post.headers["X-Hub-Signature-256"] == f"sha256={digest}"
    assert post.headers["X-GitHub-Event"] == post.event == "issues"
    assert post.headers["X-GitHub-Delivery"] == post.id
    assert len(post.id) == 36
    assert post.headers["X-GitHub-Hook-Installation-Target-ID"] == str(room.app.id)
    assert post.headers["User-Agent"].startswith("GitHub-Hookshot/")
    assert json.loads(post.body) == post.payload


def test_installing_and_pinging_are_told(github: SimGitHub, room: Room) -> None:
    github.add_repo("other-org/tool")
    github.install(room.app, "other-org", ["other-org/tool"], by="owner")
    github.ping(room.app)
    posts = github.take()
    assert [(post.event, post.action) for post in posts] == [("installation", "created"), ("ping", None)]
    github.open_issue("other-org/tool", "Hello", by="owner")
    assert len(github.take()) == 1


def test_only_installed_apps_that_subscribed_are_told(github: SimGitHub, room: Room) -> None:
    quiet = github.add_app("quiet", owner="acme", public_key="", webhook_secret="s", events=frozenset({"push"}))
    github.install(quiet, "white-room", by="owner")
    github.take()
    github.open_issue(room.repo, "Release", by="developer")
    assert [post.app for post in github.take()] == ["go-no-go"]
    github.push_branch(room.repo, "topic", github.head(room.repo), by="developer")
    assert sorted((post.app, post.event) for post in github.take()) == [
        ("go-no-go", "create"),
        ("go-no-go", "push"),
        ("quiet", "push"),
    ]
    room.installation.suspended = True
    github.open_issue(room.repo, "Another", by="developer")
    assert github.take() == []


def test_the_outbox_shows_without_taking(github: SimGitHub, room: Room, clock: SimClock) -> None:
    run = github.dispatch(
        room.repo, "release.yml", "main", {"task": "sign", "version": "1", "gonogo_id": "x"}, by="developer"
    )
    before = len(github.outbox)
    due = github.next_due()
    assert due is not None
    clock.advance((due - clock.now()).total_seconds())
    assert len(github.outbox) > before
    assert run.status == "in_progress"
    assert len(github.take()) > before
    assert github.outbox == []


def test_an_actor_that_is_an_apps_bot_acts_as_that_app(github: SimGitHub, room: Room) -> None:
    github.open_issue(room.repo, "By the bot", by="go-no-go[bot]")
    (post,) = github.take()
    assert '"performed_via_github_app":{"id"' in post.body.decode()


async def test_a_fault_before_doing_it(github: SimGitHub, room: Room, api: AppClient) -> None:
    github.open_issue(room.repo, "Release", by="developer")
    github.fault("POST", r"/comments$", status=429, headers={"retry-after": "7"})
    refused = await api("POST", "issues/1/comments", {"body": "x"})
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "7")
    assert github.issue(room.repo, 1).comments == []
    assert (await api("POST", "issues/1/comments", {"body": "x"})).status_code == 201


async def test_a_fault_after_doing_it(github: SimGitHub, room: Room, api: AppClient) -> None:
    github.open_issue(room.repo, "Release", by="developer")
    github.fault("*", r"/comments$", status=502, after_doing=True, times=2, skip=1)
    statuses = [(await api("POST", "issues/1/comments", {"body": "x"})).status_code for _ in range(4)]
    assert statuses == [201, 502, 502, 201]
    assert len(github.issue(room.repo, 1).comments) == 4


@pytest.mark.parametrize(("lost", "error"), [("closed", httpx.ReadError), ("timeout", httpx.ReadTimeout)])
async def test_an_answer_is_lost(
    github: SimGitHub, room: Room, api: AppClient, lost: str, error: type[Exception]
) -> None:
    github.open_issue(room.repo, "Release", by="developer")
    await api("GET", "")
    if lost == "closed":
        github.fault("POST", r"/comments$", lost="closed", after_doing=True)
    else:
        github.fault("POST", r"/comments$", lost="timeout")
    with pytest.raises(error):
        await api("POST", "issues/1/comments", {"body": "x"})
    assert len(github.issue(room.repo, 1).comments) == (1 if lost == "closed" else 0)


async def test_sleepers_wake_when_their_time_has_come() -> None:
    clock = SimClock()
    await clock.sleep(0)
    sleeper = asyncio.ensure_future(clock.sleep(10))
    given_up = asyncio.ensure_future(clock.sleep(5))
    await asyncio.sleep(0)
    given_up.cancel()
    clock.advance(9)
    await asyncio.sleep(0)
    assert not sleeper.done()
    clock.advance(1)
    await sleeper


def test_two_repositories_share_an_installation(github: SimGitHub, room: Room) -> None:
    second = white_room(github, name="white-room/plugins", app=room.app)
    assert second.installation is room.installation


@pytest.mark.skipif(checker() is None, reason="GitHub's description is not at hand")
def test_the_check_against_the_description_finds_what_is_wrong(github: SimGitHub, room: Room) -> None:
    url = "https://api.github.com/repos/o/r/issues/1/comments"
    assert problems_of_call("2026-03-10", ("POST", url), b'{"boddy": "x"}', (201, b"{}"))
    assert problems_of_call("2026-03-10", ("POST", "https://api.github.com/none"), b"", (200, b"{}"))
    github.open_issue(room.repo, "Release", by="developer")
    (post,) = github.take()
    broken = type(post)(
        event="issues", action="opened", headers={}, body=post.body.replace(b'"number":1', b'"number":"1"'), app="x"
    )
    assert problems_of_posts([post]) == []
    assert problems_of_posts([broken])
