"""Accounts of the simulated GitHub: people and their names, teams, roles, and what Apps hear of them."""

from typing import cast

import pytest

from app.sim import Room, SimGitHub
from tests.sim.conftest import VERSION, AppClient

pytestmark = pytest.mark.anyio
ORG = "white-room"


def table(value: object) -> dict[str, object]:
    return cast("dict[str, object]", value)


def login(value: object) -> object:
    return table(value)["login"]


async def test_people_and_organisations_are_looked_up(github: SimGitHub, room: Room, api: AppClient) -> None:
    github.add_repo("white-room/open", private=False)
    someone = (await api("GET", "/users/Developer")).json()
    assert (someone["id"], someone["type"]) == (github.users["developer"].id, "User")
    org = (await api("GET", f"/users/{ORG}")).json()
    assert (org["type"], org["public_repos"]) == ("Organization", 1)
    assert (await api("GET", "/users/go-no-go[bot]")).json()["type"] == "Bot"
    assert (await api("GET", "/users/nobody")).status_code == 404
    assert room.repo.private


async def test_looking_somebody_up_needs_no_permission(room: Room, api: AppClient) -> None:
    path = f"/app/installations/{room.installation.id}/access_tokens"
    headers = {**VERSION, "Authorization": f"Bearer {api.jwt()}"}
    asked = {"permissions": {"issues": "read"}}
    api.token = (await api.http.post(path, json=asked, headers=headers)).json()["token"]
    assert (await api("GET", "/users/developer")).status_code == 200
    assert (await api.http.get("/users/developer", headers=VERSION)).status_code == 401


async def test_a_renamed_person_stays_who_they_are(github: SimGitHub, room: Room, api: AppClient) -> None:
    before = (await api("GET", "/users/devops")).json()
    github.add_to_team(ORG, "core", "devops", by="owner", pending=True)
    github.rename_user("devops", "DevOps-2")
    after = (await api("GET", "/users/devops-2")).json()
    assert (after["id"], after["login"], after["html_url"]) == (
        before["id"],
        "DevOps-2",
        "https://github.com/DevOps-2",
    )
    assert (await api("GET", "collaborators/devops-2/permission")).json()["role_name"] == "write"
    assert (await api("GET", f"/orgs/{ORG}/teams/devops/memberships/devops-2")).json()["state"] == "active"
    assert (await api("GET", f"/orgs/{ORG}/teams/core/memberships/devops-2")).json()["state"] == "pending"
    assert (await api("GET", "/users/devops")).status_code == 404
    github.open_issue(room.repo, "Hello", by="devops-2")
    assert (await api("GET", "issues/1")).json()["user"]["login"] == "DevOps-2"


async def test_who_takes_an_old_login_is_somebody_else(github: SimGitHub, room: Room, api: AppClient) -> None:
    old = github.rename_user("security-lead", "security-lead-2")
    new = github.add_user("security-lead")
    assert new.id != old.id
    assert (await api("GET", "/users/security-lead")).json()["id"] == new.id
    assert (await api("GET", "collaborators/security-lead/permission")).json()["role_name"] == "none"
    assert (await api("GET", f"/orgs/{ORG}/teams/security/memberships/security-lead")).status_code == 404
    assert github.role(room.repo, old) == "write"


def test_some_names_are_not_to_be_had(github: SimGitHub, room: Room) -> None:
    with pytest.raises(ValueError, match="taken"):
        github.rename_user("developer", "Reader")
    for owner in (ORG, "go-no-go[bot]"):
        with pytest.raises(ValueError, match="no person"):
            github.rename_user(owner, "else")
    with pytest.raises(KeyError):
        github.rename_user("nobody", "somebody")
    assert github.rename_user("developer", "Developer").login == "Developer"
    assert github.role(room.repo, github.users["developer"]) == "write"


async def test_joining_and_leaving_a_team_are_told(github: SimGitHub, room: Room, api: AppClient) -> None:
    github.take()
    github.add_to_team(ORG, "devops", "reader", by="owner")
    github.add_to_team(ORG, "devops", "reader", by="owner", role="maintainer")
    where = f"/orgs/{ORG}/teams/engineering/memberships/reader"
    assert (await api("GET", where)).json()["role"] == "maintainer"  # a member of the team below is one of this too
    github.remove_from_team(ORG, "devops", "reader", by="owner")
    assert (await api("GET", where)).status_code == 404
    posts = github.take()
    assert [(post.event, post.action) for post in posts] == [("membership", "added"), ("membership", "removed")]
    payload = posts[0].payload
    assert (payload["scope"], login(payload["member"]), login(payload["sender"])) == ("team", "reader", "owner")
    assert table(payload["organization"])["login"] == ORG
    assert table(payload["installation"])["id"] == room.installation.id
    team = table(payload["team"])
    assert (team["slug"], table(team["parent"])["slug"]) == ("devops", "engineering")
    assert "repository" not in payload
    with pytest.raises(KeyError):
        github.remove_from_team(ORG, "devops", "reader", by="owner")


