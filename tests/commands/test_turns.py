"""`run`, `retry` in their turn: phases open one after the other, needs come first, a release manager may go past."""

from dataclasses import replace

import pytest

from app.domain.facts import WorkflowInputs
from app.domain.messages import NotAllowed, NotItsTurn, WorkflowMissing
from app.domain.plan.reader import read_plan
from app.domain.policy import managers
from app.domain.release.events import Event, RunRefused
from app.domain.release.events_said import OrderWaived
from app.domain.release.model import Progress
from app.domain.values import Person, Role, TaskId
from tests.commands.deciding import accepted, refused, said
from tests.given import (
    DAVE,
    DESK,
    NOW,
    RUTH,
    TEAM,
    TEAM_TEXT,
    TESS,
    all_done,
    asks,
    requested,
    run_seen,
    seen,
    started,
    team_release,
    unticked,
    waived,
)

REFUSED = RunRefused(task=TaskId("2.1"), attempt=1, reason="no", at=NOW)
FIRST_MET = all_done()[:5]
BUILT = all_done()[:8]
SIGNING = TaskId("2.2")


def test_a_task_of_a_phase_that_is_not_open_waits_for_what_opens_it() -> None:
    answer = refused("2.1", asks(DAVE))
    assert answer == NotItsTurn(
        task="2.1 Build installers",
        slug="build-installers",
        needs=(),
        phase="Phase 1: Prepare",
        criteria=("All P0 items complete", "P1 completion ≥ 50 %", "Everybody is at their desk"),
        managers=managers(TEAM),
    )
    assert "/release why" in said(answer)
    assert "/release build-installers --force <reason>" in said(answer)


def test_a_workflow_that_is_run_by_its_name_waits_for_the_turn_of_a_task_that_uses_it() -> None:
    text = TEAM_TEXT.replace(
        "### 2.1 Build installers",
        """### 2.0 Night <!-- gonogo: P0 -->
**Responsible**: Tech Lead

- [ ] Nightly is green <!-- gonogo: evidence="workflow=nightly.yml" -->

### 2.1 Build installers""",
    )
    plan = read_plan(text, path=".github/release-plan.md", version="1.0.0")
    at = replace(asks(TESS), plan=plan, workflows={"nightly.yml": WorkflowInputs(declared=frozenset())})
    assert isinstance(refused("nightly.yml", at), NotItsTurn)
    opened = replace(at, release=team_release(*FIRST_MET))
    assert [effect.kind for effect in accepted("nightly.yml", opened).effects] == ["dispatch"]
    assert isinstance(refused("nightly.yml", replace(opened, actor=asks(DAVE).actor)), NotAllowed)


def test_a_task_comes_after_what_it_needs() -> None:
    answer = refused("sign-installers", asks(DAVE, team_release(*FIRST_MET)))
    assert isinstance(answer, NotItsTurn)
    assert (answer.needs, answer.phase, answer.criteria) == (("2.1 Build installers",), "", ())


@pytest.mark.parametrize(
    ("text", "before"),
    [("2.1", FIRST_MET), ("2.2", BUILT), ("2.2", (*FIRST_MET, waived("2.1.1"))), ("run 2.1", FIRST_MET)],
)
def test_a_task_whose_turn_has_come_is_run(text: str, before: tuple[Event, ...]) -> None:
    assert [event.kind for event in accepted(text, asks(DAVE, team_release(*before))).events] == ["run_requested"]


def test_d23_several_tasks_are_no_way_round_their_order() -> None:
    answer = refused("run 2.1 2.2", asks(DAVE, team_release(*FIRST_MET)))
    assert isinstance(answer, NotItsTurn)
    assert answer.task == "2.2 Sign installers"


@pytest.mark.parametrize(
    ("text", "before", "over"),
    [
        ("2.2 --force the build is known", FIRST_MET, ("2.1 Build installers",)),
        ("2.2 --force the build is known", (), ("2.1 Build installers", "the exit criteria of Phase 1: Prepare")),
        ("run 2.2 --force the build is known", BUILT[:5], ("2.1 Build installers",)),
    ],
)
def test_a_release_manager_runs_a_task_before_its_turn_and_the_reason_is_kept(
    text: str, before: tuple[Event, ...], over: tuple[str, ...]
) -> None:
    decision = accepted(text, asks(RUTH, team_release(*before)))
    waived_order, asked = decision.events
    assert waived_order == OrderWaived(task=SIGNING, over=over, by=RUTH, reason="the build is known", at=NOW)
    assert (asked.kind, [effect.kind for effect in decision.effects]) == ("run_requested", ["dispatch"])
    assert team_release(*before, *decision.events).forced[SIGNING].by == RUTH


def test_a_task_whose_order_was_waived_once_may_be_run_again_by_anybody_who_may_run_it() -> None:
    forced = OrderWaived(task=SIGNING, over=(), by=RUTH, reason="we know", at=NOW)
    assert [event.kind for event in accepted("2.2", asks(DAVE, team_release(forced))).events] == ["run_requested"]


def test_nothing_is_waived_where_a_task_s_turn_has_come() -> None:
    decision = accepted("2.1 --force just in case", asks(RUTH, team_release(*FIRST_MET)))
    assert [event.kind for event in decision.events] == ["run_requested"]


def test_an_order_is_not_waived_for_a_run_that_is_not_to_be_had() -> None:
    answer = refused("2.2 --force now", replace(asks(RUTH), workflows={"release.yml": None}))
    assert isinstance(answer, WorkflowMissing)


@pytest.mark.parametrize(("by", "role"), [(DAVE, Role.MAINTAIN), (TESS, Role.WRITE), (RUTH, None)])
def test_only_a_release_manager_goes_past_the_order(by: Person, role: Role | None) -> None:
    assert isinstance(refused("2.2 --force we know", asks(by, role=role)), NotAllowed)


@pytest.mark.parametrize(
    "before",
    [
        (requested("2.1"), REFUSED),
        (requested("2.1"), started("2.1", run_id=501), seen(run_seen(Progress.FAILURE, run_id=501))),
    ],
)
def test_d23_a_run_of_before_is_no_way_round_a_phase_that_has_closed_again(before: tuple[Event, ...]) -> None:
    assert len(accepted("retry 2.1", asks(DAVE, team_release(*FIRST_MET, *before))).effects) == 1
    closed = team_release(*FIRST_MET, *before, unticked(DESK, RUTH, at=1))
    assert isinstance(refused("retry 2.1", asks(DAVE, closed)), NotItsTurn)
