"""What a repository needs beside rules: a plan, a workflow that takes its inputs, people, and a gate that is ours."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from app.domain.doctor.check import Check, CheckName, State
from app.domain.facts import WorkflowInputs
from app.domain.plan.model import Dispatch, Plan
from app.domain.release.model import Sight, Sighting

_MOST_NAMED: Final = 5


def plan_check(repo: str, branch: str, plans: Mapping[str, Plan]) -> Check:
    """Return whether there is a plan, without errors; by path."""
    if not plans:
        return Check(
            name=CheckName.PLAN,
            state=State.WARNING,
            found=f"There is no release plan on {branch}.",
            todo="Keep one at .github/release-plan.md: any Markdown checklist will do.",
            about=repo,
        )
    broken = {path: plan.errors for path, plan in plans.items() if plan.errors}
    if not broken:
        return Check(name=CheckName.PLAN, state=State.OK, found=f"No errors in {', '.join(plans)}.", about=repo)
    first = next(iter(broken))
    told = f"{first}:{broken[first][0].line}: {broken[first][0].message}"
    return Check(
        name=CheckName.PLAN,
        state=State.FAILED,
        found=f"{sum(map(len, broken.values()))} errors in {', '.join(broken)}, the first: {told}.",
        todo=f"gonogo plan check {first}",
        about=repo,
    )


def workflow_check(repo: str, plans: Sequence[Plan], workflows: Mapping[str, WorkflowInputs | None]) -> Check:
    """Return whether the workflows that tasks are dispatched to are there and take what they are sent."""
    actions = [(plan, task.action) for plan in plans for task in plan.tasks() if isinstance(task.action, Dispatch)]
    files = tuple(dict.fromkeys(action.workflow for _, action in actions))
    wrong = [said for plan, action in actions if (said := _wrong(plan, action, workflows.get(action.workflow)))]
    doubtful = [
        f"{file} takes no input gonogo_id: a run whose start went unheard is not found again"
        for file in files
        if (inputs := workflows.get(file)) is not None and "gonogo_id" not in (inputs.declared or ())
    ]
    if wrong or doubtful:
        return Check(
            name=CheckName.WORKFLOW,
            state=State.FAILED if wrong else State.WARNING,
            found=f"{'; '.join(tuple(dict.fromkeys(wrong or doubtful))[:_MOST_NAMED])}.",
            todo="Declare the inputs task, version, environment and gonogo_id, and put gonogo_id into run-name.",
            about=repo,
        )
    found = f"{', '.join(files)} takes what it is sent." if files else "The plans dispatch no workflow."
    return Check(name=CheckName.WORKFLOW, state=State.OK, found=found, about=repo)


def _wrong(plan: Plan, action: Dispatch, inputs: WorkflowInputs | None) -> str | None:
    """Return why a dispatch would be refused, as the release itself would find."""
    if inputs is None:
        return f"{action.workflow} is not there"
    if inputs.declared is None:
        return f"{action.workflow} has no `workflow_dispatch` trigger"
    if "task" in action.inputs and "task" not in inputs.declared:
        return f"{action.workflow} takes no input task, by which it would know what to do"
    offered = {"version", "gonogo_id", *action.inputs, *(("environment",) if plan.environment else ())}
    lacking = sorted(inputs.required - offered)
    return f"{action.workflow} requires inputs that nobody gives: {', '.join(lacking)}" if lacking else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Holders:
    """Whom a role of a plan names, and what became of them."""

    role: str
    is_signoff: bool
    people: int = 0  # who have the role: logins that are there, members of teams
    gone: tuple[str, ...] = ()  # logins and teams that are not there
    empty: tuple[str, ...] = ()  # teams without a member
    unasked: tuple[str, ...] = ()  # more than are asked after at one look


def roles_check(repo: str, holders: Iterable[Holders]) -> Check:
    """Return whether each role of the plans has somebody in it."""
    found = tuple(holders)
    nobody = [each for each in found if each.people == 0 and not each.unasked]
    strays = [name for each in found for name in each.gone]
    empty = [name for each in found for name in each.empty]
    unasked = {name for each in found for name in each.unasked}
    if not nobody and not strays and not empty:
        if unasked:
            said = f"{len(unasked)} names more than are looked up at once were not asked after"
            return Check(name=CheckName.ROLES, state=State.UNKNOWN, found=f"{said}.", about=repo)
        said = f"Each of the {len(found)} roles has somebody in it." if found else "The plans fill no roles."
        return Check(name=CheckName.ROLES, state=State.OK, found=said, about=repo)
    parts = [
        f"{said}: {', '.join(dict.fromkeys(names))}"
        for said, names in (
            ("nobody has the role", [each.role for each in nobody]),
            ("not on GitHub", strays),
            ("empty teams", empty),
        )
        if names
    ]
    return Check(
        name=CheckName.ROLES,
        state=State.FAILED if any(each.is_signoff for each in nobody) else State.WARNING,
        found=f"{'; '.join(parts)[:500]}.",
        todo="Correct `roles:` in the plan, or put people into the teams.",
        about=repo,
    )


def foreign_gate_check(repo: str, foreign: Iterable[Sighting]) -> Check:
    """Return whether somebody else has said something under the name of our gate."""
    others = tuple(foreign)
    if not others:
        found = "Nobody but the App speaks as release/gate."
        return Check(name=CheckName.FOREIGN_GATE, state=State.OK, found=found, about=repo)
    named = ", ".join(dict.fromkeys(f"{_kind(one)} by {one.source} at {one.sha[:7]}" for one in others[:_MOST_NAMED]))
    return Check(
        name=CheckName.FOREIGN_GATE,
        state=State.WARNING,
        found=f"Not the App's, and under the name release/gate: {named}.",
        todo="It counts for nothing here, and for GitHub only where the ruleset names no App. Find out who sets it.",
        about=repo,
    )


def foreign(seen: Iterable[Sighting], slug: str, name: str) -> tuple[Sighting, ...]:
    """Return what is said under the gate's name by anybody but our App. Statuses go by context, in any case."""
    return tuple(
        one
        for one in seen
        if one.name.casefold() == name.casefold() and (one.kind is Sight.STATUS or one.source != slug)
    )


def _kind(one: Sighting) -> str:
    return "a commit status" if one.kind is Sight.STATUS else "a check run"
