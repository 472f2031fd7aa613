"""`/release uncheck <item>`: take a tick back."""

from app.domain.decision import Accepted, Decision, Refused
from app.domain.facts import Facts
from app.domain.messages import AlreadyTicked, MachineOnly, Message, NoRelease
from app.domain.plan.model import Manual
from app.domain.policy import doers, refusal
from app.domain.release.events_said import ItemUnticked
from app.domain.release.the_item import the_item
from app.domain.slash import Args, Need, slash_command
from app.domain.values import Who


@slash_command(
    "uncheck",
    usage="uncheck <item>",
    who=Who.DOER,
    needs=frozenset({Need.RELEASE}),
    examples=("uncheck 1.4.2",),
)
def uncheck(facts: Facts, args: Args) -> Decision:
    """Take the tick of an item back."""
    if facts.release is None or facts.plan is None:
        return Refused(NoRelease(command="uncheck"))
    of = the_item(facts.plan, args["item"], "uncheck")
    if isinstance(of, Message):
        return Refused(of)
    if denied := refusal(facts.actor, doers(facts.plan, of.task), f"uncheck {of.item.id}"):
        return Refused(denied)
    if not isinstance(of.item.wanted, Manual):
        return Refused(MachineOnly(item=of.item.id, text=of.item.text, wanted=of.item.wanted.kind, is_done=False))
    if of.item.id not in facts.release.ticks and of.item.id not in facts.release.claims:
        return Refused(AlreadyTicked(item=of.item.id, text=of.item.text, by=None))
    return Accepted(
        events=(
            ItemUnticked(
                item=of.item.id,
                by=facts.actor.person,
                delivery=facts.delivery,
                edited_at=facts.said_at,
                at=facts.now,
            ),
        )
    )
