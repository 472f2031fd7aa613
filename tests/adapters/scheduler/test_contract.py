"""What holds for turns, whoever gives them: one process by itself, or many by way of PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import nullcontext
from datetime import UTC, timedelta

import pytest
from structlog.testing import capture_logs

from app.adapters.clock import SystemClock
from app.adapters.scheduler.local import LocalScheduler
from app.adapters.scheduler.shared import SharedScheduler
from app.adapters.scheduler.sweeps import Find
from app.ports import TURN, Turns
from tests.real_postgres import emptied_turns, migrated, postgres

__all__ = ["migrated", "postgres"]  # fixtures
pytestmark = pytest.mark.anyio

PATIENCE = 60  # seconds; a busy machine is slow
CLOCK = SystemClock()
Make = Callable[[], Turns]


class Worker:
    """Work that notes what it was called with, can be held up, and can fail."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.running: list[str] = []
        self.most_at_once = 0
        self.go_on = asyncio.Event()
        self.go_on.set()
        self.fails = 0
        self.found: list[str] = []

    async def __call__(self, key: str) -> None:
        self.calls.append(key)
        self.running.append(key)
        self.most_at_once = max(self.most_at_once, self.running.count(key))
        turn = TURN.get()
        assert turn is not None
        try:
            with turn.aside() if key.startswith("aside") else nullcontext():
                await self.go_on.wait()
            if self.fails:
                self.fails -= 1
                raise OSError("the wire is cut")
        finally:
            self.running.remove(key)

    async def find(self) -> Sequence[str]:
        found, self.found = self.found, []
        return found


@pytest.fixture
def worker() -> Worker:
    return Worker()


@pytest.fixture(params=["local", "shared"])
async def make(request: pytest.FixtureRequest, worker: Worker) -> AsyncIterator[Callable[[], Awaitable[Turns]]]:
    """Makes a scheduler; where they are shared, each further one is another process on the same database."""
    made: list[Turns] = []
    work, sweeps = {"inbox": worker, "show": worker}, {"inbox": worker.find}
    url = "" if request.param == "local" else emptied_turns(*map(request.getfixturevalue, ("postgres", "migrated")))

    async def start() -> Turns:
        if request.param == "local":
            scheduler: Turns = LocalScheduler(work, CLOCK, sweeps=sweeps, sweep_seconds=0.2)
        else:
            scheduler = SharedScheduler(url, work, CLOCK, sweeps=sweeps, sweep_seconds=1)
        made.append(scheduler)
        await scheduler.start()
        return scheduler

    yield start
    worker.go_on.set()
    for scheduler in made:
        await scheduler.stop()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - what happens is in another process, or might be
            await asyncio.sleep(0.01)


Start = Callable[[], Awaitable[Turns]]


async def test_many_wakes_during_a_run_make_one_more_and_keys_run_side_by_side(make: Start, worker: Worker) -> None:
    scheduler = await make()
    worker.go_on.clear()
    scheduler.wake("inbox:repo:7")
    await until(lambda: worker.running == ["repo:7"])

    for _ in range(5):
        scheduler.wake("inbox:repo:7")
    scheduler.wake("show:other")
    await until(lambda: "other" in worker.running)
    worker.go_on.set()
    await until(lambda: len(worker.calls) == 3)
    await scheduler.idle()
    scheduler.wake("show:last")
    await until(lambda: "last" in worker.calls)

    assert worker.calls == ["repo:7", "other", "repo:7", "last"]
    assert worker.most_at_once == 1


async def test_who_waits_for_others_leaves_its_place_to_them(make: Start, worker: Worker) -> None:
    scheduler = await make()
    worker.go_on.clear()
    many = [f"aside:{number}" for number in range(40)]  # more than there are places
    for key in many:
        scheduler.wake(f"inbox:{key}")
    await until(lambda: sorted(worker.running) == sorted(many))
    scheduler.wake("inbox:other")
    await until(lambda: "other" in worker.running)
    worker.go_on.set()
    await until(lambda: not worker.running)
    worker.go_on.clear()
    for number in range(40):
        scheduler.wake(f"inbox:{number}")
    await until(lambda: len(worker.running) == 32)  # and all of them are places again, once
    scheduler.wake("show:elsewhere")
    await until(lambda: "elsewhere" in worker.running)
    assert len(worker.running) == 33


async def test_of_two_alarms_the_earlier_rings_and_hinders_no_wake(make: Start, worker: Worker) -> None:
    scheduler = await make()
    now = CLOCK.now().astimezone(UTC)
    scheduler.wake_at("inbox:a", now + timedelta(hours=1))
    scheduler.wake_at("inbox:b", now + timedelta(hours=1))
    scheduler.wake("inbox:b")
    await until(lambda: worker.calls == ["b"])

    scheduler.wake_at("inbox:a", now + timedelta(milliseconds=10))
    await until(lambda: worker.calls == ["b", "a"])


async def test_work_that_fails_is_told_and_done_again(make: Start, worker: Worker) -> None:
    scheduler = await make()
    worker.fails = 1
    with capture_logs() as logs:
        scheduler.wake("inbox:a")
        await until(lambda: worker.calls == ["a", "a"])

    failed = [log for log in logs if log["event"] == "work.failed"]
    assert [(log["key"], log["retry_in_seconds"]) for log in failed] == [("a", 1)]


async def test_a_sweep_finds_what_nobody_woke(make: Start, worker: Worker) -> None:
    worker.found = ["lost"]
    await make()
    await until(lambda: worker.calls == ["lost"])
    worker.found = ["again"]
    await until(lambda: worker.calls == ["lost", "again"])


async def test_stopping_lets_what_runs_finish_and_begins_nothing(make: Start, worker: Worker) -> None:
    scheduler = await make()
    worker.go_on.clear()
    scheduler.wake("inbox:a")
    await until(lambda: worker.running == ["a"])

    stopping = asyncio.create_task(scheduler.stop())
    await asyncio.sleep(0.05)
    scheduler.wake("inbox:b")
    worker.go_on.set()
    await stopping

    assert (worker.calls, worker.running) == (["a"], [])


async def test_stopping_cuts_off_what_does_not_finish_in_time(make: Start, worker: Worker) -> None:
    scheduler = await make()
    worker.go_on.clear()
    scheduler.wake("inbox:a")
    await until(lambda: worker.running == ["a"])

    await scheduler.stop(grace_seconds=0.01)

    assert worker.running == []


async def test_work_that_nobody_does_is_a_bug_and_told_at_once(make: Start, worker: Worker) -> None:
    scheduler = await make()
    with pytest.raises(KeyError):
        scheduler.wake("typo:a")
    with pytest.raises(KeyError):
        scheduler.wake_at("typo:a", CLOCK.now())
    find: dict[str, Find] = {"typo": worker.find}
    with pytest.raises(ValueError, match="typo"):
        SharedScheduler("postgresql+psycopg:///x", {"inbox": worker}, CLOCK, sweeps=find)
