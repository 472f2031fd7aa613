"""`/release start <version>`: make this issue the tracking issue of a release."""

import re
from typing import Final

from app.domain.decision import Accepted, Decision, Refused
from app.domain.facts import Facts, NoPlan
from app.domain.messages import (
    BadVersion,
    IssueTaken,
    NoPlanFound,
    NotAnIssue,
    SeveralPlans,
    StrayCommit,
    UnknownRef,
    VersionFinished,
    VersionTaken,
)
from app.domain.release.events import ReleaseStarted
from app.domain.slash import Args, Need, slash_command
from app.domain.values import Who, version_of

_VERSION: Final = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z.+_-]{0,62}[0-9A-Za-z])?")
_NOT_IN_A_REF: Final = ("..", ".lock")  # what git refuses in a ref and the characters above do not rule out


@slash_command(
    "start",
    usage="start <version> [--plan NAME] [--target REF]",
    who=Who.STARTER,
    needs=frozenset({Need.PLAN_SOURCE}),
    examples=("start 1.0.0", "start 1.2.0 --target release/1.2.0"),
)
def start(facts: Facts, args: Args) -> Decision:
    """Bind this issue to a release and pin its commit and plan.

    The target is the plan's branch, or any branch, tag or commit named with --target.
    Of several plans in .github/release-plans, --plan names one.
    """
    version = version_of(args["version"])
    if not _VERSION.fullmatch(version) or any(bad in version for bad in _NOT_IN_A_REF):
        return Refused(BadVersion(version=version))
    if facts.is_pull:
        return Refused(NotAnIssue())
    for other in (facts.release, *facts.others):
        if other is None:
            continue
        if other.issue == facts.issue:
            return Refused(IssueTaken(version=other.version))
        if other.version == version:
            return Refused(VersionTaken(version=version, issue=other.issue))
    if facts.finished_in is not None:
        return Refused(VersionFinished(version=version, issue=facts.finished_in))
    source = facts.source
    if source is None or isinstance(source, NoPlan):
        if source is not None and source.unknown_ref is not None:
            return Refused(UnknownRef(ref=source.unknown_ref))
        if source is not None and source.stray is not None:
            return Refused(StrayCommit(ref=source.ref, sha=source.stray, branches=source.branches))
        if source is not None and source.named:
            return Refused(SeveralPlans(version=version, names=source.named))
        looked_at = source.looked_at if source else ()
        return Refused(NoPlanFound(looked_at=looked_at, ref=source.ref if source else ""))
    return Accepted(
        events=(
            ReleaseStarted(
                release=facts.new_release,
                repo=facts.repo,
                issue=facts.issue,
                version=version,
                tag=source.plan.tag,
                plan_path=source.path,
                plan_blob=source.blob,
                plan_text=source.text,
                target=source.target,
                by=facts.actor.person,
                at=facts.now,
                people=source.people,
                said_at=facts.said_at,
            ),
        ),
        is_refresh=True,
    )
