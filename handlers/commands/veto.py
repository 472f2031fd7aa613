"""`/release veto <reason>`: somebody with a role in the plan says no to the commit."""

from app.domain.decision import Accepted, Decision, Refused
from app.domain.facts import Facts
from app.domain.messages import NoRelease
from app.domain.release.events_said import Vetoed
from app.domain.slash import About, Args, Need, slash_command
from app.domain.values import Who


@slash_command(
    "veto",
    usage="veto [reason...]",
    who=Who.STOPPER,
    needs=frozenset({Need.RELEASE}),
    about=About.SIGN_OFF,
    examples=("veto the installer crashes on ARM",),
    is_safety=True,
)
def veto(facts: Facts, args: Args) -> Decision:
    """Say no to the commit being released. The gate is red until it is withdrawn, or another commit is released."""
    if facts.release is None or facts.plan is None:
        return Refused(NoRelease(command="veto"))
    event = Vetoed(
        by=facts.actor.person,
        reason=args.get("reason") or "",
        sha=facts.release.target.sha,
        at=facts.now,
    )
    return Accepted(events=(event,))
