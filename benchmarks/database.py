"""The database of a service under test: a fresh one, and what the benchmark asks of it beside the service."""

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, cast

import psutil
import psycopg

from benchmarks.machine import Cores, cpu_seconds, pin
from tools.postgres import Server


class _Connection(Protocol):
    """As much of a driver's connection as is used here."""

    def execute(self, question: str, /) -> "_Answer": ...

    def close(self) -> None: ...


class _Answer(Protocol):
    def fetchone(self) -> tuple[int, ...] | None: ...


class Database:
    """One database by its URL; it can be asked from when the service has made its tables."""

    def __init__(self, url: str, server: Server | None = None) -> None:
        self.url = url
        self._server = server
        self._open: _Connection | None = None

    @classmethod
    def sqlite(cls, file: Path) -> "Database":
        """Return a file's."""
        return cls(f"sqlite:///{file}")

    @classmethod
    @contextmanager
    def postgresql(cls, server: Server, cores: Cores) -> Generator["Database"]:
        """Make a fresh one on a server, which runs on the cores that are measured; it is removed at the end."""
        pin(psutil.Process(server.process.pid), cores.measured)
        name = server.create()
        made = cls(server.url(name), server)
        try:
            yield made
        finally:
            made.close()
            server.drop(name)

    def one(self, question: str) -> int:
        """Ask for one number."""
        if self._open is None:
            self._open = self._connect()
        found = self._open.execute(question).fetchone()
        return int(found[0]) if found else 0

    def _connect(self) -> _Connection:
        if self._server is None:
            file = self.url.removeprefix("sqlite:///")
            return sqlite3.connect(f"file:{file}?mode=ro", uri=True)
        opened = psycopg.connect(self.url.replace("+psycopg", ""), autocommit=True)
        return cast("_Connection", opened)

    @property
    def cpu_seconds(self) -> float:
        """What the server's processes have used; a file has none."""
        return 0.0 if self._server is None else cpu_seconds(psutil.Process(self._server.process.pid))

    def close(self) -> None:
        """Ask nothing more."""
        if self._open is not None:
            self._open.close()
            self._open = None
