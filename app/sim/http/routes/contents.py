"""Routes of files and commits."""

from app.sim.doing.git import commit_of
from app.sim.http.paging import per_page
from app.sim.http.request import Request, Route
from app.sim.shapes import git as shapes
from app.sim.state import Commit
from app.sim.wire import Answer, Json, Refusal, found


def get_contents(request: Request) -> Answer:
    """GET .../contents/{path}: a file with its text in base64, or what is in a folder."""
    repo = request.repo
    name = request.query.get("ref") or repo.default_branch
    commit = commit_of(repo, name)
    if commit is None:
        raise Refusal(404, f"No commit found for the ref {name}")
    path = request.args["path"].strip("/")
    data = commit.files.get(path)
    if data is not None:
        return Answer(body=shapes.file(repo, path, name, data))
    prefix = f"{path}/"
    children: dict[str, bytes | None] = {}
    for each, content in commit.files.items():
        if each.startswith(prefix):
            child, slash, _ = each[len(prefix) :].partition("/")
            children[prefix + child] = None if slash else content
    if not children:
        raise Refusal(404, "Not Found")
    return Answer(body=[shapes.content(repo, each, name, children[each]) for each in sorted(children)])


def _commit(request: Request) -> Commit:
    name = request.args["ref"]
    commit = commit_of(request.repo, name)
    if commit is None:
        raise Refusal(422, f"No commit found for SHA: {name}")
    return commit


def get_commit(request: Request) -> Answer:
    """GET .../commits/{ref}: by branch, tag or sha; with `Accept: application/vnd.github.sha` GitHub answers text."""
    return Answer(body=shapes.full_commit(request.repo, _commit(request)))


def list_commits(request: Request) -> Answer:
    """GET .../commits?sha=: the line of first parents, newest first."""
    sha = request.query.get("sha") or request.repo.default_branch
    at = commit_of(request.repo, sha)
    line: list[Json] = []
    most = per_page(request)
    while at is not None and len(line) < most:
        line.append(shapes.listed_commit(request.repo, at))
        at = request.repo.commits[at.parents[0]] if at.parents else None
    return Answer(body=line)


def get_git_commit(request: Request) -> Answer:
    """GET .../git/commits/{commit_sha}: by full sha only."""
    return Answer(body=shapes.git_commit(request.repo, found(request.repo.commits.get(request.args["commit_sha"]))))


_REPO = "/repos/{owner}/{repo}"
ROUTES = (
    Route("GET", _REPO + "/contents/{path*}", get_contents, "contents:read"),
    Route("GET", _REPO + "/commits", list_commits, "contents:read"),
    Route("GET", _REPO + "/commits/{ref*}", get_commit, "contents:read"),
    Route("GET", _REPO + "/git/commits/{commit_sha}", get_git_commit, "contents:read"),
)
