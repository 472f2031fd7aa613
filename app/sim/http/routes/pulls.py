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


def list_files(request: Request) -> Answer:
    """GET .../pulls/{pull_number}/files, by name."""
    _, pull = _pull(request)
    files = shapes.pull_files(request.repo, pull)
    return page(request, files, lambda one: git.changed_file(request.repo, pull.sha, one))


_PULL = "/repos/{owner}/{repo}/pulls/{pull_number}"
ROUTES = (
    Route("GET", _PULL, get_pull, "pull_requests:read"),
    Route("GET", _PULL + "/files", list_files, "pull_requests:read"),
)
