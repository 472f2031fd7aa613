"""Turns: one run of a key at a time, keys side by side, nothing forgotten and nobody starved."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import timedelta

import pytest
import structlog
from structlog.testing import capture_logs

from app.adapters.scheduler.local import LocalScheduler
from app.adapters.scheduler.sweeps import Once
from app.sim.clock import SimClock
from tests.clock import NOON

pytestmark = pytest.mark.anyio


class Worker:
    """Work that notes what it was called with, can be held up, and can fail."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.running: list[str] = []
        self.most_at_once = 0
        self.go_on = asyncio.Event()
        self.go_on.set()
        self.fails = 0

    async def __call__(self, key: str) -> None:
        self.calls.append(key)
        self.running.append(key)
        self.most_at_once = max(self.most_at_once, len(self.running))
        try:
            await self.go_on.wait()
            if self.fails:
                self.fails -= 1
                raise OSError("the wire is cut")
        finally:
            self.running.remove(key)


@pytest.fixture
def clock() -> SimClock:
    return SimClock(NOON)


@pytest.fixture
def worker() -> Worker:
    return Worker()


@pytest.fixture
async def scheduler(worker: Worker, clock: SimClock) -> AsyncIterator[LocalScheduler]:
    scheduler = LocalScheduler({"inbox": worker}, clock, concurrency=2)
    await scheduler.start()
    yield scheduler
    worker.go_on.set()
    await scheduler.stop()


async def turns(condition: Callable[[], bool]) -> None:
    for _ in range(100):
        if condition():
            return
        await asyncio.sleep(0)
    raise AssertionError("it did not happen")


async def test_what_is_begun_with_after_a_start_is_begun_with_once_and_anew_when_it_was_gone() -> None:
    found = ["a"]

    async def find() -> Sequence[str]:
        return list(found)

    once = Once(find)
    assert [await once(), await once()] == [["a"], []]
    found[:] = ["a", "b"]
    assert [await once(), await once()] == [["b"], []]
    found[:] = []
    assert await once() == []
    found[:] = ["a"]  # a repository whose last release ended, and that has another one: its alarms ended with the last
    assert await once() == ["a"]


async def test_a_woken_key_is_worked_on_without_its_prefix(scheduler: LocalScheduler, worker: Worker) -> None:
    scheduler.wake("inbox:repo:7")
    await scheduler.idle()

    assert worker.calls == ["repo:7"]


async def test_a_wake_before_the_start_is_not_lost(worker: Worker, clock: SimClock) -> None:
    scheduler = LocalScheduler({"inbox": worker}, clock)
    scheduler.wake("inbox:a")
    assert worker.calls == []

    await scheduler.start()
    await scheduler.idle()

    assert worker.calls == ["a"]
    await scheduler.stop()


async def test_many_wakes_during_a_run_make_one_more_run(scheduler: LocalScheduler, worker: Worker) -> None:
    worker.go_on.clear()
    scheduler.wake("inbox:a")
    await turns(lambda: worker.running == ["a"])

    for _ in range(5):
        scheduler.wake("inbox:a")
    worker.go_on.set()
    await scheduler.idle()

    assert worker.calls == ["a", "a"]
    assert worker.most_at_once == 1


async def test_many_wakes_before_a_run_make_one_run(scheduler: LocalScheduler, worker: Worker) -> None:
    for _ in range(5):
        scheduler.wake("inbox:a")
    await scheduler.idle()

    assert worker.calls == ["a"]


async def test_keys_run_side_by_side_up_to_the_limit(scheduler: LocalScheduler, worker: Worker) -> None:
    worker.go_on.clear()
    for key in ("a", "b", "c"):
        scheduler.wake(f"inbox:{key}")
    await turns(lambda: len(worker.running) == 2)
    worker.go_on.set()
    await scheduler.idle()

    assert worker.calls == ["a", "b", "c"]
    assert worker.most_at_once == 2


