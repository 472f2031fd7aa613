"""`finish`, `abandon`: a release ends when its gate is green, or when its manager says so all the same, and why."""

import pytest

from app.domain.answering import understand
from app.domain.messages import BadArguments, NotAllowed, NotReady
from app.domain.release.effects import CancelRun
from app.domain.release.events import Event, RunRefused
from app.domain.release.events_course import ReleaseAbandoned, ReleaseFinished
from app.domain.release.gate import GateState, judge
from app.domain.release.model import Progress
from app.domain.slash import Invocation
from app.domain.values import Person, Role, TaskId
from tests.commands.deciding import COMMANDS, accepted, after, events, refused, said
from tests.given import (
    DAVE,
    NOW,
    REPO,
    RUTH,
    SAM,
    TEAM,
    TESS,
    all_signed,
    asks,
    go_said,
    held,
    requested,
    run_seen,
    seen,
    started,
    team_release,
)

GREEN = (*all_signed(), go_said())
RUNNING = (requested("2.1"), started("2.1", run_id=501))


# -- finish -------------------------------------------------------------------------------------------------------


def test_a_release_whose_gate_is_green_is_finished() -> None:
    at = asks(RUTH, team_release(*GREEN))
    decision = accepted("finish", at)
    assert (decision.events, decision.effects) == ((ReleaseFinished(by=RUTH, reason="", at=NOW),), ())
    of = after("finish", at)
    assert of.closed is not None
    assert of.closed.how == "finished"
    assert judge(TEAM, of).state is GateState.SUCCESS


@pytest.mark.parametrize("before", [(), all_signed(), (*GREEN, held(SAM))])
def test_a_release_that_is_not_green_is_not_finished_unless_forced(before: tuple[Event, ...]) -> None:
    of = team_release(*before)
    answer = refused("finish", asks(RUTH, of))
    assert isinstance(answer, NotReady)
    assert (answer.command, answer.verdict.reasons) == ("finish", judge(TEAM, of).reasons)
    assert "/release finish --force <reason>" in said(answer)


@pytest.mark.parametrize("before", [(), (*GREEN, held(SAM)), GREEN])
def test_forced_it_is_finished_as_it_stands_and_its_gate_stays_as_it_was(before: tuple[Event, ...]) -> None:
    at = asks(RUTH, team_release(*before))
    assert events("finish --force shipped by hand", at) == (ReleaseFinished(by=RUTH, reason="shipped by hand", at=NOW),)
    state = judge(TEAM, team_release(*before)).state
    assert judge(TEAM, after("finish --force shipped by hand", at)).state is state


@pytest.mark.parametrize("text", ["finish --force", "abandon"])
def test_such_an_end_takes_a_reason(text: str) -> None:
    assert isinstance(understand(COMMANDS, Invocation(text, 1)), BadArguments)


# -- abandon --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("before", [(), GREEN, (held(SAM),)])
def test_a_release_may_be_given_up_at_any_time_and_its_gate_is_red(before: tuple[Event, ...]) -> None:
    at = asks(RUTH, team_release(*before))
    assert events("abandon 1.0.1 takes its place", at) == (
        ReleaseAbandoned(by=RUTH, reason="1.0.1 takes its place", at=NOW),
    )
    of = after("abandon 1.0.1 takes its place", at)
    assert of.closed is not None
    assert of.closed.how == "abandoned"
    assert judge(TEAM, of).state is GateState.FAILURE


def test_its_runs_that_are_going_on_are_stopped() -> None:
    at = asks(RUTH, team_release(*RUNNING))
    (effect,) = accepted("abandon no more", at).effects
    assert effect == CancelRun(repo=REPO, task=TaskId("2.1"), run_id=501, attempt=1, comment=None, issue=12)


@pytest.mark.parametrize(
    ("name", "before"),
    [
        ("none", ()),
        ("not started yet", (requested("2.1"),)),
        ("over", (*RUNNING, seen(run_seen(Progress.FAILURE, run_id=501)))),
        ("refused", (*RUNNING, RunRefused(task=TaskId("2.1"), attempt=1, reason="gone", at=NOW))),
    ],
)
def test_a_run_that_is_not_going_on_is_left_alone(name: str, before: tuple[Event, ...]) -> None:
    assert accepted("abandon no more", asks(RUTH, team_release(*before))).effects == (), name


def test_a_run_that_was_seen_at_work_is_stopped_at_its_attempt() -> None:
    at = asks(RUTH, team_release(*RUNNING, seen(run_seen(Progress.RUNNING, run_id=501))))
    assert [effect.kind for effect in accepted("abandon no more", at).effects] == ["cancel"]


@pytest.mark.parametrize(("by", "role"), [(TESS, Role.WRITE), (DAVE, Role.MAINTAIN), (RUTH, None)])
@pytest.mark.parametrize("text", ["finish", "finish --force now", "abandon no more"])
def test_only_a_release_manager_ends_a_release(text: str, by: Person, role: Role | None) -> None:
    assert isinstance(refused(text, asks(by, team_release(*GREEN), role=role)), NotAllowed)
