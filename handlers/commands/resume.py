"""`/release resume`: lift a hold."""

from app.domain.decision import Accepted, Decision, Refused
from app.domain.facts import Facts
from app.domain.messages import HeldByOthers, NoRelease, NothingToTakeBack
from app.domain.policy import managers, may
from app.domain.release.events_said import HoldLifted
from app.domain.slash import About, Args, Need, slash_command
from app.domain.values import Who


@slash_command("resume", usage="resume", who=Who.OWNER, needs=frozenset({Need.RELEASE}), about=About.HOLD)
def resume(facts: Facts, _args: Args) -> Decision:
    """Lift your own hold; a release manager lifts all of them."""
    if facts.release is None or facts.plan is None:
        return Refused(NoRelease(command="resume"))
    holds = facts.release.holds
    if not holds:
        return Refused(NothingToTakeBack(what="hold"))
    chiefs = managers(facts.plan)
    mine = holds if may(facts.actor, chiefs) else [h for h in holds if h.by.id == facts.actor.person.id]
    if not mine:
        return Refused(HeldByOthers(holders=tuple(hold.by.login for hold in holds), managers=chiefs))
    lifted = (HoldLifted(holder=hold.by.id, by=facts.actor.person, at=facts.now) for hold in mine)
    return Accepted(events=tuple(lifted))
