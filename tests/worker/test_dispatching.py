"""A dispatch is never sent twice blindly, and never on another commit than the target."""

from dataclasses import replace

import pytest

from app.domain.release.effects import DispatchRun
from app.domain.release.settling import NobodyKnows, Started, TurnedDown
from app.domain.values import ReleaseId, TaskId
from app.ports import Entry, Rejected, StartedRun, Throttled, Unclear
from app.sim.clock import SimClock
from app.worker.dispatching import Dispatcher, NotYetKnown
from tests.clock import NOON
from tests.given import OTHER_SHA, REPO, SHA
from tests.worker.fakes import FakeGitHub

pytestmark = pytest.mark.anyio

MARKED = DispatchRun(
    repo=REPO,
    task=TaskId("1.1"),
    attempt=1,
    mark="gng-0123456789abcdef",
    workflow="release.yml",
    inputs={},
    sha=SHA,
    branch="main",
    candidate="gonogo/1.0.0",
    is_marked=True,
    comment=900,
    issue=12,
)
UNMARKED = replace(MARKED, is_marked=False)
RUN = StartedRun(id=501, url="https://github.com/octo-org/app/actions/runs/501")
FOUND = Started(run_id=RUN.id, url=RUN.url)
ANSWERED = Started(run_id=500, url="https://github.com/octo-org/app/actions/runs/500")


@pytest.fixture
def github() -> FakeGitHub:
    return FakeGitHub()


@pytest.fixture
def clock() -> SimClock:
    return SimClock(NOON)


@pytest.fixture
def dispatcher(github: FakeGitHub, clock: SimClock) -> Dispatcher:
    return Dispatcher(github, clock)


def entry(attempts: int, effect: DispatchRun = MARKED) -> Entry:
    return Entry(
        id=1,
        key="release:r1",
        release=ReleaseId("r1"),
        effect=effect,
        attempts=attempts,
        first_claimed_at=NOON,
    )


# -- sent once ----------------------------------------------------------------------------------------------


async def test_an_answer_with_the_run_is_all_there_is_to_it(github: FakeGitHub, dispatcher: Dispatcher) -> None:
    assert await dispatcher.perform(entry(1), MARKED) == ANSWERED
    assert github.calls == ["head_of", "dispatch"]


async def test_d11_an_answer_without_the_run_s_id_is_found_by_the_mark(
    github: FakeGitHub, dispatcher: Dispatcher
) -> None:
    github.is_silent = True
    github.runs[MARKED.mark] = RUN
    assert await dispatcher.perform(entry(1), MARKED) == FOUND
    assert github.calls == ["head_of", "dispatch", "find_run"]


async def test_d11_an_answer_that_was_lost_is_found_by_the_mark(github: FakeGitHub, dispatcher: Dispatcher) -> None:
    github.errors["dispatch"] = [Unclear("timeout")]
    github.runs[MARKED.mark] = RUN
    assert await dispatcher.perform(entry(1), MARKED) == FOUND


async def test_d11_a_refusal_is_final(github: FakeGitHub, dispatcher: Dispatcher) -> None:
    github.errors["dispatch"] = [Rejected(422, "Unexpected inputs provided")]
    expected = TurnedDown(reason="GitHub answered 422: Unexpected inputs provided")
    assert await dispatcher.perform(entry(1), MARKED) == expected


async def test_a_rate_limit_is_left_to_whoever_keeps_the_ledger(github: FakeGitHub, dispatcher: Dispatcher) -> None:
    github.errors["dispatch"] = [Throttled(NOON)]
    with pytest.raises(Throttled):
        await dispatcher.perform(entry(1), MARKED)


async def test_d11_what_may_have_been_sent_is_not_forgotten_where_the_look_for_it_is_put_off(
    github: FakeGitHub, dispatcher: Dispatcher
) -> None:
    github.errors["dispatch"] = [Unclear("timeout"), Unclear("timeout")]
    github.errors["find_run"] = [Throttled(NOON)]
    with pytest.raises(NotYetKnown):
        await dispatcher.perform(entry(1), MARKED)
    assert len(github.refs) == 1


async def test_d11_after_the_second_sending_nobody_sends_a_third_whatever_the_look_brings(
    github: FakeGitHub, clock: SimClock, dispatcher: Dispatcher
) -> None:
    await clock.wind(60)
    github.errors["dispatch"] = [Unclear("timeout")]
    github.errors["find_run"] = [Unclear("once"), Throttled(NOON)]
    with pytest.raises(Unclear):
        await dispatcher.perform(entry(7), MARKED)
    github.errors["find_run"] = []
    assert await dispatcher.perform(entry(8), MARKED) == NobodyKnows()
    assert len(github.refs) == 1


# -- and looked for before it is sent again ------------------------------------------------------------------


