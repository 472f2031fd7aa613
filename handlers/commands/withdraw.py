"""`/release withdraw`: take one's own sign-off or veto back."""

from app.domain.decision import Accepted, Decision, Refused
from app.domain.facts import Facts
from app.domain.messages import NoRelease, NothingToTakeBack
from app.domain.release.events_said import Withdrawn
from app.domain.slash import About, Args, Need, slash_command
from app.domain.values import Who


@slash_command("withdraw", usage="withdraw", who=Who.OWNER, needs=frozenset({Need.RELEASE}), about=About.SIGN_OFF)
def withdraw(facts: Facts, _args: Args) -> Decision:
    """Take your own sign-off or veto back."""
    if facts.release is None or facts.plan is None:
        return Refused(NoRelease(command="withdraw"))
    said = (*facts.release.signoffs.values(), *facts.release.vetoes)
    if all(one.by.id != facts.actor.person.id for one in said):
        return Refused(NothingToTakeBack(what="sign-off"))
    return Accepted(events=(Withdrawn(by=facts.actor.person, at=facts.now),))
