"""The real `gonogo demo` in a process of its own, and Debian's Chromium to look at it with."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, sync_playwright

GONOGO = Path(sys.executable).with_name("gonogo")
PATIENCE = 90  # seconds; a busy machine is slow
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


@dataclass(kw_only=True)
class Demo:
    """A running demo: its address, what it has printed, and its folder for temporary files."""

    process: subprocess.Popen[bytes]
    port: int
    printed: Path
    temporary: Path

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def output(self) -> str:
        return self.printed.read_text("utf-8")

    def wait_until_told(self, words: str) -> None:
        until = time.monotonic() + PATIENCE
        while words not in self.output:
            assert self.process.poll() is None, f"the demo ended: {self.output}"
            assert time.monotonic() < until, f"“{words}” was not told: {self.output}"
            time.sleep(0.1)

    def interrupt(self) -> int:
        """Press Ctrl-C and return the exit status."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(PATIENCE)

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)


@contextmanager
def starting(folder: Path) -> Generator[Callable[[int], Demo]]:
    """Give what starts demos in a folder, each on a port; none outlives it."""
    started: list[Demo] = []

    def start(port: int) -> Demo:
        temporary = folder / "temporary"
        temporary.mkdir()
        printed = folder / "printed"
        with printed.open("wb") as out:
            process = subprocess.Popen(  # noqa: S603  our own command, out of this very environment
                [GONOGO, "demo", "--port", str(port)],
                stdout=out,
                stderr=subprocess.STDOUT,
                cwd=folder,
                env={**os.environ, "TMPDIR": str(temporary), "COLUMNS": "200"},
            )
        started.append(Demo(process=process, port=port, printed=printed, temporary=temporary))
        return started[-1]

    try:
        yield start
    finally:
        for demo in started:
            if demo.process.poll() is None:
                demo.process.kill()
                demo.process.wait()


@pytest.fixture
def start_demo(tmp_path: Path) -> Iterator[Callable[[int], Demo]]:
    with starting(tmp_path) as start:
        yield start


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """One demo whose story has been played, for several tests in any order: each leaves the gate as it found it."""
    with starting(tmp_path_factory.mktemp("demo")) as start:
        demo = start(free_port())
        demo.wait_until_told("Your turn")
        yield demo


@pytest.fixture
def chromium() -> Iterator[Browser]:
    program = shutil.which("chromium") or "/usr/bin/chromium"
    if not Path(program).exists():
        reason = "there is no chromium here (on Debian: apt install chromium)"
        if os.environ.get("CI_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()
