"""`gonogo demo`: the real service on a simulated GitHub, both on loopback, and nothing left behind."""

import asyncio
import contextlib
import signal
import socket
import tempfile
from collections.abc import Coroutine, Generator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Final

import httpx
import uvicorn
from rich.console import Console

from app.adapters.clock import SystemClock
from app.adapters.db.migrate import upgrade
from app.adapters.github.pacing import Pace as WritePace
from app.adapters.sshsig import SshSigner
from app.log import set_up_logging
from app.protecting import protect
from app.service import Service, Wiring
from app.serving import KEPT_SECONDS, listen, server_config
from app.sim.stage import REPO, DidNotHappen, Stage, build_stage, play, play_on_when_asked, pump
from app.worker.show import Pace

HOST: Final = "127.0.0.1"
SITE: Final = "https://github.com"
PACE: Final = Pace(after=timedelta(seconds=0.3), apart=timedelta(seconds=1))
WRITING: Final = WritePace(burst=200, per_minute=2_000, per_hour=100_000)
"""The simulated GitHub sets no limit on writes, and a visitor shall not wait for one."""


class _Server(uvicorn.Server):
    """A server that leaves signals to whoever runs it: two of them share one process."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


def run_demo(port: int) -> None:
    """Run the demo until Ctrl-C. Raises Unusable where the port is taken."""
    console = Console(highlight=False)
    page = listen(HOST, port)
    with (
        page,
        listen(HOST, 0) as door,
        tempfile.TemporaryDirectory(prefix="gonogo-demo-") as folder,
        (Path(folder) / "service.log").open("w") as log,
    ):
        set_up_logging(is_json=True, stream=log)
        asyncio.run(_Demo(console, page, door, Path(folder)).run())
    console.print("Stopped. Nothing is left behind.")


class _Demo:
    """One run of the demo."""

    def __init__(self, console: Console, page: socket.socket, door: socket.socket, folder: Path) -> None:
        self._console = console
        self._sockets = (page, door)
        self._folder = folder
        self._servers: list[_Server] = []

    async def run(self) -> None:
        """Serve the page and the service, and play the story, until a signal comes."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._stop)
        page, door = self._sockets
        stage = build_stage(SystemClock())
        stage.github.api = f"{_address(page)}/api/v3"
        service = await asyncio.to_thread(self._service, stage, _address(page))
        stage.telling.doctor = lambda: found.checks if (found := service.checkups.latest) else ()
        serving = [
            self._serve(_page_config(stage), page),
            self._serve(server_config(service), door),
        ]
        self._console.print(f"Open [bold]{_address(page)}[/] in a browser. Ctrl-C stops the demo.")
        async with httpx.AsyncClient(base_url=_address(door), timeout=10) as client:
            acting = [asyncio.create_task(self._pump(stage, client)), asyncio.create_task(self._play(stage, service))]
            await asyncio.gather(*serving)
            for task in acting:
                task.cancel()
            await asyncio.gather(*acting, return_exceptions=True)

    async def _pump(self, stage: Stage, client: httpx.AsyncClient) -> None:
        """Carry webhooks to the service; without that nothing moves any more, so the demo ends where it breaks."""

        async def post(body: bytes, headers: Mapping[str, str]) -> int:
            return (await client.post("/webhook", content=body, headers=dict(headers))).status_code

        try:
            await pump(stage, post)
        except Exception as error:  # noqa: BLE001 - whatever it is, the person in front of the terminal is to know
            self._console.print(f"The simulated GitHub broke: {error!r}", style="red", markup=False)
            self._stop()

    def _serve(self, config: uvicorn.Config, sock: socket.socket) -> Coroutine[object, object, None]:
        server = _Server(config)
        self._servers.append(server)
        return server.serve(sockets=[sock])

    def _stop(self) -> None:
        for server in self._servers:
            server.should_exit = True
            server.force_exit = True

    def _service(self, stage: Stage, github: str) -> Service:
        database = f"sqlite:///{self._folder / 'gonogo.db'}"
        upgrade(database)
        return Service(
            Wiring(
                app_id=stage.app_id,
                private_key=stage.private_key_pem,
                webhook_secrets=[stage.webhook_secret],
                database_url=database,
                api_url=f"{github}/api/v3",
                clock=stage.clock,
                pace=PACE,
                writing=WRITING,
                signer=SshSigner(stage.signing_key),
            )
        )

    async def _play(self, stage: Stage, service: Service) -> None:
        with self._console.status("The White Room begins its release …") as line:

            def say(step: str) -> None:
                self._console.print(f"  {step}", markup=False)
                line.update(step)

            try:
                say("owner runs gonogo protect --apply: only the App makes release tags now.")
                await protect(service.github, SITE, REPO, apply=True)
                await play(stage, say)
                await play_on_when_asked(stage, say)
            except DidNotHappen as error:
                self._console.print(f"The story stopped: {error}", style="red", markup=False)


def _address(sock: socket.socket) -> str:
    return f"http://{HOST}:{sock.getsockname()[1]}"


def _page_config(stage: Stage) -> uvicorn.Config:
    """Return how the simulated GitHub is served: it tells the time itself, by its own clock."""
    return uvicorn.Config(
        stage.web,
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        timeout_keep_alive=KEPT_SECONDS,  # longer than the service does: it would look for a lost run for a minute
    )
