"""`waive`, `unwaive`: given an item and who asks, then a waiver, half of one, or the reason why not."""

import pytest

from app.domain.messages import ItemChoice, Message, NotAllowed, NotWaivable, UnknownItem, WaiverAsked
from app.domain.plan.reader import read_plan
from app.domain.policy import managers
from app.domain.release.events import Event
from app.domain.release.events_said import ItemWaived, WaiverLifted, WaiverSeconded
from app.domain.release.items import State
from app.domain.release.standing import standing
from app.domain.values import Person, Role
from tests.commands.deciding import accepted, after, events, refused, said
from tests.given import (
    DAVE,
    GUIDE,
    NOW,
    READ,
    RON,
    RUTH,
    TEAM,
    TEAM_TEXT,
    TESS,
    asks,
    facts,
    issues_read,
    retargeted,
    seconded,
    team_release,
    ticked,
    waived,
)

WAITING = waived(READ, RUTH, needs_second=True)


def asked(by: str, *, is_repeated: bool = False) -> WaiverAsked:
    return WaiverAsked(
        item=READ,
        text="The code has been read by two people",
        priority="P0",
        by=by,
        is_repeated=is_repeated,
        managers=managers(TEAM),
    )


# -- one person -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["waive 1.2.1 no time for it", 'waive "user guide" no time for it'])
def test_an_item_is_left_undone_on_purpose_with_the_reason(text: str) -> None:
    decision = accepted(text, asks(RUTH))
    expected = ItemWaived(item=GUIDE, by=RUTH, reason="no time for it", needs_second=False, at=NOW)
    assert (decision.events, decision.answer) == ((expected,), None)
    assert after(text, asks(RUTH)).waivers[GUIDE].is_in_force


@pytest.mark.parametrize("item", ["1.1.2", "1.1.3", "exit-criteria.1", "exit-criteria.3", "2.1.1", "3.1.1"])
def test_whatever_an_item_waits_for_it_may_be_waived(item: str) -> None:
    (event,) = events(f"waive {item} we know", asks(RUTH))
    assert isinstance(event, ItemWaived)
    assert event.item == item


def test_a_waived_item_never_reads_as_done() -> None:
    of = after("waive 1.2.1 no time for it", asks(RUTH))
    found = standing(TEAM, of).of(GUIDE)
    assert found is not None
    assert (found.state, found.is_boxed, found.evidence) == (State.WAIVED, False, None)
    assert found.found == "waived by ruth: no time for it"


# -- two people ---------------------------------------------------------------------------------------------------


def test_an_item_of_the_first_priority_asks_for_a_second_person_and_says_so() -> None:
    decision = accepted("waive 1.1.1 read by one of us", asks(RUTH))
    expected = ItemWaived(item=READ, by=RUTH, reason="read by one of us", needs_second=True, at=NOW)
    assert (decision.events, decision.answer) == ((expected,), asked("ruth"))
    assert "/release waive 1.1.1 <reason>" in said(decision.answer)
    assert not after("waive 1.1.1 read by one of us", asks(RUTH)).waivers[READ].is_in_force


def test_the_second_person_says_the_same_and_it_is_in_force() -> None:
    at = asks(RON, team_release(WAITING))
    assert events("waive 1.1.1 I have seen it", at) == (
        WaiverSeconded(item=READ, by=RON, reason="I have seen it", at=NOW),
    )
    waiver = after("waive 1.1.1 I have seen it", at).waivers[READ]
    assert (waiver.by, waiver.second, waiver.is_in_force) == (RUTH, RON, True)


def test_the_first_person_once_more_is_still_one_person() -> None:
    answer = refused("waive 1.1.1 really", asks(RUTH, team_release(WAITING)))
    assert answer == asked("ruth", is_repeated=True)
    assert "/release waive 1.1.1 <reason>" in said(answer)


def test_d21_the_first_person_by_another_name_is_still_the_first() -> None:
    renamed = Person(id=RUTH.id, login="ruth-two")
    answer = refused("waive 1.1.1 really", asks(renamed, team_release(WAITING), role=Role.ADMIN))
    assert isinstance(answer, WaiverAsked)
    assert answer.is_repeated


