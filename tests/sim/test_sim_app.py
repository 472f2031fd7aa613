"""Who may ask the simulated GitHub what: App JWTs, installation tokens, permissions."""

from collections.abc import MutableMapping
from datetime import timedelta
from itertools import pairwise
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from app.sim import Room, SimGitHub, white_room
from tests.sim.conftest import VERSION, AppClient

pytestmark = pytest.mark.anyio


async def test_the_app_sees_itself_and_its_installations(room: Room, api: AppClient) -> None:
    me = (await api.as_app("GET", "/app")).json()
    assert (me["slug"], me["installations_count"]) == ("go-no-go", 1)
    assert [one["id"] for one in (await api.as_app("GET", "/app/installations")).json()] == [room.installation.id]
    one = await api.as_app("GET", f"/app/installations/{room.installation.id}")
    assert one.json()["account"]["login"] == "white-room"
    here = await api.as_app("GET", "/repos/white-room/daw/installation")
    assert here.json()["id"] == room.installation.id


async def test_the_issuer_may_be_the_client_id(room: Room, api: AppClient) -> None:
    assert (await api.as_app("GET", "/app", iss=room.app.client_id)).status_code == 200


async def test_a_jwt_that_is_not_right_is_refused(room: Room, api: AppClient) -> None:
    now = api.clock.now()
    wrong: list[tuple[dict[str, object], int]] = [
        ({"exp": now + timedelta(minutes=12)}, 401),
        ({"exp": now - timedelta(seconds=1)}, 401),
        ({"iat": now + timedelta(minutes=5)}, 401),
        ({"exp": "soon"}, 401),
        ({"iss": "999999"}, 404),
    ]
    assert [(await api.as_app("GET", "/app", **claims)).status_code for claims, _ in wrong] == [
        status for _, status in wrong
    ]
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    claims = {"iss": str(room.app.id), "iat": now, "exp": now + timedelta(minutes=5)}
    for forged in (
        jwt.encode(claims, key, algorithm="RS256"),
        jwt.encode(claims, "a shared secret that is thirty-two bytes", algorithm="HS256"),
        "eyJ.rubbish.",
        "ghs_token",
    ):
        answer = await api.http.get("/app", headers={**VERSION, "Authorization": f"Bearer {forged}"})
        assert (answer.status_code, answer.json()["message"]) == (401, "A JSON web token could not be decoded")
    assert (await api.http.get("/app", headers=VERSION)).status_code == 401


async def test_a_token_is_long_and_lasts_an_hour(room: Room, api: AppClient) -> None:
    assert (await api("GET", "")).status_code == 200
    assert api.token.startswith(f"ghs_{room.app.id}_")
    assert api.token.count(".") == 2
    assert len(api.token) > 400
    api.clock.advance(3601)
    answer = await api("GET", "")
    assert (answer.status_code, answer.json()["message"]) == (401, "Bad credentials")


async def test_a_token_reaches_its_installation_only(github: SimGitHub, room: Room, api: AppClient) -> None:
    white_room(github, name="other-org/tool", app=room.app)
    github.add_repo("third-org/tool")
    assert (await api("GET", "/repos/white-room/daw")).json()["default_branch"] == "main"
    assert (await api("GET", "/repos/other-org/tool")).status_code == 404
    assert (await api("GET", "/repos/third-org/tool")).status_code == 404
    assert (await api("GET", "/repos/white-room/none")).status_code == 404
    assert (await api.as_app("GET", "/repos/third-org/tool/installation")).status_code == 404
    reach = (await api("GET", "/installation/repositories")).json()
    assert [one["full_name"] for one in reach["repositories"]] == ["white-room/daw"]


async def test_a_token_may_be_cut_down(github: SimGitHub, room: Room, api: AppClient) -> None:
    second = white_room(github, name="white-room/plugins", app=room.app).repo
    path = f"/app/installations/{room.installation.id}/access_tokens"
    headers = {**VERSION, "Authorization": f"Bearer {api.jwt()}"}
    asked = {"repository_ids": [second.id], "permissions": {"issues": "read"}}
    api.token = (await api.http.post(path, json=asked, headers=headers)).json()["token"]
    assert (await api("GET", "/repos/white-room/plugins/issues")).status_code == 200
    assert (await api("GET", "/repos/white-room/daw/issues")).status_code == 404
    answer = await api("POST", "/repos/white-room/plugins/issues", {"title": "x"})
    assert (answer.status_code, answer.json()["message"]) == (403, "Resource not accessible by integration")
    for wrong in ({"repository_ids": [1]}, {"permissions": {"packages": "write"}}):
        assert (await api.http.post(path, json=wrong, headers=headers)).status_code == 422


async def test_a_suspended_installation_is_refused(room: Room, api: AppClient) -> None:
    assert (await api("GET", "")).status_code == 200
    room.installation.suspended = True
    assert (await api("GET", "")).status_code == 403
    answer = await api.as_app("POST", f"/app/installations/{room.installation.id}/access_tokens")
    assert answer.status_code == 403


async def test_an_unknown_route_fails_loudly(github: SimGitHub, room: Room, api: AppClient) -> None:
    github.assert_no_unknown_calls()
    assert (await api("GET", "/zen")).status_code == 501
    assert (await api("PUT", "issues/1/lock")).status_code == 501
    assert [call.path for call in github.unknown_calls] == ["/zen", f"/repos/{room.repo.full_name}/issues/1/lock"]
    with pytest.raises(AssertionError, match="no such routes"):
        github.assert_no_unknown_calls()