async def test_who_is_invited_is_no_member_yet(github: SimGitHub, room: Room, api: AppClient) -> None:
    github.take()
    github.set_team_role(room.repo, "devops", "maintain", by="owner")
    github.take()
    github.add_to_team(ORG, "devops", "outsider", by="owner", pending=True)
    where = f"/orgs/{ORG}/teams/devops"
    assert (await api("GET", f"{where}/memberships/outsider")).json()["state"] == "pending"
    assert "outsider" not in [one["login"] for one in (await api("GET", f"{where}/members")).json()]
    assert github.role(room.repo, github.users["outsider"]) == "none"
    assert github.take() == []
    github.add_to_team(ORG, "devops", "outsider", by="owner")
    assert (await api("GET", f"{where}/memberships/outsider")).json()["state"] == "active"
    assert github.role(room.repo, github.users["outsider"]) == "maintain"
    github.add_to_team(ORG, "devops", "outsider", by="owner", pending=True)
    assert (await api("GET", f"{where}/memberships/outsider")).json()["state"] == "active"
    github.add_to_team(ORG, "qa", "outsider", by="owner", pending=True)
    github.remove_from_team(ORG, "qa", "outsider", by="owner")
    assert (await api("GET", f"/orgs/{ORG}/teams/qa/memberships/outsider")).status_code == 404
    assert [post.action for post in github.take()] == ["added"]


async def test_a_change_of_role_is_told(github: SimGitHub, room: Room, api: AppClient) -> None:
    github.take()
    for role in ("write", "write", "maintain", "admin", "triage", "none", "none", "read"):
        github.set_role(room.repo, "outsider", role, by="owner")
    posts = github.take()
    assert [(post.event, post.action, post.payload.get("changes")) for post in posts] == [
        ("member", "added", {"permission": {"to": "write"}}),
        ("member", "edited", {"old_permission": {"from": "write"}}),
        ("member", "edited", {"old_permission": {"from": "write"}}),
        ("member", "edited", {"old_permission": {"from": "admin"}}),
        ("member", "removed", None),
        ("member", "added", None),
    ]
    assert login(posts[0].payload["member"]) == "outsider"
    assert table(posts[0].payload["repository"])["full_name"] == room.repo.full_name
    assert (await api("GET", "collaborators/outsider/permission")).json()["role_name"] == "read"
    with pytest.raises(ValueError, match="wizard"):
        github.set_role(room.repo, "outsider", "wizard", by="owner")


async def test_a_change_of_a_teams_role_is_told(github: SimGitHub, room: Room, api: AppClient) -> None:
    github.take()
    for role in ("write", "maintain", "maintain", "none"):
        github.set_team_role(room.repo, "support", role, by="owner")
        assert github.role(room.repo, github.users["support-lead"]) == ("triage" if role == "none" else role)
    posts = github.take()
    assert [(post.event, post.action) for post in posts] == [
        ("team", "added_to_repository"),
        ("team", "edited"),
        ("team", "removed_from_repository"),
    ]
    assert posts[1].payload["changes"] == {
        "repository": {"permissions": {"from": {"pull": True, "push": True, "admin": False}}}
    }
    assert table(posts[2].payload["team"])["slug"] == "support"
    assert (await api("GET", "collaborators/support-lead/permission")).json()["role_name"] == "triage"


async def test_who_leaves_an_organisation_leaves_all_of_it(github: SimGitHub, room: Room, api: AppClient) -> None:
    github.add_to_team(ORG, "core", "devops", by="owner", pending=True)
    elsewhere = github.add_repo("acme/tool")
    github.collaborate(elsewhere, "devops", "write")
    github.add_team("acme", "core", ["devops"])
    github.take()
    github.remove_from_org(ORG, "devops", by="owner")
    for team in ("devops", "engineering", "core"):
        assert (await api("GET", f"/orgs/{ORG}/teams/{team}/memberships/devops")).status_code == 404
    assert (await api("GET", "collaborators/devops/permission")).json()["role_name"] == "none"
    github.add_to_org(ORG, "devops", by="owner")
    posts = github.take()
    assert [(post.event, post.action) for post in posts] == [
        ("organization", "member_removed"),
        ("organization", "member_added"),
    ]
    assert login(table(posts[0].payload["membership"])["user"]) == "devops"
    assert github.role(elsewhere, github.users["devops"]) == "write"
    assert "devops" in github.team("acme", "core").members
    assert room.repo.owner.login == ORG


def test_apps_hear_of_their_own_organisation_only(github: SimGitHub, room: Room) -> None:
    quiet = github.add_app("quiet", owner="acme", public_key="", webhook_secret="s", events=frozenset({"push"}))
    github.install(quiet, ORG, by="owner")
    github.add_team("acme", "core", ["developer"])
    github.take()
    github.add_to_team("acme", "core", "reader", by="owner")
    assert github.take() == []
    github.add_to_team(ORG, "core", "reader", by="owner")
    assert [post.app for post in github.take()] == ["go-no-go"]
    room.installation.suspended = True
    github.remove_from_team(ORG, "core", "reader", by="owner")
    assert github.take() == []


async def test_the_white_room_has_somebody_for_every_role(github: SimGitHub, room: Room, api: AppClient) -> None:
    seen: dict[str, tuple[str, str]] = {}
    for team in ("tech-leads", "security", "qa", "support", "docs", "performance", "core", "devops"):
        (member,) = (await api("GET", f"/orgs/{ORG}/teams/{team}/members")).json()
        role = (await api("GET", f"collaborators/{member['login']}/permission")).json()["role_name"]
        seen[team] = (member["login"], role)
    assert seen == {
        "tech-leads": ("tech-lead", "maintain"),
        "security": ("security-lead", "write"),
        "qa": ("qa-lead", "write"),
        "support": ("support-lead", "triage"),
        "docs": ("writer", "triage"),
        "performance": ("performance-lead", "write"),
        "core": ("core-developer", "write"),
        "devops": ("devops", "write"),
    }
    wanted = {"pull_request", "push", "membership", "member", "team", "organization"}
    assert wanted <= github.installations[room.installation.id].app.events
    assert (room.installation.permissions["members"], room.installation.permissions["pull_requests"]) == (
        "read",
        "write",
    )
