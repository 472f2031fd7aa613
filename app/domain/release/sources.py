"""Where a release's commits and plan come from, and what to say where they are not to be had."""

from app.domain.facts import NoPlan, PlanSource
from app.domain.messages import Message, PlanGone, StrayCommit, UnknownRef
from app.domain.plan.model import Plan
from app.domain.release.model import Release


def source_branch(plan: Plan, release: Release) -> str:
    """Return the branch that a release's commits come from."""
    return release.target.branch or plan.branch or release.repo.default_branch


def no_source(source: PlanSource | NoPlan | None, release: Release) -> Message:
    """Return why there is nothing to move to or to take up."""
    if isinstance(source, NoPlan) and source.unknown_ref is not None:
        return UnknownRef(ref=source.unknown_ref)
    if isinstance(source, NoPlan) and source.stray is not None:
        return StrayCommit(ref=source.ref, sha=source.stray, branches=source.branches)
    return PlanGone(path=release.plan_path, ref=source.ref if isinstance(source, NoPlan) else release.target.branch)