@pytest.mark.parametrize("by", [TESS, DAVE])
def test_a_second_person_who_may_not_waive_does_not_count(by: Person) -> None:
    assert isinstance(refused("waive 1.1.1 fine by me", asks(by, team_release(WAITING))), NotAllowed)


# -- what cannot be waived ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "before", "reason", "next_step"),
    [
        ("waive 1.2.1 no time", (ticked(GUIDE),), NotWaivable, "/release status"),
        ("waive 1.1.3 none there", (issues_read(),), NotWaivable, "/release status"),
        ("waive 1.2.1 no time", (waived(GUIDE),), NotWaivable, "/release unwaive 1.2.1"),
        ("waive 1.1.1 no time", (WAITING, seconded(READ)), NotWaivable, "/release unwaive 1.1.1"),
        ("waive 1.1.9 no time", (), UnknownItem, "/release waive 1.1.1 <reason>"),
        ("waive summary.1 no time", (), NotWaivable, "/release waive <item> <reason>"),
        ("waive read no time", (), ItemChoice, "/release waive 1.1.1 <reason>"),
        ("unwaive 1.2.1", (), NotWaivable, "/release waive 1.2.1 <reason>"),
        ("unwaive 1.1.9", (), UnknownItem, "/release unwaive 1.1.1"),
        ("unwaive read", (), ItemChoice, "/release unwaive 1.1.1"),
    ],
)
def test_a_waiver_that_is_not_to_be_had_is_refused_with_the_next_step(
    text: str, before: tuple[Event, ...], reason: type[Message], next_step: str
) -> None:
    answer = refused(text, asks(RON, team_release(*before)))
    assert isinstance(answer, reason)
    assert next_step in said(answer)


def test_an_item_that_repeats_a_task_is_settled_by_that_task() -> None:
    text = TEAM_TEXT.replace("- [ ] Screenshots are new", "- [ ] 1.1 Review")
    plan = read_plan(text, version="1.0.0")
    answer = refused("waive 1.2.2 no time", facts(team_release(), by=RUTH, role=Role.ADMIN, plan=plan))
    assert answer == NotWaivable(item="1.2.2", text="1.1 Review", why="roll-up")
    assert "/release waive <item> <reason>" in said(answer)


@pytest.mark.parametrize("by", [TESS, DAVE])
@pytest.mark.parametrize("text", ["waive 1.2.1 no time", "unwaive 1.2.1"])
def test_only_a_release_manager_waives(by: Person, text: str) -> None:
    assert isinstance(refused(text, asks(by, team_release(waived(GUIDE)), role=Role.MAINTAIN)), NotAllowed)


# -- taken back -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("before", "text"), [((waived(GUIDE),), "unwaive 1.2.1"), ((WAITING,), "unwaive 1.1.1")])
@pytest.mark.parametrize("by", [RUTH, RON])
def test_a_waiver_is_lifted_by_any_release_manager(before: tuple[Event, ...], text: str, by: Person) -> None:
    at = asks(by, team_release(*before))
    item = text.removeprefix("unwaive ")
    (event,) = events(text, at)
    assert isinstance(event, WaiverLifted)
    assert (event.item, event.by) == (item, by)
    assert after(text, at).waivers == {}


def test_a_waiver_that_was_lifted_begins_anew_with_one_person() -> None:
    lifted = WaiverLifted(item=READ, by=RON, at=NOW)
    of = team_release(WAITING, seconded(READ), lifted)
    assert not after("waive 1.1.1 after all", asks(RON, of)).waivers[READ].is_in_force


def test_a_waiver_outlives_the_commit() -> None:
    of = team_release(WAITING, retargeted())
    assert refused("waive 1.1.1 still", asks(RUTH, of)) == asked("ruth", is_repeated=True)
    assert after("waive 1.1.1 still", asks(RON, of)).waivers[READ].second == RON
