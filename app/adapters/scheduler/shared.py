"""Turns for many processes: Procrastinate on PostgreSQL hands each key to one of them, and takes it from the dead."""

import asyncio
import logging
from collections.abc import Callable, Collection, Coroutine, Generator, Mapping
from contextlib import contextmanager, suppress
from contextvars import Context
from datetime import datetime
from time import monotonic
from typing import Final

import procrastinate
import structlog
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import DeleteJobCondition, Job, Status
from procrastinate.manager import JobManager
from procrastinate.worker import Worker
from psycopg.errors import RaiseException

from app.adapters.db.engine import PATIENCE_SECONDS, session_of
from app.adapters.scheduler.rests import Rests
from app.adapters.scheduler.sweeps import Find, Sweeps
from app.adapters.scheduler.turns import ALARM, BEAT, SCHEMA, WAKE
from app.ports import Clock, Turn, Work

BEAT_SECONDS: Final = 1.0
OURS_SECONDS: Final = 3.5  # after the last heartbeat that was written nothing is sent any more ...
LOST_SECONDS: Final = 5.0  # ... before another process takes over what we had
POLL_SECONDS: Final = 0.5  # for alarms, and for keys that were woken while they were worked on
CONCURRENCY: Final = 32  # keys of one queue that a process works on side by side
NEVER_SECONDS: Final = 86_400.0
QUEUES: Final = ("inbox", "ledger", "looks")  # each with room of its own: slow work of one kind holds up no other

log = structlog.stdlib.get_logger()


