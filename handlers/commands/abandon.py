"""`/release abandon <reason>`: give the release up."""

from app.domain.decision import Accepted, Decision, Refused
from app.domain.facts import Facts
from app.domain.messages import NoRelease
from app.domain.messages_tag import TagStays
from app.domain.release.ending import stop_runs
from app.domain.release.events_course import ReleaseAbandoned
from app.domain.slash import Args, Need, slash_command
from app.domain.values import Who


@slash_command(
    "abandon",
    usage="abandon <reason...>",
    who=Who.MANAGER,
    needs=frozenset({Need.RELEASE}),
    examples=("abandon 1.0.1 takes its place",),
)
def abandon(facts: Facts, args: Args) -> Decision:
    """Give the release up: its gate stays red, its runs are stopped, and its version may be started again."""
    if facts.release is None or facts.plan is None:
        return Refused(NoRelease(command="abandon"))
    event = ReleaseAbandoned(by=facts.actor.person, reason=args["reason"], at=facts.now)
    made = facts.release.tagged
    stays = TagStays(tag=made.tag, url=made.url, version=facts.release.version) if made else None
    return Accepted(events=(event,), effects=stop_runs(facts.release), answer=stays)
