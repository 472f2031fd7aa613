"""Several processes share the turns: one works on a key, and what it had is taken over when it is heard of no more."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import timedelta

import pytest
from procrastinate.jobs import Job
from procrastinate.manager import JobManager
from sqlalchemy import text
from structlog.testing import capture_logs

from app.adapters.clock import SystemClock
from app.adapters.db.engine import open_engine
from app.adapters.db.migrate import upgrade
from app.adapters.scheduler import shared
from app.adapters.scheduler.shared import SharedScheduler, ended
from app.adapters.scheduler.turns import SCHEMA, has_turns
from tests.real_postgres import emptied_turns, migrated, postgres
from tools.postgres import Server

__all__ = ["migrated", "postgres"]  # fixtures
pytestmark = pytest.mark.anyio

PATIENCE = 60
CLOCK = SystemClock()


class Freezing(SharedScheduler):
    """One that can stand still as a stopped process does: nobody hears of it."""

    async def freeze(self) -> None:
        await ended([self._tasks.pop()])

    def thaw(self) -> None:
        self._tasks.append(self._spawn(self._beat_forever()))

    async def take_over(self) -> None:
        await self._take_over()


class Process:
    """One of several processes: its scheduler, and what it works on."""

    def __init__(self, url: str, *, is_working: bool = True) -> None:
        self.calls: list[str] = []
        self.running: list[str] = []
        self.go_on = asyncio.Event()
        self.scheduler = Freezing(url, {"inbox": self.work}, CLOCK, is_working=is_working)

    async def work(self, key: str) -> None:
        self.calls.append(key)
        self.running.append(key)
        try:
            await self.go_on.wait()
        finally:
            self.running.remove(key)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - what happens is in another process, or might be
            await asyncio.sleep(0.01)


@pytest.fixture
def url(postgres: Server, migrated: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(shared, "BEAT_SECONDS", 0.1)
    monkeypatch.setattr(shared, "OURS_SECONDS", 1.0)
    monkeypatch.setattr(shared, "LOST_SECONDS", 1.5)
    return emptied_turns(postgres, migrated)


@pytest.fixture
async def two(url: str) -> AsyncIterator[tuple[Process, Process]]:
    one, other = Process(url), Process(url)
    yield one, other
    for process in (one, other):
        process.go_on.set()
        await process.scheduler.stop()


async def test_who_only_takes_deliveries_wakes_those_who_work(url: str, two: tuple[Process, Process]) -> None:
    door = Process(url, is_working=False)
    door.scheduler.wake("inbox:early")  # before it is open
    await door.scheduler.start()
    one, _ = two
    await one.scheduler.start()
    door.scheduler.wake_at("inbox:later", CLOCK.now() + timedelta(milliseconds=10))
    await until(lambda: sorted(one.calls) == ["early", "later"])
    await door.scheduler.stop()
    assert (door.calls, door.scheduler.has_turn()) == ([], True)


async def test_a_key_is_worked_on_by_one_of_them(two: tuple[Process, Process]) -> None:
    one, other = two
    for process in two:
        await process.scheduler.start()
    for _ in range(3):
        one.scheduler.wake("inbox:a")
        other.scheduler.wake("inbox:a")
        await until(lambda: bool(one.running or other.running))
    assert sorted([*one.running, *other.running]) == ["a"]


async def test_who_is_not_heard_of_any_more_loses_its_turn_to_another(two: tuple[Process, Process]) -> None:
    one, other = two
    await one.scheduler.start()
    one.scheduler.wake("inbox:a")
    await until(lambda: one.running == ["a"])
    await until(one.scheduler.has_turn)
    await one.scheduler.freeze()
    await other.scheduler.start()
    with capture_logs() as logs:
        await until(lambda: other.running == ["a"])
        assert not one.scheduler.has_turn()
        one.scheduler.thaw()
        await until(lambda: one.running == [])  # and drops what is another's now
        await until(one.scheduler.has_turn)
    assert {"turns.taken_over", "turns.lost"} <= {log["event"] for log in logs}
    assert other.running == ["a"]
    other.go_on.set()
    await until(lambda: not other.running)
    one.scheduler.wake("inbox:b")
    await until(lambda: "b" in one.calls + other.calls)


async def test_nothing_is_taken_from_who_falls_still_between_two_statements_and_goes_on(
    url: str, two: tuple[Process, Process], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever is not given up when it says again that it lives goes on: two would work on the key."""
    one, _ = two
    other = Process(url, is_working=False)
    give_up = JobManager.prune_stalled_workers

    async def a_moment_too_early(manager: JobManager, seconds: float) -> Iterable[int]:
        gone = await give_up(manager, seconds)
        still = "UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - interval '1 minute'"
        await manager.connector.execute_query_async(still)
        return gone

    await one.scheduler.start()
    one.scheduler.wake("inbox:a")
    await until(lambda: one.running == ["a"])
    await one.scheduler.freeze()
    await other.scheduler.start()
    with monkeypatch.context() as patched:
        patched.setattr(JobManager, "prune_stalled_workers", a_moment_too_early)
        await other.scheduler.take_over()
    one.scheduler.thaw()
    one.go_on.set()
    await until(lambda: not one.running)
    one.scheduler.wake("inbox:b")
    await until(lambda: "b" in one.calls)
    assert one.calls == ["a", "b"]
    await other.scheduler.stop()