async def test_a_busy_key_goes_to_the_back_of_the_queue(worker: Worker, clock: SimClock) -> None:
    scheduler = LocalScheduler({"inbox": worker}, clock, concurrency=1)
    await scheduler.start()
    worker.go_on.clear()
    scheduler.wake("inbox:busy")
    await turns(lambda: worker.running == ["busy"])
    scheduler.wake("inbox:busy")
    scheduler.wake("inbox:quiet")

    worker.go_on.set()
    await scheduler.idle()

    assert worker.calls == ["busy", "quiet", "busy"]
    await scheduler.stop()


async def test_slow_work_of_one_kind_does_not_hold_up_another(worker: Worker, clock: SimClock) -> None:
    other = Worker()
    scheduler = LocalScheduler({"ledger": worker, "inbox": other}, clock, concurrency=1)
    await scheduler.start()
    worker.go_on.clear()
    scheduler.wake("ledger:a")
    scheduler.wake("inbox:a")

    await turns(lambda: other.calls == ["a"])

    assert worker.running == ["a"]
    worker.go_on.set()
    await scheduler.stop()


async def test_an_alarm_rings_at_its_time(scheduler: LocalScheduler, worker: Worker, clock: SimClock) -> None:
    scheduler.wake_at("inbox:a", NOON + timedelta(seconds=10))
    await scheduler.idle()  # a time to come does not count as work

    await clock.wind(9)
    assert worker.calls == []
    await clock.wind(1)
    assert worker.calls == ["a"]


async def test_of_two_alarms_the_earlier_rings(scheduler: LocalScheduler, worker: Worker, clock: SimClock) -> None:
    scheduler.wake_at("inbox:a", NOON + timedelta(seconds=60))
    scheduler.wake_at("inbox:a", NOON + timedelta(seconds=10))
    scheduler.wake_at("inbox:a", NOON + timedelta(seconds=30))

    await clock.wind(10)
    assert worker.calls == ["a"]
    await clock.wind(100)
    assert worker.calls == ["a"]


async def test_an_alarm_for_the_past_rings_now(scheduler: LocalScheduler, worker: Worker) -> None:
    scheduler.wake_at("inbox:a", NOON - timedelta(days=1))

    await turns(lambda: worker.calls == ["a"])


async def test_work_that_fails_is_told_and_tried_again_later_each_time(
    scheduler: LocalScheduler, worker: Worker, clock: SimClock
) -> None:
    worker.fails = 3
    with capture_logs() as logs:
        scheduler.wake("inbox:a")
        await scheduler.idle()
        for calls, seconds in [(2, 1), (3, 2), (4, 4)]:
            await clock.wind(seconds - 0.5)
            assert len(worker.calls) == calls - 1
            await clock.wind(0.5)
            assert len(worker.calls) == calls

    assert [(log["event"], log["key"], log["retry_in_seconds"]) for log in logs] == [
        ("work.failed", "a", 1),
        ("work.failed", "a", 2),
        ("work.failed", "a", 4),
    ]
    await clock.wind(1_000)
    assert len(worker.calls) == 4


async def test_a_key_that_keeps_failing_is_asked_for_once_a_minute(
    scheduler: LocalScheduler, worker: Worker, clock: SimClock
) -> None:
    worker.fails = 1_000
    scheduler.wake("inbox:a")
    await clock.wind(120)
    before = len(worker.calls)

    await clock.wind(600)

    assert len(worker.calls) - before == 10


async def test_a_key_at_rest_is_not_hurried_by_wakes_and_not_forgotten(
    scheduler: LocalScheduler, worker: Worker, clock: SimClock
) -> None:
    worker.fails = 2
    scheduler.wake_at("inbox:a", NOON + timedelta(seconds=0.5))
    scheduler.wake("inbox:a")
    await scheduler.idle()

    scheduler.wake("inbox:a")
    await clock.wind(0.9)  # its older alarm has rung in between
    assert len(worker.calls) == 1

    await clock.wind(0.1)
    assert len(worker.calls) == 2
    await clock.wind(2)
    assert len(worker.calls) == 3