async def test_d11_a_run_is_looked_for_for_a_minute_then_sent_once_more_then_given_up(
    github: FakeGitHub, clock: SimClock, dispatcher: Dispatcher
) -> None:
    github.errors["dispatch"] = [Unclear("timeout"), Unclear("timeout")]
    with pytest.raises(NotYetKnown):
        await dispatcher.perform(entry(1), MARKED)
    for attempts in range(2, 8):  # at 0, 10, ... 50 s
        with pytest.raises(NotYetKnown):
            await dispatcher.perform(entry(attempts), MARKED)
        await clock.wind(10)
    assert len(github.refs) == 1
    assert await dispatcher.perform(entry(8), MARKED) == NobodyKnows()
    assert len(github.refs) == 2


async def test_d11_the_second_sending_may_be_the_one_that_is_answered(
    github: FakeGitHub, clock: SimClock, dispatcher: Dispatcher
) -> None:
    await clock.wind(60)
    assert await dispatcher.perform(entry(7), MARKED) == ANSWERED
    assert github.calls == ["find_run", "head_of", "dispatch"]


async def test_d11_a_run_that_shows_late_is_found_and_not_sent_again(
    github: FakeGitHub, clock: SimClock, dispatcher: Dispatcher
) -> None:
    await clock.wind(3600)
    github.runs[MARKED.mark] = RUN
    assert await dispatcher.perform(entry(7), MARKED) == FOUND
    assert github.refs == []


async def test_d11_what_carries_no_mark_is_never_sent_a_second_time(github: FakeGitHub, dispatcher: Dispatcher) -> None:
    github.errors["dispatch"] = [Unclear("timeout")]
    assert await dispatcher.perform(entry(1, UNMARKED), UNMARKED) == NobodyKnows()
    assert await dispatcher.perform(entry(2, UNMARKED), UNMARKED) == NobodyKnows()
    assert len(github.refs) == 1
    assert "find_run" not in github.calls


# -- on the target, or not at all ------------------------------------------------------------------------------


async def test_the_target_s_own_branch_is_used_while_its_head_is_the_target(
    github: FakeGitHub, dispatcher: Dispatcher
) -> None:
    await dispatcher.perform(entry(1), MARKED)
    assert (github.refs, list(github.heads)) == (["main"], ["main"])


@pytest.mark.parametrize(
    ("name", "effect"), [("moved on", MARKED), ("named by a bare sha", replace(MARKED, branch=""))]
)
async def test_else_a_candidate_branch_is_made_at_the_target(
    github: FakeGitHub, dispatcher: Dispatcher, name: str, effect: DispatchRun
) -> None:
    github.heads["main"] = OTHER_SHA
    assert await dispatcher.perform(entry(1, effect), effect) == ANSWERED
    assert (github.refs, github.heads["gonogo/1.0.0"]) == (["gonogo/1.0.0"], SHA), name


async def test_a_candidate_branch_that_stands_at_the_target_is_used_again(
    github: FakeGitHub, dispatcher: Dispatcher
) -> None:
    github.heads.update({"main": OTHER_SHA, "gonogo/1.0.0": SHA})
    await dispatcher.perform(entry(1), MARKED)
    assert github.refs == ["gonogo/1.0.0"]
    assert "create_branch" not in github.calls


async def test_a_candidate_branch_that_stands_elsewhere_is_left_alone(
    github: FakeGitHub, dispatcher: Dispatcher
) -> None:
    github.heads.update({"main": OTHER_SHA, "gonogo/1.0.0": OTHER_SHA})
    outcome = await dispatcher.perform(entry(1), MARKED)
    assert isinstance(outcome, TurnedDown)
    assert "gonogo/1.0.0 stands at b2b2b2b, not at the target a1a1a1a" in outcome.reason
    assert github.refs == []


class MadeMeanwhile(FakeGitHub):
    """Somebody makes the candidate branch between our look and our call."""

    stands_at = SHA

    async def create_branch(self, repo: object, branch: str, sha: object) -> None:
        del repo, sha
        self.heads[branch] = self.stands_at
        raise Rejected(422, "Reference already exists")


class MadeElsewhereMeanwhile(MadeMeanwhile):
    stands_at = OTHER_SHA


async def test_a_candidate_branch_that_somebody_made_at_the_target_meanwhile_is_as_good(clock: SimClock) -> None:
    github = MadeMeanwhile(heads={"main": OTHER_SHA})
    assert await Dispatcher(github, clock).perform(entry(1), MARKED) == ANSWERED
    assert github.refs == ["gonogo/1.0.0"]


async def test_a_candidate_branch_that_somebody_made_elsewhere_meanwhile_is_not(clock: SimClock) -> None:
    github = MadeElsewhereMeanwhile(heads={"main": OTHER_SHA})
    assert await Dispatcher(github, clock).perform(entry(1), MARKED) == TurnedDown(
        reason="branch gonogo/1.0.0 could not be created at a1a1a1a: Reference already exists"
    )
    assert github.refs == []
