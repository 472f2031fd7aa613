"""The order of things: a phase opens when the one before has met its exit criteria, and nothing waits for itself."""

from dataclasses import replace

import pytest

from app.domain.plan.model import ByReadiness, Plan
from app.domain.plan.reader import read_plan
from app.domain.release.events import Event
from app.domain.release.events_said import OrderWaived
from app.domain.release.items import State
from app.domain.release.offers import Offers
from app.domain.release.order import Before, Order
from app.domain.release.readiness import phases_up_to
from app.domain.release.standing import standing
from app.domain.values import ItemId, PhaseId, TaskId
from tests.domain.plan.reading import read
from tests.given import (
    DESK,
    GUIDE,
    NOW,
    READ,
    RUTH,
    SHOTS,
    TEAM,
    TEAM_TEXT,
    WANDA,
    all_done,
    found,
    issues_read,
    requested,
    run_seen,
    seconded,
    seen,
    started,
    team_release,
    ticked,
    unticked,
    waived,
)

FIRST_MET = all_done()[:5]  # the first phase's items, and nothing run yet
BUILT = (requested("2.1"), started("2.1", run_id=501), seen(run_seen(run_id=501)))


def before(task: str, *events: Event, plan: Plan = TEAM) -> Before:
    stands = standing(plan, team_release(*events))
    return Order(plan, stands).before(stands.tasks[TaskId(task)])


def criteria(task: str, *events: Event, plan: Plan = TEAM) -> tuple[str, list[str]]:
    """The phase that a task waits for, and its exit criteria that are not met."""
    found = before(task, *events, plan=plan)
    return found.phase, [item.item.id for item in found.criteria]


def state(item: str, *events: Event, plan: Plan = TEAM) -> State:
    found = standing(plan, team_release(*events)).of(ItemId(item))
    assert found is not None
    return found.state


# -- phases ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("task", ["1.1", "1.2", "exit-criteria"])
def test_the_first_phase_is_open(task: str) -> None:
    assert before(task) == Before()


def test_a_phase_waits_for_the_exit_criteria_of_the_one_before() -> None:
    phase = "Phase 1: Prepare"
    assert criteria("2.1") == (phase, ["exit-criteria.1", "exit-criteria.2", "exit-criteria.3"])
    assert criteria("2.1", ticked(GUIDE)) == (phase, ["exit-criteria.1", "exit-criteria.3"])
    assert criteria("2.1", *FIRST_MET) == ("", [])
    assert criteria("3.1", *FIRST_MET) == ("Phase 2: Build", ["exit-criteria-2.1"])


@pytest.mark.parametrize("event", [unticked(DESK, at=1), unticked(GUIDE, at=1), found(DESK, is_ticked=False)])
def test_a_phase_closes_again_where_a_criterion_is_not_met_any_more(event: Event) -> None:
    assert criteria("2.1", *FIRST_MET, event)[0] == "Phase 1: Prepare"


def test_a_criterion_that_is_waived_is_waited_for_no_more() -> None:
    events = (*FIRST_MET, unticked(DESK, at=1))
    assert criteria("2.1", *events, waived(DESK)) == ("", [])
    assert criteria("2.1", *events, waived(DESK, needs_second=True))[1] == ["exit-criteria.1", DESK]
    assert criteria("2.1", *events, waived(DESK, needs_second=True), seconded(DESK)) == ("", [])


def test_d23_a_phase_without_exit_criteria_is_no_way_round_those_before_it() -> None:
    text = TEAM_TEXT.replace("### Exit Criteria\n\n- [ ] All P0 items complete\n\n## Phase 3", "## Phase 3")
    plan = read_plan(text, version="1.0.0")
    assert len(plan.phases) == 3
    assert criteria("3.1", plan=plan)[0] == "Phase 1: Prepare"
    assert criteria("3.1", *FIRST_MET, plan=plan) == ("", [])


def test_a_task_whose_order_was_waived_waits_for_nothing() -> None:
    forced = OrderWaived(task=TaskId("2.2"), over=("2.1 Build installers",), by=RUTH, reason="we know", at=NOW)
    assert before("2.2", forced).is_nothing
    assert not before("2.1", forced).is_nothing


# -- needs ------------------------------------------------------------------------------------------------------


def test_a_task_comes_after_what_it_needs() -> None:
    assert [task.task.id for task in before("2.2", *FIRST_MET).needs] == ["2.1"]
    assert not before("2.2", *FIRST_MET).is_nothing
    assert before("2.2", *FIRST_MET, *BUILT).is_nothing
    assert before("2.2", *FIRST_MET, waived("2.1.1")).is_nothing


