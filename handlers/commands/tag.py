"""`/release tag --confirm TAG`: make the release's tag, once and for good."""

from app.domain.decision import Accepted, Decision, Refused
from app.domain.facts import Facts
from app.domain.messages import Message, NoRelease, NotReady
from app.domain.messages_tag import AlreadyTagged, WrongTag
from app.domain.plan.model import Plan
from app.domain.release.effects import PutTag
from app.domain.release.events_tag import TagRequested
from app.domain.release.gate import GateState, judge
from app.domain.release.model import Release
from app.domain.release.tagged import tag_command
from app.domain.release.tagging import being_tagged, tag_turn
from app.domain.slash import Args, Need, slash_command
from app.domain.values import Who


@slash_command(
    "tag",
    usage="tag --confirm TAG [--force REASON...]",
    who=Who.MANAGER,
    needs=frozenset({Need.RELEASE}),
    examples=("tag --confirm v1.0.0",),
)
def tag(facts: Facts, args: Args) -> Decision:
    """Make the release's tag at its commit, once its gate is green. It cannot be taken back: type the tag out.

    The gate is read again from GitHub for this very commit before anything is made. The tag is annotated, sums up
    what is new, is signed where the service has a key, and is read back afterwards. From then on the release stays
    at its commit. With --force the tag is made before the turn of its task, though never without a green gate.
    """
    if facts.release is None or facts.plan is None:
        return Refused(NoRelease(command="tag"))
    release, plan = facts.release, facts.plan
    if no := _not_now(release, args.get("confirm") or ""):
        return Refused(no)
    before = tag_turn(facts, release, plan, args.get("force"))
    if isinstance(before, Message):
        return Refused(before)
    if no := _not_ready(release, plan):
        return Refused(no)
    sha = release.target.sha
    asked = TagRequested(tag=release.tag, sha=sha, by=facts.actor.person, at=facts.now)
    effect = PutTag(
        repo=release.repo,
        release=release.id,
        tag=release.tag,
        sha=sha,
        at=facts.now.replace(microsecond=0),
        comment=facts.comment,
        issue=facts.issue,
        asked=facts.invocation,
    )
    return Accepted(events=(*before, asked), effects=(effect,), is_settled=False)


def _not_now(release: Release, typed: str) -> Message | None:
    if typed != release.tag:
        return WrongTag(typed=typed, tag=release.tag, version=release.version)
    if made := release.tagged:
        return AlreadyTagged(tag=made.tag, url=made.url, commit=made.commit, is_signed=made.is_signed)
    return being_tagged(release, tag_command(release.tag))


def _not_ready(release: Release, plan: Plan) -> Message | None:
    verdict = judge(plan, release)
    if verdict.state is GateState.SUCCESS:
        return None
    return NotReady(command=tag_command(release.tag), version=release.version, sha=release.target.sha, verdict=verdict)
