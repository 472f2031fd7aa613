"""Whether GitHub obeys the gate in a repository: its rulesets and its environments, as the doctor tells it."""

from collections.abc import Iterable
from typing import Final

from app.domain.doctor.check import Check, CheckName, State
from app.domain.doctor.links import environments_page, rules_page
from app.domain.protection.changes import AddDeploymentRule, Change, CreateEnvironment
from app.domain.protection.judging import Absent, Judgement, Met, Unsure, Verdict, Weak
from app.domain.protection.limits import Limit, LimitKind
from app.domain.protection.wanted import Wanted

_SAID: Final = {
    CheckName.TAG_RULES: (
        "Only the App makes release tags",
        "Anybody who may push can make, move and delete release tags",
    ),
    CheckName.GATE_RULES: ("A tag needs a green release/gate", "A tag can be made whatever release/gate says"),
}


def ruleset_checks(repo: str, judgement: Judgement, site: str) -> tuple[Check, ...]:
    """Return how the two tag rulesets stand."""
    page = rules_page(site, repo)
    tags = _ruleset(CheckName.TAG_RULES, judgement.only_app, repo, page)
    if judgement.obstacles:
        named = ", ".join(f'"{name}"' for name in judgement.obstacles)
        tags = Check(
            name=CheckName.TAG_RULES,
            state=State.FAILED,
            found=f"The App itself cannot make release tags: {named} does not let it.",
            todo="Add the App to those who may pass it by, or let it leave out release tags.",
            links=(page,),
            about=repo,
        )
    return (tags, _ruleset(CheckName.GATE_RULES, judgement.gate, repo, page))


def _ruleset(name: CheckName, verdict: Verdict, repo: str, page: str) -> Check:
    good, bad = _SAID[name]
    todo = f"gonogo protect {repo} --apply"
    match verdict:
        case Met(ruleset=one):
            return Check(name=name, state=State.OK, found=f'{good}: "{one.name}".', about=repo)
        case Unsure(ruleset=one, why=why):
            found = f'The ruleset "{one.name}" may be enough: {why}.'
            return Check(name=name, state=State.UNKNOWN, found=found, links=(page,), about=repo)
        case Weak(ruleset=one, faults=faults):
            found = f'{bad}: the ruleset "{one.name}" is too weak: {"; ".join(faults)}.'
            return Check(name=name, state=State.FAILED, found=found, todo=todo, links=(page,), about=repo)
        case Absent():
            found = f"{bad}: there is no ruleset against it."
            return Check(name=name, state=State.FAILED, found=found, todo=todo, links=(page,), about=repo)


def environment_check(
    repo: str, wanted: Wanted, changes: Iterable[Change], limits: Iterable[Limit], site: str
) -> Check:
    """Return whether the App decides about deployments to the environments that the plans name."""
    if not wanted.environments:
        found = "The plans name no environment."
        return Check(name=CheckName.ENVIRONMENT, state=State.OK, found=found, about=repo)
    missing = [each.name for each in changes if isinstance(each, CreateEnvironment)]
    open_ = [each.environment for each in changes if isinstance(each, AddDeploymentRule)]
    named = ", ".join(wanted.environments)
    if limit := next(iter(limits), None):
        return limited(CheckName.ENVIRONMENT, limit, repo)
    if not open_:
        return Check(
            name=CheckName.ENVIRONMENT,
            state=State.OK,
            found=f"The App decides about deployments to {named}.",
            about=repo,
        )
    absent = f" ({', '.join(missing)}: no such environment)" if missing else ""
    return Check(
        name=CheckName.ENVIRONMENT,
        state=State.FAILED,
        found=f"Nobody asks the App before a deployment to {', '.join(open_)}{absent}.",
        todo=f"gonogo protect {repo} --apply",
        links=(environments_page(site, repo),),
        about=repo,
    )


def limited(name: CheckName, limit: Limit, repo: str) -> Check:
    """Return a check that cannot be better than the account or the App's permissions allow, or that was not read."""
    state = State.WARNING if limit.kind is LimitKind.ACCOUNT else State.UNKNOWN
    return Check(name=name, state=state, found=limit.what, todo=limit.instead, links=limit.links, about=repo)
