"""Protecting a repository: reading what stands, saying what has to change, and changing it. It may run twice."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from app.domain.doctor.facts import AppFacts
from app.domain.doctor.links import app_page, approval_page
from app.domain.protection import limits
from app.domain.protection.changes import (
    AddDeploymentRule,
    Change,
    CreateEnvironment,
    CreateRuleset,
    UpdateRuleset,
    environment_changes,
    ruleset_changes,
)
from app.domain.protection.judging import Judgement, Unsure, judge_rulesets
from app.domain.protection.limits import Limit, LimitKind
from app.domain.protection.wanted import Wanted, wanted_of
from app.ports import AppDesk, FoundRepo, GitHub, Guarding, Rejected
from app.worker.standing_plans import StandingPlan, standing_plans


class Hub(GitHub, Guarding, AppDesk, Protocol):
    """All that is asked of GitHub here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a repository is protected, and what is missing."""

    app: AppFacts
    found: FoundRepo
    plans: tuple[StandingPlan, ...]
    wanted: Wanted
    judgement: Judgement | None  # None where the rulesets could not be read
    changes: tuple[Change, ...]
    limits: tuple[Limit, ...]
    rules_limit: Limit | None = None  # why the rulesets could not be read
    environment_limits: tuple[Limit, ...] = ()  # why environments could not be


class Protector:
    """Looks at a repository's protection and sets it up. `site` is GitHub as people see it."""

    def __init__(self, hub: Hub, site: str) -> None:
        self._hub = hub
        self._site = site

    async def look(self, found: FoundRepo) -> Look:
        """Return what stands and what is to change. Raises GitHubError where GitHub gives no answer."""
        app = await self._hub.app()
        plans = await standing_plans(self._hub, found.repo)
        wanted = wanted_of(app.id, (each.plan for each in plans))
        changes: list[Change] = []
        known: list[Limit] = [] if plans else [_no_plan(found)]
        judgement: Judgement | None = None
        of_rules: Limit | None = None
        of_environments: list[Limit] = []
        try:
            rulesets = await self._hub.rulesets(found.repo)
        except Rejected as error:
            of_rules = limits.of_rulesets(error.status, error.message, self._links(app, found))
            known.append(of_rules)
        else:
            judgement = judge_rulesets(wanted, rulesets)
            changes += ruleset_changes(wanted, rulesets)
            known += _doubts(judgement, self._links(app, found))
        for environment in wanted.environments:
            one = replace(wanted, environments=(environment,))
            try:
                guards = await self._hub.guards_of(found.repo, environment)
            except Rejected as error:
                of_environments.append(self._environment_limit(error, app, found))
            else:
                changes += environment_changes(one, {environment: guards})
        if changes and found.installation.permissions.get("administration") != "write":
            known.append(limits.of_permission(self._links(app, found)))
        return Look(
            app=app,
            found=found,
            plans=plans,
            wanted=wanted,
            judgement=judgement,
            changes=tuple(changes),
            limits=tuple(dict.fromkeys((*known, *of_environments))),
            rules_limit=of_rules,
            environment_limits=tuple(of_environments),
        )

    async def apply(self, look: Look) -> tuple[Sequence[Change], Sequence[Limit]]:
        """Make the changes and return those that were made, and what kept the others from it. Raises GitHubError."""
        made: list[Change] = []
        refused: list[Limit] = []
        for change in look.changes:
            try:
                await self._make(look, change)
            except Rejected as error:
                refused.append(self._refusal(error, change, look))
            else:
                made.append(change)
        return made, tuple(dict.fromkeys(refused))

    async def _make(self, look: Look, change: Change) -> None:
        repo = look.found.repo
        match change:
            case CreateRuleset(ruleset=one) | UpdateRuleset(ruleset=one):
                await self._hub.save_ruleset(repo, one)
            case CreateEnvironment(name=name):
                await self._hub.create_environment(repo, name)
            case AddDeploymentRule(environment=name, app=app):
                await self._hub.add_guard(repo, name, app)

    def _refusal(self, error: Rejected, change: Change, look: Look) -> Limit:
        if isinstance(change, CreateRuleset | UpdateRuleset):
            return limits.of_rulesets(error.status, error.message, self._links(look.app, look.found))
        return self._environment_limit(error, look.app, look.found)

    def _environment_limit(self, error: Rejected, app: AppFacts, found: FoundRepo) -> Limit:
        links = self._links(app, found)
        return limits.of_environment(error.status, error.message, links, is_private=found.is_private)

    def _links(self, app: AppFacts, found: FoundRepo) -> tuple[str, ...]:
        return (app_page(self._site, app), approval_page(self._site, found.installation))


def _no_plan(found: FoundRepo) -> Limit:
    what = f"There is no release plan on {found.repo.default_branch}: the usual tags, v*, are looked at."
    return Limit(kind=LimitKind.NO_PLAN, what=what)


def _doubts(judgement: Judgement, links: tuple[str, ...]) -> list[Limit]:
    unsure = [each for each in (judgement.only_app, judgement.gate) if isinstance(each, Unsure)]
    doubts = [
        Limit(
            kind=LimitKind.UNSURE,
            what=f'Whether the ruleset "{each.ruleset.name}" is enough cannot be told: {each.why}.',
            links=links,
        )
        for each in unsure
    ]
    obstacles = [
        Limit(
            kind=LimitKind.OBSTACLE,
            what=f'The ruleset "{name}" keeps the App itself from making release tags.',
            instead="Add the App to those who may pass it by, or let it leave out these tags.",
        )
        for name in judgement.obstacles
    ]
    return doubts + obstacles
