"""The route that compares two commits."""

from app.sim.diff import changes
from app.sim.doing.git import commit_of
from app.sim.history import merge_base, only_in
from app.sim.http.paging import page
from app.sim.http.request import Request, Route
from app.sim.shapes import git as shapes
from app.sim.wire import API, WEB, Answer, Json, Refusal, found

MOST_COMMITS = 250
MOST_FILES = 300
STATUS = {(False, False): "identical", (True, False): "ahead", (False, True): "behind", (True, True): "diverged"}
"""By whether the head has commits of its own, and whether the base has."""


def compare(request: Request) -> Answer:
    """GET .../compare/{base}...{head}: what the head has that the base has not, oldest first.

    Without paging GitHub shows the latest 250 commits. Branches of forks (`owner:branch`) are not understood: a fork's
    commits are found by sha.
    """
    repo, names = request.repo, request.args["basehead"]
    left, _, right = names.partition("...")
    base, head = found(commit_of(repo, left)), found(commit_of(repo, right))
    common = merge_base(repo, base.sha, head.sha)
    if common is None:
        raise Refusal(404, f"No common ancestor between {left} and {right}.")
    ahead, behind = only_in(repo, head.sha, [base.sha]), only_in(repo, base.sha, [head.sha])
    paged = page(request, ahead, lambda one: shapes.listed_commit(repo, one))
    is_whole = not request.query.keys() & {"page", "per_page"}
    files = changes(common.files, head.files)[:MOST_FILES] if request.query.get("page", "1") == "1" else []
    site = f"{WEB}/{repo.full_name}/compare"
    body: Json = {
        "url": f"{API}/repos/{repo.full_name}/compare/{names}",
        "html_url": f"{site}/{names}",
        "permalink_url": f"{site}/{repo.owner.login}:{base.sha[:7]}...{repo.owner.login}:{head.sha[:7]}",
        "diff_url": f"{site}/{names}.diff",
        "patch_url": f"{site}/{names}.patch",
        "base_commit": shapes.listed_commit(repo, base),
        "merge_base_commit": shapes.listed_commit(repo, common),
        "status": STATUS[bool(ahead), bool(behind)],
        "ahead_by": len(ahead),
        "behind_by": len(behind),
        "total_commits": len(ahead),
        "commits": [shapes.listed_commit(repo, one) for one in ahead[-MOST_COMMITS:]] if is_whole else paged.body,
        "files": [shapes.changed_file(repo, head.sha, one) for one in files],
    }
    return Answer(body=body, headers={} if is_whole else paged.headers)


ROUTES = (Route("GET", "/repos/{owner}/{repo}/compare/{basehead*}", compare, "contents:read"),)
