"""Boxes that somebody changed in the tracking issue: taken as their word, or put back with a reason."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.facts import Actor
from app.domain.messages import PutBack, TickProblem, TicksPutBack
from app.domain.plan.find_item import ItemOf, item_of
from app.domain.plan.model import Manual, Plan
from app.domain.policy import doers, may
from app.domain.release.events import Event
from app.domain.release.events_said import ItemTicked, ItemUnticked, TickRefused
from app.domain.release.fold_said import is_latest_word
from app.domain.release.model import Release
from app.domain.values import ItemId, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """A box that an edit changed, and how it stands since."""

    item: ItemId
    is_ticked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """Who edited the tracking issue, when by GitHub's clock, and the delivery that tells so."""

    actor: Actor
    is_person: bool
    edited_at: datetime
    delivery: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What an edit comes to: events for the log, and what to say where boxes are put back."""

    events: tuple[Event, ...] = ()
    answer: TicksPutBack | None = None


def take_flips(plan: Plan, release: Release, edit: Edit, flips: Iterable[Flip], now: datetime) -> Taken:
    """Return what follows from boxes that were changed in one edit. The same edit once more changes nothing."""
    events: list[Event] = []
    back: list[PutBack] = []
    for flip in flips:
        of = item_of(plan, flip.item)
        if of is None or not is_latest_word(release, flip.item, edit.edited_at):
            continue
        why = _problem(plan, of, edit)
        if why is None:
            events.extend(_word(release, edit, flip, now))
            continue
        events.append(
            TickRefused(
                item=flip.item,
                is_ticked=flip.is_ticked,
                by=edit.actor.person,
                why=why,
                delivery=edit.delivery,
                edited_at=edit.edited_at,
                at=now,
            )
        )
        back.append(_put_back(plan, of, flip, why))
    is_told = back and edit.is_person and edit.actor.role is not Role.NONE  # outsiders get no words
    return Taken(events=tuple(events), answer=_told(edit, back) if is_told else None)


def _told(edit: Edit, back: Sequence[PutBack]) -> TicksPutBack:
    return TicksPutBack(by=edit.actor.person.login, boxes=tuple(back))


def _problem(plan: Plan, of: ItemOf, edit: Edit) -> TickProblem | None:
    """Return why this box is not for this hand."""
    if not isinstance(of.item.wanted, Manual):
        return "machine"
    if not edit.is_person:
        return "bot"
    whom = doers(plan, of.task)
    if may(edit.actor, whom):
        return None
    is_unread = edit.actor.role is None or not edit.actor.unread.isdisjoint(whom.roles)
    return "unread" if is_unread else "not-allowed"


def _word(release: Release, edit: Edit, flip: Flip, now: datetime) -> Iterable[Event]:
    """Return the event of a word that changes something; a claim of nobody's is settled by it.

    A word that changes nothing now is written down all the same where it is newer than what was heard before: an
    older one may still come, and would be taken for the latest.
    """
    tick = release.ticks.get(flip.item)
    is_news = flip.item in release.claims or release.edited.get(flip.item) != edit.edited_at
    stands = tick is not None and tick.sha == release.target.sha
    if flip.is_ticked and (is_news or not stands):
        yield ItemTicked(
            item=flip.item,
            by=edit.actor.person,
            sha=release.target.sha,
            note="",
            delivery=edit.delivery,
            edited_at=edit.edited_at,
            at=now,
        )
    if not flip.is_ticked and (is_news or tick is not None):
        yield ItemUnticked(
            item=flip.item, by=edit.actor.person, delivery=edit.delivery, edited_at=edit.edited_at, at=now
        )


def _put_back(plan: Plan, of: ItemOf, flip: Flip, why: TickProblem) -> PutBack:
    return PutBack(
        item=of.item.id,
        text=of.item.text,
        is_ticked=flip.is_ticked,
        why=why,
        allowed=doers(plan, of.task),
        wanted=of.item.wanted.kind,
    )
