"""How long it takes until something can be used: `gonogo serve` on a new machine, and `gonogo plan check`."""

import os
import socket
import subprocess
import sys
import time
from importlib.resources import files
from pathlib import Path
from statistics import median
from typing import Final

import psutil

from app.sim.scenario import app_key
from benchmarks.machine import HOST, is_healthy, wait_until
from benchmarks.report import Report
from benchmarks.size import Size

_GONOGO: Final = str(Path(sys.executable).with_name("gonogo"))


def measure(report: Report, size: Size, folder: Path) -> None:
    """Add the rows."""
    seconds, megabytes = serve_seconds(folder, size.starts)
    report.add("cold_start_seconds", seconds, "{:.2f} s from `gonogo serve` until /healthz answers")
    report.add("memory_of_serve_mb", megabytes, "{:.0f} MB then", "< 120 MB")
    words = "{:.2f} s for `gonogo plan check` of the White Room plan"
    report.add("plan_check_seconds", check_seconds(size.starts), words)


def serve_seconds(folder: Path, repeats: int) -> tuple[float, float]:
    """Return the seconds from the process's start until /healthz answers, and its megabytes then (medians).

    The database is there: `gonogo serve` has been started once before.
    """
    key = folder / "key.pem"
    key.write_text(app_key()[0])
    _serve_once(folder, key)
    taken = [_serve_once(folder, key) for _ in range(repeats)]
    return median(seconds for seconds, _ in taken), median(megabytes for _, megabytes in taken)


def check_seconds(repeats: int) -> float:
    """Return the seconds that `gonogo plan check` takes for the White Room plan (median)."""
    plan = str(files("app.examples.white_room").joinpath("release-plan.md"))
    taken: list[float] = []
    for _ in range(repeats):
        started = time.perf_counter()
        subprocess.run([_GONOGO, "plan", "check", plan], stdout=subprocess.DEVNULL, check=True)  # noqa: S603 - ours
        taken.append(time.perf_counter() - started)
    return median(taken)


def _serve_once(folder: Path, key: Path) -> tuple[float, float]:
    with socket.create_server((HOST, 0)) as free:
        port = free.getsockname()[1]
    settings = {
        "GONOGO_APP_ID": "1",
        "GONOGO_PRIVATE_KEY_FILE": str(key),
        "GONOGO_WEBHOOK_SECRET": "a secret of the benchmark",
        "GONOGO_DATABASE_URL": f"sqlite:///{folder / 'cold.db'}",
        "GONOGO_PORT": str(port),
    }
    started = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603 - ours
        [_GONOGO, "serve"], cwd=folder, env={**os.environ, **settings}, stderr=subprocess.DEVNULL
    )
    try:
        wait_until(lambda: is_healthy(port), 60, step=0.005)
        return time.perf_counter() - started, psutil.Process(process.pid).memory_info().rss / 1_000_000
    finally:
        process.terminate()
        process.wait(20)
