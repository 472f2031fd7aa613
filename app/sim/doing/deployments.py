"""Environments and deployments: what a job that names an environment makes, and whom GitHub asks about it."""

from app.sim.shapes import deployments as shapes
from app.sim.state import Actor, App, Deployment, DeploymentStatus, Environment, Job, Repo, Rule, WorkflowRun
from app.sim.wire import Json, Refusal
from app.sim.world import World

MOST_RULES = 6

ENDS = {"success": "success", "failure": "failure", "timed_out": "failure"}
"""What becomes of a deployment whose job ended so; with any other end it is an error."""


def environment(world: World, repo: Repo, name: str) -> Environment:
    """Return an environment, made where it is not there: a workflow that names one is enough."""
    known = repo.environments.get(name.lower())
    if known is None:
        now = world.now()
        known = Environment(id=world.next_id("environment"), name=name, created_at=now, updated_at=now)
        repo.environments[name.lower()] = known
    return known


def available(world: World, repo: Repo) -> list[App]:
    """Return the Apps that can be made to guard an environment: installed, listening, and let to answer."""
    found = (
        app
        for app in world.apps.values()
        if "deployment_protection_rule" in app.events
        and (one := world.installation_on(repo, app)) is not None
        and one.permissions.get("deployments") == "write"
    )
    return sorted(found, key=lambda app: app.slug)


def guard(world: World, repo: Repo, place: Environment, app: App | None) -> Rule:
    """Have an App asked before anything goes into an environment. Refused with 422 where it cannot be."""
    if app is None or app not in available(world, repo):
        raise Refusal(422, "Validation Failed", ["The app is not available as a custom deployment protection rule."])
    if any(rule.app is app for rule in place.rules):
        raise Refusal(422, "Validation Failed", ["The app is already enabled as a custom deployment protection rule."])
    if len(place.rules) >= MOST_RULES:
        raise Refusal(422, "Validation Failed", [f"An environment has at most {MOST_RULES} rules."])
    rule = Rule(id=world.next_id("rule"), app=app)
    place.rules.append(rule)
    place.updated_at = world.now()
    return rule


def begin(world: World, repo: Repo, run: WorkflowRun, job: Job, name: str) -> Deployment:
    """Make a job's deployment. Where its environment is guarded, it waits for each of the Apps that guard it."""
    now = world.now()
    place = environment(world, repo, name)
    deployment = Deployment(
        id=world.next_id("deployment"),
        environment=place,
        sha=run.sha,
        ref=run.branch,
        creator=run.triggering.user,
        created_at=now,
        updated_at=now,
        waits_for=list(place.rules),
    )
    repo.deployments[deployment.id] = deployment
    job.deployment = deployment
    payload: Json = {
        "action": "created",
        "deployment": shapes.deployment(repo, deployment),
        "workflow": shapes.told_workflow(repo, run),
        "workflow_run": shapes.told_run(repo, run),
    }
    world.emit(repo, "deployment", payload, run.triggering)
    return deployment


def ask(world: World, repo: Repo, run: WorkflowRun, deployment: Deployment) -> None:
    """Ask each App that guards the environment. Only the address to answer at says which run it is about."""
    for rule in deployment.waits_for:
        run_url = f"{world.api}/repos/{repo.full_name}/actions/runs/{run.id}"
        payload: Json = {
            "action": "requested",
            "environment": deployment.environment.name,
            "event": run.event,
            "sha": deployment.sha,
            "ref": deployment.ref,
            "deployment_callback_url": f"{run_url}/deployment_protection_rule",
            "deployment": shapes.deployment(repo, deployment),
            "pull_requests": [],
        }
        world.emit(repo, "deployment_protection_rule", payload, run.triggering, only=rule.app)


def say(world: World, repo: Repo, deployment: Deployment, state: str, actor: Actor, *, words: str = "") -> None:
    """Add a status to a deployment."""
    now = world.now()
    status = DeploymentStatus(
        id=world.next_id("deployment_status"), state=state, description=words, creator=actor.user, at=now
    )
    deployment.statuses.append(status)
    deployment.updated_at = now
    payload: Json = {
        "action": "created",
        "deployment_status": shapes.status(repo, deployment, status),
        "deployment": shapes.deployment(repo, deployment),
    }
    world.emit(repo, "deployment_status", payload, actor)
