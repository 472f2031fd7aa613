"""`/release why`: what keeps the gate from being green."""

from app.domain.decision import Accepted, Decision, Refused
from app.domain.facts import Facts
from app.domain.messages import NoRelease, Why
from app.domain.release.gate import judge
from app.domain.slash import Args, Need, slash_command
from app.domain.values import Who


@slash_command("why", usage="why", who=Who.EVERYBODY, needs=frozenset({Need.RELEASE}))
def why(facts: Facts, _args: Args) -> Decision:
    """Say what keeps the gate from being green, and what can be done about it."""
    if facts.release is None or facts.plan is None:
        return Refused(NoRelease(command="why"))
    verdict = judge(facts.plan, facts.release)
    return Accepted(answer=Why(version=facts.release.version, sha=facts.release.target.sha, verdict=verdict))
