"""Canaries: every secret of a test run, looked for wherever the program writes. On in every test, by `conftest`.

The secrets are those that the tests hand out anyway: each App's key, webhook secret, signing key and database password
as soon as it is given to the program, each JWT that it makes, and each token of the simulated GitHub. They are looked
for in log lines before anything is hidden in them (so that hiding is the second net and not the first), in what is
printed, in whatever goes to the simulated GitHub, in whatever an ASGI application of ours answers, and in every row of
a database when it is closed. A secret that was encoded once more, as base64 or in hexadecimal digits, is not found.
"""

import logging
import sys
import traceback
from collections.abc import Awaitable, Callable, Generator, Iterable, Mapping, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias, cast
from urllib.parse import quote, unquote

import pytest
import structlog
from sqlalchemy import Engine, inspect, make_url, text
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.types import ASGIApp

from app.adapters.db.engine import Database
from app.adapters.github.tokens import AppJwt
from app.adapters.openpgp import OpenPgpSigner
from app.adapters.sshsig import SshSigner
from app.log import hide_secrets
from app.ports import Clock
from app.service import Service, Wiring
from app.sim.http.asgi import Server
from app.sim.http.auth import TOKEN_MARK
from app.web.straight import Straight

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]

JWT_BEGINS: Final = "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9"
"""How each JWT begins that the service signs: the same header every time."""

MOST: Final = 24
"""Planted secrets that are looked for at once: the latest ones."""

SHORTEST: Final = 8  # characters: what is shorter would be found in innocent text


@dataclass
class Canaries:
    """What is looked for, and where it was found."""

    planted: dict[str, str] = field(default_factory=dict[str, str])  # what to look for -> what it is
    found: list[str] = field(default_factory=list[str])
    counts: dict[str, int] = field(default_factory=dict[str, int])  # how much was looked at, by kind of place

    def plant(self, what: str, secret: str | bytes) -> None:
        """Look for a secret from now on."""
        value = secret.decode("utf-8", "replace") if isinstance(secret, bytes) else secret
        for needle in _needles(value):
            self.planted.pop(needle, None)  # to the end: the latest ones stay
            self.planted[needle] = what
        while len(self.planted) > MOST:
            del self.planted[next(iter(self.planted))]

    def look(self, where: str, *values: object) -> None:
        """Look for every secret in values of any kind; `where` says whose they are, its first word what kind."""
        kind = where.partition(" ")[0]
        self.counts[kind] = self.counts.get(kind, 0) + 1
        for value in values:
            held = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
            for needle, what in (*_ALWAYS, *self.planted.items()):
                if needle in held:
                    self.found.append(f"{what} in {where}")

    def look_at_line(self, line: str) -> None:
        """Look at a log line before anything is hidden in it: nothing in it may even look like a secret."""
        self.look("log line", line)
        if hide_secrets(line) != line:
            self.found.append("what looks like a secret in log line")

    def look_at_rows(self, engine: Engine) -> None:
        """Look at every row of every table. A database that is gone, as some tests make it, has none."""
        try:
            with engine.connect() as connection:
                for table in inspect(connection).get_table_names():
                    for row in connection.execute(text(f'SELECT * FROM "{table}"')):  # noqa: S608 - a name of our own schema
                        self.look(f"database table {table}", *(v for v in row if isinstance(v, str | bytes)))
        except SQLAlchemyError:
            self.counts["gone"] = self.counts.get("gone", 0) + 1
        finally:
            engine.dispose()


_ALWAYS: Final = ((TOKEN_MARK, "an installation token"), (JWT_BEGINS, "a JWT"))

watch = Canaries()
"""The one that watches this process."""


