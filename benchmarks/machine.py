"""Processes of a benchmark: started on one core, asked what they cost, and always ended."""

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

HOST = "127.0.0.1"
START_SECONDS = 60.0
STOP_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Cores:
    """Who runs where: what is measured has a core of its own, and everything around it the other."""

    measured: int | None
    around: int | None

    @classmethod
    def of_this_machine(cls) -> "Cores":
        """Return the first and the last core; None, anywhere, where there is but one."""
        cores = psutil.Process().cpu_affinity() or [0]
        return cls(cores[0], cores[-1]) if len(cores) > 1 else cls(None, None)


def pin(process: psutil.Process, core: int | None) -> None:
    """Keep a process on a core."""
    if core is not None:
        process.cpu_affinity([core])


class Child:
    """A Python module run as a process of its own, `with Child(...) as child`. Its first line of output is its port."""

    def __init__(self, module: str, *args: str, core: int | None, log: Path) -> None:
        self._log = log.open("ab")
        command = [sys.executable, "-m", module, *args]
        self._popen = subprocess.Popen(  # noqa: S603 - our own modules, with our own arguments
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self._log
        )
        self._process = psutil.Process(self._popen.pid)
        pin(self._process, core)
        self._name = module
        self._log_path = log

    def __enter__(self) -> Self:
        """Wait until the child has said its port."""
        line = self._popen.stdout.readline() if self._popen.stdout else b""
        if not line.strip().isdigit():
            self._end()
            raise RuntimeError(f"{self._name} did not start: {self._log_path.read_text('utf-8')[-2_000:]}")
        self.port = int(line)
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _value: BaseException | None, _tb: TracebackType | None
    ) -> None:
        """End the child."""
        self._end()

    def _end(self) -> None:
        self._popen.terminate()
        try:
            self._popen.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._popen.kill()
            self._popen.wait()
        if self._popen.stdout:
            self._popen.stdout.close()
        self._log.close()

    @property
    def cpu_seconds(self) -> float:
        """What it has used, of all its threads."""
        times = self._process.cpu_times()
        return times.user + times.system

    @property
    def megabytes(self) -> float:
        """What it holds of the machine's memory."""
        return self._process.memory_info().rss / 1_000_000


def wait_until(is_so: Callable[[], bool], seconds: float, step: float = 0.02) -> None:
    """Look again and again. Raises TimeoutError."""
    until = time.perf_counter() + seconds
    while not is_so():
        if time.perf_counter() > until:
            raise TimeoutError
        time.sleep(step)