class SharedScheduler:
    """The port `Scheduler` for any number of processes. Keys are as those of `LocalScheduler`.

    With `is_working=False` it only wakes, and others work. A process that could not write its heartbeat for
    `OURS_SECONDS` has no turn any more: see `has_turn`.
    """

    def __init__(
        self,
        url: str,
        work: Mapping[str, Work],
        clock: Clock,
        *,
        sweeps: Mapping[str, Find] | None = None,
        sweep_seconds: int = 10,
        is_working: bool = True,
    ) -> None:
        self._work = dict(work)
        self._clock = clock
        self._sweeps = Sweeps(sweeps, self._work)
        self._is_working = is_working
        self._wakes: dict[str, None] = {}  # in the order in which they were asked for
        self._alarms: dict[str, datetime] = {}
        self._writing = asyncio.Lock()
        self._flusher: asyncio.Task[None] | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._workers: dict[str, _Worker] = {}
        self._runs: dict[asyncio.Task[object], str] = {}
        self._idle = asyncio.Event()
        self._rests = {prefix: Rests(clock) for prefix in work}
        self._beaten_at = float("-inf")
        self._is_open = False
        self._is_stopped = False
        connector = procrastinate.PsycopgConnector(
            kwargs=session_of(url, f"-c search_path={SCHEMA}"), min_size=1, max_size=8, timeout=PATIENCE_SECONDS
        )
        logging.getLogger("procrastinate").setLevel(logging.WARNING)  # it tells of each job otherwise
        self._app = procrastinate.App(connector=connector)
        self._app.job_manager = self._manager = _Manager(connector, lambda: self._is_stopped)
        self._app.task(name="look")(self._look)
        self._app.task(name="ring")(self._ring)
        sweep = self._app.task(name="sweep", queue="looks", lock="sweep", queueing_lock="sweep")(self._sweep)
        self._app.periodic(cron=f"* * * * * */{sweep_seconds}")(sweep)

    # -- the port --------------------------------------------------------------------------------------------

    def wake(self, key: str) -> None:
        """Look at the key soon. Many wakes while one run goes on make one more. Raises KeyError for no such work."""
        self._known(key)
        self._wakes[key] = None
        self._flush_soon()

    def wake_at(self, key: str, at: datetime) -> None:
        """Look at the key at that time, or earlier when one was asked for already. Raises KeyError for no such work."""
        self._known(key)
        asked = self._alarms.get(key)
        self._alarms[key] = at if asked is None else min(at, asked)
        self._flush_soon()

    def has_turn(self) -> bool:
        """Whether what this process works on is still its own: others take it over where it stood still for long."""
        return not self._is_working or monotonic() - self._beaten_at < OURS_SECONDS

    async def start(self) -> None:
        """Begin to work, with what was asked for before."""
        await self._app.open_async()
        self._is_open = True
        self._flush_soon()
        if self._is_working:
            self._tasks = [self._spawn(self._work_on(queue)) for queue in QUEUES]
            self._tasks.append(self._spawn(self._beat_forever()))

    async def stop(self, grace_seconds: float = 10.0) -> None:
        """Begin nothing new, let the runs that go on finish within the grace, and cancel those that do not.

        What was cancelled is asked for again, so that another process need not wait for a sweep.
        """
        self._is_stopped = True
        for worker in self._workers.values():
            worker.shutdown_graceful_timeout = grace_seconds
            worker.stop()
        lanes = self._tasks[: len(QUEUES)]
        if lanes:
            await asyncio.wait(lanes, timeout=grace_seconds + PATIENCE_SECONDS)
        await ended(self._tasks if self._flusher is None else [*self._tasks, self._flusher])
        if self._is_open:
            with suppress(ConnectorException, TimeoutError):
                await asyncio.wait_for(self._flush(), PATIENCE_SECONDS)
            await self._app.close_async()

    async def idle(self) -> None:
        """Return when no key is worked on in this process."""
        while self._runs:
            await self._idle.wait()

    async def sweep(self) -> None:
        """Wake every key that has work. A sweep that fails is told, and the others go on."""
        async for key in self._sweeps.keys():
            self.wake(key)

    # -- the jobs --------------------------------------------------------------------------------------------

    async def _look(self, key: str) -> None:
        """Work on a key. What it asked for is in the database before its job is over."""
        task = asyncio.current_task()
        if task is not None:
            self._runs[task] = key
            self._idle.clear()
        try:
            await self._look_at(key)
        except asyncio.CancelledError:
            self._wakes[key] = None  # cut off at the end of a grace, or taken over: somebody has to look once more
            raise
        finally:
            if task is not None:
                del self._runs[task]
            if not self._runs:
                self._idle.set()
        await self._flush()

    async def _look_at(self, key: str) -> None:
        prefix, _, rest = key.partition(":")
        work = self._work.get(prefix)
        if work is None:
            log.error("work.unknown", kind=prefix)  # asked for by another version
            return
        rests = self._rests[prefix]
        if (rests_until := rests.until(rest)) is not None:
            self.wake_at(key, rests_until)
            return
        queue = _queue(key)
        try:
            # Its kind is the queue: what shares the room here has to share the seats at an installation as well.
            with Turn(queue, self._workers[queue].step_aside).goes_on():
                await work(rest)
            rests.worked(rest)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told, and the next key must not suffer
            self.wake_at(key, rests.failed(prefix, rest, error))

    async def _ring(self, key: str) -> None:
        self._wakes[key] = None
        await self._flush()

    async def _sweep(self, timestamp: int) -> None:
        del timestamp
        await self.sweep()
        await self._flush()

    # -- what is asked for -----------------------------------------------------------------------------------

    def _known(self, key: str) -> None:
        if key.partition(":")[0] not in self._work:
            raise KeyError(key)

    def _flush_soon(self) -> None:
        if self._is_open and not self._is_stopped and (self._flusher is None or self._flusher.done()):
            self._flusher = self._spawn(self._flush_until_written())

    async def _flush_until_written(self) -> None:
        while self._wakes or self._alarms:
            try:
                await self._flush()
            except Exception as error:  # noqa: BLE001 - the database is away: it is asked again until it is back
                log.warning("wakes.not_written", error=type(error).__name__)
                await asyncio.sleep(BEAT_SECONDS)

    async def _flush(self) -> None:
        """Write what was asked for, in two statements. Where that fails it is kept, and the error raised."""
        async with self._writing:
            wakes, self._wakes = self._wakes, {}
            alarms, self._alarms = self._alarms, {}
            try:
                # In one order everywhere, so that two processes never wait for one another.
                if keys := sorted(wakes):
                    await self._app.connector.execute_query_async(WAKE, queues=[*map(_queue, keys)], keys=keys)
                    wakes = {}
                if keys := sorted(alarms):
                    now = self._clock.now()
                    seconds = [(alarms[key] - now).total_seconds() for key in keys]
                    await self._app.connector.execute_query_async(
                        ALARM, queues=[*map(_queue, keys)], keys=keys, seconds=seconds
                    )
                    alarms = {}
            finally:
                self._wakes = {**wakes, **self._wakes}
                for key, at in alarms.items():
                    self._alarms[key] = min(at, self._alarms.get(key, at))

    # -- working ---------------------------------------------------------------------------------------------

    async def _work_on(self, queue: str) -> None:
        """Work on a queue's jobs until told to stop, through all that happens to the database."""
        while not self._is_stopped:
            worker = self._workers[queue] = _Worker(self._app, queue)
            try:
                await worker.run()
            except Exception as error:  # noqa: BLE001 - the database is away, or was: the next try tells
                log.warning("turns.interrupted", queue=queue, error=f"{type(error).__name__}: {error}")
                await asyncio.sleep(BEAT_SECONDS)

    async def _beat_forever(self) -> None:
        while True:
            try:
                async with asyncio.timeout(PATIENCE_SECONDS):
                    await self._beat()
                    await self._take_over()
            except Exception as error:  # noqa: BLE001 - the database is away: until it is back we have no turn
                log.warning("turns.no_heartbeat", error=type(error).__name__)
            await asyncio.sleep(BEAT_SECONDS)

    async def _beat(self) -> None:
        """Say that we live; where somebody has given us up meanwhile, drop what we had and begin anew."""
        began_at = monotonic()
        ours = {worker.worker_id: worker for worker in self._workers.values() if worker.worker_id is not None}
        alive = await self._app.connector.execute_query_all_async(BEAT, ids=list(ours))
        self._manager.signed_off &= ours.keys()
        given_up = ours.keys() - {row["id"] for row in alive} - self._manager.signed_off
        for number in given_up:
            log.warning("turns.lost", queue=ours[number].worker_name)
            ours[number].stop()
        if given_up:
            for run in list(self._runs):
                run.cancel()
        else:
            self._beaten_at = began_at

    async def _take_over(self) -> None:
        """Ask anew for what the dead had in hand, then let go of it."""
        manager = self._app.job_manager
        await manager.prune_stalled_workers(LOST_SECONDS)
        # Only where the worker is gone by now: one that fell still since may yet say that it lives, and go on.
        found = await manager.get_stalled_jobs(seconds_since_heartbeat=LOST_SECONDS)
        stalled = [job for job in found if job.worker_id is None]
        if not stalled:
            return
        keys = [key for job in stalled if (key := _key_of(job)) is not None]
        log.warning("turns.taken_over", keys=keys[:20], number=len(stalled))
        self._wakes.update(dict.fromkeys(keys))
        await self._flush()
        for job in stalled:
            if job.id is not None:
                with suppress(ConnectorException):  # somebody else was quicker
                    await manager.finish_job_by_id_async(job.id, Status.ABORTED, delete_job=True)

    def _spawn(self, coroutine: Coroutine[object, object, None]) -> asyncio.Task[None]:
        return asyncio.get_running_loop().create_task(coroutine, context=Context())


