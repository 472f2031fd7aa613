"""What has piled up is worked off: on SQLite by the one process, on PostgreSQL by one worker, by two, and by four."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.database import Database
from benchmarks.machine import Cores, wait_until
from benchmarks.report import Report
from benchmarks.size import Size
from benchmarks.stage import PATIENCE, Service, Stage, Work
from tools.postgres import find_programs, running

SLOW: Final = (50, 150)
"""Milliseconds that GitHub takes for an answer, in the rows that say so."""

LOOK_SECONDS: Final = 0.1
ABSENT: Final = "no PostgreSQL here (on Debian: apt install postgresql)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drained:
    """What one set of processes has made of what had piled up, and of the same load after that."""

    events: int
    acks: float  # a second, nobody working
    seconds: float
    cpu_ms: tuple[float, float, float]  # an event: of all workers, of the database's server, of GitHub
    megabytes: tuple[float, float, float, float]  # of the largest worker: before, half way, the most, after
    busy: float  # of what the cores could give, in hundredths
    beside: float  # acknowledgements a second, the work going on
    slow: Work  # commands while GitHub takes its time
    slow_busy: float

    @property
    def per_second(self) -> float:
        """Events a second."""
        return self.events / self.seconds


def measure(report: Report, size: Size, cores: Cores, folder: Path) -> None:
    """Add the rows. Exits with 1 where something was lost or done twice."""
    report.section()
    alone = _drain(size, cores, folder / "sqlite", Database.sqlite(folder / "crowd.db"), workers=0)
    _rows(report, "sqlite", alone, ">= 250")
    programs = find_programs()
    if programs is None:
        report.lacks("postgresql", ABSENT)
        return
    first: Drained | None = None
    with running(programs, is_safe=True) as server:
        for workers in size.workers:
            with Database.postgresql(server, cores.shared) as database:
                drained = _drain(size, cores, folder / f"workers-{workers}", database, workers=workers)
            name = f"postgresql_{workers}_worker{'s' if workers > 1 else ''}"
            report.section()
            _rows(report, name, drained)
            if first is None:
                first = drained
                continue
            aim = ">= 1.5" if workers == 2 else ""  # noqa: PLR2004 - what was aimed at
            report.add(f"{name}_ratio", drained.per_second / first.per_second, "{:.2f} x one worker", aim)
            words = "{:.2f} x one worker while GitHub takes its time"
            report.add(f"{name}_slow_ratio", drained.slow.per_second / first.slow.per_second, words)


def _drain(size: Size, cores: Cores, folder: Path, database: Database, *, workers: int) -> Drained:
    """Let deliveries pile up with nobody working, then let them be worked off; no workers: one process for all."""
    folder.mkdir()
    place = cores.shared
    tasks = 2 * size.piled + size.slow_rounds
    with (
        Stage.opened(size.crowd, tasks, place, folder) as stage,
        Service.opened(stage, place, folder, "all", database=database) as service,
    ):
        service.handle(stage.webhooks("start"), rest=0)
        service.handle(stage.webhooks(f"run/{size.piled}"), rest=size.rest)
        service.stop()
        service.prepare("door")
        service.go()
        posted = service.flood(stage.webhooks(f"pile/{size.piled}/{size.pile}"))
        if service.is_done():
            raise SystemExit("WRONG: somebody worked on what was to pile up")
        if not workers:
            service.stop()
        drained = _drained(service, workers)
        beside = service.handle(stage.webhooks(f"noise/{size.pile // 5}"), rest=0)
        stage.ask("/".join(("slow", *map(str, SLOW))))
        before, began = sum(service.spent()), time.perf_counter()
        slow = service.handle(stage.webhooks(f"run/{size.slow_rounds}"), rest=0)
        slow_busy = (sum(service.spent()) - before) / (time.perf_counter() - began) / cores.number
        service.insist(size.crowd * tasks)
        given = size.crowd * (tasks + 1) + 1  # a start each, and that of the release that the burst would come to
        if (told := service.events("command_answered")) != given:
            raise SystemExit(f"WRONG: {told} commands in the logs, {given} given")
    seconds, cpu, memory = drained
    return Drained(
        events=size.pile,
        acks=posted.per_second,
        seconds=seconds,
        cpu_ms=(cpu[0] / size.pile * 1000, cpu[1] / size.pile * 1000, cpu[2] / size.pile * 1000),
        megabytes=memory,
        busy=sum(cpu) / seconds / cores.number * 100,
        beside=beside.posted.per_second,
        slow=slow,
        slow_busy=slow_busy * 100,
    )


def _drained(
    service: Service, workers: int
) -> tuple[float, tuple[float, float, float], tuple[float, float, float, float]]:
    """Let it be worked off; return seconds, seconds of CPU, and megabytes."""
    goal = service.handled() + service.waiting() // 2
    service.prepare(*(["work"] * workers or ["all"]))
    at_start, before = service.megabytes, service.spent()
    began = service.go()
    wait_until(lambda: service.handled() >= goal, PATIENCE, LOOK_SECONDS)
    half_way = service.megabytes
    wait_until(service.is_done, PATIENCE, LOOK_SECONDS)
    cpu = tuple(after - earlier for earlier, after in zip(before, service.spent(), strict=True))
    memory = (at_start, half_way, service.peak_megabytes, service.megabytes)
    return service.last() - began, (cpu[0], cpu[1], cpu[2]), memory


def _rows(report: Report, name: str, drained: Drained, aim: str = "") -> None:
    report.add(f"{name}_acks_per_second", drained.acks, "{:.0f}, each committed first, nobody working")
    report.add(f"{name}_acks_per_second_working", drained.beside, "{:.0f}, the work going on beside it")
    words = f"{{:.0f}}: {drained.events:,} deliveries that had piled up, in {drained.seconds:.1f} s"
    report.add(f"{name}_events_per_second", drained.per_second, words, aim)
    ours, database, github = drained.cpu_ms
    words = f"{{:.2f}} ms CPU an event; PostgreSQL {database:.2f}, GitHub {github:.2f}; cores {drained.busy:.0f} % busy"
    report.add(f"{name}_cpu_ms", ours, words)
    before, half_way, most, after = drained.megabytes
    words = f"{{:.0f}} MB at most: {before:.0f} before, {half_way:.0f} half way, {after:.0f} after"
    report.add(f"{name}_memory_mb", most, words, "flat")
    report.figures[f"{name}_memory_growth_mb"] = round(after - before, 3)
    words = f"{{:.0f}} commands while GitHub takes {SLOW[0]} to {SLOW[1]} ms; cores {drained.slow_busy:.0f} % busy"
    report.add(f"{name}_slow_events_per_second", drained.slow.per_second, words)
