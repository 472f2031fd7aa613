"""Where a benchmark plays: a GitHub and a service under test, each in processes, with what the run leaves behind."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final, Self, cast

import httpx

from app.adapters.clock import SystemClock
from benchmarks.database import Database
from benchmarks.load import Posted, at_pace, flood, request_of
from benchmarks.machine import HOST, Child, Cores, module, wait_until

PATIENCE: Final = 300.0
SHOWN_AFTER: Final = 6.5
"""Seconds after which a release that changed has been shown: it is shown 5 s apart."""

Post = Callable[[int, Sequence[bytes]], Posted]


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What some events took, from the first post to the last effect that is committed."""

    events: int
    seconds: float
    cpu_ms: float  # of the service's processes, an event
    cpu_shown_ms: float  # the same until all is shown on GitHub
    database_cpu_ms: float  # of the database's own processes, where it has some
    github_cpu_ms: float  # of the simulated GitHub's process: that it was not what all waited for
    calls: Counter[str]
    calls_shown: Counter[str]  # those after the last effect too
    posted: Posted

    @property
    def per_second(self) -> float:
        """Events a second."""
        return self.events / self.seconds


class Stage:
    """One GitHub and what is asked of it."""

    def __init__(self, github: Child) -> None:
        self.child = github
        self.address = f"http://{HOST}:{github.port}"

    @classmethod
    @contextmanager
    def opened(cls, teams: int, tasks: int, cores: Cores, folder: Path) -> Generator["Stage"]:
        """Open the GitHub for that many teams, and close it at the end."""
        log = folder / "github.log"
        command = module("benchmarks.github", str(teams), str(tasks))
        with Child(command, cores=cores.around, log=log) as child:
            if cores.around != cores.measured:
                # The load shares GitHub's core, and what it waits for is to be the service. Where all share all cores,
                # GitHub would stand behind the service as well.
                child.give_way()
            yield cls(child)

    def ask(self, what: str) -> Any:  # noqa: ANN401 - JSON
        """Ask for something below /bench."""
        answer = httpx.get(f"{self.address}/bench/{what}", timeout=PATIENCE)
        return answer.raise_for_status().json()

    def webhooks(self, what: str) -> list[bytes]:
        """Ask for webhooks, ready to be posted."""
        return [request_of("/webhook", one["headers"], one["body"].encode()) for one in self.ask(what)]

    def calls(self) -> Counter[str]:
        """Return the calls since this was asked last, by what they are for."""
        return Counter(cast("dict[str, int]", self.ask("calls")))


