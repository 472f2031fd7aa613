"""The gate: green only when everything the plan asks for is true of this very commit, and able to say why not."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from app.domain.plan.model import Plan, Problem
from app.domain.release.model import Release
from app.domain.release.readiness import Readiness, counted_items, readiness
from app.domain.release.standing import ItemStanding, Standing, State, standing
from app.domain.values import ItemId


class GateState(StrEnum):
    """PENDING: something is still to come. FAILURE: something is wrong. SUCCESS: go."""

    PENDING = "pending"
    FAILURE = "failure"
    SUCCESS = "success"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanIsBroken:
    """The plan has an error: what it asks for is not known."""

    problem: Problem
    fails: Literal[True] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFailed:
    """Something an item waits for ended, and not in success."""

    standing: ItemStanding
    task: str  # its label
    slug: str
    fails: Literal[True] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class BelowThreshold:
    """A readiness figure is too low. Percent."""

    scope: str
    wanted: float
    found: float
    missing: int  # items of the scope that are not done
    fails: Literal[False] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingCounts:
    """No item counts towards the gate: a verdict would rest on nothing."""

    fails: Literal[True] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockersUnread:
    """The plan names blocker labels, and nobody has looked whether an open issue carries one."""

    labels: tuple[str, ...]
    fails: Literal[False] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SignoffMissing:
    """A role the plan names has not signed off at this target."""

    role: str
    fails: Literal[False] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GoNotSaid:
    """The release manager has not said `go` at this target."""

    fails: Literal[False] = False


Reason = PlanIsBroken | ItemFailed | BelowThreshold | NothingCounts | BlockersUnread | SignoffMissing | GoNotSaid


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the gate says of the target, and each reason for which it is not green."""

    state: GateState
    reasons: tuple[Reason, ...]
    readiness: Readiness
    standing: Standing
    counted: frozenset[ItemId] = frozenset()  # the items the gate looks at


def judge(plan: Plan, release: Release) -> Verdict:
    """Judge a release: everything unknown is red."""
    stands = standing(plan, release)
    figures = readiness(plan, stands)
    reasons = tuple(_reasons(plan, stands, figures))
    red = GateState.FAILURE if any(r.fails for r in reasons) else GateState.PENDING
    state = red if reasons else GateState.SUCCESS
    counted = frozenset(item.id for item in counted_items(plan))
    return Verdict(state=state, reasons=reasons, readiness=figures, standing=stands, counted=counted)


def _reasons(plan: Plan, stands: Standing, figures: Readiness) -> Iterator[Reason]:
    for problem in plan.errors:
        yield PlanIsBroken(problem=problem)
    if not figures.figures:
        yield NothingCounts()
    yield from _failures(plan, stands)
    for scope, wanted in plan.gate.thresholds.items():
        found = figures.of(scope)
        if found is not None and found < wanted:
            missing = sum(f.counted - f.done for f in figures.figures if scope in ("overall", f.priority))
            yield BelowThreshold(scope=scope, wanted=wanted, found=found, missing=missing)
    if plan.gate.blockers:
        yield BlockersUnread(labels=plan.gate.blockers)
    for role in plan.gate.signoffs:
        yield SignoffMissing(role=role)
    yield GoNotSaid()


def _failures(plan: Plan, stands: Standing) -> Iterator[ItemFailed]:
    counted = {item.id for item in counted_items(plan)}
    for task in stands.tasks.values():
        for item in task.items:
            if item.state is State.FAILED and item.item.id in counted:
                yield ItemFailed(standing=item, task=task.task.label, slug=task.task.slug)
