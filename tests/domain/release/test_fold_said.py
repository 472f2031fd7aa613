"""The fold of what people say: each has one sign-off, one veto and one hold, and all of it is about one commit."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.release.events import Event
from app.domain.release.events_said import (
    CommandAnswered,
    HoldLifted,
    OrderWaived,
    WaiverLifted,
    Withdrawn,
)
from app.domain.release.fold import evolve, fold
from app.domain.release.fold_said import KEPT_ANSWERS
from app.domain.release.model import Release
from app.domain.release.said import Call, Forced, Hold, SignOff, Tick, Veto, Waiver
from app.domain.values import ItemId, Person, TaskId
from tests.given import (
    DAVE,
    GUIDE,
    NOW,
    OTHER_SHA,
    READ,
    RON,
    RUTH,
    SAM,
    SHA,
    TEAM_STARTED,
    TESS,
    found,
    go_said,
    held,
    later,
    no_go_said,
    seconded,
    signed,
    team_release,
    ticked,
    unticked,
    vetoed,
    waived,
)


def answered(key: str) -> CommandAnswered:
    return CommandAnswered(key=key, delivery="d", command="go", text="go", by=RUTH, sha=SHA, refusal=None, at=NOW)


def lifted(whose: Person, by: Person | None = RUTH) -> HoldLifted:
    return HoldLifted(holder=whose.id, by=by, at=NOW)


# -- ticks ----------------------------------------------------------------------------------------------------


def test_a_tick_is_a_person_s_word_for_a_commit() -> None:
    assert team_release(ticked(READ)).ticks == {READ: Tick(by=TESS, at=NOW, sha=SHA)}


@pytest.mark.parametrize(
    ("events", "is_ticked"),
    [
        ((ticked(READ, at=1), unticked(READ, at=2)), False),
        ((unticked(READ, at=2), ticked(READ, at=1)), False),
        ((ticked(READ, at=1), ticked(READ, at=3), unticked(READ, at=2)), True),
        ((unticked(READ, at=1), ticked(READ, at=1)), True),  # of one second: as it was told
        ((ticked(READ, at=1), unticked(READ, at=1)), False),
    ],
)
def test_the_latest_word_about_a_box_stands(events: tuple[Event, ...], is_ticked: bool) -> None:
    assert (READ in team_release(*events).ticks) == is_ticked


def test_a_box_that_was_found_changed_is_a_claim_until_somebody_says_so() -> None:
    assert [claim.is_ticked for claim in team_release(found(READ)).claims.values()] == [True]
    assert team_release(found(READ), found(GUIDE), ticked(READ)).claims.keys() == {GUIDE}
    assert team_release(found(READ, is_ticked=False), found(READ)).claims[READ].is_ticked


# -- waivers ----------------------------------------------------------------------------------------------------


def test_a_waiver_is_in_force_at_once_unless_it_needs_a_second_person() -> None:
    assert team_release(waived(GUIDE)).waivers[GUIDE].is_in_force
    assert not team_release(waived(READ, needs_second=True)).waivers[READ].is_in_force


def test_a_second_person_puts_a_waiver_in_force() -> None:
    of = team_release(waived(READ, needs_second=True), seconded(READ, RON))
    assert of.waivers[READ] == Waiver(by=RUTH, reason="not this time", at=NOW, needs_second=True, second=RON)
    assert of.waivers[READ].is_in_force


@pytest.mark.parametrize("events", [(waived(READ, needs_second=True), seconded(READ, RUTH)), (seconded(READ, RON),)])
def test_nobody_seconds_themselves_nor_nothing(events: tuple[Event, ...]) -> None:
    assert not any(waiver.is_in_force for waiver in team_release(*events).waivers.values())


def test_a_waiver_that_is_lifted_is_gone() -> None:
    assert team_release(waived(GUIDE), WaiverLifted(item=GUIDE, by=RUTH, at=NOW)).waivers == {}
    again = team_release(waived(READ), WaiverLifted(item=READ, by=RUTH, at=NOW), waived(READ, needs_second=True))
    assert not again.waivers[READ].is_in_force


# -- yes and no ---------------------------------------------------------------------------------------------------

YES = SignOff(role="Tech Lead", by=TESS, at=NOW, sha=SHA)
NO = Veto(by=TESS, reason="it crashes", at=NOW, sha=SHA)


@pytest.mark.parametrize(
    ("events", "signoffs", "vetoes"),
    [
        ((signed("Tech Lead", TESS),), [YES], ()),
        ((vetoed(TESS),), [], (NO,)),
        ((signed("Tech Lead", TESS), vetoed(TESS)), [], (NO,)),
        ((vetoed(TESS), signed("Tech Lead", TESS)), [YES], ()),
        ((vetoed(TESS), vetoed(TESS)), [], (NO,)),
        ((signed("Tech Lead", TESS), Withdrawn(by=TESS, at=NOW)), [], ()),
        ((vetoed(TESS), Withdrawn(by=TESS, at=NOW)), [], ()),
        ((vetoed(TESS), Withdrawn(by=SAM, at=NOW)), [], (NO,)),
        ((signed("Tech Lead", TESS), vetoed(SAM), Withdrawn(by=SAM, at=NOW)), [YES], ()),
        ((signed("Security Lead", TESS), signed("Tech Lead", TESS)), [YES], ()),
        ((signed("Tech Lead", SAM), signed("Tech Lead", TESS)), [YES], ()),
        ((signed("Tech Lead", TESS, sha=OTHER_SHA),), [], ()),
        ((vetoed(TESS, sha=OTHER_SHA),), [], ()),
        ((signed("Tech Lead", TESS), vetoed(TESS, sha=OTHER_SHA)), [YES], ()),
    ],
)
def test_each_person_says_one_thing_of_the_commit_being_released(
    events: tuple[Event, ...], signoffs: list[SignOff], vetoes: tuple[Veto, ...]
) -> None:
    of = team_release(*events)
    assert (list(of.signoffs.values()), of.vetoes) == (signoffs, vetoes)


def test_the_call_is_the_last_one() -> None:
    assert team_release(go_said(), no_go_said(RON)).call == Call(
        is_go=False, by=RON, at=NOW, sha=SHA, reason="too many crashes"
    )
    assert team_release(no_go_said(RON), go_said()).call == Call(is_go=True, by=RUTH, at=NOW, sha=SHA)


# -- holds ----------------------------------------------------------------------------------------------------------


def test_each_person_has_one_hold_and_the_last_one_stands() -> None:
    of = team_release(held(SAM), held(TESS), held(SAM, until=later(60)))
    assert [(hold.by, hold.until) for hold in of.holds] == [(TESS, None), (SAM, later(60))]


@pytest.mark.parametrize("by", [RUTH, SAM, None])
def test_lifting_a_hold_leaves_those_of_others(by: Person | None) -> None:
    assert team_release(held(SAM), held(TESS), lifted(SAM, by)).holds == (
        Hold(by=TESS, reason="the network is down", at=NOW),
    )
    assert team_release(held(TESS), lifted(SAM, by)).holds == team_release(held(TESS)).holds


# -- the rest ---------------------------------------------------------------------------------------------------------


def test_an_order_that_was_waived_stays_so() -> None:
    event = OrderWaived(task=TaskId("2.1"), over=("1.1 Review",), by=RUTH, reason="we know", at=NOW)
    assert team_release(event).forced == {TaskId("2.1"): Forced(by=RUTH, reason="we know", at=NOW)}


def test_the_latest_commands_that_were_decided_are_remembered() -> None:
    of = team_release(*(answered(f"comment:{number}:0") for number in range(KEPT_ANSWERS + 2)))
    assert (len(of.answered), of.answered[0], of.answered[-1]) == (
        KEPT_ANSWERS,
        "comment:2:0",
        f"comment:{KEPT_ANSWERS + 1}:0",
    )


def worded(about: str | None, minutes: float) -> CommandAnswered:
    return replace(answered(f"k{minutes}"), about=about, said_at=later(minutes))


def test_of_words_about_the_same_the_latest_of_each_command_is_remembered_in_whatever_order_they_come() -> None:
    words = {"call": {"go": later(3)}, "hold": {"go": later(1)}}
    assert team_release(worded("call", 3), worded("hold", 1), worded("call", 2)).words == words
    assert team_release(worded("call", 2), worded("call", 3), worded("hold", 1)).words == words


@pytest.mark.parametrize("event", [answered("k"), worded(None, 3)])
def test_a_word_that_is_about_nothing_is_no_latest_word(event: CommandAnswered) -> None:
    assert team_release(event).words == {}


PEOPLE = st.sampled_from([RUTH, RON, TESS, SAM, DAVE])
ITEMS = st.sampled_from([READ, GUIDE])
SHAS = st.sampled_from([SHA, OTHER_SHA])
EVENTS: st.SearchStrategy[Event] = st.one_of(
    st.builds(ticked, ITEMS, PEOPLE, at=st.integers(0, 3), sha=SHAS),
    st.builds(unticked, ITEMS, PEOPLE, at=st.integers(0, 3)),
    st.builds(found, ITEMS, is_ticked=st.booleans()),
    st.builds(waived, ITEMS, PEOPLE, needs_second=st.booleans()),
    st.builds(seconded, ITEMS, PEOPLE),
    st.builds(WaiverLifted, item=ITEMS, by=PEOPLE, at=st.just(NOW)),
    st.builds(signed, st.sampled_from(["Tech Lead", "Security Lead"]), PEOPLE, sha=SHAS),
    st.builds(vetoed, PEOPLE, sha=SHAS),
    st.builds(Withdrawn, by=PEOPLE, at=st.just(NOW)),
    st.builds(go_said, PEOPLE, sha=SHAS),
    st.builds(no_go_said, PEOPLE, sha=SHAS),
    st.builds(held, PEOPLE, until=st.none() | st.just(NOW + timedelta(hours=1))),
    st.builds(lifted, PEOPLE, PEOPLE),
    st.builds(answered, st.text(max_size=3)),
)


@given(st.lists(EVENTS, max_size=25))
def test_whatever_is_said_nobody_counts_twice_and_replay_is_the_incremental_state(events: list[Event]) -> None:
    of: Release = team_release()
    for event in events:
        of = evolve(of, event)
    said = [one.by.id for one in (*of.signoffs.values(), *of.vetoes)]
    assert len(said) == len(set(said))
    assert len({hold.by.id for hold in of.holds}) == len(of.holds)
    assert {one.sha for one in (*of.signoffs.values(), *of.vetoes)} <= {of.target.sha}
    assert all(waiver.second is None or waiver.second.id != waiver.by.id for waiver in of.waivers.values())
    assert fold((TEAM_STARTED, *events)) == of
    assert of.revision == 1 + len(events)


@given(st.lists(EVENTS, max_size=10), ITEMS)
def test_a_word_of_the_same_second_twice_is_a_word(events: list[Event], item: ItemId) -> None:
    once = team_release(*events, ticked(item, at=9))
    assert team_release(*events, ticked(item, at=9), ticked(item, at=9)).ticks == once.ticks
