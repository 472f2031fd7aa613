"""`/release finish`: the release is done."""

from app.domain.decision import Accepted, Decision, Refused
from app.domain.facts import Facts
from app.domain.messages import NoRelease, NotReady
from app.domain.release.events_course import ReleaseFinished
from app.domain.release.gate import GateState, judge
from app.domain.release.tagging import being_tagged
from app.domain.slash import Args, Need, slash_command
from app.domain.values import Who


@slash_command(
    "finish",
    usage="finish [--force REASON...]",
    who=Who.MANAGER,
    needs=frozenset({Need.RELEASE}),
    examples=("finish",),
)
def finish(facts: Facts, args: Args) -> Decision:
    """Close the release once its gate is green. Its issue stays as it is, and its version is not started again.

    With --force it is closed as it stands, and the reason goes into its report.
    """
    if facts.release is None or facts.plan is None:
        return Refused(NoRelease(command="finish"))
    release, verdict = facts.release, judge(facts.plan, facts.release)
    forced = args.get("force")
    if pending := being_tagged(release, "finish"):
        return Refused(pending)
    if verdict.state is not GateState.SUCCESS and forced is None:
        return Refused(NotReady(command="finish", version=release.version, sha=release.target.sha, verdict=verdict))
    return Accepted(events=(ReleaseFinished(by=facts.actor.person, reason=forced or "", at=facts.now),))
