"""`/release unwaive <item>`: an item is to be done after all."""

from app.domain.decision import Accepted, Decision, Refused
from app.domain.facts import Facts
from app.domain.messages import Message, NoRelease, NotWaivable
from app.domain.release.events_said import WaiverLifted
from app.domain.release.the_item import the_item
from app.domain.slash import About, Args, Need, slash_command
from app.domain.values import Who


@slash_command(
    "unwaive",
    usage="unwaive <item>",
    who=Who.MANAGER,
    needs=frozenset({Need.RELEASE}),
    about=About.WAIVER,
    examples=("unwaive 1.3.6",),
)
def unwaive(facts: Facts, args: Args) -> Decision:
    """Take a waiver back: the item is waited for again."""
    if facts.release is None or facts.plan is None:
        return Refused(NoRelease(command="unwaive"))
    of = the_item(facts.plan, args["item"], "unwaive")
    if isinstance(of, Message):
        return Refused(of)
    if of.item.id not in facts.release.waivers:
        return Refused(NotWaivable(item=of.item.id, text=of.item.text, why="not-waived"))
    return Accepted(events=(WaiverLifted(item=of.item.id, by=facts.actor.person, at=facts.now),))
