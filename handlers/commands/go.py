"""`/release go`: the release manager's word that this commit is released."""

from app.domain.decision import Accepted, Decision, Refused
from app.domain.facts import Facts
from app.domain.messages import NoRelease, NothingToTakeBack, NotReady
from app.domain.release.events_said import GoSaid
from app.domain.release.gate import Beside, GoNotSaid, NoGo, judge
from app.domain.slash import About, Args, Need, slash_command
from app.domain.values import Who


@slash_command("go", usage="go", who=Who.MANAGER, needs=frozenset({Need.RELEASE}), about=About.CALL)
def go(facts: Facts, _args: Args) -> Decision:
    """Say go, once everything else that the gate asks for is so: it turns green with this."""
    if facts.release is None or facts.plan is None:
        return Refused(NoRelease(command="go"))
    release = facts.release
    if release.call is not None and release.call.is_go:
        return Refused(NothingToTakeBack(what="go"))
    verdict = judge(facts.plan, release)
    if any(not isinstance(reason, GoNotSaid | NoGo | Beside) for reason in verdict.reasons):
        return Refused(NotReady(command="go", version=release.version, sha=release.target.sha, verdict=verdict))
    return Accepted(events=(GoSaid(by=facts.actor.person, sha=release.target.sha, at=facts.now),))
