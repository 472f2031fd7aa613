"""Rulesets made and changed, as the API or an administrator words them."""

from app.sim.doing.ruling import CHECKS
from app.sim.rules import Ruleset
from app.sim.state import Repo
from app.sim.wire import Json, Refusal, array, flag, invalid, obj, text, wanted, whole
from app.sim.world import World

PLAIN = frozenset({"creation", "update", "deletion", "non_fast_forward", "required_linear_history"})
KINDS = PLAIN | {CHECKS, "required_signatures", "required_deployments", "pull_request", "tag_name_pattern"}
UPGRADE = "Upgrade to GitHub Pro or make this repository public to enable this feature."


def create(world: World, repo: Repo, body: Json) -> Ruleset:
    """Make a ruleset of what a request says. Refused with 422 where it cannot be."""
    now = world.now()
    one = Ruleset(
        id=world.next_id("ruleset"),
        name=wanted(body, "name"),
        target="branch",
        enforcement=wanted(body, "enforcement"),
        include=[],
        exclude=[],
        rules=[],
        bypass=[],
        source=repo.full_name,
        created_at=now,
        updated_at=now,
    )
    change(world, repo, one, body)
    repo.protection.rulesets[one.id] = one
    return one


def change(world: World, repo: Repo, one: Ruleset, body: Json) -> None:
    """Change what a request names of a ruleset. Refused with 422, and nothing is changed, where it cannot be."""
    name, target = text(body, "name") or one.name, text(body, "target") or one.target
    enforcement = text(body, "enforcement") or one.enforcement
    if target not in {"branch", "tag", "push"} or enforcement not in {"active", "disabled", "evaluate"}:
        raise Refusal(422, "Invalid request.\n\nNo such target or enforcement.")
    others = repo.protection.rulesets.values()
    if any(other.name == name and other is not one and not other.is_of_organization for other in others):
        raise invalid("Ruleset", "name", "custom", "Name must be unique")
    rules = [_rule(each) for each in _objects(body, "rules")] if "rules" in body else one.rules
    bypass = [_bypass(world, repo, each) for each in _objects(body, "bypass_actors")]
    names = obj(obj(body, "conditions"), "ref_name")
    one.name, one.target, one.enforcement, one.rules = name, target, enforcement, rules
    if "bypass_actors" in body:
        one.bypass = bypass
    if "conditions" in body:
        one.include, one.exclude = _patterns(names, "include"), _patterns(names, "exclude")
    one.updated_at = world.now()


def _objects(body: Json, key: str) -> list[Json]:
    return [obj({key: one}, key) for one in array(body, key)]


def _patterns(names: Json, key: str) -> list[str]:
    return [wanted({key: one}, key) for one in array(names, key)]


def _rule(body: Json) -> Json:
    """Return a rule as GitHub gives it back."""
    kind = wanted(body, "type")
    if kind not in KINDS:
        raise Refusal(422, f"Invalid request.\n\nInvalid rule '{kind}'.")
    if kind != CHECKS:
        return dict(body)
    given = obj(body, "parameters")
    wants: list[Json] = []
    for each in _objects(given, CHECKS):
        pinned = whole(each, "integration_id")
        wants.append({"context": wanted(each, "context"), **({} if pinned is None else {"integration_id": pinned})})
    if not wants:
        raise invalid("Ruleset", "rules", "custom", f"Invalid rule '{CHECKS}': no checks are named")
    return {
        "type": kind,
        "parameters": {
            "strict_required_status_checks_policy": flag(given, "strict_required_status_checks_policy"),
            "do_not_enforce_on_create": flag(given, "do_not_enforce_on_create"),
            CHECKS: wants,
        },
    }


def _bypass(world: World, repo: Repo, body: Json) -> Json:
    kind, number = wanted(body, "actor_type"), whole(body, "actor_id")
    if kind == "Integration":
        app = world.apps.get(number or 0)
        if app is None or all(one.account is not repo.owner for one in world.installations.values() if one.app is app):
            named = app.slug if app else str(number)
            detail = f"Actor {named} integration must be part of the ruleset source or owner organization"
            raise invalid("Ruleset", "bypass_actors", "custom", detail)
    return {"actor_id": number, "actor_type": kind, "bypass_mode": text(body, "bypass_mode") or "always"}
