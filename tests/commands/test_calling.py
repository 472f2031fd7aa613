"""`go`, `no-go`: the release manager's word, taken only when nothing else is missing, and then the gate is green."""

import pytest

from app.domain.messages import NotAllowed, NothingToTakeBack, NotReady
from app.domain.release.events import Event
from app.domain.release.events_course import ReleaseAbandoned
from app.domain.release.events_said import GoSaid, NoGoSaid, Withdrawn
from app.domain.release.gate import Beside, GateState, GoNotSaid, NoGo, judge
from app.domain.values import Person, Role
from tests.commands.deciding import after, events, refused, said
from tests.given import (
    DAVE,
    NOW,
    OTHER_SHA,
    READ,
    RON,
    RUTH,
    SAM,
    SHA,
    TEAM,
    TESS,
    all_done,
    all_signed,
    asks,
    found,
    go_said,
    held,
    issue_seen,
    no_go_said,
    retargeted,
    seconded,
    signed,
    team_release,
    unticked,
    vetoed,
    waived,
)

# -- go -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("all is done", ()),
        ("no-go was said before", (no_go_said(RON),)),
        ("an item is waived", (unticked(READ, at=1), waived(READ, needs_second=True), seconded(READ))),
        ("a blocker is closed", (issue_seen(40, "P0"), issue_seen(40, "P0", is_open=False, at=1))),
    ],
)
def test_go_comes_last_and_turns_the_gate_green(name: str, more: tuple[Event, ...]) -> None:
    at = asks(RUTH, team_release(*all_signed(), *more))
    assert events("go", at) == (GoSaid(by=RUTH, sha=SHA, at=NOW),), name
    assert judge(TEAM, after("go", at)).state is GateState.SUCCESS


@pytest.mark.parametrize(
    ("name", "more", "says"),
    [
        ("an item is open", (unticked(READ, at=1),), "1.1.1"),
        ("a waiver waits for a second person", (unticked(READ, at=1), waived(READ, needs_second=True)), "1.1.1"),
        ("a box that nobody has claimed", (found(READ),), "1.1.1"),
        ("a blocker is open", (issue_seen(40, "P0"),), "It crashes"),
        ("held", (held(SAM),), "/release resume"),
        ("vetoed", (vetoed(SAM),), "/release withdraw"),
        ("a sign-off is missing", (Withdrawn(by=SAM, at=NOW),), "/release approve"),
        ("another commit", (retargeted(),), "/release approve"),
        ("given up", (ReleaseAbandoned(by=RON, reason="1.0.1 takes its place", at=NOW),), "1.0.1 takes its place"),
    ],
)
def test_go_is_not_taken_while_anything_else_is_open(name: str, more: tuple[Event, ...], says: str) -> None:
    of = team_release(*all_signed(), *more)
    answer = refused("go", asks(RUTH, of))
    assert isinstance(answer, NotReady), name
    assert (answer.command, answer.version, answer.sha) == ("go", "1.0.0", of.target.sha)
    assert answer.verdict.reasons == judge(TEAM, of).reasons
    assert says in said(answer)
    assert "/release " in said(answer)


def test_go_at_the_very_start_says_everything_that_is_missing() -> None:
    answer = refused("go", asks(RUTH))
    assert isinstance(answer, NotReady)
    assert [type(reason) for reason in answer.verdict.reasons if not isinstance(reason, GoNotSaid | NoGo | Beside)]


def test_go_is_said_once() -> None:
    answer = refused("go", asks(RON, team_release(*all_signed(), go_said())))
    assert answer == NothingToTakeBack(what="go")
    assert "/release no-go <reason>" in said(answer)


def test_d6_go_for_the_commit_before_is_no_go_for_this_one() -> None:
    of = team_release(*all_signed(), go_said(), retargeted(), signed("Tech Lead", TESS, sha=OTHER_SHA))
    assert isinstance(refused("go", asks(RUTH, of)), NotReady)


@pytest.mark.parametrize(("by", "role"), [(DAVE, Role.MAINTAIN), (TESS, Role.WRITE), (RUTH, None), (RUTH, Role.NONE)])
@pytest.mark.parametrize("text", ["go", "no-go it crashes"])
def test_the_call_is_the_release_manager_s(text: str, by: Person, role: Role | None) -> None:
    answer = refused(text, asks(by, team_release(*all_signed()), role=role))
    assert isinstance(answer, NotAllowed)


# -- no-go ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("no-go too many crashes", "too many crashes"),
        ("no-go", ""),
        ("nogo!", ""),
        ("no go because of --the network", "because of --the network"),
    ],
)
def test_no_go_is_taken_however_it_is_put(text: str, reason: str) -> None:
    assert events(text, asks(RUTH)) == (NoGoSaid(by=RUTH, reason=reason, sha=SHA, at=NOW),)


@pytest.mark.parametrize("before", [(), all_done(), (*all_signed(), go_said()), (no_go_said(RON),), (held(SAM),)])
def test_no_go_is_taken_at_any_time_and_turns_the_gate_red(before: tuple[Event, ...]) -> None:
    of = after("no-go too many crashes", asks(RUTH, team_release(*before)))
    verdict = judge(TEAM, of)
    assert verdict.state is GateState.FAILURE
    assert any(isinstance(reason, NoGo) for reason in verdict.reasons)


def test_after_a_no_go_somebody_has_to_say_go_again() -> None:
    of = after("no-go wait", asks(RON, team_release(*all_signed(), go_said())))
    assert events("go", asks(RUTH, of)) == (GoSaid(by=RUTH, sha=SHA, at=NOW),)
