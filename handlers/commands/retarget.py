"""`/release retarget [REF]`: release another commit."""

from app.domain.decision import Accepted, Decision, Refused
from app.domain.facts import Facts, PlanSource
from app.domain.messages import Moved, NoRelease, SameTarget
from app.domain.release.effects import MoveCandidate
from app.domain.release.ending import stop_runs
from app.domain.release.events_course import PlanSeen, Retargeted
from app.domain.release.model import Release
from app.domain.release.sources import no_source
from app.domain.release.tagging import stays_put
from app.domain.slash import Args, Need, slash_command
from app.domain.values import Who


@slash_command(
    "retarget",
    usage="retarget [ref] [--keep REASON...]",
    who=Who.MANAGER,
    needs=frozenset({Need.RELEASE, Need.NEW_TARGET}),
    examples=("retarget", "retarget release/1.2.0", "retarget --keep only the changelog has changed"),
)
def retarget(facts: Facts, args: Args) -> Decision:
    """Move the release to another commit: the head of its branch, or any branch, tag or commit that is named.

    Evidence, sign-offs, vetoes and the go fall, for they are about the other commit; runs that are going on are
    stopped. Waivers and holds stay. Ticks by hand fall, too, unless --keep says why they hold for the new commit.
    Once its tag is made, a release stays at its commit.
    """
    if facts.release is None or facts.plan is None:
        return Refused(NoRelease(command="retarget"))
    source, release = facts.source, facts.release
    if not isinstance(source, PlanSource):
        return Refused(no_source(source, release))
    target, kept = source.target, args.get("keep")
    if target.sha == release.target.sha:
        return Refused(SameTarget(version=release.version, sha=target.sha))
    if no := stays_put(release, "retarget", target.sha):
        return Refused(no)
    moved = Retargeted(target=target, by=facts.actor.person, kept=kept, at=facts.now, said_at=facts.said_at)
    seen = PlanSeen(blob=source.blob, changes=source.changes, at=facts.now)
    candidate = MoveCandidate(
        repo=release.repo,
        branch=f"gonogo/{release.version}",
        before=release.target.sha,
        sha=target.sha,
        issue=release.issue,
        asked=facts.invocation,
    )
    return Accepted(
        events=(moved, seen),
        effects=(*stop_runs(release), candidate),
        answer=_told(release, moved),
    )


def _told(release: Release, moved: Retargeted) -> Moved:
    return Moved(
        version=release.version,
        sha=moved.target.sha,
        before=release.target.sha,
        ticks=len(release.ticks),
        kept=moved.kept,
        signoffs=tuple(release.signoffs),
    )
