"""Processes of a benchmark: started on their cores, asked what they cost, and always ended."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

HOST = "127.0.0.1"
START_SECONDS = 60.0
STOP_SECONDS = 15.0
LOWEST_PRIORITY = 19


@dataclass(frozen=True, slots=True)
class Cores:
    """Who runs where: what is measured has a core of its own, and everything around it the other."""

    measured: tuple[int, ...]
    around: tuple[int, ...]

    @classmethod
    def of_this_machine(cls) -> "Cores":
        """Return the first and the last core; the same where there is but one."""
        cores = psutil.Process().cpu_affinity() or [0]
        return cls((cores[0],), (cores[-1],))

    @property
    def shared(self) -> "Cores":
        """The same cores for everybody: where several processes are measured, the kernel places them."""
        both = tuple(sorted({*self.measured, *self.around}))
        return Cores(both, both)

    @property
    def number(self) -> int:
        """How many cores there are."""
        return len({*self.measured, *self.around})


def pin(process: psutil.Process, cores: Sequence[int]) -> None:
    """Keep a process on cores, and whatever it has started."""
    for one in (process, *process.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):  # some of a database server's come and go
            one.cpu_affinity(list(cores))


def move(process: psutil.Process, cores: Sequence[int]) -> None:
    """Let a process that runs go on on other cores: all of its threads, which `pin` alone would not reach."""
    for thread in process.threads():
        with suppress(ProcessLookupError):
            os.sched_setaffinity(thread.id, cores)


def cpu_seconds(process: psutil.Process) -> float:
    """Return what a process and all that it has started have used, those that have ended among them."""
    used = 0.0
    for one in (process, *process.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            times = one.cpu_times()
            used += times.user + times.system + times.children_user + times.children_system
    return used


def module(name: str, *args: str) -> list[str]:
    """Return how a Python module is run."""
    return [sys.executable, "-m", name, *args]


class Child:
    """A program run as a process of its own, `with Child(...) as child`. Its first line of output is its port."""

    def __init__(self, command: Sequence[str], *, cores: Sequence[int], log: Path) -> None:
        self._log = log.open("ab")
        self._popen = subprocess.Popen(  # noqa: S603 - our own programs, with our own arguments
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log
        )
        self._process = psutil.Process(self._popen.pid)
        pin(self._process, cores)
        self._name = " ".join(command)
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
        for pipe in (self._popen.stdin, self._popen.stdout):
            if pipe:
                pipe.close()
        self._log.close()

    def go(self) -> None:
        """Have a child that waits for the word begin."""
        if self._popen.stdin:
            self._popen.stdin.write(b"\n")
            self._popen.stdin.flush()

    def move(self, cores: Sequence[int]) -> None:
        """Let it go on on other cores."""
        move(self._process, cores)

    def give_way(self) -> None:
        """Let whoever else wants the child's core go first: its main thread, and those that this starts from now on."""
        self._process.nice(LOWEST_PRIORITY)

    def kill(self) -> None:
        """End the child as a power cut would."""
        self._popen.kill()
        self._popen.wait()

    @property
    def cpu_seconds(self) -> float:
        """What it has used, of all its threads."""
        return cpu_seconds(self._process)

    @property
    def megabytes(self) -> float:
        """What it holds of the machine's memory."""
        return self._process.memory_info().rss / 1_000_000

    @property
    def peak_megabytes(self) -> float:
        """The most that it has held; where the system does not tell, what it holds now."""
        try:
            told = Path(f"/proc/{self._popen.pid}/status").read_text()
        except OSError:
            return self.megabytes
        return int(told.partition("VmHWM:")[2].split(maxsplit=1)[0]) * 1_024 / 1_000_000


def is_healthy(port: int) -> bool:
    """Whether a service answers there."""
    try:
        with socket.create_connection((HOST, port), timeout=5) as connection:
            connection.sendall(b"GET /healthz HTTP/1.0\r\nHost: x\r\n\r\n")
            return connection.recv(64).startswith(b"HTTP/1.1 200")
    except OSError:
        return False


def wait_until(is_so: Callable[[], bool], seconds: float, step: float = 0.02) -> None:
    """Look again and again. Raises TimeoutError."""
    until = time.perf_counter() + seconds
    while not is_so():
        if time.perf_counter() > until:
            raise TimeoutError
        time.sleep(step)
