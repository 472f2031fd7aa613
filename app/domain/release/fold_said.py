"""The fold of what people say: ticks, waivers, sign-offs, vetoes, holds and the call."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final, TypeVar, assert_never

from app.domain.release.events_said import (
    BoxFound,
    CommandAnswered,
    GoSaid,
    HoldLifted,
    HoldPlaced,
    ItemTicked,
    ItemUnticked,
    ItemWaived,
    NoGoSaid,
    OrderWaived,
    SaidEvent,
    SignedOff,
    TickRefused,
    Vetoed,
    WaiverLifted,
    WaiverSeconded,
    Withdrawn,
)
from app.domain.release.model import Release
from app.domain.release.said import Call, Claim, Forced, Hold, SignOff, Tick, Veto, Waiver
from app.domain.values import ItemId

K = TypeVar("K")
V = TypeVar("V")

KEPT_ANSWERS: Final = 200
"""Commands that are remembered as decided: a repeat comes within minutes, not after hundreds of others."""


def said(release: Release, event: SaidEvent) -> Release:
    """Return the release after somebody said something."""
    match event:
        case CommandAnswered():
            return _answered(release, event)
        case ItemTicked() | ItemUnticked() | TickRefused() | BoxFound():
            return _box(release, event)
        case ItemWaived() | WaiverSeconded() | WaiverLifted():
            return _waiver(release, event)
        case SignedOff() | Vetoed() | Withdrawn():
            return _verdict(release, event)
        case GoSaid():
            return replace(release, call=Call(is_go=True, by=event.by, at=event.at, sha=event.sha))
        case NoGoSaid():
            call = Call(is_go=False, by=event.by, at=event.at, sha=event.sha, reason=event.reason)
            return replace(release, call=call)
        case HoldPlaced():
            hold = Hold(by=event.by, reason=event.reason, at=event.at, until=event.until)
            return replace(release, holds=(*_not_of(release.holds, event.by.id), hold))
        case HoldLifted():
            return replace(release, holds=_not_of(release.holds, event.holder))
        case OrderWaived():
            forced = Forced(by=event.by, reason=event.reason, at=event.at)
            return replace(release, forced={**release.forced, event.task: forced})
        case _:
            assert_never(event)


def is_latest_word(release: Release, item: ItemId, edited_at: datetime) -> bool:
    """Whether nothing newer was said of the item's box. Deliveries come in any order."""
    known = release.edited.get(item)
    return known is None or edited_at >= known


def _answered(release: Release, event: CommandAnswered) -> Release:
    words = release.words
    if event.about is not None and event.said_at is not None:
        known = words.get(event.about, {})
        latest = max(event.said_at, known.get(event.command, event.said_at))
        words = {**words, event.about: {**known, event.command: latest}}
    return replace(release, answered=(*release.answered, event.key)[-KEPT_ANSWERS:], words=words)


def _box(release: Release, event: ItemTicked | ItemUnticked | TickRefused | BoxFound) -> Release:
    if isinstance(event, BoxFound):
        claim = Claim(is_ticked=event.is_ticked, at=event.at)
        return replace(release, claims={**release.claims, event.item: claim})
    if not is_latest_word(release, event.item, event.edited_at):
        return release
    claims = _without(release.claims, event.item)
    if isinstance(event, TickRefused):
        # Who may not say so settles nothing, except that the change nobody was known to have made was theirs. An
        # older word of somebody who may is still to count when it comes.
        claim = release.claims.get(event.item)
        is_theirs = claim is not None and claim.is_ticked == event.is_ticked
        return replace(release, claims=claims) if is_theirs else release
    after = replace(release, claims=claims, edited={**release.edited, event.item: event.edited_at})
    match event:
        case ItemTicked():
            tick = Tick(by=event.by, at=event.at, sha=event.sha, note=event.note)
            return replace(after, ticks={**release.ticks, event.item: tick})
        case ItemUnticked():
            return replace(after, ticks=_without(release.ticks, event.item))
        case _:
            assert_never(event)


def _waiver(release: Release, event: ItemWaived | WaiverSeconded | WaiverLifted) -> Release:
    match event:
        case ItemWaived():
            waiver = Waiver(by=event.by, reason=event.reason, at=event.at, needs_second=event.needs_second)
            return replace(release, waivers={**release.waivers, event.item: waiver})
        case WaiverSeconded():
            known = release.waivers.get(event.item)
            if known is None or known.by.id == event.by.id:
                return release
            return replace(release, waivers={**release.waivers, event.item: replace(known, second=event.by)})
        case WaiverLifted():
            return replace(release, waivers=_without(release.waivers, event.item))
        case _:
            assert_never(event)


def _verdict(release: Release, event: SignedOff | Vetoed | Withdrawn) -> Release:
    if not isinstance(event, Withdrawn) and event.sha != release.target.sha:
        return release  # said of a commit that is the target no more
    others = {role: s for role, s in release.signoffs.items() if s.by.id != event.by.id}
    vetoes = _not_of(release.vetoes, event.by.id)
    match event:
        case SignedOff():
            signed = SignOff(role=event.role, by=event.by, at=event.at, sha=event.sha)
            return replace(release, signoffs={**others, event.role: signed}, vetoes=vetoes)
        case Vetoed():
            veto = Veto(by=event.by, reason=event.reason, at=event.at, sha=event.sha)
            return replace(release, signoffs=others, vetoes=(*vetoes, veto))
        case Withdrawn():
            return replace(release, signoffs=others, vetoes=vetoes)
        case _:
            assert_never(event)


def _without(mapping: Mapping[K, V], key: K) -> dict[K, V]:
    return {k: v for k, v in mapping.items() if k != key}


W = TypeVar("W", Hold, Veto)


def _not_of(said_: tuple[W, ...], person: int) -> tuple[W, ...]:
    return tuple(one for one in said_ if one.by.id != person)