class _Worker(Worker):
    """One whose jobs can leave their places to others."""

    def __init__(self, app: procrastinate.App, queue: str) -> None:
        super().__init__(
            app,
            queues=[queue],
            name=queue,
            concurrency=CONCURRENCY,
            fetch_job_polling_interval=POLL_SECONDS,
            abort_job_polling_interval=NEVER_SECONDS,  # nobody asks for it
            shutdown_graceful_timeout=0,  # where it stops by itself, its jobs are not its own any more
            delete_jobs=DeleteJobCondition.ALWAYS,
            install_signal_handlers=False,
            update_heartbeat_interval=NEVER_SECONDS,  # `_beat` does it for all three
            stalled_worker_timeout=LOST_SECONDS,
        )
        self._coming_back: set[asyncio.Task[bool]] = set()

    @contextmanager
    def step_aside(self) -> Generator[None]:
        """Have another job fetched meanwhile. It goes on at once when it comes back, and takes a free place then."""
        self._job_semaphore.release()
        try:
            yield
        finally:
            taking = asyncio.get_running_loop().create_task(self._job_semaphore.acquire())
            self._coming_back.add(taking)
            taking.add_done_callback(self._coming_back.discard)


class _Manager(JobManager):
    """Finishes a job for certain: one that stayed unfinished would keep its key for as long as its worker lives.

    It knows which workers have signed off: others have not given those up.
    """

    def __init__(self, connector: procrastinate.BaseConnector, is_stopped: Callable[[], bool]) -> None:
        super().__init__(connector)
        self._is_stopped = is_stopped
        self.signed_off: set[int] = set()

    async def unregister_worker(self, worker_id: int) -> None:
        """Sign a worker off that has nothing in hand any more."""
        self.signed_off.add(worker_id)
        await super().unregister_worker(worker_id)

    async def finish_job(self, job: Job, status: Status, delete_job: bool) -> None:  # noqa: FBT001 - as it is above
        """Finish a job, also when the database is away for a while; nothing where somebody has taken it over."""
        while True:
            try:
                await super().finish_job(job, status, delete_job)
            except ConnectorException as error:
                if isinstance(error.__cause__, RaiseException) or self._is_stopped():
                    return  # it is gone; or our worker is soon, and what it had is taken over
                log.warning("turns.not_finished", error=type(error.__cause__).__name__)
                await asyncio.sleep(BEAT_SECONDS)
            else:
                return


async def ended(tasks: Collection[asyncio.Task[None]]) -> None:
    """Cancel tasks until they are over, each with time to end in good order.

    Once may not do: before Python 3.12 a wait with a timeout that ends in that very moment passes a cancellation over,
    and the pool of connections waits so.
    """
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=PATIENCE_SECONDS)
    await asyncio.gather(*tasks, return_exceptions=True)


def _queue(key: str) -> str:
    prefix = key.partition(":")[0]
    return prefix if prefix in QUEUES else "looks"


def _key_of(job: Job) -> str | None:
    key = job.task_kwargs.get("key")
    return key if isinstance(key, str) else None
