"""A repository's protection: rulesets on its tags, rules on its environments, and the people of teams."""

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import quote

from app.adapters.github.office import Office, at, segment
from app.adapters.github.shapes import shaped
from app.adapters.github.shapes_protection import ACCOUNTS, GUARDS, RULESET, RULESETS, RulesetShape
from app.domain.protection.rulesets import Bypass, RequiredCheck, Ruleset
from app.domain.protection.wanted import CHECKS_RULE
from app.domain.values import Repo
from app.ports import Missing

_MOST: Final = 75  # rulesets that GitHub allows a repository


class Protection(Office):
    """What keeps people, and us, from tagging and deploying what is not green."""

    async def rulesets(self, repo: Repo) -> Sequence[Ruleset]:
        """Return the rulesets that hold for tags, those of the organisation among them."""
        found: list[Ruleset] = []
        for page in await self._pages(repo, f"{at(repo)}/rulesets?includes_parents=true&targets=tag"):
            for one in shaped(RULESETS, page):
                if len(found) < _MOST and one.target == "tag":  # an old server does not know the filter
                    answer = await self._caller(repo).getitem(f"{at(repo)}/rulesets/{one.id}?includes_parents=true")
                    found.append(_ruleset(shaped(RULESET, answer)))
        return found

    async def save_ruleset(self, repo: Repo, ruleset: Ruleset) -> None:
        """Make a ruleset, or make the one of that id what it is to be."""
        writer, url = await self._writer(repo, for_people=True), f"{at(repo)}/rulesets"
        if ruleset.id is None:
            await writer.post(url, data=_written(ruleset))
        else:
            await writer.put(f"{url}/{ruleset.id}", data=_written(ruleset))

    async def guards_of(self, repo: Repo, environment: str) -> frozenset[int] | None:
        """Return the Apps whose rules stand on an environment; None where there is no such environment."""
        url = _environment(repo, environment)
        try:
            await self._caller(repo).getitem(url)
        except Missing:
            return None
        answer = shaped(GUARDS, await self._caller(repo).getitem(f"{url}/deployment_protection_rules"))
        return frozenset(rule.app.id for rule in answer.custom_deployment_protection_rules if rule.enabled)

    async def create_environment(self, repo: Repo, environment: str) -> None:
        """Make an environment; one that is there stays as it is."""
        writer = await self._writer(repo, for_people=True)
        await writer.put(_environment(repo, environment), data={})

    async def add_guard(self, repo: Repo, environment: str, app: int) -> None:
        """Let an App decide about deployments to an environment."""
        url = f"{_environment(repo, environment)}/deployment_protection_rules"
        writer = await self._writer(repo, for_people=True)
        await writer.post(url, data={"integration_id": app})

    async def team_members(self, repo: Repo, org: str, team: str) -> Sequence[str] | None:
        """Return some of the logins in a team or below it, empty for an empty one; None where it is not there."""
        try:
            answer = await self._caller(repo).getitem(f"/orgs/{segment(org)}/teams/{segment(team)}/members?per_page=5")
        except Missing:
            return None
        return [account.login for account in shaped(ACCOUNTS, answer)]


def _environment(repo: Repo, name: str) -> str:
    return f"{at(repo)}/environments/{quote(name, safe='')}"


def _ruleset(one: RulesetShape) -> Ruleset:
    kinds = {rule.type for rule in one.rules}
    wants = [rule.parameters for rule in one.rules if rule.type == CHECKS_RULE and rule.parameters is not None]
    names = one.conditions.ref_name if one.conditions else None
    bypass = one.bypass_actors
    return Ruleset(
        id=one.id,
        name=one.name,
        target=one.target,
        enforcement=one.enforcement,
        include=tuple(names.include) if names else (),
        exclude=tuple(names.exclude) if names else (),
        kinds=frozenset(kinds),
        checks=tuple(
            RequiredCheck(context=check.context, app=check.integration_id)
            for each in wants
            for check in each.required_status_checks
        ),
        is_enforced_on_create=not any(each.do_not_enforce_on_create for each in wants),
        bypass=None
        if bypass is None
        else tuple(Bypass(kind=each.actor_type, id=each.actor_id, mode=each.bypass_mode) for each in bypass),
        own_bypass=one.current_user_can_bypass,
        source=one.source,
        is_of_repository=one.source_type in {None, "Repository"},
    )


def _written(one: Ruleset) -> dict[str, Any]:
    rules: list[dict[str, Any]] = [{"type": kind} for kind in sorted(one.kinds - {CHECKS_RULE})]
    if one.checks:
        wants = [
            {"context": check.context, **({} if check.app is None else {"integration_id": check.app})}
            for check in one.checks
        ]
        parameters: dict[str, Any] = {
            "required_status_checks": wants,
            "strict_required_status_checks_policy": False,
            "do_not_enforce_on_create": not one.is_enforced_on_create,
        }
        rules.append({"type": CHECKS_RULE, "parameters": parameters})
    return {
        "name": one.name,
        "target": one.target,
        "enforcement": one.enforcement,
        "conditions": {"ref_name": {"include": list(one.include), "exclude": list(one.exclude)}},
        "rules": rules,
        "bypass_actors": [
            {"actor_id": each.id, "actor_type": each.kind, "bypass_mode": each.mode} for each in one.bypass or ()
        ],
    }
