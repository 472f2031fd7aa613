"""`/release hold <reason>`: stop the release until somebody who may lifts it, or its time is over."""

from app.domain.decision import Accepted, Decision, Refused
from app.domain.facts import Facts
from app.domain.messages import HoldWithoutEnd, NoRelease
from app.domain.moments import moment_in
from app.domain.release.events_said import HoldPlaced
from app.domain.slash import About, Args, Need, slash_command
from app.domain.values import Who


@slash_command(
    "hold",
    usage="hold [reason...] [--until TIME]",
    who=Who.STOPPER,
    needs=frozenset({Need.RELEASE}),
    about=About.HOLD,
    examples=("hold waiting for the security fix", "hold the network is down --until 2h"),
    aliases=("stop", "pause"),
    is_safety=True,
)
def hold(facts: Facts, args: Args) -> Decision:
    """Stop the release: the gate is red until the hold is lifted by you or a release manager, or ends by itself.

    TIME is how long (`90m`, `2h`, `3d`), an hour of the day (`17:00`), a day (`2026-03-11`) or both
    (`2026-03-11T09:00`), in UTC.
    """
    if facts.release is None or facts.plan is None:
        return Refused(NoRelease(command="hold"))
    said = args.get("until")
    until = moment_in(said, facts.now) if said else None
    event = HoldPlaced(by=facts.actor.person, reason=args.get("reason") or "", until=until, at=facts.now)
    return Accepted(events=(event,), answer=HoldWithoutEnd(until=said) if said and until is None else None)