async def test_a_broken_key_holds_nobody_up(scheduler: LocalScheduler, worker: Worker) -> None:
    worker.fails = 1
    for key in ("broken", "b", "c"):
        scheduler.wake(f"inbox:{key}")
    await scheduler.idle()

    assert worker.calls == ["broken", "b", "c"]


async def test_a_sweep_finds_what_nobody_woke(worker: Worker, clock: SimClock) -> None:
    waiting: list[str] = ["old"]

    async def find() -> Sequence[str]:
        return waiting

    scheduler = LocalScheduler({"inbox": worker}, clock, sweeps={"inbox": find}, sweep_seconds=30)
    await scheduler.start()
    await turns(lambda: worker.calls == ["old"])

    waiting = ["lost"]
    await clock.wind(30)

    assert worker.calls == ["old", "lost"]
    await scheduler.stop()


async def test_a_sweep_that_fails_is_told_and_comes_again(worker: Worker, clock: SimClock) -> None:
    answers: list[Sequence[str]] = [["later"]]
    is_down = True

    async def find() -> Sequence[str]:
        if is_down:
            raise OSError("no database")
        return answers.pop() if answers else []

    scheduler = LocalScheduler({"inbox": worker}, clock, sweeps={"inbox": find}, sweep_seconds=30)
    with capture_logs() as logs:
        await scheduler.start()
        await clock.wind(1)
        is_down = False
        await clock.wind(30)

    assert [log["event"] for log in logs] == ["sweep.failed"]
    assert worker.calls == ["later"]
    await scheduler.stop()


async def test_stopping_lets_what_runs_finish_and_begins_nothing(worker: Worker, clock: SimClock) -> None:
    scheduler = LocalScheduler({"inbox": worker}, clock, concurrency=1)
    await scheduler.start()
    worker.go_on.clear()
    scheduler.wake("inbox:a")
    scheduler.wake("inbox:b")
    scheduler.wake_at("inbox:c", NOON + timedelta(seconds=1))
    await turns(lambda: worker.running == ["a"])

    stopping = asyncio.create_task(scheduler.stop())
    await asyncio.sleep(0)
    worker.go_on.set()
    await stopping
    scheduler.wake("inbox:d")
    scheduler.wake_at("inbox:e", NOON)
    await clock.wind(10)

    assert worker.calls == ["a"]
    assert worker.running == []


async def test_stopping_cuts_off_what_does_not_finish_in_time(scheduler: LocalScheduler, worker: Worker) -> None:
    worker.go_on.clear()
    scheduler.wake("inbox:a")
    await turns(lambda: worker.running == ["a"])

    await scheduler.stop(grace_seconds=0.01)

    assert worker.running == []


async def test_what_a_waker_bound_to_its_log_lines_stays_with_it(clock: SimClock) -> None:
    bound: list[dict[str, object]] = []

    async def work(key: str) -> None:
        del key
        bound.append(dict(structlog.contextvars.get_contextvars()))

    scheduler = LocalScheduler({"inbox": work}, clock)
    await scheduler.start()
    with structlog.contextvars.bound_contextvars(delivery="one"):
        scheduler.wake("inbox:a")
        await scheduler.idle()

    assert bound == [{}]
    await scheduler.stop()


async def test_work_that_nobody_does_is_a_bug_and_told_at_once(
    scheduler: LocalScheduler, worker: Worker, clock: SimClock
) -> None:
    async def find() -> Sequence[str]:
        return []

    with pytest.raises(KeyError):
        scheduler.wake("typo:a")
    with pytest.raises(KeyError):
        scheduler.wake_at("typo:a", NOON)
    with pytest.raises(ValueError, match="typo"):
        LocalScheduler({"inbox": worker}, clock, sweeps={"typo": find})
