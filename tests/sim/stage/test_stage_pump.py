"""Webhooks reach the service in order, also when it is late, and what it does not take is told."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager

import pytest

from app.sim.clock import SimClock
from app.sim.stage import REPO, Stage, build_stage, pump
from app.sim.stage.pump import TRIES
from tests.clock import NOON

pytestmark = pytest.mark.anyio

Answers = Callable[[str], int]


@asynccontextmanager
async def pumping(stage: Stage, answers: Answers) -> AsyncGenerator[list[str]]:
    got: list[str] = []

    async def post(_body: bytes, headers: Mapping[str, str]) -> int:
        got.append(headers["X-GitHub-Event"])
        await asyncio.sleep(0)
        return answers(headers["X-GitHub-Event"])

    task = asyncio.create_task(pump(stage, post))
    try:
        yield got
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
def clock() -> SimClock:
    return SimClock(NOON)


@pytest.fixture
def stage(clock: SimClock) -> Stage:
    return build_stage(clock)


def open_and_comment(stage: Stage) -> None:
    stage.github.open_issue(REPO, "Release 1.0.0", by="release-manager")
    stage.github.comment(REPO, 1, "Hello", by="developer")


async def test_webhooks_come_in_the_order_of_what_happened(stage: Stage, clock: SimClock) -> None:
    async with pumping(stage, lambda _: 202) as got:
        open_and_comment(stage)
        await clock.wind(0.1)
        assert got == ["issues", "issue_comment"]
        assert stage.telling.troubles == []


async def test_time_passes_on_the_simulated_github_by_itself(stage: Stage, clock: SimClock) -> None:
    async with pumping(stage, lambda _: 202) as got:
        stage.github.dispatch(REPO, "release.yml", "main", {"task": "sign", "version": "1.0.0"}, by="devops")
        await clock.wind(10)
        assert got.count("workflow_run") == 3
        assert got[-1] == "check_suite"


async def test_a_service_that_comes_up_late_misses_nothing(stage: Stage, clock: SimClock) -> None:
    down = [True]

    def answer(_event: str) -> int:
        if down[0]:
            raise ConnectionRefusedError
        return 202

    async with pumping(stage, answer) as got:
        open_and_comment(stage)
        await clock.wind(3)
        assert set(got) == {"issues"}
        down[0] = False
        await clock.wind(1)
        assert got[-2:] == ["issues", "issue_comment"]
        assert stage.telling.troubles == []


@pytest.mark.parametrize(("status", "tries", "seconds"), [(500, TRIES, 12), (401, 1, 0.1)])
async def test_what_the_service_does_not_take_is_told_and_the_next_has_its_turn(
    stage: Stage, clock: SimClock, status: int, tries: int, seconds: float
) -> None:
    async with pumping(stage, lambda event: status if event == "issues" else 202) as got:
        open_and_comment(stage)
        await clock.wind(seconds)
        assert got == ["issues"] * tries + ["issue_comment"]
        assert stage.telling.troubles == [f"The service answered {status} to the webhook “issues opened”."]


async def test_a_simulation_that_breaks_says_so_on_the_page(stage: Stage, clock: SimClock) -> None:
    def breaks() -> None:
        raise ValueError("an expression that nobody understands")

    async with pumping(stage, lambda _: 202):
        stage.github.later(1, breaks)
        await clock.wind(2)
    assert stage.telling.troubles == [
        "The simulated GitHub broke, and nothing moves any more: an expression that nobody understands"
    ]
