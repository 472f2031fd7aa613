"""`/release check <item>`: a person's word that an item is done."""

from app.domain.decision import Accepted, Decision, Refused
from app.domain.facts import Facts
from app.domain.messages import AlreadyTicked, MachineOnly, Message, NoRelease
from app.domain.plan.model import Manual
from app.domain.policy import doers, refusal
from app.domain.release.events_said import ItemTicked
from app.domain.release.the_item import the_item
from app.domain.slash import Args, Need, slash_command
from app.domain.values import Who


@slash_command(
    "check",
    usage="check <item> [note...]",
    who=Who.DOER,
    needs=frozenset({Need.RELEASE}),
    examples=("check 1.4.2", 'check 1.4.2 "read by two of us"'),
)
def check(facts: Facts, args: Args) -> Decision:
    """Tick an item that waits for a person's word.

    An item is named by its number, which stands beside its box, or by words of it in quotes. The tick holds for the
    commit being released; the same is done by ticking the box in the tracking issue.
    """
    if facts.release is None or facts.plan is None:
        return Refused(NoRelease(command="check"))
    of = the_item(facts.plan, args["item"], "check")
    if isinstance(of, Message):
        return Refused(of)
    if denied := refusal(facts.actor, doers(facts.plan, of.task), f"check {of.item.id}"):
        return Refused(denied)
    if not isinstance(of.item.wanted, Manual):
        return Refused(MachineOnly(item=of.item.id, text=of.item.text, wanted=of.item.wanted.kind, is_done=True))
    tick = facts.release.ticks.get(of.item.id)
    if tick is not None and tick.sha == facts.release.target.sha and of.item.id not in facts.release.claims:
        return Refused(AlreadyTicked(item=of.item.id, text=of.item.text, by=tick.by.login))
    return Accepted(
        events=(
            ItemTicked(
                item=of.item.id,
                by=facts.actor.person,
                sha=facts.release.target.sha,
                note=args.get("note") or "",
                delivery=facts.delivery,
                edited_at=facts.said_at,
                at=facts.now,
            ),
        )
    )
