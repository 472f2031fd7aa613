"""Where a benchmark plays: a GitHub and a service under test, each a process, with what the run leaves behind."""

import asyncio
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

import httpx

from benchmarks.load import Posted, flood, request_of
from benchmarks.machine import HOST, Child, Cores, wait_until

PATIENCE: Final = 120.0
SHOWN_AFTER: Final = 6.5
"""Seconds after which a release that changed has been shown: it is shown 5 s apart."""

Post = Callable[[int, Sequence[bytes]], Posted]


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What some events took, from the first post to the last effect that is committed."""

    events: int
    seconds: float
    cpu_ms: float  # of the service's process, an event
    cpu_shown_ms: float  # the same until all is shown on GitHub
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
        with Child("benchmarks.github", str(teams), str(tasks), core=cores.around, log=log) as child:
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
    """The service under test, with its database."""

    def __init__(self, child: Child, stage: Stage, database: sqlite3.Connection) -> None:
        self.child = child
        self._stage = stage
        self._database = database

    @classmethod
    @contextmanager
    def opened(cls, stage: Stage, cores: Cores, folder: Path) -> Generator["Service"]:
        """Start the service on a fresh database, and stop it at the end."""
        file = folder / "service.db"
        args = (f"sqlite:///{file}", stage.address)
        with (
            Child("benchmarks.service", *args, core=cores.measured, log=folder / "service.log") as child,
            closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database,
        ):
            yield cls(child, stage, database)

    def handle(self, requests: Sequence[bytes], post: Post | None = None, *, rest: float = SHOWN_AFTER) -> Work:
        """Post deliveries, wait for the last effect, rest until all is shown too; return what it took."""
        self._stage.calls()
        cpu, github_cpu = self.child.cpu_seconds, self._stage.child.cpu_seconds
        posted = (post or _flood)(self.child.port, requests).insist(202)
        wait_until(self.is_done, PATIENCE)
        cpu_now, github_now = self.child.cpu_seconds, self._stage.child.cpu_seconds
        calls = self._stage.calls()
        seconds = self._last() - posted.began.timestamp()
        time.sleep(rest)
        count = len(requests)
        return Work(
            events=count,
            seconds=seconds,
            cpu_ms=(cpu_now - cpu) / count * 1000,
            cpu_shown_ms=(self.child.cpu_seconds - cpu) / count * 1000,
            github_cpu_ms=(github_now - github_cpu) / count * 1000,
            calls=calls,
            calls_shown=calls + self._stage.calls(),
            posted=posted,
        )

    def is_done(self) -> bool:
        """Whether nothing is left to be handled or performed."""
        return not self._one("SELECT (SELECT count(*) FROM deliveries WHERE handled_at IS NULL)"
                             " + (SELECT count(*) FROM ledger WHERE done_at IS NULL)")  # fmt: skip

    def troubles(self) -> int:
        """Return how many deliveries were parked and how many effects given up: there is to be none."""
        return self._one("SELECT (SELECT count(*) FROM deliveries WHERE parked_at IS NOT NULL)"
                         " + (SELECT count(*) FROM ledger WHERE state = 'failed')")  # fmt: skip

    def events(self, kind: str) -> int:
        """Return how many events of a kind the logs hold."""
        return self._one("SELECT count(*) FROM events WHERE kind = ?", kind)

    def _last(self) -> float:
        last = self._one("SELECT max((SELECT max(handled_at) FROM deliveries),"
                         " (SELECT coalesce(max(done_at), 0) FROM ledger))")  # fmt: skip
        return last / 1_000_000

    def _one(self, question: str, *values: str) -> int:
        return int(self._database.execute(question, values).fetchone()[0])


def _flood(port: int, requests: Sequence[bytes]) -> Posted:
    return asyncio.run(flood(port, requests))
