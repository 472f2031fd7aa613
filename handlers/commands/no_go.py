"""`/release no-go <reason>`: the release manager's word that this commit is not released."""

from app.domain.decision import Accepted, Decision, Refused
from app.domain.facts import Facts
from app.domain.messages import NoRelease
from app.domain.release.events_said import NoGoSaid
from app.domain.slash import About, Args, Need, slash_command
from app.domain.values import Who


@slash_command(
    "no-go",
    usage="no-go [reason...]",
    who=Who.MANAGER,
    needs=frozenset({Need.RELEASE}),
    about=About.CALL,
    examples=("no-go the crash rate is too high",),
    aliases=("nogo",),
    is_safety=True,
)
def no_go(facts: Facts, args: Args) -> Decision:
    """Say no-go: the gate is red until go is said."""
    if facts.release is None or facts.plan is None:
        return Refused(NoRelease(command="no-go"))
    event = NoGoSaid(
        by=facts.actor.person,
        reason=args.get("reason") or "",
        sha=facts.release.target.sha,
        at=facts.now,
    )
    return Accepted(events=(event,))
