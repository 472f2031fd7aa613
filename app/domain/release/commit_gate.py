"""The gate of a commit: one commit has one gate, whatever the number of releases that want to release it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from app.domain.plan.model import Plan
from app.domain.release.gate import Beside, GateState, Verdict, judge
from app.domain.release.model import Release

_WORST_FIRST: Final = (GateState.FAILURE, GateState.PENDING, GateState.SUCCESS)


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitVerdict:
    """The verdict over a commit, told from the release there that stands worst; the others are reasons in it."""

    plan: Plan
    release: Release
    verdict: Verdict


def judge_commit(at: Sequence[tuple[Plan, Release]]) -> CommitVerdict | None:
    """Judge a commit by the releases whose target it is, oldest first; None where there is none.

    While one is open, only open ones count, and the worst of them decides. After that the release that was finished
    last speaks for the commit, and where none was, the one that was given up last.
    """
    counted = _counted(at)
    if not counted:
        return None
    judged = [(plan, release, judge(plan, release)) for plan, release in counted]
    plan, lead, own = min(judged, key=lambda one: _WORST_FIRST.index(one[2].state))
    beside = _beside([(release, verdict) for _, release, verdict in judged], lead)
    return CommitVerdict(plan=plan, release=lead, verdict=judge(plan, lead, beside) if beside else own)


def judge_beside(plan: Plan, release: Release, others: Sequence[tuple[Plan, Release]]) -> Verdict:
    """Judge one release beside the other open ones of its commit: what keeps theirs from green keeps its own."""
    judged = [(other, judge(its_plan, other)) for its_plan, other in others if other.closed is None]
    beside = _beside(judged, release) if release.closed is None else ()
    return judge(plan, release, beside)


def _beside(judged: Sequence[tuple[Release, Verdict]], lead: Release) -> tuple[Beside, ...]:
    return tuple(
        Beside(version=release.version, issue=release.issue, state=verdict.state)
        for release, verdict in judged
        if release.id != lead.id and verdict.state is not GateState.SUCCESS
    )


def _counted(at: Sequence[tuple[Plan, Release]]) -> Sequence[tuple[Plan, Release]]:
    still_open = [one for one in at if one[1].closed is None]
    ended = sorted(
        ((closed.how == "finished", closed.at, one) for one in at if (closed := one[1].closed) is not None),
        key=lambda one: one[:2],
    )
    return still_open or [one for _, _, one in ended[-1:]]
