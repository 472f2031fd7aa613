"""`/release status`: bring the status comment up to date and link it."""

from app.domain.decision import Accepted, Decision, Refused
from app.domain.facts import Facts
from app.domain.messages import NoRelease, StatusLink
from app.domain.release.gate import judge
from app.domain.slash import Args, Need, slash_command
from app.domain.values import Who


@slash_command("status", usage="status", who=Who.EVERYBODY, needs=frozenset({Need.RELEASE, Need.SHOWN}))
def status(facts: Facts, _args: Args) -> Decision:
    """Ask GitHub how everything stands now, refresh the status comment and link it."""
    if facts.release is None or facts.plan is None:
        return Refused(NoRelease(command="status"))
    verdict = judge(facts.plan, facts.release)
    link = StatusLink(version=facts.release.version, url=facts.status_url, verdict=verdict)
    return Accepted(answer=link, is_refresh=True)
