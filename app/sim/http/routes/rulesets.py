"""Routes of rulesets, of the rules of a branch, and of how changes of refs fared against them."""

from datetime import timedelta

from app.sim.doing import rulesets as doing
from app.sim.doing import ruling
from app.sim.http.paging import page
from app.sim.http.request import Request, Route
from app.sim.rules import Ruleset, RuleSuite
from app.sim.shapes import rulesets as shapes
from app.sim.wire import Answer, Json, Refusal, found

PERIODS = {
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(days=7),
    "month": timedelta(days=31),
}


def _rulesets(request: Request) -> dict[int, Ruleset]:
    """Return the repository's rulesets; an account whose plan has none is told so at every one of these routes."""
    if request.repo.lacks_rulesets:
        raise Refusal(403, doing.UPGRADE)
    return request.repo.protection.rulesets


def _shape(request: Request, one: Ruleset) -> Json:
    bypass = ruling.bypass_of(request.world, request.repo, one, request.actor)
    held = request.token.permissions if request.token else {}
    may_write = held.get("administration") == "write" and not one.is_of_organization
    return shapes.full(request.repo, one, bypass=bypass, may_write=may_write)


def _with_parents(request: Request) -> bool:
    return request.query.get("includes_parents", "true") == "true"


def list_rulesets(request: Request) -> Answer:
    """GET .../rulesets; filters includes_parents and targets."""
    targets = request.query.get("targets")
    chosen = [
        one
        for one in _rulesets(request).values()
        if (targets is None or one.target in targets.split(","))
        and (_with_parents(request) or not one.is_of_organization)
    ]
    return page(request, chosen, lambda one: shapes.listed(request.repo, one))


def _one(request: Request) -> Ruleset:
    return found(_rulesets(request).get(request.number("ruleset_id")))


def get_ruleset(request: Request) -> Answer:
    """GET .../rulesets/{ruleset_id}."""
    one = _one(request)
    return Answer(body=_shape(request, found(one if _with_parents(request) or not one.is_of_organization else None)))


def create_ruleset(request: Request) -> Answer:
    """POST .../rulesets."""
    _rulesets(request)
    one = doing.create(request.world, request.repo, request.body)
    return Answer(status=201, body=_shape(request, one))


def _own(request: Request) -> Ruleset:
    one = _one(request)
    return found(None if one.is_of_organization else one)


def update_ruleset(request: Request) -> Answer:
    """PUT .../rulesets/{ruleset_id}: what is named is replaced."""
    one = _own(request)
    doing.change(request.world, request.repo, one, request.body)
    return Answer(body=_shape(request, one))


def delete_ruleset(request: Request) -> Answer:
    """DELETE .../rulesets/{ruleset_id}."""
    del _rulesets(request)[_own(request).id]
    return Answer(status=204)


def branch_rules(request: Request) -> Answer:
    """GET .../rules/branches/{branch}: the active rules of a branch, whether it is there or not."""
    ref = f"refs/heads/{request.args['branch']}"
    active = [one for one in _rulesets(request).values() if one.enforcement == "active"]
    rules = [rule for one in active if ruling.covers(request.repo, one, ref) for rule in shapes.rules_of(one)]
    return page(request, rules, lambda rule: rule)


def list_suites(request: Request) -> Answer:
    """GET .../rulesets/rule-suites, newest first; filters ref, time_period, actor_name and rule_suite_result."""
    _rulesets(request)
    query = request.query
    since = request.world.now() - PERIODS.get(query.get("time_period", "day"), PERIODS["day"])
    result = query.get("rule_suite_result", "all")

    def fits(one: RuleSuite) -> bool:
        return (
            one.at >= since
            and query.get("ref") in (None, one.ref)
            and query.get("actor_name") in (None, one.actor_name)
            and result in ("all", one.result)
        )

    chosen = [one for one in reversed(request.repo.protection.suites) if fits(one)]
    return page(request, chosen, lambda one: shapes.suite(request.repo, one))


_REPO = "/repos/{owner}/{repo}"
_RULESET = _REPO + "/rulesets/{ruleset_id}"
ROUTES = (
    Route("GET", _REPO + "/rulesets", list_rulesets),
    Route("POST", _REPO + "/rulesets", create_ruleset, "administration:write"),
    Route("GET", _REPO + "/rulesets/rule-suites", list_suites, "administration:read"),
    Route("GET", _RULESET, get_ruleset),
    Route("PUT", _RULESET, update_ruleset, "administration:write"),
    Route("DELETE", _RULESET, delete_ruleset, "administration:write"),
    Route("GET", _REPO + "/rules/branches/{branch*}", branch_rules),
)
