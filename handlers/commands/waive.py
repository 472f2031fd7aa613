"""`/release waive <item> <reason>`: leave an item undone on purpose."""

from typing import Final

from app.domain.decision import Accepted, Decision, Refused
from app.domain.facts import Facts
from app.domain.messages import Message, NoRelease, NotWaivable, WaiverAsked
from app.domain.plan.find_item import ItemOf
from app.domain.plan.model import ByTask
from app.domain.policy import managers
from app.domain.release.events_said import ItemWaived, WaiverSeconded
from app.domain.release.items import State
from app.domain.release.model import Release
from app.domain.release.standing import standing
from app.domain.release.the_item import the_item
from app.domain.slash import About, Args, Need, slash_command
from app.domain.values import Who

SECONDED: Final = "P0"
"""Items of this priority are waived by two people."""


@slash_command(
    "waive",
    usage="waive <item> <reason...>",
    who=Who.MANAGER,
    needs=frozenset({Need.RELEASE}),
    about=About.WAIVER,
    examples=("waive 1.3.6 no MIDI hardware this week",),
)
def waive(facts: Facts, args: Args) -> Decision:
    """Leave an item undone on purpose, and say why.

    It is left out of the figures and never reads as done. A P0 item takes two people: the second says the same.
    """
    if facts.release is None or facts.plan is None:
        return Refused(NoRelease(command="waive"))
    of = the_item(facts.plan, args["item"], "waive")
    if isinstance(of, Message):
        return Refused(of)
    stands = standing(facts.plan, facts.release).of(of.item.id)
    if isinstance(of.item.wanted, ByTask):
        return Refused(NotWaivable(item=of.item.id, text=of.item.text, why="roll-up"))
    if stands is not None and stands.state is State.DONE:
        return Refused(NotWaivable(item=of.item.id, text=of.item.text, why="done"))
    return _waived(facts, facts.release, of, args["reason"])


def _waived(facts: Facts, release: Release, of: ItemOf, reason: str) -> Decision:
    known = release.waivers.get(of.item.id)
    needs_second = of.item.priority == SECONDED
    if known is not None and known.is_in_force:
        return Refused(NotWaivable(item=of.item.id, text=of.item.text, why="waived"))
    by = facts.actor.person
    if known is None:
        event = ItemWaived(item=of.item.id, by=by, reason=reason, needs_second=needs_second, at=facts.now)
        return Accepted(events=(event,), answer=_asked(facts, of, by.login) if needs_second else None)
    if known.by.id == by.id:
        return Refused(_asked(facts, of, known.by.login, is_repeated=True))
    return Accepted(events=(WaiverSeconded(item=of.item.id, by=by, reason=reason, at=facts.now),))


def _asked(facts: Facts, of: ItemOf, by: str, *, is_repeated: bool = False) -> WaiverAsked:
    return WaiverAsked(
        item=of.item.id,
        text=of.item.text,
        priority=of.item.priority,
        by=by,
        is_repeated=is_repeated,
        managers=managers(facts.plan),
    )
