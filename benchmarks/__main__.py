"""`make bench`: what the service costs, beside what others make of the same job, all from one run on one machine."""

import argparse
import asyncio
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

import psutil
from rich.console import Console
from rich.table import Table

from benchmarks.changelog import Differs, compare
from benchmarks.fairness import HANGING, beside
from benchmarks.github import BURST_BODY, PARTS, PROJECTIONS
from benchmarks.load import Posted, at_pace, flood
from benchmarks.machine import Child, Cores, pin
from benchmarks.stage import SHOWN_AFTER, Service, Stage, Work
from benchmarks.startup import check_seconds, serve_seconds

RESULTS: Final = Path("bench-results.json")
PACE: Final = 100.0  # deliveries a second
PEERS: Final = {
    "aiohttp-pem": "gidgethub on aiohttp, the PEM parsed for each token",
    "aiohttp-key": "gidgethub on aiohttp, the key parsed once",
    "fastapi-httpx": "FastAPI, gidgethub on httpx, tokens kept",
    "fastapi-aiohttp": "FastAPI, gidgethub on httpx-aiohttp, tokens kept",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is measured."""

    teams: int
    tasks: int  # of each team's release
    rest: float  # seconds
    noise: int
    paced_seconds: float
    burst_seconds: float
    starts: int
    peer_events: int
    slow_peer_events: int
    commits: int  # of the history that is told
    fair_rounds: int  # with and without an installation that hangs

    @property
    def paced(self) -> int:
        """Deliveries posted at a fixed pace."""
        return int(PACE * self.paced_seconds)

    @property
    def rounds(self) -> int:
        """Tasks of each release that run while acknowledgements are timed: every fifth delivery is a command."""
        return max(1, self.paced // 5 // self.teams)


FULL: Final = Size(
    teams=50,
    tasks=25,
    rest=SHOWN_AFTER,
    noise=6_000,
    paced_seconds=10,
    burst_seconds=15,
    starts=5,
    peer_events=1_000,
    slow_peer_events=100,
    commits=10_000,
    fair_rounds=3,
)
SHORT: Final = Size(
    teams=8,
    tasks=9,
    rest=0.2,
    noise=300,
    paced_seconds=1,
    burst_seconds=1,
    starts=1,
    peer_events=48,
    slow_peer_events=16,
    commits=1_000,
    fair_rounds=2,
)


@dataclass
class Report:
    """Rows for people and figures for machines."""

    figures: dict[str, float] = field(default_factory=dict[str, float])
    table: Table = field(
        default_factory=lambda: Table("what", "measured", "aim", title="Go/No-Go: what it costs", title_justify="left")
    )

    def add(self, name: str, value: float, words: str, aim: str = "") -> None:
        """Add a row; `name` is its key in the JSON."""
        self.figures[name] = round(value, 3)
        self.table.add_row(name.replace("_", " "), words.format(value), aim)

    def section(self) -> None:
        """Draw a line."""
        self.table.add_section()


def main() -> None:
    """Measure, print, write the results; exit with 1 where something was lost or done twice."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--short", action="store_true", help="seconds instead of minutes: to see that it runs")
    size = SHORT if parser.parse_args().short else FULL
    cores = Cores.of_this_machine()
    pin(psutil.Process(), cores.around)
    report = Report()
    with tempfile.TemporaryDirectory(prefix="gonogo-bench-") as name:
        folder = Path(name)
        _service(report, size, cores, folder)
        _fairness(report, size, cores, folder)
        _startup(report, size, folder)
        _changelog(report, size, folder)
        _peers(report, size, cores, folder)
    Console(width=110).print(report.table)
    RESULTS.write_text(json.dumps(report.figures, indent=2) + "\n", "utf-8")
    sys.stdout.write(
        f"Each figure is also in {RESULTS}. Timings on a shared machine are noisy: compare within a run.\n"
    )


# -- the service ----------------------------------------------------------------------------------------------------


