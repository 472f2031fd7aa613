"""The JSON of environments, their rules, deployments and what is said of these."""

from urllib.parse import quote

from app.sim.shapes import actions
from app.sim.shapes.accounts import user
from app.sim.state import App, Deployment, DeploymentStatus, Environment, Repo, Rule, WorkflowRun
from app.sim.wire import API, WEB, Json, stamp

MORE_OF_A_RUN = frozenset(
    {"artifacts_url", "cancel_url", "check_suite_url", "head_commit", "head_repository", "jobs_url", "logs_url"}
    | {"previous_attempt_url", "repository", "rerun_url", "workflow_url"}
)
"""What a deployment event leaves out of its workflow run."""


def environment(repo: Repo, one: Environment) -> Json:
    """Return an environment's JSON; the Apps that guard it are told at an address of their own."""
    return {
        **environment_lite(repo, one),
        "created_at": stamp(one.created_at),
        "updated_at": stamp(one.updated_at),
        "protection_rules": [],
        "deployment_branch_policy": None,
    }


def environment_lite(repo: Repo, one: Environment) -> Json:
    """Return the short JSON of an environment."""
    name = quote(one.name, safe="")
    return {
        "id": one.id,
        "node_id": f"EN_{one.id}",
        "name": one.name,
        "url": f"{API}/repos/{repo.full_name}/environments/{name}",
        "html_url": f"{WEB}/{repo.full_name}/deployments/activity_log?environments_filter={name}",
    }


def guard(one: App) -> Json:
    """Return an App's JSON as it stands in a rule."""
    return {
        "id": one.id,
        "slug": one.slug,
        "integration_url": f"{API}/apps/{one.slug}",
        "node_id": f"A_{one.id}",
    }


def rule(one: Rule) -> Json:
    """Return a rule's JSON."""
    return {"id": one.id, "node_id": f"GA_{one.id}", "enabled": True, "app": guard(one.app)}


def pending(repo: Repo, one: Environment) -> Json:
    """Return the JSON of an environment that a run waits for; an App's token can approve none of this by itself."""
    return {
        "environment": environment_lite(repo, one),
        "wait_timer": 0,
        "wait_timer_started_at": None,
        "current_user_can_approve": False,
        "reviewers": [],
    }


def deployment(repo: Repo, one: Deployment) -> Json:
    """Return a deployment's JSON, in answers and in webhooks alike."""
    url = f"{API}/repos/{repo.full_name}/deployments/{one.id}"
    return {
        "url": url,
        "id": one.id,
        "node_id": f"DE_{one.id}",
        "task": "deploy",
        "original_environment": one.environment.name,
        "environment": one.environment.name,
        "description": None,
        "created_at": stamp(one.created_at),
        "updated_at": stamp(one.updated_at),
        "statuses_url": f"{url}/statuses",
        "repository_url": f"{API}/repos/{repo.full_name}",
        "creator": user(one.creator),
        "sha": one.sha,
        "ref": one.ref,
        "payload": {},
        "transient_environment": False,
        "production_environment": one.environment.name == "production",
        "performed_via_github_app": None,
    }


def status(repo: Repo, of: Deployment, one: DeploymentStatus) -> Json:
    """Return the JSON of what was said of a deployment."""
    url = f"{API}/repos/{repo.full_name}/deployments/{of.id}"
    return {
        "url": f"{url}/statuses/{one.id}",
        "id": one.id,
        "node_id": f"DES_{one.id}",
        "state": one.state,
        "creator": user(one.creator),
        "description": one.description,
        "environment": of.environment.name,
        "target_url": f"{WEB}/{repo.full_name}/deployments",
        "created_at": stamp(one.at),
        "updated_at": stamp(one.at),
        "deployment_url": url,
        "repository_url": f"{API}/repos/{repo.full_name}",
        "performed_via_github_app": None,
    }


def told_workflow(repo: Repo, one: WorkflowRun) -> Json:
    """Return the JSON of the workflow that a deployment event names."""
    return actions.workflow(repo, one.workflow)


def told_run(repo: Repo, one: WorkflowRun) -> Json:
    """Return the JSON of the run that a deployment event names."""
    told = {key: value for key, value in actions.run(repo, one).items() if key not in MORE_OF_A_RUN}
    return {**told, "status": "queued"} if one.status == "waiting" else told  # the event knows no run that waits
