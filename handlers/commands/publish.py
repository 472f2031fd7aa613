"""`/release publish --confirm TAG`: make the release public, whole or not at all."""

from app.domain.decision import Accepted, Decision, Refused
from app.domain.facts import Facts
from app.domain.messages import Message, NoRelease, NotReady
from app.domain.messages_tag import WrongTag
from app.domain.plan.model import Plan
from app.domain.release.effects import PublishRelease
from app.domain.release.events_publish import PublishRequested
from app.domain.release.gate import GateState, judge
from app.domain.release.model import Release
from app.domain.release.published import publish_command
from app.domain.release.publishing import publish_turn, why_not_published
from app.domain.slash import Args, Need, slash_command
from app.domain.values import Who


@slash_command(
    "publish",
    usage="publish --confirm TAG [--adopt] [--force REASON...]",
    who=Who.MANAGER,
    needs=frozenset({Need.RELEASE}),
    examples=("publish --confirm v1.0.0", "publish --confirm v1.0.0 --adopt"),
)
def publish(facts: Facts, args: Args) -> Decision:
    """Publish the release at its tag. It cannot be taken back: type the tag out.

    A draft is made, and its files are waited for. When every file is there and has the bytes that the checksums say,
    gate and tag are read again from GitHub, and only then is it made public. With --adopt a draft that somebody else,
    such as a workflow, has made for the tag is taken over with its files. With --force it is published before the
    turn of its task, though never without a green gate.
    """
    if facts.release is None or facts.plan is None:
        return Refused(NoRelease(command="publish"))
    release, plan = facts.release, facts.plan
    typed, is_adopting = args.get("confirm") or "", args.has("adopt")
    if typed != release.tag:
        return Refused(WrongTag(typed=typed, tag=release.tag, version=release.version))
    if no := why_not_published(release, is_adopting=is_adopting):
        return Refused(no)
    before = publish_turn(facts, release, plan, args.get("force"))
    if isinstance(before, Message):
        return Refused(before)
    if no := _not_ready(release, plan):
        return Refused(no)
    asked = PublishRequested(
        tag=release.tag,
        sha=release.target.sha,
        by=facts.actor.person,
        asked=facts.invocation,
        comment=facts.comment,
        issue=facts.issue,
        is_adopting=is_adopting,
        at=facts.now,
    )
    effect = PublishRelease(
        repo=release.repo,
        release=release.id,
        version=release.version,
        tag=release.tag,
        sha=release.target.sha,
        is_adopting=is_adopting,
        comment=facts.comment,
        issue=facts.issue,
        asked=facts.invocation,
        at=facts.now,
    )
    return Accepted(events=(*before, asked), effects=(effect,), is_settled=False)


def _not_ready(release: Release, plan: Plan) -> Message | None:
    verdict = judge(plan, release)
    if verdict.state is GateState.SUCCESS:
        return None
    command = publish_command(release.tag)
    return NotReady(command=command, version=release.version, sha=release.target.sha, verdict=verdict)
