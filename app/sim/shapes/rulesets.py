"""The JSON of rulesets, of the rules of a branch, and of how changes of refs fared."""

from app.sim.rules import Ruleset, RuleSuite
from app.sim.state import Repo
from app.sim.wire import API, WEB, Json, stamp


def listed(repo: Repo, one: Ruleset) -> Json:
    """Return a ruleset's JSON as lists carry it: without its rules."""
    kind = "Organization" if one.is_of_organization else "Repository"
    page = f"{WEB}/organizations/{one.source}/settings" if one.is_of_organization else f"{WEB}/{one.source}"
    return {
        "id": one.id,
        "name": one.name,
        "target": one.target,
        "source_type": kind,
        "source": one.source,
        "enforcement": one.enforcement,
        "node_id": f"RRS_{one.id}",
        "_links": {
            "self": {"href": f"{API}/repos/{repo.full_name}/rulesets/{one.id}"},
            "html": {"href": f"{page}/rules/{one.id}"},
        },
        "created_at": stamp(one.created_at),
        "updated_at": stamp(one.updated_at),
    }


def full(repo: Repo, one: Ruleset, *, bypass: str, may_write: bool) -> Json:
    """Return a ruleset's JSON. Who may pass it by is shown only to those who may change it."""
    shown: Json = {"bypass_actors": one.bypass} if may_write else {}
    return {
        **listed(repo, one),
        **shown,
        "current_user_can_bypass": bypass,
        "conditions": {"ref_name": {"include": one.include, "exclude": one.exclude}},
        "rules": one.rules,
    }


def rules_of(one: Ruleset) -> list[Json]:
    """Return the rules of one ruleset as the rules of a branch carry them."""
    kind = "Organization" if one.is_of_organization else "Repository"
    told: Json = {"ruleset_source_type": kind, "ruleset_source": one.source, "ruleset_id": one.id}
    return [{**rule, **told} for rule in one.rules]


def suite(repo: Repo, one: RuleSuite) -> Json:
    """Return the JSON of how a change of a ref fared."""
    return {
        "id": one.id,
        "actor_id": one.actor_id,
        "actor_name": one.actor_name,
        "before_sha": one.before,
        "after_sha": one.after,
        "ref": one.ref,
        "repository_id": repo.id,
        "repository_name": repo.name,
        "pushed_at": stamp(one.at),
        "result": one.result,
        "evaluation_result": one.result,
    }