def _needles(secret: str) -> Iterable[str]:
    """Return what gives a secret away: a short one itself, also in an address; of a key two lines of its private part.

    A key's first lines may be those of its public part.
    """
    lines = [line for line in secret.splitlines() if line and "-----" not in line and ": " not in line]
    if "-----BEGIN PGP" in secret:
        return lines[1:2]
    if "-----BEGIN" in secret and len(lines) > 1:
        return (lines[len(lines) // 2], lines[-2])
    return {part for part in (secret, quote(secret)) if len(part) >= SHORTEST}


@contextmanager
def leaking() -> Generator[list[str]]:
    """Say that something in here leaks on purpose, and get what was found. Nothing of it fails the test."""
    before, watch.found = watch.found, []
    try:
        yield watch.found
    finally:
        watch.found = before


def record_everything(patch: pytest.MonkeyPatch) -> None:
    """Put the canaries wherever secrets come in and words go out, for the whole run."""
    _plant_what_comes_in(patch)
    _watch_the_logs(patch)
    _watch_the_wire(patch)
    _watch_the_rows(patch)


def _plant_what_comes_in(patch: pytest.MonkeyPatch) -> None:
    make_jwt, make_ssh, make_pgp = AppJwt.__init__, SshSigner.__init__, OpenPgpSigner.__init__
    make_service = Service.__init__

    def app_key(self: AppJwt, app_id: int, pem: str | bytes, clock: Clock) -> None:
        watch.plant("the App's private key", pem)
        make_jwt(self, app_id, pem, clock)

    def ssh_key(self: SshSigner, data: bytes) -> None:
        watch.plant("a signing key", data)
        make_ssh(self, data)

    def pgp_key(self: OpenPgpSigner, data: bytes) -> None:
        watch.plant("a signing key", data)
        make_pgp(self, data)

    def service(self: Service, wiring: Wiring) -> None:
        for secret in wiring.webhook_secrets:
            watch.plant("a webhook secret", secret)
        watch.plant("the database's password", make_url(wiring.database_url).password or "")
        make_service(self, wiring)

    patch.setattr(AppJwt, "__init__", app_key)
    patch.setattr(SshSigner, "__init__", ssh_key)
    patch.setattr(OpenPgpSigner, "__init__", pgp_key)
    patch.setattr(Service, "__init__", service)


def _watch_the_logs(patch: pytest.MonkeyPatch) -> None:
    bound = structlog.BoundLoggerBase
    process, make_record = bound._process_event, logging.getLogRecordFactory()  # pyright: ignore[reportPrivateUsage] - documented for wrappers

    def processed(self: structlog.BoundLoggerBase, name: str, event: str | None, told: dict[str, Any]) -> object:
        around = structlog.contextvars.get_contextvars()
        watch.look_at_line(f"{event} {dict(self._context)} {around} {told} {_trace(told.get('exc_info'))}")  # pyright: ignore[reportPrivateUsage] - the same
        return process(self, name, event, told)

    def recorded(*args: Any, **kwargs: Any) -> logging.LogRecord:  # noqa: ANN401 - whatever logging passes
        record = make_record(*args, **kwargs)
        watch.look_at_line(f"{record.getMessage()} {_trace(record.exc_info)}")
        return record

    patch.setattr(bound, "_process_event", processed)
    logging.setLogRecordFactory(recorded)


def _trace(exc_info: object) -> str:
    """Return the text that a log line gets of an exception: its own, those behind it, and where it was raised."""
    given = cast("tuple[object, ...]", exc_info)[1] if isinstance(exc_info, tuple) else exc_info
    error = given if isinstance(given, BaseException) else sys.exc_info()[1] if exc_info is True else None
    return "".join(traceback.format_exception(error)) if error else ""


def _watch_the_wire(patch: pytest.MonkeyPatch) -> None:
    answer = Server._answer  # pyright: ignore[reportPrivateUsage] - where the simulation hears all

    def heard(self: Server, scope: Scope, headers: dict[str, str], raw: bytes) -> object:
        told = {name: value for name, value in headers.items() if name != "authorization"}
        asked = unquote(f"{scope['path']}?{scope['query_string'].decode('latin-1')}")
        watch.look(f"request to GitHub {scope['method']} {scope['path']}", asked, told, raw)
        return answer(self, scope, headers, raw)

    def watching(call: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
        async def answered(self: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
            async def watched(message: Message) -> None:
                watch.look(f"answer of ours at {scope['path']}", message.get("headers", ()), message.get("body", b""))
                await send(message)

            is_github = str(scope.get("path", "")).startswith("/api/")  # the simulated one, beside the demo's page
            await call(self, scope, receive, send if is_github or scope["type"] != "http" else watched)

        return answered

    patch.setattr(Server, "_answer", heard)
    for application in (Starlette, Straight):
        patch.setattr(application, "__call__", watching(application.__call__))


def _watch_the_rows(patch: pytest.MonkeyPatch) -> None:
    close = Database.close

    async def closed(self: Database) -> None:
        await close(self)
        watch.look_at_rows(self.engine)

    patch.setattr(Database, "close", closed)


def look_at_printed(sections: Iterable[tuple[str, str]]) -> None:
    """Look at what a test printed, as pytest has captured it."""
    for title, printed in sections:
        watch.look(f"output ({title})", printed)


def plain_logging(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return structlog's own settings with tracebacks as the service writes them: without local variables."""
    console = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    return {**settings, "processors": [*settings["processors"][:-1], console]}
