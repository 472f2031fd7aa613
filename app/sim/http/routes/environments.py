"""Routes of environments, the Apps that guard them, and deployments."""

from app.sim.doing import deployments as doing
from app.sim.doing.reviewing import Review, review
from app.sim.doing.rulesets import UPGRADE
from app.sim.http.paging import page
from app.sim.http.request import Request, Route
from app.sim.shapes import deployments as shapes
from app.sim.state import Deployment, Environment, Rule
from app.sim.wire import Answer, Json, Refusal, found, invalid, text, wanted, whole


def _environment(request: Request) -> Environment:
    _refuse_where_free(request)
    return found(request.repo.environments.get(request.args["environment_name"].lower()))


def _refuse_where_free(request: Request) -> None:
    if request.repo.lacks_rulesets:
        raise Refusal(403, UPGRADE)


def list_environments(request: Request) -> Answer:
    """GET .../environments."""
    places = list(request.repo.environments.values())
    return page(request, places, lambda one: shapes.environment(request.repo, one), key="environments")


def get_environment(request: Request) -> Answer:
    """GET .../environments/{environment_name}."""
    return Answer(body=shapes.environment(request.repo, _environment(request)))


def put_environment(request: Request) -> Answer:
    """PUT .../environments/{environment_name}: made where it is not there; only Apps can guard it."""
    _refuse_where_free(request)
    asked = {key for key in ("wait_timer", "reviewers", "deployment_branch_policy") if request.body.get(key)}
    if asked:
        raise Refusal(422, f"The simulated GitHub has no {', '.join(sorted(asked))} of environments")
    place = doing.environment(request.world, request.repo, request.args["environment_name"])
    place.updated_at = request.world.now()
    return Answer(body=shapes.environment(request.repo, place))


def list_rules(request: Request) -> Answer:
    """GET .../deployment_protection_rules."""
    rules = _environment(request).rules
    body: Json = {"total_count": len(rules), "custom_deployment_protection_rules": [shapes.rule(one) for one in rules]}
    return Answer(body=body)


def create_rule(request: Request) -> Answer:
    """POST .../deployment_protection_rules: an App guards the environment from now on."""
    if request.repo.lacks_guards:
        raise Refusal(403, UPGRADE)
    number = whole(request.body, "integration_id")
    if number is None:
        raise invalid("DeploymentProtectionRule", "integration_id", "missing_field")
    app = request.world.apps.get(number)
    return Answer(status=201, body=shapes.rule(doing.guard(request.world, request.repo, _environment(request), app)))


def _rule(request: Request) -> Rule:
    number = request.number("protection_rule_id")
    return found(next((rule for rule in _environment(request).rules if rule.id == number), None))


def get_rule(request: Request) -> Answer:
    """GET .../deployment_protection_rules/{protection_rule_id}."""
    return Answer(body=shapes.rule(_rule(request)))


def delete_rule(request: Request) -> Answer:
    """DELETE .../deployment_protection_rules/{protection_rule_id}: who waits already goes on waiting."""
    _environment(request).rules.remove(_rule(request))
    return Answer(status=204)


def list_guards(request: Request) -> Answer:
    """GET .../deployment_protection_rules/apps: the Apps that could guard the environment and do not yet."""
    guards = [rule.app for rule in _environment(request).rules]
    free = [app for app in doing.available(request.world, request.repo) if app not in guards]
    return page(request, free, shapes.guard, key="available_custom_deployment_protection_rule_integrations")


def pending(request: Request) -> Answer:
    """GET .../actions/runs/{run_id}/pending_deployments: the environments that the run waits for."""
    run = found(request.repo.runs.get(request.number("run_id")))
    jobs = [job for job in run.latest if job.status == "waiting"]
    places = dict.fromkeys(job.deployment.environment for job in jobs if job.deployment is not None)
    return Answer(body=[shapes.pending(request.repo, one) for one in places])


def review_rule(request: Request) -> Answer:
    """POST .../actions/runs/{run_id}/deployment_protection_rule: the App's own word, or only a report without one."""
    run = found(request.repo.runs.get(request.number("run_id")))
    body = request.body
    name, state, comment = wanted(body, "environment_name"), text(body, "state"), text(body, "comment")
    said = Review(app=request.caller, environment=name, state=state, comment=comment)
    review(request.world, request.repo, run, said)
    return Answer(status=204)


def list_deployments(request: Request) -> Answer:
    """GET .../deployments, newest first; filters sha, ref, task, environment."""
    query = request.query
    chosen = [
        one
        for one in reversed(request.repo.deployments.values())
        if query.get("sha") in (None, one.sha)
        and query.get("ref") in (None, one.ref)
        and query.get("task") in (None, "none", "deploy")
        and query.get("environment") in (None, "none", one.environment.name)
    ]
    return page(request, chosen, lambda one: shapes.deployment(request.repo, one))


def _deployment(request: Request) -> Deployment:
    return found(request.repo.deployments.get(request.number("deployment_id")))


def get_deployment(request: Request) -> Answer:
    """GET .../deployments/{deployment_id}."""
    return Answer(body=shapes.deployment(request.repo, _deployment(request)))


def list_statuses(request: Request) -> Answer:
    """GET .../deployments/{deployment_id}/statuses, newest first."""
    of = _deployment(request)
    return page(request, list(reversed(of.statuses)), lambda one: shapes.status(request.repo, of, one))


_REPO = "/repos/{owner}/{repo}"
_PLACE = _REPO + "/environments/{environment_name*}"
_RULES = _PLACE + "/deployment_protection_rules"
_RUN = _REPO + "/actions/runs/{run_id}"
_DEPLOYMENTS = _REPO + "/deployments"
ROUTES = (
    Route("GET", _REPO + "/environments", list_environments, "actions:read"),
    Route("GET", _PLACE, get_environment, "actions:read"),
    Route("PUT", _PLACE, put_environment, "administration:write"),
    Route("GET", _RULES, list_rules, "actions:read"),
    Route("POST", _RULES, create_rule, "administration:write"),
    Route("GET", _RULES + "/apps", list_guards, "actions:read"),
    Route("GET", _RULES + "/{protection_rule_id}", get_rule, "actions:read"),
    Route("DELETE", _RULES + "/{protection_rule_id}", delete_rule, "administration:write"),
    Route("GET", _RUN + "/pending_deployments", pending, "actions:read"),
    Route("POST", _RUN + "/deployment_protection_rule", review_rule, "deployments:write"),
    Route("GET", _DEPLOYMENTS, list_deployments, "deployments:read"),
    Route("GET", _DEPLOYMENTS + "/{deployment_id}", get_deployment, "deployments:read"),
    Route("GET", _DEPLOYMENTS + "/{deployment_id}/statuses", list_statuses, "deployments:read"),
)