def _service(report: Report, size: Size, cores: Cores, folder: Path) -> None:
    with Stage.opened(size.teams, size.tasks, cores, folder) as stage, Service.opened(stage, cores, folder) as service:
        at_start = service.child.megabytes
        handle = partial(service.handle, rest=size.rest)
        handle(stage.webhooks("start"))
        handle(stage.webhooks("run/1"))  # warm: permissions, tokens and workflow files have been read
        idle, working = _acknowledged(size, stage, service)
        commands = handle(stage.webhooks(f"run/{size.tasks - 1 - size.rounds}"))
        done = handle([one for team in range(size.teams) for one in stage.webhooks(f"done/{team}")])
        burst = _burst(size, stage, service)  # before the noise: after it everything has been shown
        noise = handle(stage.webhooks(f"noise/{size.noise}"))
        _acknowledgements(report, noise.posted, idle, working)
        report.section()
        _events(report, "command", commands, ">= 250")
        split = _split(commands)
        report.add("calls_per_command", split[0], "{:.2f} for the command itself", "<= 4")
        report.add("calls_per_command_for_showing", split[1], "{:.2f} more for gate, body and status comment")
        report.section()
        _events(report, "workflow_run", done)
        report.add("calls_per_workflow_run", sum(done.calls_shown.values()) / done.events, "{:.2f}, all for showing")
        report.section()
        _events(report, "noise", noise)
        report.add("calls_per_noise", sum(noise.calls_shown.values()) / noise.events, "{:.2f}", "0")
        report.section()
        words = f"{{:.0f}} for {PARTS} job completions in {size.burst_seconds:.0f} s"
        report.add("body_writes_of_a_burst", burst.calls_shown[BURST_BODY], words, "<= 10")
        report.section()
        report.add("memory_at_start_mb", at_start, "{:.0f} MB")
        report.add("memory_after_mb", service.child.megabytes, "{:.0f} MB", "< 120 MB")
        _insist(size, stage, service)


def _acknowledged(size: Size, stage: Stage, service: Service) -> tuple[Posted, Posted]:
    """Time acknowledgements at a fixed pace: with next to nothing to do beside them, and with commands among them."""
    paced = partial(_paced, per_second=PACE)
    idle = service.handle(stage.webhooks(f"noise/{size.paced}"), paced, rest=0).posted
    noise = stage.webhooks(f"noise/{size.paced - size.rounds * size.teams}")
    working = service.handle(_mixed(noise, stage.webhooks(f"run/{size.rounds}")), paced, rest=size.rest).posted
    return idle, working


def _acknowledgements(report: Report, flooded: Posted, idle: Posted, working: Posted) -> None:
    report.add("acks_per_second", flooded.per_second, "{:.0f}, each committed first, the work going on beside it")
    report.add("ack_p50_ms_flooded", flooded.milliseconds(50), "{:.1f} ms at saturation")
    report.add("ack_p99_ms_flooded", flooded.milliseconds(99), "{:.1f} ms at saturation")
    report.add("ack_p50_ms_idle", idle.milliseconds(50), "{:.1f} ms at 100/s, deliveries that concern no release")
    report.add("ack_p99_ms_idle", idle.milliseconds(99), "{:.1f} ms", "< 10 ms")
    report.add("ack_p50_ms_working", working.milliseconds(50), "{:.1f} ms at 100/s, 20 of them commands")
    report.add("ack_p99_ms_working", working.milliseconds(99), "{:.1f} ms", "< 10 ms")


def _events(report: Report, name: str, work: Work, aim: str = "") -> None:
    report.add(f"{name}_events_per_second", work.per_second, "{:.0f}, first post to last committed effect", aim)
    report.add(f"{name}_cpu_ms", work.cpu_ms, "{:.2f} ms CPU an event", "<= 4 ms" if aim else "")
    report.add(f"{name}_cpu_ms_shown", work.cpu_shown_ms, "{:.2f} ms CPU an event until all is shown on GitHub")
    report.figures[f"{name}_github_cpu_ms"] = round(work.github_cpu_ms, 3)


def _split(work: Work) -> tuple[float, float]:
    """Return the calls of an event: its own, and those that show the release afterwards."""
    shows = sum(count for kind, count in work.calls_shown.items() if kind in PROJECTIONS)
    return (sum(work.calls_shown.values()) - shows) / work.events, shows / work.events


def _burst(size: Size, stage: Stage, service: Service) -> Work:
    """Let many jobs of one run complete at a fixed pace. Exits with 1 where one of them was lost."""
    service.handle(stage.webhooks("run_all"), rest=size.rest)
    paced = partial(_paced, per_second=PARTS / size.burst_seconds)
    burst = service.handle(stage.webhooks("burst"), paced)
    seen = service.events("seen")
    if seen < PARTS:
        raise SystemExit(f"WRONG: only {seen} of {PARTS} job completions were written down")
    return burst


def _paced(port: int, requests: Sequence[bytes], *, per_second: float) -> Posted:
    return asyncio.run(at_pace(port, requests, per_second))


