"""`hold`, `resume`: a stop with a reason and perhaps an end, lifted by whoever placed it or a release manager."""

from datetime import datetime

import pytest

from app.domain.messages import HeldByOthers, HoldWithoutEnd, NotAllowed, NothingToTakeBack
from app.domain.policy import managers
from app.domain.release.events_said import HoldLifted, HoldPlaced
from app.domain.release.gate import GateState, judge
from app.domain.values import Person, Role
from tests.commands.deciding import accepted, after, events, refused, said
from tests.given import (
    DAVE,
    MALLORY,
    NOW,
    RON,
    RUTH,
    SAM,
    TEAM,
    TESS,
    WANDA,
    all_signed,
    asks,
    facts,
    go_said,
    held,
    later,
    retargeted,
    team_release,
    vetoed,
)

GREEN = (*all_signed(), go_said())


# -- hold ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "reason", "until"),
    [
        ("hold the network is down", "the network is down", None),
        ("hold", "", None),
        ("hold!", "", None),
        ("STOP the --presses", "the --presses", None),
        ("hold for lunch --until 1h", "for lunch", later(60)),
        ("hold --until 17:00", "", later(300)),
        ("hold --until=2026-03-11T09:00 for the night", "for the night", later(21 * 60)),
    ],
)
def test_a_release_is_stopped_with_a_reason_and_perhaps_an_end(text: str, reason: str, until: datetime | None) -> None:
    decision = accepted(text, asks(TESS))
    assert decision.events == (HoldPlaced(by=TESS, reason=reason, until=until, at=NOW),)
    assert decision.answer is None


@pytest.mark.parametrize("until", ["tomorrow", "2026-03-09", "99999w", "0001-01-01T00:00+23:59"])
def test_a_time_that_cannot_be_read_holds_all_the_same_and_is_told(until: str) -> None:
    decision = accepted(f"hold for the night --until {until}", asks(TESS))
    assert decision.events == (HoldPlaced(by=TESS, reason="for the night", until=None, at=NOW),)
    assert decision.answer == HoldWithoutEnd(until=until)
    assert "/release hold <reason> --until 2h" in said(decision.answer)


@pytest.mark.parametrize(("by", "role"), [(WANDA, Role.READ), (SAM, Role.READ), (RUTH, Role.READ), (DAVE, Role.ADMIN)])
def test_whoever_has_a_role_in_the_plan_may_stop_a_release_that_is_green(by: Person, role: Role) -> None:
    at = asks(by, team_release(*GREEN), role=role)
    assert judge(TEAM, team_release(*GREEN)).state is GateState.SUCCESS
    assert judge(TEAM, after("hold", at)).state is GateState.FAILURE


@pytest.mark.parametrize(("by", "role"), [(DAVE, Role.MAINTAIN), (MALLORY, Role.READ), (TESS, None)])
def test_others_may_not_and_are_told_who_may(by: Person, role: Role | None) -> None:
    answer = refused("hold", asks(by, role=role))
    assert isinstance(answer, NotAllowed)
    assert "Tech Lead" in said(answer)


def test_a_second_hold_of_the_same_person_takes_the_first_one_s_place() -> None:
    of = after("hold for the night --until 2h", asks(TESS, team_release(held(TESS), held(SAM))))
    assert [(hold.by, hold.until) for hold in of.holds] == [(SAM, None), (TESS, later(120))]


def test_a_hold_outlives_the_commit() -> None:
    assert team_release(held(SAM), retargeted()).holds == team_release(held(SAM)).holds


# -- resume -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("by", "role", "lifted"),
    [
        (SAM, Role.READ, [SAM]),
        (TESS, Role.READ, [TESS]),
        (RUTH, Role.READ, [SAM, TESS]),
        (RON, Role.READ, [SAM, TESS]),
        (DAVE, Role.ADMIN, [SAM, TESS]),
    ],
)
def test_a_hold_is_lifted_by_its_owner_or_by_a_release_manager(by: Person, role: Role, lifted: list[Person]) -> None:
    at = asks(by, team_release(held(SAM), held(TESS)), role=role)
    assert events("resume", at) == tuple(HoldLifted(holder=who.id, by=by, at=NOW) for who in lifted)


@pytest.mark.parametrize(("by", "role"), [(WANDA, Role.WRITE), (DAVE, Role.MAINTAIN), (MALLORY, Role.READ)])
def test_somebody_else_s_hold_stays_and_it_is_said_who_can_lift_it(by: Person, role: Role) -> None:
    answer = refused("resume", asks(by, team_release(held(SAM), held(TESS)), role=role))
    assert answer == HeldByOthers(holders=("sam", "tess"), managers=managers(TEAM))
    assert "sam" in said(answer)
    assert "/release resume" in said(answer)


def test_without_a_release_manager_in_the_plan_maintainers_lift_holds() -> None:
    of = team_release(held(SAM))
    assert events("resume", facts(of, by=DAVE, role=Role.MAINTAIN)) == (HoldLifted(holder=SAM.id, by=DAVE, at=NOW),)
    assert isinstance(refused("resume", facts(of, by=DAVE, role=Role.WRITE)), HeldByOthers)


def test_a_release_manager_whose_team_cannot_be_read_is_none() -> None:
    answer = refused("resume", facts(team_release(held(SAM)), by=RUTH, role=Role.WRITE, plan=TEAM))
    assert isinstance(answer, HeldByOthers)


def test_what_is_not_held_cannot_be_resumed() -> None:
    answer = refused("resume", asks(RUTH, team_release(vetoed(SAM))))
    assert answer == NothingToTakeBack(what="hold")
    assert "/release why" in said(answer)


def test_once_every_hold_is_lifted_a_go_that_was_said_still_stands() -> None:
    of = after("resume", asks(RUTH, team_release(*GREEN, held(SAM), held(TESS))))
    assert of.holds == ()
    assert judge(TEAM, of).state is GateState.SUCCESS
