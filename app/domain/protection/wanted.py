"""What is wanted of a repository: two rulesets on its release tags, and our rule on its environments."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from app.domain.plan.model import GuardRules, Plan
from app.domain.protection.patterns import TAGS
from app.domain.protection.rulesets import FORBIDDING, Bypass, RequiredCheck, Ruleset

GATE: Final = "release/gate"
ONLY_APP_NAME: Final = "Go/No-Go: only the App makes release tags"
GATE_NAME: Final = "Go/No-Go: release/gate must be green"
CHECKS_RULE: Final = "required_status_checks"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a repository's plans ask of its protection, for one App."""

    app: int
    patterns: tuple[str, ...]  # refs/tags/v*
    exempt: tuple[str, ...] = ()  # what the tag guard leaves alone is left alone here too
    environments: tuple[str, ...] = ()


def wanted_of(app: int, plans: Iterable[Plan]) -> Wanted:
    """Return what these plans ask for, whatever the version; without a plan the usual tags are protected."""
    read = tuple(plans)
    rules = [plan.guard for plan in read] or [GuardRules()]
    environments = [plan.environment for plan in read if plan.environment is not None]
    return Wanted(
        app=app,
        patterns=tuple(dict.fromkeys(f"{TAGS}{each.tags}" for each in rules)),
        exempt=tuple(dict.fromkeys(f"{TAGS}{name}" for each in rules for name in each.exempt)),
        environments=tuple(dict.fromkeys(environments)),
    )


def only_app(wanted: Wanted) -> Ruleset:
    """Return the ruleset by which only the App makes, moves and deletes release tags."""
    return Ruleset(
        name=ONLY_APP_NAME,
        target="tag",
        enforcement="active",
        include=wanted.patterns,
        exclude=wanted.exempt,
        kinds=frozenset(FORBIDDING),
        bypass=(Bypass(kind="Integration", id=wanted.app),),
    )


def gate_is_green(wanted: Wanted) -> Ruleset:
    """Return the ruleset by which nobody, the App neither, tags a commit whose gate is not green."""
    return Ruleset(
        name=GATE_NAME,
        target="tag",
        enforcement="active",
        include=wanted.patterns,
        exclude=wanted.exempt,
        kinds=frozenset({CHECKS_RULE}),
        checks=(RequiredCheck(context=GATE, app=wanted.app),),
    )