async def test_calls_are_counted(github: SimGitHub, room: Room, api: AppClient) -> None:
    await api("GET", "")
    assert [tuple(call) for call in github.calls] == [
        ("POST", f"/app/installations/{room.installation.id}/access_tokens", 201, "app:go-no-go"),
        ("GET", "/repos/white-room/daw", 200, f"installation:{room.installation.id}"),
    ]


async def test_answers_carry_githubs_headers(api: AppClient) -> None:
    first, second = await api("GET", ""), await api("GET", "")
    assert first.headers["x-github-api-version-selected"] == "2026-03-10"
    assert first.headers["x-github-request-id"] != second.headers["x-github-request-id"]
    assert first.headers["x-ratelimit-limit"] == "5000"
    assert first.headers["x-ratelimit-resource"] == "core"
    left = [int(one.headers["x-ratelimit-remaining"]) for one in (first, second)]
    used = [int(one.headers["x-ratelimit-used"]) for one in (first, second)]
    assert [a - b for a, b in pairwise(left)] == [b - a for a, b in pairwise(used)] == [1]


async def test_what_has_not_changed_costs_nothing(github: SimGitHub, room: Room, api: AppClient) -> None:
    github.open_issue(room.repo, "Release", by="developer")
    first = await api("GET", "issues/1")
    again = await api("GET", "issues/1", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["x-ratelimit-used"] == first.headers["x-ratelimit-used"]
    github.edit_issue(room.repo, 1, title="Other", by="developer")
    changed = await api("GET", "issues/1", headers={"If-None-Match": first.headers["etag"]})
    assert changed.status_code == 200


async def test_the_rate_limit_ends_with_its_hour(github: SimGitHub, room: Room, api: AppClient) -> None:
    await api("GET", "")
    github.exhaust(room.installation)
    refused = await api("GET", "")
    assert (refused.status_code, refused.headers["x-ratelimit-remaining"]) == (403, "0")
    limits = (await api("GET", "/rate_limit")).json()["resources"]["core"]
    assert limits["remaining"] == 0
    assert limits["reset"] == int(refused.headers["x-ratelimit-reset"])
    api.clock.advance(limits["reset"] - api.clock.now().timestamp())
    api.token = ""
    assert (await api("GET", "")).status_code == 200


async def test_versions_are_kept_apart(api: AppClient) -> None:
    assert (await api("GET", "", headers={"X-GitHub-Api-Version": "2020-01-01"})).status_code == 410
    old = await api("GET", "/rate_limit", headers={"X-GitHub-Api-Version": "2022-11-28"})
    assert "rate" in old.json()
    assert "rate" not in (await api("GET", "/rate_limit")).json()


async def test_a_body_that_is_no_object_is_refused(api: AppClient) -> None:
    await api("GET", "")
    headers = {**VERSION, "Authorization": f"Bearer {api.token}"}
    for body in (b"{", b"[1]", b"\xff", b'{"title":"\\ud800"}'):
        answer: httpx.Response = await api.http.post("/repos/white-room/daw/issues", content=body, headers=headers)
        assert answer.status_code == 400


async def test_roles_are_told_whole_and_folded(github: SimGitHub, room: Room, api: AppClient) -> None:
    room.repo.teams["engineering"] = "maintain"
    github.collaborate(room.repo, "devops", "read")
    seen = {
        login: (await api("GET", f"collaborators/{login}/permission")).json()
        for login in ("release-manager", "product-manager", "owner", "outsider", "devops")
    }
    assert {login: (one["permission"], one["role_name"]) for login, one in seen.items()} == {
        "release-manager": ("write", "maintain"),
        "product-manager": ("read", "triage"),
        "owner": ("admin", "admin"),
        "outsider": ("none", "none"),
        "devops": ("write", "maintain"),  # by the team above their own
    }
    assert seen["owner"]["user"]["id"] == github.users["owner"].id
    assert (await api("GET", "collaborators/nobody/permission")).status_code == 404


async def test_teams_are_nested(api: AppClient) -> None:
    members = (await api("GET", "/orgs/white-room/teams/engineering/members")).json()
    assert [one["login"] for one in members] == ["devops", "tech-lead"]
    path = "/orgs/white-room/teams/engineering/memberships"
    assert (await api("GET", f"{path}/devops")).json()["state"] == "active"
    assert (await api("GET", f"{path}/reader")).status_code == 404
    assert (await api("GET", "/orgs/white-room/teams/none/members")).status_code == 404


async def test_a_server_may_start_and_stop_it(github: SimGitHub) -> None:
    asked = iter(["lifespan.startup", "lifespan.shutdown"])
    told: list[str] = []

    async def receive() -> dict[str, object]:
        return {"type": next(asked)}

    async def send(message: MutableMapping[str, Any]) -> None:
        told.append(message["type"])

    await github.asgi({"type": "lifespan"}, receive, send)
    assert told == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    with pytest.raises(ValueError, match="websocket"):
        await github.asgi({"type": "websocket"}, receive, send)


async def test_nothing_is_told_without_a_token_of_the_right_kind(room: Room, api: AppClient) -> None:
    path = f"/repos/{room.repo.full_name}"
    for header in ("", "Bearer", "Basic abc", "token ghs_unknown", f"Bearer {api.jwt()}"):
        answer = await api.http.get(path, headers={**VERSION, "Authorization": header})
        assert answer.status_code == 401, header


def test_wrong_names_are_told_at_once(github: SimGitHub, room: Room) -> None:
    with pytest.raises(ValueError, match="wizard"):
        github.collaborate(room.repo, "developer", "wizard")
    with pytest.raises(KeyError):
        github.dispatch(room.repo, "none.yml", "main", by="developer")
    with pytest.raises(KeyError):
        github.open_issue("white-room/none", "x", by="developer")
