"""What a command and a CI event cost while few releases are open, and while many are: it is to be the same."""

import time
from pathlib import Path
from typing import Final

from benchmarks.machine import Cores
from benchmarks.report import Report
from benchmarks.size import Size
from benchmarks.stage import Service, Stage, Work

LOOKS: Final = 20  # at whether it rests, before it is measured as it is


def measure(report: Report, size: Size, cores: Cores, folder: Path) -> None:
    """Add the rows. Exits with 1 where something was lost or done twice."""
    place = folder / "growth"
    place.mkdir()
    count, asked = size.growing_events, size.releases[0]  # the same few releases are worked on each time
    rounds = len(size.releases) * (1 + -(-count // asked))
    done: dict[int, tuple[Work, Work]] = {}
    with (
        Stage.opened(size.releases[-1], rounds, cores, place) as stage,
        Service.opened(stage, cores, place) as service,
    ):
        before = 0
        for releases in size.releases:
            # Each release is asked after a minute after it has changed: these have begun, and are at rest again.
            service.handle(stage.webhooks(f"start_some/{before}/{releases}"), rest=size.settled)
            _wait_for_rest(stage, size)
            service.handle(stage.webhooks(f"run_some/{asked}/{asked}"), rest=size.rest)  # warm
            commands = service.handle(stage.webhooks(f"run_some/{asked}/{count}"), rest=size.rest)
            runs = service.handle(stage.webhooks("done_all"), rest=size.rest)
            done[releases] = commands, runs
            before = releases
        service.insist(len(size.releases) * (count + asked))
    report.section()
    for place_of, name in enumerate(("command", "workflow_run")):
        first = done[size.releases[0]][place_of]
        for releases, both in done.items():
            work = both[place_of]
            calls = sum(work.calls.values()) / work.events
            words = f"{{:.2f}} ms CPU an event, {calls:.2f} calls, {work.per_second:.0f}/s"
            aim = f"{work.cpu_ms / first.cpu_ms:.2f} x" if work is not first else "flat"
            report.add(f"{name}_at_{releases}_releases_cpu_ms", work.cpu_ms, words, aim)
            report.figures[f"{name}_at_{releases}_releases_calls"] = round(calls, 3)


def _wait_for_rest(stage: Stage, size: Size) -> None:
    """Wait until nothing has been asked of GitHub for a while: many that have begun are shown one after another.

    Where that takes too long, the calls an event of the rows show it.
    """
    stage.calls()
    for _ in range(LOOKS):
        time.sleep(size.rest)
        if not stage.calls():
            return
