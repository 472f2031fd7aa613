"""The gate: green only when everything the plan asks for is true of this very commit, and able to say why not."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

from app.domain.plan.model import Plan, Problem
from app.domain.release.issues import open_with
from app.domain.release.items import ItemStanding, State
from app.domain.release.model import Closing, LabelledIssue, Release
from app.domain.release.order import Order
from app.domain.release.readiness import OVERALL, Readiness, counted_items, readiness
from app.domain.release.said import Call, Hold, Veto
from app.domain.release.standing import Standing, standing
from app.domain.values import ItemId


class GateState(StrEnum):
    """PENDING: something is still to come. FAILURE: something is wrong. SUCCESS: go."""

    PENDING = "pending"
    FAILURE = "failure"
    SUCCESS = "success"


@dataclass(frozen=True, slots=True, kw_only=True)
class IsOver:
    """The release was given up."""

    closing: Closing
    fails: Literal[True] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Somebody has stopped the release."""

    hold: Hold
    fails: Literal[True] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class IsVetoed:
    """Somebody has said no to the target."""

    veto: Veto
    fails: Literal[True] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class NoGo:
    """The release manager has said no-go to the target."""

    call: Call
    fails: Literal[True] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanIsBroken:
    """The plan has an error: what it asks for is not known."""

    problem: Problem
    fails: Literal[True] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockerOpen:
    """An open issue or pull request carries a label that blocks."""

    issue: LabelledIssue
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
    who: tuple[str, ...]  # as the plan names them
    since: datetime
    fails: Literal[False] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GoNotSaid:
    """The release manager has not said `go` at this target."""

    since: datetime
    fails: Literal[False] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """Another open release of the same commit that is not green: one commit has one gate, and the worst counts."""

    version: str
    issue: int
    state: GateState

    @property
    def fails(self) -> bool:
        """Whether something is wrong with it, and not only still to come."""
        return self.state is GateState.FAILURE


Reason = (
    IsOver
    | Held
    | IsVetoed
    | NoGo
    | PlanIsBroken
    | BlockerOpen
    | ItemFailed
    | BelowThreshold
    | NothingCounts
    | BlockersUnread
    | SignoffMissing
    | GoNotSaid
    | Beside
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the gate says of the target, and each reason for which it is not green."""

    state: GateState
    reasons: tuple[Reason, ...]
    readiness: Readiness
    standing: Standing
    order: Order = field(compare=False)  # follows from the plan and how it stands
    since: datetime  # when the target was pinned
    repo: str  # owner/name
    counted: frozenset[ItemId] = frozenset()  # the items the gate looks at


def judge(plan: Plan, release: Release, beside: Sequence[Beside] = ()) -> Verdict:
    """Judge a release: everything unknown is red. `beside` are other releases of this commit that are not green."""
    stands = standing(plan, release)
    counted = counted_items(plan)
    figures = readiness(plan, counted, stands.states)
    ids = frozenset(item.id for item in counted)
    reasons = (*_of_people(plan, release), *_of_plan(plan, stands, figures, ids), *_last(plan, release))
    reasons = (*reasons, *beside)
    red = GateState.FAILURE if any(r.fails for r in reasons) else GateState.PENDING
    return Verdict(
        state=red if reasons else GateState.SUCCESS,
        reasons=reasons,
        readiness=figures,
        standing=stands,
        order=Order(plan, stands),
        since=release.since,
        repo=release.repo.full_name,
        counted=ids,
    )


def _of_people(plan: Plan, release: Release) -> Iterator[Reason]:
    """What somebody has said that stops the release."""
    if release.closed is not None and release.closed.how == "abandoned":
        yield IsOver(closing=release.closed)
    yield from (Held(hold=hold) for hold in release.holds)
    yield from (IsVetoed(veto=veto) for veto in release.vetoes)
    if release.call is not None and not release.call.is_go:
        yield NoGo(call=release.call)
    if plan.gate.blockers and release.issues_read_at is None:
        yield BlockersUnread(labels=plan.gate.blockers)
    yield from (BlockerOpen(issue=issue) for issue in open_with(release, plan.gate.blockers))


def _of_plan(plan: Plan, stands: Standing, figures: Readiness, counted: frozenset[ItemId]) -> Iterator[Reason]:
    """What the plan asks for and is not so."""
    for problem in plan.errors:
        yield PlanIsBroken(problem=problem)
    if not figures.figures:
        yield NothingCounts()
    for task in stands.tasks.values():
        for item in task.items:
            if item.state is State.FAILED and item.item.id in counted:
                yield ItemFailed(standing=item, task=task.task.label, slug=task.task.slug)
    for scope, wanted in plan.gate.thresholds.items():
        found = figures.of(scope)
        if found is not None and found < wanted:
            missing = sum(f.counted - f.done for f in figures.figures if scope in (OVERALL, f.priority))
            yield BelowThreshold(scope=scope, wanted=wanted, found=found, missing=missing)


def _last(plan: Plan, release: Release) -> Iterator[Reason]:
    """What people have to say in the end."""
    for role in plan.gate.signoffs:
        signed = release.signoffs.get(role)
        if signed is None or signed.sha != release.target.sha:
            yield SignoffMissing(role=role, who=plan.roles.get(role, ()), since=release.since)
    if release.call is None or release.call.sha != release.target.sha:
        yield GoNotSaid(since=release.since)
