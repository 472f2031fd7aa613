"""`approve`, `veto`, `withdraw`: given who holds which role, then a yes or no to this commit, or the reason why not."""

from dataclasses import replace

import pytest

from app.domain.messages import AlreadySigned, Message, NotAllowed, NothingToSign, NothingToTakeBack, SignoffChoice
from app.domain.plan.reader import read_plan
from app.domain.release.events import Event
from app.domain.release.events_said import SignedOff, Vetoed, Withdrawn
from app.domain.release.gate import GateState, judge
from app.domain.values import Person, Role
from tests.commands.deciding import after, events, refused, said
from tests.given import (
    DAVE,
    NOW,
    OTHER_SHA,
    RUTH,
    SAM,
    SHA,
    TEAM,
    TEAM_TEXT,
    TESS,
    WANDA,
    all_signed,
    asks,
    facts,
    go_said,
    retargeted,
    signed,
    team_release,
    vetoed,
)

BOTH = ("Tech Lead", "Security Lead")


# -- approve ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "by", "role"),
    [
        ("approve", TESS, "Tech Lead"),
        ("approve Tech Lead", TESS, "Tech Lead"),
        ("approve tech lead", TESS, "Tech Lead"),
        ("approve tech", TESS, "Tech Lead"),
        ('approve "Security Lead"', SAM, "Security Lead"),
        ("approve", SAM, "Security Lead"),
    ],
)
def test_a_role_signs_off_the_commit_being_released(text: str, by: Person, role: str) -> None:
    assert events(text, asks(by, role=Role.READ)) == (SignedOff(role=role, by=by, sha=SHA, at=NOW),)


def test_a_sign_off_is_for_the_commit_that_is_the_target_now() -> None:
    assert events("approve", asks(TESS, team_release(retargeted()))) == (
        SignedOff(role="Tech Lead", by=TESS, sha=OTHER_SHA, at=NOW),
    )


def test_who_holds_two_roles_says_which() -> None:
    at = facts(team_release(), by=TESS, roles=BOTH, plan=TEAM)
    answer = refused("approve", at)
    assert answer == SignoffChoice(word=None, roles=BOTH)
    assert "/release approve Security Lead" in said(answer)
    assert events("approve Security Lead", at) == (signed("Security Lead", TESS),)


def test_who_holds_two_roles_may_leave_out_the_one_that_is_left() -> None:
    at = facts(team_release(signed("Tech Lead", DAVE)), by=TESS, roles=BOTH, plan=TEAM)
    assert events("approve", at) == (signed("Security Lead", TESS),)


@pytest.mark.parametrize(
    ("text", "by", "roles", "before", "reason", "next_step"),
    [
        ("approve", TESS, ("Tech Lead",), (signed("Tech Lead", TESS),), AlreadySigned, "/release why"),
        ("approve", TESS, ("Tech Lead",), (signed("Tech Lead", DAVE),), AlreadySigned, "/release why"),
        ("approve Security Lead", TESS, BOTH, (signed("Tech Lead", TESS),), AlreadySigned, "/release withdraw"),
        ("approve", TESS, BOTH, (signed("Tech Lead", TESS),), AlreadySigned, "/release withdraw"),
        ("approve lead", TESS, ("Tech Lead",), (), SignoffChoice, "/release approve Tech Lead"),
        ("approve Writer", TESS, ("Tech Lead",), (), SignoffChoice, "/release approve Tech Lead"),
        ("approve Security Lead", TESS, ("Tech Lead",), (), NotAllowed, "Ask one of them"),
        ("approve", WANDA, ("Writer",), (), NotAllowed, "Ask one of them"),
        ("approve Tech Lead", RUTH, ("Release Manager",), (), NotAllowed, "Ask one of them"),
    ],
)
def test_a_sign_off_that_is_not_theirs_to_give_is_refused_with_the_next_step(
    text: str,
    by: Person,
    roles: tuple[str, ...],
    before: tuple[Event, ...],
    reason: type[Message],
    next_step: str,
) -> None:
    answer = refused(text, facts(team_release(*before), by=by, role=Role.ADMIN, roles=roles, plan=TEAM))
    assert isinstance(answer, reason)
    assert next_step in said(answer)


def test_d23_nobody_fills_two_sign_offs_and_is_told_which_one_is_theirs() -> None:
    at = facts(team_release(signed("Tech Lead", TESS)), by=TESS, roles=BOTH, plan=TEAM)
    expected = AlreadySigned(role="Security Lead", by="tess", own="Tech Lead")
    assert refused("approve Security Lead", at) == expected
    renamed = replace(at, actor=replace(at.actor, person=Person(id=TESS.id, login="tess-two")))
    assert refused("approve Security Lead", renamed) == replace(expected, by="tess-two")


def test_where_the_plan_wants_no_sign_off_there_is_nothing_to_approve() -> None:
    plan = read_plan(TEAM_TEXT.replace("signoffs: [Tech Lead, Security Lead]", "signoffs: []"), version="1.0.0")
    answer = refused("approve", facts(team_release(), by=DAVE, role=Role.READ, plan=plan))
    assert answer == NothingToSign()
    assert "/release why" in said(answer)


def test_a_yes_takes_an_own_veto_back() -> None:
    of = after("approve", asks(TESS, team_release(vetoed(TESS))))
    assert (of.vetoes, list(of.signoffs)) == ((), ["Tech Lead"])


# -- veto -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", [TESS, SAM, WANDA, RUTH])
def test_whoever_has_a_role_in_the_plan_may_object(by: Person) -> None:
    at = asks(by, team_release(*all_signed(), go_said()), role=Role.READ)
    assert events("veto it crashes", at) == (vetoed(by),)
    assert judge(TEAM, after("veto it crashes", at)).state is GateState.FAILURE


@pytest.mark.parametrize(
    ("text", "reason"), [("veto", ""), ("veto!", ""), ("veto: it crashes --on arm", "it crashes --on arm")]
)
def test_an_objection_needs_no_form(text: str, reason: str) -> None:
    assert events(text, asks(TESS)) == (Vetoed(by=TESS, reason=reason, sha=SHA, at=NOW),)


def test_an_objection_takes_the_own_sign_off_back_and_leaves_the_others() -> None:
    of = after("veto it crashes", asks(TESS, team_release(*all_signed())))
    assert list(of.signoffs) == ["Security Lead"]


def test_who_has_no_role_in_the_plan_may_not_object() -> None:
    answer = refused("veto it crashes", asks(DAVE, role=Role.MAINTAIN))
    assert isinstance(answer, NotAllowed)
    assert "Ask one of them" in said(answer)


# -- withdraw ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("before", [signed("Tech Lead", TESS), vetoed(TESS)])
def test_what_one_has_said_is_taken_back(before: Event) -> None:
    at = asks(TESS, team_release(before, signed("Security Lead", SAM), vetoed(WANDA)), role=Role.READ)
    assert events("withdraw", at) == (Withdrawn(by=TESS, at=NOW),)
    of = after("withdraw", at)
    assert ([*of.signoffs], [veto.by for veto in of.vetoes]) == (["Security Lead"], [WANDA])


@pytest.mark.parametrize("before", [(), (signed("Security Lead", SAM), vetoed(WANDA)), (vetoed(TESS), retargeted())])
def test_nobody_takes_back_what_they_have_not_said(before: tuple[Event, ...]) -> None:
    answer = refused("withdraw", asks(TESS, team_release(*before), role=Role.READ))
    assert answer == NothingToTakeBack(what="sign-off")
    assert "/release status" in said(answer)