class Service:
    """The service under test, in one process or in many, with its database."""

    def __init__(self, stage: Stage, database: Database, cores: Cores, folder: Path) -> None:
        self._stage = stage
        self._database = database
        self._cores = cores
        self._folder = folder
        self._running = ExitStack()
        self.children: list[Child] = []
        self._ready: list[Child] = []

    @classmethod
    @contextmanager
    def opened(
        cls, stage: Stage, cores: Cores, folder: Path, *parts: str, database: Database | None = None
    ) -> Generator["Service"]:
        """Start the service on a fresh SQLite file, or what is given, and stop it at the end."""
        with (
            closing(database or Database.sqlite(folder / "service.db")) as opened,
            cls(stage, opened, cores, folder) as service,
        ):
            service.prepare(*parts or ("all",))
            service.go()
            yield service

    def __enter__(self) -> Self:
        """Begin with no process."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop whatever runs."""
        self.stop()

    def prepare(self, *parts: str) -> None:
        """Start a process for each part; each is ready, and waits for `go`."""
        log, where = self._folder / "service.log", (self._database.url, self._stage.address)
        commands = [module("benchmarks.service", part, *where) for part in parts]
        self._ready = [Child(command, cores=self._cores.measured, log=log) for command in commands]
        self.children += [self._running.enter_context(child) for child in self._ready]

    def go(self) -> float:
        """Let all that are ready begin together. Return when, by the clock."""
        began = SystemClock().now().timestamp()
        for child in self._ready:
            child.go()
        return began

    def move(self, cores: Sequence[int]) -> None:
        """Let all processes go on on other cores."""
        for child in self.children:
            child.move(cores)

    def stop(self) -> None:
        """Stop all processes."""
        self.children.clear()
        self._running.close()

    @property
    def port(self) -> int:
        """Where deliveries go: the process that was started first is, or has, the door."""
        return self.children[0].port

    @property
    def megabytes(self) -> float:
        """What the largest of the processes holds."""
        return max(child.megabytes for child in self.children)

    @property
    def peak_megabytes(self) -> float:
        """The most that one of the processes has held."""
        return max(child.peak_megabytes for child in self.children)

    def spent(self) -> tuple[float, float, float]:
        """Return the seconds of CPU that were used until now: by the service, its database and GitHub."""
        ours = sum(child.cpu_seconds for child in self.children)
        return ours, self._database.cpu_seconds, self._stage.child.cpu_seconds

    def flood(self, requests: Sequence[bytes]) -> Posted:
        """Post deliveries as fast as they are taken."""
        return _flood(self.port, requests).insist(202)

    def handle(self, requests: Sequence[bytes], post: Post | None = None, *, rest: float = SHOWN_AFTER) -> Work:
        """Post deliveries, wait for the last effect, rest until all is shown too; return what it took."""
        self._stage.calls()
        before = self.spent()
        posted = (post or _flood)(self.port, requests).insist(202)
        wait_until(self.is_done, PATIENCE)
        now = self.spent()
        calls = self._stage.calls()
        seconds = self.last() - posted.began.timestamp()
        time.sleep(rest)
        service, database, github = (after - earlier for earlier, after in zip(before, now, strict=True))
        count = len(requests)
        return Work(
            events=count,
            seconds=seconds,
            cpu_ms=service / count * 1000,
            cpu_shown_ms=(self.spent()[0] - before[0]) / count * 1000,
            database_cpu_ms=database / count * 1000,
            github_cpu_ms=github / count * 1000,
            calls=calls,
            calls_shown=calls + self._stage.calls(),
            posted=posted,
        )

    def is_done(self) -> bool:
        """Whether nothing is left to be handled or performed."""
        return not self._database.one("SELECT (SELECT count(*) FROM deliveries WHERE handled_at IS NULL)"
                                      " + (SELECT count(*) FROM ledger WHERE state = 'todo')")  # fmt: skip

    def waiting(self) -> int:
        """Return how many deliveries are not handled."""
        return self._database.one("SELECT count(*) FROM deliveries WHERE handled_at IS NULL")

    def handled(self) -> int:
        """Return how many deliveries are handled."""
        return self._database.one("SELECT count(*) FROM deliveries WHERE handled_at IS NOT NULL")

    def troubles(self) -> int:
        """Return how many deliveries were parked and how many effects given up: there is to be none."""
        return self._database.one("SELECT (SELECT count(*) FROM deliveries WHERE parked_at IS NOT NULL)"
                                  " + (SELECT count(*) FROM ledger WHERE state = 'failed')")  # fmt: skip

    def events(self, kind: str) -> int:
        """Return how many events of a kind the logs hold."""
        return self._database.one(f"SELECT count(*) FROM events WHERE kind = '{kind}'")  # noqa: S608 - a word of ours

    def last(self) -> float:
        """Return when the last delivery was handled or effect performed, by the clock."""
        handled = self._database.one("SELECT max(handled_at) FROM deliveries")
        done = self._database.one("SELECT coalesce(max(done_at), 0) FROM ledger")
        return max(handled, done) / 1_000_000

    def insist(self, tasks: int) -> None:
        """Exit with 1 where a command was lost or a run started twice: a slow machine is no failure, this is.

        `tasks` is how many were given: each is to be dispatched once, and written down once as started.
        """
        counts: Counter[str] = Counter(self._stage.ask("dispatches"))
        twice = [task for task, count in counts.items() if count != 1]
        told = self.events("run_started")
        if twice or self.troubles() or told != len(counts) or len(counts) != tasks:
            raise SystemExit(
                f"WRONG: {tasks} tasks given, {len(counts)} dispatched, {told} runs in the logs, "
                f"dispatched twice: {twice}, parked or given up: {self.troubles()}"
            )


def paced(per_second: float) -> Post:
    """Return how deliveries are posted at a fixed pace."""
    return partial(_paced, per_second=per_second)


def _paced(port: int, requests: Sequence[bytes], *, per_second: float) -> Posted:
    return asyncio.run(at_pace(port, requests, per_second))


def _flood(port: int, requests: Sequence[bytes]) -> Posted:
    return asyncio.run(flood(port, requests))
