"""`gonogo serve` on SQLite, on a core of its own: acknowledgements, commands, what CI tells, and talk."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks.disk import flushes_at_pace
from benchmarks.github import BURST_BODY, PARTS, PROJECTIONS
from benchmarks.load import Posted, milliseconds, mixed
from benchmarks.machine import Cores
from benchmarks.report import Report
from benchmarks.size import PACE, Size
from benchmarks.stage import Service, Stage, Work, paced


def measure(report: Report, size: Size, cores: Cores, folder: Path) -> None:
    """Add the rows. Exits with 1 where something was lost or done twice."""
    with Stage.opened(size.teams, size.tasks, cores, folder) as stage, Service.opened(stage, cores, folder) as service:
        at_start = service.megabytes
        handle = partial(service.handle, rest=size.rest)
        handle(stage.webhooks("start"))
        handle(stage.webhooks("run/1"))  # warm: permissions, tokens and workflow files have been read
        idle = service.handle(stage.webhooks(f"noise/{size.paced}"), paced(PACE), rest=0).posted
        disk: list[list[float]] = []
        working: list[Posted] = []
        for _ in range(size.times_working):
            disk.append(flushes_at_pace(folder, size.paced, PACE))
            working.append(_acknowledged(size, stage, service))
        commands = handle(stage.webhooks(f"run/{size.rounds_left}"))
        done = handle(stage.webhooks("done_all"))
        burst = _burst(size, stage, service)  # before the noise: after it everything has been shown
        noise = handle(stage.webhooks(f"noise/{size.noise}"))
        service.move(cores.shared.measured)
        moving = _acknowledged(size, stage, service)
        _acknowledgements(report, noise.posted, idle, working, moving)
        _disk(report, disk)
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
        report.add("memory_after_mb", service.megabytes, "{:.0f} MB", "< 120 MB")
        service.insist(size.teams * size.tasks + 1)


def _acknowledged(size: Size, stage: Stage, service: Service) -> Posted:
    """Time acknowledgements at a fixed pace, with commands among them."""
    noise = stage.webhooks(f"noise/{size.paced - size.rounds * size.teams}")
    commands = stage.webhooks(f"run/{size.rounds}")
    return service.handle(mixed(noise, commands), paced(PACE), rest=size.rest).posted


def _acknowledgements(report: Report, flooded: Posted, idle: Posted, working: Sequence[Posted], moving: Posted) -> None:
    report.add("acks_per_second", flooded.per_second, "{:.0f}, each committed first, the work going on beside it")
    report.add("ack_p50_ms_flooded", flooded.milliseconds(50), "{:.1f} ms at saturation")
    report.add("ack_p99_ms_flooded", flooded.milliseconds(99), "{:.1f} ms at saturation")
    words = f"{{:.1f}} ms at {PACE:.0f}/s, deliveries that concern no release"
    report.add("ack_p50_ms_idle", idle.milliseconds(50), words)
    report.add("ack_p99_ms_idle", idle.milliseconds(99), "{:.1f} ms", "< 10 ms")
    words = f"{{:.1f}} ms at {PACE:.0f}/s, {PACE / 10:.0f} of them commands"
    report.add("ack_p50_ms_working", median(one.milliseconds(50) for one in working), words)
    _tail(report, "ack_p99_ms_working", [one.milliseconds(99) for one in working], "< 10 ms")
    words = "{:.1f} ms where the kernel may move the service from core to core"
    report.add("ack_p99_ms_working_on_any_core", moving.milliseconds(99), words)


def _disk(report: Report, runs: Sequence[Sequence[float]]) -> None:
    words = f"{{:.1f}} ms for the disk alone to keep as much, at {PACE:.0f}/s"
    report.add("disk_p50_ms", median(milliseconds(took, 50) for took in runs), words)
    _tail(report, "disk_p99_ms", [milliseconds(took, 99) for took in runs])


def _tail(report: Report, name: str, found: Sequence[float], aim: str = "") -> None:
    """Add the middle one of what several runs have found, and tell all of them."""
    report.add(name, median(found), f"{{:.1f}} ms, of {', '.join(f'{tail:.1f}' for tail in found)}", aim)
    report.figures[f"{name}_at_most"] = round(max(found), 3)


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
    burst = service.handle(stage.webhooks("burst"), paced(PARTS / size.burst_seconds))
    seen = service.events("seen")
    if seen < PARTS:
        raise SystemExit(f"WRONG: only {seen} of {PARTS} job completions were written down")
    return burst
