"""Many processes on one PostgreSQL, in front of the simulated GitHub on loopback, and ways to do them harm."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, MutableMapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg
import uvicorn

from app.adapters.clock import SystemClock
from app.serving import KEPT_SECONDS
from app.sim.github import SimGitHub
from app.sim.scenario import Room, white_room
from app.sim.state import WorkflowRun
from tools.postgres import Server

REPO = "white-room/daw"
GONOGO = Path(sys.executable).with_name("gonogo")
PATIENCE = 120  # seconds; a busy machine is slow

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]


@dataclass
class Hold:
    """A request of one process that is held up: before GitHub does it, or before it answers."""

    who: str
    method: str
    part: str
    is_answered_late: bool
    when: Callable[[], bool] = lambda: True
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)


class Front:
    """GitHub's door: it tells processes apart by the first part of the path, and holds up what it is told to."""

    def __init__(self, app: App) -> None:
        self._app = app
        self.holds: list[Hold] = []
        self._held: list[Hold] = []

    def let_go(self) -> None:
        """Hold up nothing any more."""
        for hold in (*self.holds, *self._held):
            hold.go_on.set()
        self.holds.clear()

    def hold(
        self,
        who: str,
        method: str,
        part: str,
        *,
        is_answered_late: bool = False,
        when: Callable[[], bool] = lambda: True,
    ) -> Hold:
        """Hold up the next such request, once something is so."""
        self.holds.append(Hold(who, method, part, is_answered_late, when))
        return self.holds[-1]

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        _, who, path = str(scope["path"]).split("/", 2)
        inner = {**scope, "path": f"/{path}", "raw_path": f"/{path}".encode()}
        self.holds = [h for h in self.holds if not h.go_on.is_set()]
        found = [h for h in self.holds if (h.who, h.method) == (who, scope["method"]) and h.part in path and h.when()]
        if not found:
            await self._app(inner, receive, send)
            return
        hold = found[0]
        if hold.is_answered_late:  # else all such requests are held up: a poll may ask for the same
            self.holds.remove(hold)
            self._held.append(hold)
        messages: list[Message] = []

        async def keep(message: Message) -> None:
            messages.append(message)

        if hold.is_answered_late:
            await self._app(inner, receive, keep)
        hold.reached.set()
        await hold.go_on.wait()
        if not hold.is_answered_late:
            await self._app(inner, receive, keep)
        with suppress(Exception):  # whoever asked may be dead
            for message in messages:
                await send(message)


class Wire:
    """A TCP way to the database that can be cut, and mended."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self._server: asyncio.Server | None = None
        self._writers: list[asyncio.StreamWriter] = []
        self._is_cut = False
        self.port = 0

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_cut:
            writer.transport.abort()
            return
        far_reader, far_writer = await asyncio.open_unix_connection(str(self._target))
        self._writers += [writer, far_writer]
        await asyncio.gather(_pipe(reader, far_writer), _pipe(far_reader, writer))

    def cut(self) -> None:
        """Break every connection and let none come up."""
        self._is_cut = True
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    def mend(self) -> None:
        """Let connections come up again."""
        self._is_cut = False

    async def close(self) -> None:
        self.cut()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.transport.abort()


@dataclass
class Process:
    """A process of ours."""

    name: str
    popen: "subprocess.Popen[bytes]"
    log: Path

    def send(self, number: signal.Signals) -> None:
        self.popen.send_signal(number)

    @property
    def said(self) -> str:
        return self.log.read_text("utf-8", errors="replace")


@dataclass
class Cluster:
    """The processes, their GitHub and their database."""

    folder: Path
    postgres: Server
    database: str
    github: SimGitHub
    room: Room
    front: Front
    base: str
    wire: Wire
    port: int = 0
    is_open: bool = False
    processes: dict[str, Process] = field(default_factory=dict[str, Process])

    def start(self, name: str, *arguments: str, is_by_wire: bool = False) -> Process:
        """Start `gonogo` with these arguments."""
        url = self.postgres.url(self.database)
        if is_by_wire:
            url = f"postgresql+psycopg://postgres@127.0.0.1:{self.wire.port}/{self.database}"
        given = {
            "GONOGO_APP_ID": str(self.room.app.id),
            "GONOGO_PRIVATE_KEY": self.room.private_key,
            "GONOGO_WEBHOOK_SECRET": self.room.webhook_secret,
            "GONOGO_DATABASE_URL": url,
            "GONOGO_GITHUB_API_URL": f"{self.base}/{name}",
            "GONOGO_HOST": "127.0.0.1",
            "GONOGO_PORT": str(self.port),
        }
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("GONOGO_")}
        log = self.folder / f"{name}.log"
        with log.open("ab") as out:
            popen = subprocess.Popen(  # noqa: S603 - our own command
                [sys.executable, "-c", "from app.main import cli; cli()", *arguments],
                cwd=Path(__file__).parents[2],
                env=inherited | given,
                stdout=out,
                stderr=out,
            )
        self.processes[name] = Process(name, popen, log)
        return self.processes[name]

    async def until(self, condition: Callable[[], object], what: str) -> None:
        """Carry webhooks until something is so."""
        end = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > end:
                said = "\n".join(f"--- {p.name}\n{p.said[-3000:]}" for p in self.processes.values())
                raise AssertionError(f"it did not happen: {what}\n{said}")
            await self.carry()
            await asyncio.sleep(0.05)

    async def carry(self) -> None:
        """Deliver what GitHub has sent."""
        if not self.is_open:
            return
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.port}", timeout=PATIENCE) as client:
            for post in self.github.take():
                answer = await client.post("/webhook", content=post.body, headers=post.headers)
                assert answer.status_code == 202
                self.github.delivered(post, answer.status_code)

    def ask(self, statement: str) -> list[tuple[Any, ...]]:
        """Ask the database."""
        with psycopg.connect(host=str(self.postgres.folder), user="postgres", dbname=self.database) as connection:
            return connection.execute(statement.encode()).fetchall()

    def is_up(self, name: str) -> bool:
        """Whether a process has begun."""
        process = self.processes[name]
        assert process.popen.poll() is None, process.said
        if "worker.started" in process.said:
            return True
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
            self.is_open = self.is_open or name == "door"
            return name == "door"
        return False

    @property
    def dispatched(self) -> list[WorkflowRun]:
        """The runs that were dispatched, in order."""
        return [run for run in self.github.runs(REPO) if run.event == "workflow_dispatch"]


class _Uvicorn(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield  # the signals are those of the tests


@asynccontextmanager
async def running_cluster(folder: Path, postgres: Server, plan: str) -> AsyncGenerator[Cluster]:
    """Set up the database, GitHub and a wire; processes are started by the test, and ended here."""
    github = SimGitHub(SystemClock())
    room = white_room(github, plan=plan)
    front = Front(github.asgi)
    sock = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        front, log_config=None, access_log=False, lifespan="off", date_header=False, timeout_keep_alive=KEPT_SECONDS
    )
    server = _Uvicorn(config)
    serving = asyncio.create_task(server.serve(sockets=[sock]))
    wire = Wire(postgres.folder / ".s.PGSQL.5432")
    await wire.open()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    base = f"http://127.0.0.1:{sock.getsockname()[1]}"
    cluster = Cluster(folder, postgres, postgres.create(), github, room, front, base, wire, port)
    try:
        yield cluster
    finally:
        for process in cluster.processes.values():
            process.popen.kill()
            process.popen.wait()
        front.let_go()
        await asyncio.sleep(0.1)
        server.should_exit = True
        server.force_exit = True
        await serving
        sock.close()
        await wire.close()
        postgres.drop(cluster.database)
