"""Routes of a repository, of who may do what in it, and of an organisation's teams."""

from app.sim.http.paging import page
from app.sim.http.request import Request, Route
from app.sim.shapes import accounts
from app.sim.state import FOLDED, ROLES, Team, User
from app.sim.wire import API, Answer, Json, found, not_found


def get_repo(request: Request) -> Answer:
    """GET /repos/{owner}/{repo}."""
    return Answer(body=accounts.full_repo(request.repo))


def _user(request: Request) -> User:
    return found(request.world.users.get(request.args["username"].lower()))


def permission(request: Request) -> Answer:
    """GET .../collaborators/{username}/permission; `permission` knows only admin, write, read and none."""
    user = _user(request)
    role = request.world.role(request.repo, user)
    rank = ROLES.index(role)
    can: Json = {
        name: rank >= ROLES.index(least)
        for name, least in (
            ("pull", "read"),
            ("triage", "triage"),
            ("push", "write"),
            ("maintain", "maintain"),
            ("admin", "admin"),
        )
    }
    body: Json = {
        "permission": FOLDED.get(role, role),
        "role_name": role,
        "user": {**accounts.user(user), "permissions": can, "role_name": role},
    }
    return Answer(body=body)


def _team(request: Request) -> Team:
    key = (request.args["org"].lower(), request.args["team_slug"])
    team = request.world.teams.get(key)
    if team is None or team.org is not request.installation.account:
        raise not_found()
    return team


def _members(request: Request, team: Team) -> dict[str, str]:
    """Return the members of a team and of the teams below it."""
    members = dict(team.members)
    for other in request.world.teams.values():
        if other.parent is team:
            members = {**_members(request, other), **members}
    return members


def list_members(request: Request) -> Answer:
    """GET /orgs/{org}/teams/{team_slug}/members, those of child teams included."""
    logins = sorted(_members(request, _team(request)))
    return page(request, [request.world.users[login] for login in logins], accounts.user)


def membership(request: Request) -> Answer:
    """GET /orgs/{org}/teams/{team_slug}/memberships/{username}."""
    team = _team(request)
    login = request.args["username"].lower()
    role = found(_members(request, team).get(login))
    url = f"{API}/organizations/{team.org.id}/team/{team.id}/memberships/{login}"
    return Answer(body={"role": role, "state": "active", "url": url})


ROUTES = (
    Route("GET", "/repos/{owner}/{repo}", get_repo),
    Route("GET", "/repos/{owner}/{repo}/collaborators/{username}/permission", permission),
    Route("GET", "/orgs/{org}/teams/{team_slug}/members", list_members, "members:read"),
    Route("GET", "/orgs/{org}/teams/{team_slug}/memberships/{username}", membership, "members:read"),
)
