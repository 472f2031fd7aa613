"""The App's webhook on the simulated GitHub: where it points, and the log of what was delivered."""

import json

import httpx
import pytest

from app.sim import Room, SimGitHub
from tests.sim.conftest import AppClient

pytestmark = pytest.mark.anyio


async def patch(api: AppClient, body: object) -> httpx.Response:
    headers = {"X-GitHub-Api-Version": "2026-03-10", "Authorization": f"Bearer {api.jwt()}"}
    return await api.http.patch("/app/hook/config", json=body, headers=headers)


async def test_the_hook_tells_where_it_points_and_never_its_secret(room: Room, api: AppClient) -> None:
    before = (await api.as_app("GET", "/app/hook/config")).json()
    assert before["url"] == "https://go-no-go.example/webhook"
    after = (await patch(api, {"url": "https://new.example/webhook", "secret": "another one"})).json()
    assert after == {
        "url": "https://new.example/webhook",
        "content_type": "json",
        "insecure_ssl": "0",
        "secret": "********",
    }
    assert room.app.webhook_secret == "another one"


async def test_deliveries_are_listed_newest_first_with_what_came_of_them(
    github: SimGitHub, room: Room, api: AppClient
) -> None:
    github.open_issue(room.repo, "A", by="reader")
    github.open_issue(room.repo, "B", by="reader")
    first, second = github.take()
    github.delivered(first, 503)
    github.delivered(second, 202)
    github.delivered(first, 0)
    log = (await api.as_app("GET", "/app/hook/deliveries")).json()
    assert [(one["guid"], one["status_code"], one["status"], one["redelivery"]) for one in log] == [
        (first.id, 0, "failed to connect to host", True),
        (second.id, 202, "OK", False),
        (first.id, 503, "Invalid HTTP Response: 503", False),
    ]
    assert (log[0]["event"], log[0]["action"], log[0]["repository_id"]) == ("issues", "opened", room.repo.id)
    failed = (await api.as_app("GET", "/app/hook/deliveries?status=failure")).json()
    assert [one["id"] for one in failed] == [log[0]["id"], log[2]["id"]]
    page = await api.as_app("GET", "/app/hook/deliveries?per_page=2")
    rest = await api.as_app("GET", page.links["next"]["url"].removeprefix("https://api.github.com"))
    assert [one["id"] for one in rest.json()] == [log[2]["id"]]
    assert (await api.as_app("GET", "/app/hook/deliveries?cursor=x")).status_code == 400
    one = (await api.as_app("GET", f"/app/hook/deliveries/{log[0]['id']}")).json()
    assert one["request"]["payload"] == json.loads(first.body)


async def test_a_delivery_is_sent_again_as_it_was(github: SimGitHub, room: Room, api: AppClient) -> None:
    github.open_issue(room.repo, "A", by="reader")
    (first,) = github.take()
    github.delivered(first, 503)
    (entry,) = (await api.as_app("GET", "/app/hook/deliveries")).json()
    assert (await api.as_app("POST", f"/app/hook/deliveries/{entry['id']}/attempts")).status_code == 202
    assert github.take() == [first]
    assert (await api.as_app("POST", "/app/hook/deliveries/7/attempts")).status_code == 404


async def test_an_organisation_tells_of_its_installation(room: Room, api: AppClient) -> None:
    assert (await api.as_app("GET", "/orgs/white-room/installation")).json()["id"] == room.installation.id
    assert (await api.as_app("GET", "/orgs/github/installation")).status_code == 404
