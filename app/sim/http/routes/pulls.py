"""Routes of pull requests."""

from app.sim.http.paging import page
from app.sim.http.request import NEWEST, Request, Route
from app.sim.shapes import git
from app.sim.shapes import pulls as shapes
from app.sim.state import Issue, Pull
from app.sim.wire import Answer, found


def _pull(request: Request) -> tuple[Issue, Pull]:
    issue = found(request.repo.issues.get(request.number("pull_number")))
    return issue, found(issue.pull)


def get_pull(request: Request) -> Answer:
    """GET .../pulls/{pull_number}."""
    shape = shapes.pull if request.version == NEWEST else shapes.old_pull
    return Answer(body=shape(request.repo, *_pull(request)))


def list_pulls(request: Request) -> Answer:
    """GET .../pulls: by state and base, those created or changed last first unless asked otherwise."""
    state, base = request.query.get("state", "open"), request.query.get("base")
    pulls = [(one, one.pull) for one in request.repo.issues.values() if one.pull is not None]
    fits = [(one, pull) for one, pull in pulls if state in ("all", one.state) and base in (None, pull.base)]
    is_by_change = request.query.get("sort") == "updated"
    fits.sort(
        key=lambda two: two[0].updated_at if is_by_change else two[0].created_at,
        reverse=request.query.get("direction", "desc") == "desc",
    )
    return page(request, fits, lambda two: shapes.listed_pull(request.repo, *two))


def list_files(request: Request) -> Answer:
    """GET .../pulls/{pull_number}/files, by name."""
    _, pull = _pull(request)
    files = shapes.pull_files(request.repo, pull)
    return page(request, files, lambda one: git.changed_file(request.repo, pull.sha, one))


_PULL = "/repos/{owner}/{repo}/pulls/{pull_number}"
ROUTES = (
    Route("GET", "/repos/{owner}/{repo}/pulls", list_pulls, "pull_requests:read"),
    Route("GET", _PULL, get_pull, "pull_requests:read"),
    Route("GET", _PULL + "/files", list_files, "pull_requests:read"),
)