def _mixed(many: Sequence[bytes], few: Sequence[bytes]) -> list[bytes]:
    """Spread the few evenly among the many."""
    every = len(many) / len(few)
    placed = [(number, one) for number, one in enumerate(many)]
    placed += [(int(number * every), one) for number, one in enumerate(few)]
    return [one for _, one in sorted(placed, key=lambda pair: pair[0])]


def _insist(size: Size, stage: Stage, service: Service) -> None:
    """Exit with 1 where a command was lost or a run started twice: a slow machine is no failure, this is."""
    counts: Counter[str] = Counter(stage.ask("dispatches"))
    twice = [task for task, count in counts.items() if count != 1]
    told = service.events("run_started")
    if twice or service.troubles() or told != len(counts) or len(counts) < size.teams * size.tasks + 1:
        raise SystemExit(
            f"WRONG: {len(counts)} tasks dispatched, {told} runs in the logs, dispatched twice: {twice}, "
            f"parked or given up: {service.troubles()}"
        )


def _fairness(report: Report, size: Size, cores: Cores, folder: Path) -> None:
    took = beside(folder / "fairness", size.teams, size.fair_rounds, cores)
    report.section()
    report.add(
        "seconds_for_commands",
        took.nobody / size.fair_rounds,
        f"{{:.2f}} s for a command of each of {size.teams} teams",
    )
    words = f"{{:.2f}} s while GitHub hangs for {HANGING} repositories of another installation"
    report.add("seconds_beside_a_hanging_installation", took.hanging / size.fair_rounds, words)
    report.add("ratio_beside_a_hanging_installation", took.ratio, "{:.2f} x", "about 1")


# -- beside it --------------------------------------------------------------------------------------------------------


def _startup(report: Report, size: Size, folder: Path) -> None:
    seconds, megabytes = serve_seconds(folder, size.starts)
    report.add("cold_start_seconds", seconds, "{:.2f} s from `gonogo serve` until /healthz answers")
    report.add("memory_of_serve_mb", megabytes, "{:.0f} MB then", "< 120 MB")
    report.add(
        "plan_check_seconds", check_seconds(size.starts), "{:.2f} s for `gonogo plan check` of the White Room plan"
    )


def _changelog(report: Report, size: Size, folder: Path) -> None:
    """Tell one history with both. Exits with 1 where they do not tell the same."""
    try:
        found = compare(folder, size.commits, size.starts)
    except Differs as error:
        raise SystemExit(f"WRONG: gonogo changelog and git-cliff differ: {error}") from error
    report.section()
    report.add("changelog_seconds", found.ours, f"{{:.2f}} s for {found.commits:,} commits, the whole process")
    report.add("git_cliff_seconds", found.theirs, "{:.2f} s", f"ours {found.ours / found.theirs:.2f} x")
    words = "{:.0f} commits that git-cliff lists and we drop: reverted, and the reverts"
    report.add("changelog_differences", found.taken_back, words)


def _peers(report: Report, size: Size, cores: Cores, folder: Path) -> None:
    ours = report.figures["command_events_per_second"], report.figures["command_cpu_ms"]
    for variant, words in PEERS.items():
        events = size.slow_peer_events if variant == "aiohttp-pem" else size.peer_events
        per_second, cpu_ms = _peer(variant, events, size, cores, folder)
        report.section()
        report.add(
            f"{variant}_events_per_second", per_second, f"{{:.0f}} ({words})", f"ours {ours[0] / per_second:.2f} x"
        )
        report.add(f"{variant}_cpu_ms", cpu_ms, "{:.2f} ms CPU an event", f"ours {ours[1] / cpu_ms:.2f} x")


def _peer(variant: str, events: int, size: Size, cores: Cores, folder: Path) -> tuple[float, float]:
    with (
        Stage.opened(size.teams, size.tasks, cores, folder) as stage,
        Child("benchmarks.peers", variant, stage.address, core=cores.measured, log=folder / "peer.log") as peer,
    ):
        rounds = -(-events // size.teams)
        asyncio.run(flood(peer.port, stage.webhooks("run/1")))  # warm, as for ours
        requests = stage.webhooks(f"run/{rounds}")[:events]
        cpu = peer.cpu_seconds
        posted = asyncio.run(flood(peer.port, requests)).insist(200)
        cpu = peer.cpu_seconds - cpu
        if sum(Counter[str](stage.ask("dispatches")).values()) != len(requests) + size.teams:
            raise SystemExit(f"WRONG: {variant} has lost or doubled dispatches")
        return posted.per_second, cpu / len(requests) * 1000


if __name__ == "__main__":
    main()
