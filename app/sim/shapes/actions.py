"""The JSON of workflows, workflow runs and jobs."""

from app.sim.shapes.accounts import repo_lite, user
from app.sim.shapes.git import simple_commit
from app.sim.state import Job, Repo, Workflow, WorkflowRun
from app.sim.wire import API, WEB, Json, stamp, stamp_or_none


def workflow(repo: Repo, one: Workflow) -> Json:
    """Return a workflow's JSON."""
    name = one.path.rsplit("/", 1)[-1]
    return {
        "id": one.id,
        "node_id": f"W_{one.id}",
        "name": one.name,
        "path": one.path,
        "state": "active",
        "created_at": stamp(one.created_at),
        "updated_at": stamp(one.created_at),
        "url": f"{API}/repos/{repo.full_name}/actions/workflows/{one.id}",
        "html_url": f"{WEB}/{repo.full_name}/blob/{repo.default_branch}/{one.path}",
        "badge_url": f"{WEB}/{repo.full_name}/actions/workflows/{name}/badge.svg",
    }


def run(repo: Repo, one: WorkflowRun) -> Json:
    """Return a workflow run's JSON, in answers and in webhooks alike."""
    url = f"{API}/repos/{repo.full_name}/actions/runs/{one.id}"
    return {
        "id": one.id,
        "name": one.workflow.name,
        "node_id": f"WFR_{one.id}",
        "check_suite_id": one.suite.id,
        "check_suite_node_id": f"CS_{one.suite.id}",
        "head_branch": one.branch,
        "head_sha": one.sha,
        "path": one.workflow.path,
        "run_number": one.number,
        "event": one.event,
        "display_title": one.title,
        "status": one.status,
        "conclusion": one.conclusion,
        "workflow_id": one.workflow.id,
        "url": url,
        "html_url": f"{WEB}/{repo.full_name}/actions/runs/{one.id}",
        "pull_requests": [],
        "created_at": stamp(one.created_at),
        "updated_at": stamp(one.updated_at),
        "actor": user(one.actor.user),
        "triggering_actor": user(one.triggering.user),
        "run_attempt": one.attempt,
        "referenced_workflows": [],
        "run_started_at": stamp(one.started_at),
        "jobs_url": f"{url}/jobs",
        "logs_url": f"{url}/logs",
        "check_suite_url": f"{API}/repos/{repo.full_name}/check-suites/{one.suite.id}",
        "artifacts_url": f"{url}/artifacts",
        "cancel_url": f"{url}/cancel",
        "rerun_url": f"{url}/rerun",
        "previous_attempt_url": f"{url}/attempts/{one.attempt - 1}" if one.attempt > 1 else None,
        "workflow_url": f"{API}/repos/{repo.full_name}/actions/workflows/{one.workflow.id}",
        "head_commit": simple_commit(repo.commits[one.sha]),
        "repository": repo_lite(repo),
        "head_repository": repo_lite(repo),
    }


def _steps(one: Job) -> list[Json]:
    if not one.has_run:
        return []
    steps: list[Json] = []
    over = one.status == "completed"
    for number, name in enumerate(one.spec.steps, 1):
        last = number == len(one.spec.steps)
        done = over or not last
        steps.append(
            {
                "name": name,
                "status": "completed" if done else "in_progress",
                "conclusion": (one.conclusion if over and last else "success") if done else None,
                "number": number,
                "started_at": stamp(one.started_at),
                "completed_at": stamp(one.completed_at or one.started_at) if done else None,
            }
        )
    return steps


def job(repo: Repo, one_run: WorkflowRun, one: Job) -> Json:
    """Return a job's JSON, in answers and in webhooks alike."""
    return {
        "id": one.id,
        "run_id": one_run.id,
        "workflow_name": one_run.workflow.name,
        "head_branch": one_run.branch,
        "run_url": f"{API}/repos/{repo.full_name}/actions/runs/{one_run.id}",
        "run_attempt": one.attempt,
        "node_id": f"CR_{one.id}",
        "head_sha": one_run.sha,
        "url": f"{API}/repos/{repo.full_name}/actions/jobs/{one.id}",
        "html_url": f"{WEB}/{repo.full_name}/actions/runs/{one_run.id}/job/{one.id}",
        "status": one.status,
        "conclusion": one.conclusion,
        "created_at": stamp(one.created_at),
        "started_at": stamp(one.started_at),
        "completed_at": stamp_or_none(one.completed_at),
        "name": one.name,
        "steps": _steps(one),
        "check_run_url": f"{API}/repos/{repo.full_name}/check-runs/{one.id}",
        "labels": list(one.spec.labels),
        "runner_id": 1 if one.has_run else None,
        "runner_name": "GitHub Actions 1" if one.has_run else None,
        "runner_group_id": 1 if one.has_run else None,
        "runner_group_name": "GitHub Actions" if one.has_run else None,
    }
