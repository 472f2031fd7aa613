"""`check`, `uncheck`: given a box and who asks, then a tick for this commit or the reason why not."""

from dataclasses import replace

import pytest

from app.domain.messages import AlreadyTicked, ItemChoice, MachineOnly, Message, NotAllowed, UnknownItem
from app.domain.release.events import Event
from app.domain.release.events_said import ItemTicked, ItemUnticked
from app.domain.values import Person, Role
from tests.commands.deciding import events, refused, said
from tests.given import (
    DAVE,
    GUIDE,
    NOW,
    OTHER_SHA,
    READ,
    RUTH,
    SAM,
    SHA,
    TESS,
    WANDA,
    asks,
    found,
    later,
    retargeted,
    team_release,
    ticked,
    waived,
)


def tick(item: str, by: Person, note: str = "") -> ItemTicked:
    return replace(ticked(item, by), note=note, delivery="delivery-1")


# -- check ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "by", "expected"),
    [
        ("check 1.1.1", TESS, tick(READ, TESS)),
        ("check 1.1.1 read by two of us", TESS, tick(READ, TESS, "read by two of us")),
        ('check 1.1.1 "read by two of us"', TESS, tick(READ, TESS, "read by two of us")),
        ('check "two people"', TESS, tick(READ, TESS)),
        ('check "USER guide" on paper', WANDA, tick(GUIDE, WANDA, "on paper")),
        ("check guide", RUTH, tick(GUIDE, RUTH)),
        ("check exit-criteria.3", DAVE, tick("exit-criteria.3", DAVE)),
    ],
)
def test_a_tick_is_a_person_s_word_for_this_commit(text: str, by: Person, expected: ItemTicked) -> None:
    assert events(text, asks(by)) == (expected,)


def test_a_tick_is_dated_by_the_comment_and_bound_to_the_target() -> None:
    at = replace(asks(TESS, team_release(retargeted())), said_at=later(-3), now=later(1))
    (event,) = events("check 1.1.1", at)
    assert isinstance(event, ItemTicked)
    assert (event.edited_at, event.at, event.sha) == (later(-3), later(1), OTHER_SHA)


@pytest.mark.parametrize("events_", [(), (waived(READ),), (found(READ),), (ticked(READ), found(READ, is_ticked=False))])
def test_a_box_that_waits_for_somebody_s_word_takes_it(events_: tuple[Event, ...]) -> None:
    assert events("check 1.1.1", asks(TESS, team_release(*events_))) == (tick(READ, TESS),)


@pytest.mark.parametrize(
    ("text", "by", "before", "reason", "next_step"),
    [
        ("check 1.1.2", TESS, (), MachineOnly, "/release waive 1.1.2"),
        ("check 1.1.3", RUTH, (), MachineOnly, "/release why"),
        ("check exit-criteria.1", RUTH, (), MachineOnly, "/release waive exit-criteria.1"),
        ("check 2.1.1", RUTH, (), MachineOnly, "/release waive 2.1.1"),
        ("check summary.1", RUTH, (), MachineOnly, "/release why"),
        ("check 1.1.1", TESS, (ticked(READ),), AlreadyTicked, "/release uncheck 1.1.1"),
        ("check 1.1.1", WANDA, (), NotAllowed, "Ask one of them"),
        ("check 1.2.1", SAM, (), NotAllowed, "Ask one of them"),
        ("check 1.1.9", TESS, (), UnknownItem, "/release check 1.1.1"),
        ("check nonsense", TESS, (), UnknownItem, "/release help check"),
        ("check read", TESS, (), ItemChoice, "/release check 1.2.1"),
    ],
)
def test_a_tick_that_is_not_to_be_had_is_refused_with_the_next_step(
    text: str, by: Person, before: tuple[Event, ...], reason: type[Message], next_step: str
) -> None:
    answer = refused(text, asks(by, team_release(*before)))
    assert isinstance(answer, reason)
    assert next_step in said(answer)


def test_a_tick_is_taken_by_whoever_gave_it_first() -> None:
    answer = refused("check 1.1.1", asks(RUTH, team_release(ticked(READ, TESS))))
    assert answer == AlreadyTicked(item=READ, text="The code has been read by two people", by="tess")


# -- uncheck ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", [TESS, RUTH])
@pytest.mark.parametrize("before", [(ticked(READ),), (found(READ),), (found(READ, is_ticked=False),)])
def test_a_tick_is_taken_back_by_whoever_may_give_it(by: Person, before: tuple[Event, ...]) -> None:
    expected = ItemUnticked(item=READ, by=by, delivery="delivery-1", edited_at=NOW, at=NOW)
    assert events("uncheck 1.1.1", asks(by, team_release(*before))) == (expected,)


@pytest.mark.parametrize(
    ("text", "by", "before", "reason", "next_step"),
    [
        ("uncheck 1.1.1", TESS, (), AlreadyTicked, "/release check 1.1.1"),
        ("uncheck 1.1.2", TESS, (), MachineOnly, "/release hold"),
        ("uncheck 1.1.1", WANDA, (ticked(READ),), NotAllowed, "Ask one of them"),
        ("uncheck 1.1.9", TESS, (), UnknownItem, "/release uncheck 1.1.1"),
        ("uncheck read", TESS, (ticked(READ),), ItemChoice, "/release uncheck 1.1.1"),
    ],
)
def test_a_tick_that_is_not_to_be_taken_back_is_refused_with_the_next_step(
    text: str, by: Person, before: tuple[Event, ...], reason: type[Message], next_step: str
) -> None:
    answer = refused(text, asks(by, team_release(*before)))
    assert isinstance(answer, reason)
    assert next_step in said(answer)


@pytest.mark.parametrize("text", ["check 1.1.1", "uncheck 1.1.1"])
def test_d22_who_cannot_be_told_may_not_tick(text: str) -> None:
    answer = refused(text, asks(TESS, team_release(), role=None))
    assert isinstance(answer, NotAllowed)
    assert "could not be read" in said(answer)
    assert isinstance(refused(text, asks(TESS, role=Role.NONE)), NotAllowed)


def test_a_tick_and_its_way_back_come_to_nothing() -> None:
    of = team_release(*events("check 1.1.1", asks(TESS)))
    assert READ in of.ticks
    assert of.ticks[READ].sha == SHA
    assert team_release(*events("check 1.1.1", asks(TESS)), *events("uncheck 1.1.1", asks(TESS, of))).ticks == {}
