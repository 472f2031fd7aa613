"""Routes of a repository, of who may do what in it, of an organisation's teams, and of people."""

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


def _members(request: Request, team: Team, *, invited: bool = False) -> dict[str, str]:
    """Return the members of a team and of the teams below it, or those who have not accepted yet."""
    members = dict(team.invited if invited else team.members)
    for other in request.world.teams.values():
        if other.parent is team:
            members = {**_members(request, other, invited=invited), **members}
    return members


def list_members(request: Request) -> Answer:
    """GET /orgs/{org}/teams/{team_slug}/members, those of child teams included."""
    logins = sorted(_members(request, _team(request)))
    return page(request, [request.world.users[login] for login in logins], accounts.user)


def membership(request: Request) -> Answer:
    """GET /orgs/{org}/teams/{team_slug}/memberships/{username}, in the team or in one below it."""
    team = _team(request)
    login = request.args["username"].lower()
    active = _members(request, team).get(login)
    role = found(active or _members(request, team, invited=True).get(login))
    url = f"{API}/organizations/{team.org.id}/team/{team.id}/memberships/{login}"
    return Answer(body={"role": role, "state": "active" if active else "pending", "url": url})


def get_user(request: Request) -> Answer:
    """GET /users/{username}: people, organisations and Apps' bots."""
    one = _user(request)
    public = sum(repo.owner is one and not repo.private for repo in request.world.repos.values())
    return Answer(body=accounts.public_user(one, public))


ROUTES = (
    Route("GET", "/users/{username}", get_user, needs=None),
    Route("GET", "/repos/{owner}/{repo}", get_repo),
    Route("GET", "/repos/{owner}/{repo}/collaborators/{username}/permission", permission),
    Route("GET", "/orgs/{org}/teams/{team_slug}/members", list_members, "members:read"),
    Route("GET", "/orgs/{org}/teams/{team_slug}/memberships/{username}", membership, "members:read"),
)
