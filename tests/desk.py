"""The command line with a simulated GitHub behind it: what a person at a terminal gets to see."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import httpx
import typer
from structlog.testing import capture_logs
from typer.testing import CliRunner, Result

from app.adapters.github.client import Line
from app.adapters.github.operations import RestGitHub
from app.adapters.github.tokens import AppJwt
from app.cli_doctor import add_doctor
from app.cli_guard import add_protect
from app.domain.doctor.check import Diagnosis
from app.examining import Around, diagnose, opened
from app.protecting import protect
from app.sim import Room, SimClock, SimGitHub
from tests.contract import ContractChecked

T = TypeVar("T")
REPO = "white-room/daw"
SITE = "https://github.com"


@dataclass
class Desk:
    """A terminal whose `gonogo` speaks to the simulated GitHub; each call is held against GitHub's description."""

    github: SimGitHub
    room: Room
    clock: SimClock
    site: str = SITE
    public_url: str | None = None
    database: str = "sqlite:///none.db"
    key_file: Path | None = None

    def __post_init__(self) -> None:
        self.checked = ContractChecked(self.github.asgi)

    @asynccontextmanager
    async def hub(self) -> AsyncGenerator[RestGitHub]:
        """The way to GitHub, as the App."""
        transport = httpx.ASGITransport(app=self.checked)
        line = Line(transport=transport, clock=self.clock)
        yield RestGitHub(line, AppJwt(self.room.app.id, self.room.private_key, self.clock))

    def run(self, do: Callable[[RestGitHub], Coroutine[object, object, T]]) -> T:
        """Do something with GitHub, from outside of any event loop."""

        async def within() -> T:
            async with self.hub() as hub:
                return await do(hub)

        return asyncio.run(within())

    def cli(self) -> typer.Typer:
        """The commands that look at GitHub."""
        cli = typer.Typer(pretty_exceptions_enable=False)
        cli.callback()(lambda: None)
        add_protect(cli, lambda repo, apply: self.run(lambda hub: protect(hub, self.site, repo, apply=apply)))
        add_doctor(cli, self._diagnose)
        return cli

    def _diagnose(self, repo: str | None) -> Diagnosis:
        around = Around(site=self.site, public_url=self.public_url, clock=self.clock, key_file=self.key_file)

        async def look(hub: RestGitHub) -> Diagnosis:
            async with opened(self.database) as store:
                return await diagnose(hub, around, store, repo)

        return self.run(look)

    def gonogo(self, *arguments: str) -> Result:
        """Type a command; log lines go elsewhere, as they do on a terminal."""
        with capture_logs():
            return CliRunner().invoke(self.cli(), list(arguments), terminal_width=200)
