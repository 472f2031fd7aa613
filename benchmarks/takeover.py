"""A worker that has a release in hand is killed: how long until another one has done what it had begun."""

import time
from pathlib import Path
from statistics import median

from benchmarks.crowd import ABSENT
from benchmarks.database import Database
from benchmarks.machine import Cores, is_healthy, wait_until
from benchmarks.report import Report
from benchmarks.size import Size
from benchmarks.stage import PATIENCE, Service, Stage
from tools.postgres import find_programs, running


def measure(report: Report, size: Size, cores: Cores, folder: Path) -> None:
    """Add the row. Exits with 1 where something was lost or done twice."""
    report.section()
    programs = find_programs()
    if programs is None:
        report.lacks("take_over_seconds", ABSENT)
        return
    place = folder / "takeover"
    place.mkdir()
    shared = cores.shared
    with (
        running(programs, is_safe=True) as server,
        Database.postgresql(server, shared) as database,
        Stage.opened(1, size.deaths, shared, place) as stage,
        Service.opened(stage, shared, place, "door", "work", database=database) as service,
    ):
        service.handle(stage.webhooks("start"), rest=0)
        seconds = [_die(stage, service, number) for number in range(1, size.deaths + 1)]
        service.insist(size.deaths)
    words = f"{{:.1f}} s until another worker has done what a killed one had begun; {max(seconds):.1f} at most"
    report.add("take_over_seconds", median(seconds), words, "< 10 s")


def _die(stage: Stage, service: Service, number: int) -> float:
    """Kill the worker that waits for GitHub's answer; return the seconds until another has gone on from there.

    GitHub has started the run by then, so whoever takes over has to find it and must not start it once more.
    """
    stage.ask("be_silent")
    service.flood(stage.webhooks("run/1"))
    wait_until(lambda: bool(stage.ask("is_silent")), PATIENCE)
    service.prepare("work")
    service.go()
    wait_until(lambda: is_healthy(service.children[-1].port), PATIENCE)
    service.children[-2].kill()
    died = time.perf_counter()
    wait_until(lambda: service.events("run_started") == number and service.is_done(), PATIENCE, step=0.01)
    seconds = time.perf_counter() - died
    stage.ask("go_on")
    return seconds
