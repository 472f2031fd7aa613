"""A PostgreSQL of one's own for tests and benchmarks: in a folder that goes, on a socket that nobody else has."""

import os
import pwd
import shutil
import signal
import subprocess  # nosec B404 # PostgreSQL is run with it, below
import tempfile
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Final

import psycopg

START_SECONDS: Final = 60.0
_UNPRIVILEGED: Final = ("postgres", "nobody")  # PostgreSQL does not run as root
_WITHOUT_DISK: Final = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")  # what is lost is only a test's
_SHARED: Final = ("shared_buffers=32MB", "max_connections=200", "timezone=UTC", "listen_addresses=")
_INITDB: Final = ("--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8")


@dataclass(frozen=True, slots=True)
class Server:
    """A running server, reached through a socket in its folder by a superuser without a password."""

    folder: Path
    process: subprocess.Popen[bytes]
    _names: "count[int]"

    def url(self, database: str) -> str:
        """Return the address of a database for SQLAlchemy."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}"

    def create(self, template: str = "template1") -> str:
        """Make a new database, empty or as the template is, and return its name."""
        name = f"gonogo_{next(self._names)}"
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return name

    def drop(self, name: str) -> None:
        """Remove a database, whoever is still connected to it."""
        self.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def disconnect(self, name: str) -> None:
        """Cut off whoever is connected to a database."""
        others = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"  # noqa: S608  # nosec B608 # a name of our own
        self.execute(others)

    def execute(self, statement: str, database: str = "postgres") -> None:
        """Run a statement in a database, or beside them all."""
        with psycopg.connect(host=str(self.folder), user="postgres", dbname=database, autocommit=True) as connection:
            connection.execute(statement.encode())


def find_programs() -> Path | None:
    """Return the folder of the newest `postgres` and `initdb` of this machine, or None."""
    found = shutil.which("postgres")
    on_path = [Path(found).resolve().parent] if found else []
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: path.parent.name.zfill(3), reverse=True)
    return next((path for path in (*on_path, *debian) if (path / "initdb").exists()), None)


@contextmanager
def running(programs: Path, *, is_safe: bool = False) -> Generator[Server]:
    """Run a server while the context lasts. `is_safe`: it waits for the disk as it does in service."""
    folder = Path(tempfile.mkdtemp(prefix="gonogo-pg-"))  # a short path: that of a socket has 107 characters at most
    as_somebody = _as_somebody(folder)
    data, log = folder / "data", folder / "log"
    try:
        made = subprocess.run(  # noqa: S603  # nosec B603 # a program of this machine, and nothing from outside
            [*as_somebody, programs / "initdb", *_INITDB, "--pgdata", data],
            cwd=folder,
            capture_output=True,
            check=False,
        )
        if made.returncode:
            raise RuntimeError(f"initdb failed: {made.stderr.decode(errors='replace')}")
        settings = (*_SHARED, *(() if is_safe else _WITHOUT_DISK), f"unix_socket_directories={folder}")
        asked = [part for setting in settings for part in ("-c", setting)]
        with log.open("wb") as out:
            process = subprocess.Popen(  # noqa: S603  # nosec B603 # the same
                [*as_somebody, programs / "postgres", "-D", data, *asked],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
            )
        try:
            server = Server(folder, process, count(1))
            _wait(server, log)
            yield server
        finally:
            _end(process)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _as_somebody(folder: Path) -> Sequence[str]:
    """Return what goes before a command for it to run as somebody who is not root, and to end when we do."""
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        return ()
    ends_with_us = (setpriv, "--pdeathsig", "INT")
    if os.geteuid() != 0:
        return ends_with_us
    account = next(one for one in pwd.getpwall() if one.pw_name in _UNPRIVILEGED)
    os.chown(folder, account.pw_uid, account.pw_gid)
    return (*ends_with_us, "--reuid", str(account.pw_uid), "--regid", str(account.pw_gid), "--clear-groups")


def _wait(server: Server, log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            server.execute("SELECT 1")
        except psycopg.OperationalError as error:
            if server.process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"PostgreSQL did not start: {log.read_text(errors='replace')}") from error
            time.sleep(0.02)
        else:
            return


def _end(process: "subprocess.Popen[bytes]") -> None:
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):  # fast, at once, by force
        if process.poll() is not None:
            return
        process.send_signal(number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=10)
