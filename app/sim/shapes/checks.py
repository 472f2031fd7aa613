"""The JSON of check runs, check suites and commit statuses."""

from dataclasses import asdict

from app.sim.shapes.accounts import app, repo_lite, user
from app.sim.shapes.git import commit_in_webhook, simple_commit
from app.sim.state import CheckRun, Note, Repo, Status, Suite
from app.sim.wire import API, WEB, Json, stamp, stamp_or_none

WORST = ("action_required", "timed_out", "failure", "cancelled", "stale", "neutral")
"""How a suite's conclusion follows from those of its check runs: the first of these that any has."""


def suite_state(one: Suite) -> tuple[str, str | None]:
    """Return a suite's status and conclusion."""
    latest = {check.name: check for check in one.checks}.values()
    states = {check.status for check in latest}
    if states - {"completed"}:
        return ("queued" if states == {"queued"} else "in_progress"), None
    if not states:
        return "queued", None
    conclusions = {check.conclusion for check in latest}
    return "completed", next((word for word in WORST if word in conclusions), "success")


def suite(repo: Repo, one: Suite) -> Json:
    """Return a suite's JSON as it stands inside a check run."""
    status, conclusion = suite_state(one)
    commit = repo.commits[one.sha]
    return {
        "id": one.id,
        "node_id": f"CS_{one.id}",
        "head_branch": one.branch,
        "head_sha": one.sha,
        "status": status,
        "conclusion": conclusion,
        "url": f"{API}/repos/{repo.full_name}/check-suites/{one.id}",
        "before": commit.parents[0] if commit.parents else None,
        "after": one.sha,
        "pull_requests": [],
        "app": app(one.app),
        "created_at": stamp(one.created_at),
        "updated_at": stamp(one.updated_at),
    }


def full_suite(repo: Repo, one: Suite) -> Json:
    """Return a suite's JSON as the check_suite event carries it."""
    return {
        **suite(repo, one),
        "latest_check_runs_count": len(one.checks),
        "check_runs_url": f"{API}/repos/{repo.full_name}/check-suites/{one.id}/check-runs",
        "head_commit": simple_commit(repo.commits[one.sha]),
    }


def listed_suite(repo: Repo, one: Suite) -> Json:
    """Return a suite's JSON as the API answers."""
    return {**full_suite(repo, one), "repository": repo_lite(repo)}


def check(repo: Repo, one: CheckRun) -> Json:
    """Return a check run's JSON as the API answers."""
    url = f"{API}/repos/{repo.full_name}/check-runs/{one.id}"
    page = f"{WEB}/{repo.full_name}/runs/{one.id}"
    return {
        "id": one.id,
        "name": one.name,
        "node_id": f"CR_{one.id}",
        "head_sha": one.suite.sha,
        "external_id": one.external_id,
        "url": url,
        "html_url": page,
        "details_url": one.details_url or page,
        "status": one.status,
        "conclusion": one.conclusion,
        "started_at": stamp(one.started_at),
        "completed_at": stamp_or_none(one.completed_at),
        "output": {
            "title": one.title,
            "summary": one.summary,
            "text": one.text,
            "annotations_count": len(one.notes),
            "annotations_url": f"{url}/annotations",
        },
        "check_suite": {"id": one.suite.id},
        "app": app(one.suite.app),
        "pull_requests": [],
    }


def note(repo: Repo, check: CheckRun, one: Note) -> Json:
    """Return an annotation's JSON."""
    return {**asdict(one), "blob_href": f"{WEB}/{repo.full_name}/blob/{check.suite.sha}/{one.path}"}


def check_in_webhook(repo: Repo, one: CheckRun) -> Json:
    """Return a check run's JSON as webhooks carry it."""
    return {**check(repo, one), "check_suite": suite(repo, one.suite)}


def status(repo: Repo, one: Status) -> Json:
    """Return a commit status's JSON as lists and the answer to a POST carry it."""
    return {**combined_status(repo, one), "creator": user(one.creator)}


def combined_status(repo: Repo, one: Status) -> Json:
    """Return a commit status's JSON as the combined status carries it."""
    return {
        "url": f"{API}/repos/{repo.full_name}/statuses/{one.sha}",
        "avatar_url": f"https://avatars.githubusercontent.com/u/{one.creator.id}?v=4",
        "id": one.id,
        "node_id": f"SC_{one.id}",
        "state": one.state,
        "description": one.description,
        "target_url": one.target_url,
        "context": one.context,
        "created_at": stamp(one.at),
        "updated_at": stamp(one.at),
    }


def status_event(repo: Repo, one: Status) -> Json:
    """Return what is particular to a status event."""
    return {
        "id": one.id,
        "sha": one.sha,
        "name": repo.full_name,
        "avatar_url": f"https://avatars.githubusercontent.com/u/{one.creator.id}?v=4",
        "target_url": one.target_url,
        "context": one.context,
        "description": one.description,
        "state": one.state,
        "commit": commit_in_webhook(repo, repo.commits[one.sha]),
        "branches": [
            {
                "name": name.removeprefix("refs/heads/"),
                "commit": {"sha": sha, "url": f"{API}/repos/{repo.full_name}/commits/{sha}"},
                "protected": False,
            }
            for name, sha in repo.refs.items()
            if sha == one.sha and name.startswith("refs/heads/")
        ],
        "created_at": stamp(one.at),
        "updated_at": stamp(one.at),
    }