def test_what_can_be_run_now_is_what_nothing_comes_before() -> None:
    def offered(*events: Event) -> list[str]:
        stands = standing(TEAM, team_release(*events))
        offers = Offers(stands, Order(TEAM, stands))
        return [task.task.id for task in stands.tasks.values() if offers.may_run(task)]

    assert offered() == []
    assert offered(*FIRST_MET) == ["2.1"]
    assert offered(*FIRST_MET, *BUILT) == ["2.2"]


def test_what_is_to_be_run_afterwards_stands_behind_what_comes_first() -> None:
    stands = standing(TEAM, team_release(*FIRST_MET))
    way = Offers(stands, Order(TEAM, stands)).way([stands.tasks[TaskId("2.2")]])
    assert (list(way.now), list(way.then), list(way.running), list(way.held)) == (["2.1"], ["2.2"], [], [])


# -- exit criteria that speak of readiness ----------------------------------------------------------------------------


def test_the_figures_of_a_phase_s_exit_criteria_are_of_the_items_up_to_its_end() -> None:
    """Else it would wait for phases that wait for it."""
    assert state("exit-criteria.1", *FIRST_MET) is State.DONE
    assert state("exit-criteria-2.1", *FIRST_MET) is State.OPEN
    assert state("exit-criteria-2.1", *all_done()) is State.DONE


def test_a_later_phase_s_criteria_look_at_those_before_it_too() -> None:
    assert state("exit-criteria-2.1", *all_done(), unticked(READ, at=1)) is State.OPEN


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ((), State.OPEN),
        ((ticked(GUIDE, WANDA),), State.DONE),
        ((ticked(GUIDE, WANDA), ticked(SHOTS, WANDA)), State.DONE),
        ((waived(SHOTS),), State.OPEN),
        ((waived(SHOTS), ticked(GUIDE, WANDA)), State.DONE),
        ((waived(SHOTS), waived(GUIDE)), State.DONE),  # nothing of it is left to do
    ],
)
def test_a_share_is_of_the_items_that_are_not_waived(events: tuple[Event, ...], expected: State) -> None:
    assert state("exit-criteria.2", *events) is expected


def test_a_figure_says_how_much_is_there() -> None:
    share = standing(TEAM, team_release()).of(ItemId("exit-criteria.2"))
    assert share is not None
    assert (share.found, share.evidence) == ("P1 is at 0 %", None)
    share = standing(TEAM, team_release(ticked(GUIDE), ticked(SHOTS))).of(ItemId("exit-criteria.2"))
    assert share is not None
    assert share.evidence is not None
    assert share.evidence.what == "P1 is at 100 %"


def test_an_item_about_the_figures_may_be_waived() -> None:
    assert state("exit-criteria.1", waived("exit-criteria.1")) is State.WAIVED


def test_a_priority_that_no_item_has_is_wholly_done() -> None:
    plan = read('# R\n\n- [ ] Ship <!-- gonogo: P1 -->\n- [ ] Ready <!-- gonogo: evidence="readiness=P0>=100" -->\n')
    assert [item.state for task in standing(plan, team_release()).tasks.values() for item in task.items] == [
        State.OPEN,
        State.DONE,
    ]


@pytest.mark.parametrize(
    ("operator", "expected"),
    [("<", State.OPEN), ("<=", State.DONE), (">", State.OPEN), (">=", State.DONE), ("==", State.DONE)],
)
def test_a_figure_is_compared_as_the_plan_says(operator: str, expected: State) -> None:
    plan = read(f'# R\n\n- [ ] Ready <!-- gonogo: evidence="readiness=overall{operator}100" -->\n')
    (item,) = plan.items()
    assert isinstance(item.wanted, ByReadiness)
    assert state(item.id, plan=plan) is expected


def test_of_a_phase_that_is_not_there_all_phases_are_looked_at() -> None:
    assert phases_up_to(TEAM, PhaseId("2")) == TEAM.phases[:2]
    assert phases_up_to(TEAM, PhaseId("nowhere")) == TEAM.phases


def test_no_plan_waits_for_itself() -> None:
    """Done one item after the other, with nothing forced, each phase opens in its turn."""
    assert criteria("2.1", issues_read())[1]
    assert before("2.1", *FIRST_MET).is_nothing
    assert before("3.1", *all_done()).is_nothing
    last = replace(TEAM, phases=TEAM.phases[:1])
    assert criteria("1.2", plan=last) == ("", [])
