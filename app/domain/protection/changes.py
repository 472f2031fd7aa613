"""What has to change for a repository to be protected: the exact changes, and none where all is well."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from app.domain.protection.judging import Absent, Met, Unsure, Verdict, Weak, judge_rulesets
from app.domain.protection.rulesets import FORBIDDING, Bypass, RequiredCheck, Ruleset
from app.domain.protection.wanted import Wanted, gate_is_green, only_app


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateRuleset:
    """Make a ruleset."""

    ruleset: Ruleset


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateRuleset:
    """Make a ruleset of ours, known by its name, what it is to be; `faults` is what is weak in it."""

    ruleset: Ruleset  # with its id, as it is to be
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateEnvironment:
    """Make an environment: a rule can stand on one that is there only."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddDeploymentRule:
    """Put our App's deployment protection rule on an environment."""

    environment: str
    app: int


Change: TypeAlias = CreateRuleset | UpdateRuleset | CreateEnvironment | AddDeploymentRule


def ruleset_changes(wanted: Wanted, rulesets: Iterable[Ruleset]) -> tuple[Change, ...]:
    """Return what to do about the rulesets. What somebody else has made is never touched; ours stands beside it."""
    judgement = judge_rulesets(wanted, rulesets)
    verdicts = ((judgement.only_app, only_app(wanted)), (judgement.gate, gate_is_green(wanted)))
    return tuple(change for verdict, target in verdicts if (change := _change(verdict, target)) is not None)


def environment_changes(wanted: Wanted, found: Mapping[str, frozenset[int] | None]) -> tuple[Change, ...]:
    """Return what to do about the environments, by the Apps whose rules stand there; None: no such environment."""
    changes: list[Change] = []
    for name in wanted.environments:
        apps = found.get(name)
        if apps is None:
            changes.append(CreateEnvironment(name=name))
        if apps is None or wanted.app not in apps:
            changes.append(AddDeploymentRule(environment=name, app=wanted.app))
    return tuple(changes)


def _change(verdict: Verdict, target: Ruleset) -> Change | None:
    match verdict:
        case Met():
            return None
        case Unsure(ruleset=one) if one.is_of_repository:
            return None  # what is not shown to us is shown to whoever may change it: then it is judged anew
        case Weak(ruleset=one, faults=faults) if one.name == target.name and one.is_of_repository:
            return UpdateRuleset(ruleset=replace(target, id=one.id), faults=faults)
        case Unsure() | Weak() | Absent():
            # of a ruleset from above an App of the repository is never shown who may pass it by: ours stands beside it
            return CreateRuleset(ruleset=target)


def in_words(change: Change) -> tuple[str, ...]:
    """Return a change as its headline and the lines below it."""
    match change:
        case CreateRuleset(ruleset=one):
            return (f'create the tag ruleset "{one.name}"', *_spelled(one))
        case UpdateRuleset(ruleset=one, faults=faults):
            return (f'change the tag ruleset "{one.name}": {"; ".join(faults)}', *_spelled(one))
        case CreateEnvironment(name=name):
            return (f'create the environment "{name}"',)
        case AddDeploymentRule(environment=name, app=app):
            return (
                f'let App {app} decide deployments to the environment "{name}"',
                "custom deployment protection rule",
            )


def _spelled(one: Ruleset) -> tuple[str, ...]:
    forbidden = [word for kind, word in FORBIDDING.items() if kind in one.kinds]
    but = f", but not {', '.join(one.exclude)}" if one.exclude else ""
    lines = [f"tags: {', '.join(one.include)}{but}"]
    if forbidden:
        lines.append(f"forbids: {', '.join(forbidden)} tags")
    lines += [f"requires: {_required(check)}, also when a tag is made" for check in one.checks]
    lines.append(f"may pass it by: {', '.join(map(_passing, one.bypass or ())) or 'nobody'}")
    return tuple(lines)


def _required(check: RequiredCheck) -> str:
    return f"{check.context} from App {check.app}"


def _passing(each: Bypass) -> str:
    return f"App {each.id}, {each.mode}"
