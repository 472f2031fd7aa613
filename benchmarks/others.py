"""What others make of the same job: each program in the service's place, as ratios of the same run."""

import asyncio
import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmarks.load import flood
from benchmarks.machine import Child, Cores, module
from benchmarks.report import Report
from benchmarks.size import Size
from benchmarks.stage import Stage

PEERS: Final = {
    "aiohttp-pem": "gidgethub on aiohttp, the PEM parsed for each token",
    "aiohttp-key": "gidgethub on aiohttp, the key parsed once",
    "fastapi-httpx": "FastAPI, gidgethub on httpx, tokens kept",
    "fastapi-aiohttp": "FastAPI, gidgethub on httpx-aiohttp, tokens kept",
}
PROBOT: Final = Path(__file__).with_name("probot")
INSTALL_SECONDS: Final = 120.0


class NotHere(Exception):
    """A program is not on this machine; the message says why."""


def measure(report: Report, size: Size, cores: Cores, folder: Path) -> None:
    """Add the rows. Exits with 1 where a program has lost or doubled something."""
    with Stage.opened(size.teams, 1, cores, folder) as stage:
        for variant, words in PEERS.items():
            events = size.slow_peer_events if variant == "aiohttp-pem" else size.peer_events
            program = module("benchmarks.peers", variant, stage.address)
            _rows(report, variant, words, *_peer(stage, program, events, size.teams, cores, folder))
        try:
            program = _probot(stage.address, may_install=size.may_install)
        except NotHere as error:
            report.section()
            report.lacks("probot", str(error))
            return
        words = "Probot on Node, its brake on writes off"
        _rows(report, "probot", words, *_peer(stage, program, size.peer_events, size.teams, cores, folder))


def _rows(report: Report, name: str, words: str, per_second: float, cpu_ms: float) -> None:
    ours = report.figures["command_events_per_second"], report.figures["command_cpu_ms"]
    report.section()
    report.add(f"{name}_events_per_second", per_second, f"{{:.0f}} ({words})", f"ours {ours[0] / per_second:.2f} x")
    report.add(f"{name}_cpu_ms", cpu_ms, "{:.2f} ms CPU an event", f"ours {ours[1] / cpu_ms:.2f} x")


def _peer(
    stage: Stage, program: Sequence[str], events: int, teams: int, cores: Cores, folder: Path
) -> tuple[float, float]:
    """Return its events a second, and its milliseconds of CPU for one."""
    before = _dispatched(stage)
    with Child(program, cores=cores.measured, log=folder / "peer.log") as peer:
        asyncio.run(flood(peer.port, stage.webhooks("run/1"))).insist(200)  # warm, as for ours
        requests = stage.webhooks(f"run/{-(-events // teams)}")[:events]
        cpu = peer.cpu_seconds
        posted = asyncio.run(flood(peer.port, requests)).insist(200)
        cpu = peer.cpu_seconds - cpu
    if _dispatched(stage) - before != events + teams:
        raise SystemExit(f"WRONG: {' '.join(program)} has lost or doubled dispatches")
    return posted.per_second, cpu / events * 1000


def _dispatched(stage: Stage) -> int:
    return sum(Counter[str](stage.ask("dispatches")).values())


def _probot(github: str, *, may_install: bool) -> Sequence[str]:
    """Return how the Probot app is run, from a folder of its own in the user's cache. Raises NotHere."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise NotHere("no Node here (on Debian: apt install nodejs npm)")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gonogo-benchmarks" / "probot"
    wanted = (PROBOT / "package.json").read_text("utf-8")
    done = cache / "installed.json"
    if not done.exists() or done.read_text("utf-8") != wanted:
        if not may_install:
            raise NotHere("not installed yet: the long form does that")
        cache.mkdir(parents=True, exist_ok=True)
        (cache / "package.json").write_text(wanted, "utf-8")
        _install(npm, cache)
        done.write_text(wanted, "utf-8")
    shutil.copy(PROBOT / "index.js", cache)
    return node, str(cache / "index.js"), github


def _install(npm: str, folder: Path) -> None:
    flags = ("--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts", "--fetch-retries=1")
    try:
        subprocess.run(  # noqa: S603 - npm, with our own arguments
            [npm, "install", *flags], cwd=folder, check=True, capture_output=True, timeout=INSTALL_SECONDS
        )
    except (subprocess.SubprocessError, OSError) as error:
        raise NotHere(f"npm could not install Probot: {type(error).__name__}") from error