async def test_the_end_comes_though_a_cancellation_is_passed_over(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a wait with a timeout may do before Python 3.12."""
    monkeypatch.setattr(shared, "PATIENCE_SECONDS", 0.1)
    passed_over = list[bool]()

    class Busy(SharedScheduler):
        async def _beat(self) -> None:
            try:
                await asyncio.sleep(PATIENCE)
            except asyncio.CancelledError:
                if passed_over:
                    raise
                passed_over.append(True)

    busy = Busy(url, {}, CLOCK)
    await busy.start()
    await asyncio.sleep(0)
    async with asyncio.timeout(PATIENCE / 2):
        await busy.stop()
    assert passed_over


async def test_what_was_cut_off_at_the_end_is_taken_up_by_another(two: tuple[Process, Process]) -> None:
    one, other = two
    await one.scheduler.start()
    one.scheduler.wake("inbox:a")
    await until(lambda: one.running == ["a"])
    await one.scheduler.stop(grace_seconds=0.01)
    await other.scheduler.start()
    await until(lambda: other.running == ["a"])


async def test_what_goes_on_at_the_end_is_let_finish_beside_those_that_sign_off(
    two: tuple[Process, Process], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has nothing in hand signs off at once: that is no sign of being given up."""
    one, _ = two
    sign_off = JobManager.unregister_worker
    signing_off: list[int] = []

    async def slowly(manager: JobManager, worker_id: int) -> None:
        await sign_off(manager, worker_id)
        signing_off.append(worker_id)
        await asyncio.sleep(5 * shared.BEAT_SECONDS)  # the answer takes its time, and a heartbeat goes between

    monkeypatch.setattr(JobManager, "unregister_worker", slowly)
    await one.scheduler.start()
    one.scheduler.wake("inbox:a")
    await until(lambda: one.running == ["a"])
    with capture_logs() as logs:
        stopping = asyncio.create_task(one.scheduler.stop())
        await until(lambda: len(signing_off) == 2)
        await asyncio.sleep(3 * shared.BEAT_SECONDS)
        assert one.running == ["a"]
        one.go_on.set()
        await stopping
    assert [log["event"] for log in logs] == []


async def test_who_is_given_up_while_it_ends_has_no_turn_any_more(
    url: str, two: tuple[Process, Process], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it fetches just then it would work on beside whoever has taken it over."""
    one, _ = two
    fetch, may_go_on = JobManager.fetch_job, asyncio.Event()
    fetching: list[int] = []

    async def slowly(manager: JobManager, *, queues: Iterable[str] | None, worker_id: int) -> Job | None:
        fetching.append(worker_id)
        await may_go_on.wait()
        return await fetch(manager, queues=queues, worker_id=worker_id)

    monkeypatch.setattr(JobManager, "fetch_job", slowly)
    await one.scheduler.start()
    await until(lambda: len(fetching) == len(shared.QUEUES))
    await until(one.scheduler.has_turn)
    with capture_logs() as logs:
        stopping = asyncio.create_task(one.scheduler.stop())
        engine = open_engine(url)
        with engine.begin() as connection:
            connection.execute(text(f"DELETE FROM {SCHEMA}.procrastinate_workers"))  # noqa: S608 - a name of ours
        engine.dispose()
        await until(lambda: [log["event"] for log in logs] != [])
        await until(lambda: not one.scheduler.has_turn())
        may_go_on.set()
        await stopping
    assert logs[0]["event"] == "turns.lost"


async def test_a_database_that_goes_away_and_comes_back_costs_nothing(
    postgres: Server, migrated: str, two: tuple[Process, Process]
) -> None:
    one, _ = two
    one.go_on.set()
    await one.scheduler.start()
    one.scheduler.wake("inbox:a")
    await until(lambda: one.calls == ["a"])
    with capture_logs():
        for _ in range(3):
            postgres.disconnect(migrated)
            one.scheduler.wake("inbox:b")
            await asyncio.sleep(0.05)
        await until(lambda: "b" in one.calls)
        await until(one.scheduler.has_turn)


def test_tables_of_another_version_are_made_anew(postgres: Server) -> None:
    name = postgres.create()
    upgrade(postgres.url(name))
    engine = open_engine(postgres.url(name))
    with engine.begin() as connection:
        assert has_turns(connection)
        connection.execute(text(f"CREATE TABLE {SCHEMA}.left_over (a int)"))
        connection.execute(text(f"COMMENT ON SCHEMA {SCHEMA} IS 'another version'"))
    upgrade(postgres.url(name))
    with engine.begin() as connection:
        assert has_turns(connection)
        assert connection.execute(text(f"SELECT to_regclass('{SCHEMA}.left_over')")).scalar_one() is None
        assert connection.execute(text("SELECT to_regclass('deliveries')")).scalar_one() == "deliveries"
    engine.dispose()
    postgres.drop(name)
