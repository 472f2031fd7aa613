"""Routes of the App itself: who it is, where it is installed, its tokens, its rate limit."""

from app.sim.http import auth
from app.sim.http.paging import page
from app.sim.http.request import NEWEST, Request, Route
from app.sim.shapes import accounts
from app.sim.state import Installation, Repo
from app.sim.wire import Answer, Json, Refusal, array, found, not_found, obj, stamp


def get_app(request: Request) -> Answer:
    """GET /app."""
    count = sum(one.app is request.app for one in request.world.installations.values())
    return Answer(body={**accounts.app(request.caller), "installations_count": count})


def _mine(request: Request) -> list[Installation]:
    return [one for one in request.world.installations.values() if one.app is request.app]


def list_installations(request: Request) -> Answer:
    """GET /app/installations."""
    return page(request, _mine(request), accounts.listed_installation)


def _installation(request: Request) -> Installation:
    number = request.number("installation_id")
    return found(next((one for one in _mine(request) if one.id == number), None))


def get_installation(request: Request) -> Answer:
    """GET /app/installations/{installation_id}."""
    return Answer(body=accounts.listed_installation(_installation(request)))


def create_token(request: Request) -> Answer:
    """POST /app/installations/{installation_id}/access_tokens."""
    one = _installation(request)
    if one.suspended:
        raise Refusal(403, "This installation has been suspended")
    permissions = dict(one.permissions)
    asked = obj(request.body, "permissions")
    if asked:
        permissions = {name: str(level) for name, level in asked.items()}
        if any(name not in one.permissions for name in permissions):
            raise Refusal(422, "The permissions requested are not granted to this installation.")
    token = auth.issue_token(request.world, one, _chosen(request, one), permissions)
    body: Json = {
        "token": token.text,
        "expires_at": stamp(token.expires_at),
        "permissions": permissions,
        "repository_selection": "all" if one.repos is None and token.repos is None else "selected",
    }
    return Answer(status=201, body=body)


def _chosen(request: Request, one: Installation) -> set[int] | None:
    """Return the repositories that the token is to be cut down to."""
    ids = array(request.body, "repository_ids")
    names = array(request.body, "repositories")
    if not ids and not names:
        return None
    reach = _reach(request, one)
    chosen = {repo.id for repo in reach if repo.id in ids or repo.name in names}
    if len(chosen) != len(ids) + len(names):
        raise Refusal(422, "There is at least one repository that does not exist or is not accessible.")
    return chosen


def _reach(request: Request, one: Installation) -> list[Repo]:
    repos = [repo for repo in request.world.repos.values() if repo.owner is one.account]
    return repos if one.repos is None else [repo for repo in repos if repo.id in one.repos]


def list_repositories(request: Request) -> Answer:
    """GET /installation/repositories."""
    repos = _reach(request, request.installation)
    if request.token is not None and request.token.repos is not None:
        repos = [repo for repo in repos if repo.id in request.token.repos]
    return page(request, repos, accounts.repo, key="repositories")


def repo_installation(request: Request) -> Answer:
    """GET /repos/{owner}/{repo}/installation."""
    one = request.world.installation_on(request.repo, request.caller)
    if one is None:
        raise not_found()
    return Answer(body=accounts.listed_installation(one))


def org_installation(request: Request) -> Answer:
    """GET /orgs/{org}/installation."""
    owner = found(request.world.users.get(request.args["org"].lower()))
    return Answer(
        body=accounts.listed_installation(found(next((o for o in _mine(request) if o.account is owner), None)))
    )


def rate_limit(request: Request) -> Answer:
    """GET /rate_limit, which costs nothing."""
    one = request.installation
    core: Json = {
        "limit": one.limit,
        "remaining": one.limit - one.used,
        "reset": int((one.window or request.world.now()).timestamp()),
        "used": one.used,
    }
    search: Json = {"limit": 30, "remaining": 30, "reset": core["reset"], "used": 0}
    body: Json = {"resources": {"core": core, "search": search}}
    return Answer(body=body if request.version == NEWEST else {**body, "rate": core})


ROUTES = (
    Route("GET", "/app", get_app, auth="jwt"),
    Route("GET", "/app/installations", list_installations, auth="jwt"),
    Route("GET", "/app/installations/{installation_id}", get_installation, auth="jwt"),
    Route("POST", "/app/installations/{installation_id}/access_tokens", create_token, auth="jwt"),
    Route("GET", "/installation/repositories", list_repositories),
    Route("GET", "/repos/{owner}/{repo}/installation", repo_installation, auth="jwt"),
    Route("GET", "/orgs/{org}/installation", org_installation, auth="jwt"),
    Route("GET", "/rate_limit", rate_limit),
)
