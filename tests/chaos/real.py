"""The same story with a real process: `gonogo serve` on a database and a port, killed with -9 again and again.

The simulated GitHub is on loopback, and time is the wall's.
"""

import asyncio
import os
import random
import shutil
import signal
import socket
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Any, Self

import httpx
import uvicorn

from app.adapters.clock import SystemClock
from app.adapters.db.engine import Database
from app.sim.github import SimGitHub
from app.sim.scenario import white_room
from app.sim.webhooks import WebhookPost
from tests.chaos.database import POSTGRES, fresh
from tests.chaos.ends import End, differences, ending, ending_in_database, unfinished
from tests.chaos.plan import PLAN
from tests.chaos.story import Story
from tests.chaos.trials import Result
from tests.chaos.world import Stuck

KILLS = 4
LIMIT_S = 420.0  # for anything that somebody waits for
AGAIN_S = 5.0  # after that a delivery that failed is sent again by hand
QUIET_S = 15.0
GITHUB_URL = "https://github.com"


class _Server(uvicorn.Server):
    """A server that leaves signals alone."""

    def capture_signals(self) -> Any:  # noqa: ANN401  a context that does nothing
        return nullcontext()


class RealWorld:
    """GitHub on loopback, and the service as a process of its own."""

    def __init__(self, folder: Path, url: str, seed: str) -> None:
        self._folder = folder
        self._dice = random.Random(seed)  # noqa: S311  dice, no secret
        self.github = SimGitHub(SystemClock())
        self.room = white_room(self.github, plan=PLAN)
        self.watchers: list[Callable[[], object]] = []
        self.struck: Counter[str] = Counter()
        self.url = url
        self._kills_left = KILLS
        self._dies_in = self._dice.randrange(4, 50)
        self._door, self._page = (socket.create_server(("127.0.0.1", 0)) for _ in range(2))
        self._port = self._door.getsockname()[1]
        self._door.close()
        self._process: asyncio.subprocess.Process | None = None
        self._again: list[tuple[float, WebhookPost]] = []
        self._tasks: set[asyncio.Task[None]] = set()

    # -- GitHub -----------------------------------------------------------------------------------------------

    async def _asgi(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401  ASGI's own types
        """Answer the service; at its hour, kill it before or after that, so that it never hears the answer."""
        if scope["type"] != "http":
            await self.github.asgi(scope, receive, send)
            return
        for watch in self.watchers:
            watch()
        self._dies_in -= 1
        if self._kills_left and self._dies_in < 0 and scope["method"] != "GET":
            is_done = self._dice.random() < 0.5
            if is_done:
                await self.github.asgi(scope, receive, _nobody)
            self._kill(f"a call {'after' if is_done else 'before'} it was done")
            raise ConnectionError
        await self.github.asgi(scope, receive, send)

    def _kill(self, when: str) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(signal.SIGKILL)
            self.struck[f"kill -9 at {when}"] += 1
            self._kills_left -= 1
            self._dies_in = self._dice.randrange(2, 25)

    # -- the service ------------------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        port = self._page.getsockname()[1]
        self.github.api = f"http://127.0.0.1:{port}/api/v3"
        self._key = self._folder / "app.pem"
        self._key.write_text(self.room.private_key)
        self._key.chmod(0o600)
        config = uvicorn.Config(
            self._asgi, interface="asgi3", lifespan="off", log_config=None, access_log=False, date_header=False
        )
        self._server = _Server(config)
        self._spawn(self._server.serve(sockets=[self._page]))
        self._spawn(self._keep_alive())
        self._spawn(self._carry())
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()
        self._page.close()

    def _spawn(self, coroutine: Any) -> None:  # noqa: ANN401  any coroutine
        self._tasks.add(asyncio.get_running_loop().create_task(coroutine))

    async def _keep_alive(self) -> None:
        """Start the service, and again whenever it has died."""
        env = {name: value for name, value in os.environ.items() if not name.startswith("GONOGO_")}
        env |= {
            "GONOGO_APP_ID": str(self.room.app.id),
            "GONOGO_PRIVATE_KEY_FILE": str(self._key),
            "GONOGO_WEBHOOK_SECRET": self.room.webhook_secret,
            "GONOGO_GITHUB_API_URL": self.github.api,
            "GONOGO_GITHUB_URL": GITHUB_URL,
            "GONOGO_DATABASE_URL": self.url,
            "GONOGO_HOST": "127.0.0.1",
            "GONOGO_PORT": str(self._port),
        }
        with (self._folder / "service.log").open("ab") as log:
            while True:
                command = [sys.executable, "-c", "from app.main import cli; cli()", "serve"]
                self._process = await asyncio.create_subprocess_exec(*command, env=env, stdout=log, stderr=log)
                code = await self._process.wait()
                if code != -signal.SIGKILL:
                    raise RuntimeError(f"gonogo serve ended by itself, with {code}")

    # -- webhooks ---------------------------------------------------------------------------------------------

    async def _carry(self) -> None:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{self._port}", timeout=10) as client:
            while True:
                self.github.tick()
                now = time.monotonic()
                due = [post for at, post in self._again if at <= now]
                self._again = [(at, post) for at, post in self._again if at > now]
                for post in [*self.github.take(), *due]:
                    await self._post(client, post)
                await asyncio.sleep(0.05)

    async def _post(self, client: httpx.AsyncClient, post: WebhookPost) -> None:
        status = 0
        with suppress(httpx.HTTPError):
            status = (await client.post("/webhook", content=post.body, headers=post.headers)).status_code
        self.github.delivered(post, status)
        if status not in (200, 202):
            self._again.append((time.monotonic() + AGAIN_S, post))

    def relent(self) -> None:
        """Kill it no more."""
        self._kills_left = 0

    @property
    def underway(self) -> bool:
        """Whether a delivery is still to arrive."""
        return bool(self._again or self.github.outbox)

    # -- time -------------------------------------------------------------------------------------------------

    async def until(self, what: str, is_so: Callable[[], object], *, minutes: float = 60) -> None:
        """Wait until something is so. Raises Stuck where it does not become so."""
        limit = time.monotonic() + min(60 * minutes, LIMIT_S)
        while not is_so():
            for task in self._tasks:
                if task.done():
                    task.result()
            if time.monotonic() > limit:
                raise Stuck(f"{what}: not so after {LIMIT_S:.0f} s\n{self.log()}")
            await asyncio.sleep(0.1)

    async def rest(self, minutes: float) -> None:
        """Wait so long, but not for as long as in a simulated world."""
        await asyncio.sleep(min(60 * minutes, QUIET_S))

    def log(self) -> str:
        """The last of what the service said."""
        return (self._folder / "service.log").read_text("utf-8")[-3000:]


async def _nobody(_message: object) -> None:
    """Take an answer that nobody hears."""


async def _tell(folder: Path, url: str, seed: str) -> tuple[End, Counter[str]]:
    async with RealWorld(folder, url, seed) as world:
        story = Story(world)
        await story.tell()
        database = Database(world.url)
        try:
            limit = time.monotonic() + LIMIT_S
            while await unfinished(database) and time.monotonic() < limit:  # noqa: ASYNC110  another process's work
                await asyncio.sleep(0.5)
            await world.rest(1)
            end = {**ending(story), **await ending_in_database(story, database)}
        finally:
            await database.close()
        world.github.assert_no_unknown_calls()
        return end, world.struck


def is_real(name: str) -> bool:
    """Whether a trial is one with real processes."""
    return name.removeprefix(POSTGRES).startswith("real:")


def hold_real(name: str, calm: End) -> Result:
    """Play a trial with real processes and hold its end against the undisturbed one's."""
    result = Result(name=name)
    began = time.process_time()
    folder = Path(tempfile.mkdtemp(prefix="gonogo-chaos-"))
    try:
        with fresh(name, folder) as url:
            end, result.struck = asyncio.run(_tell(folder, url, name))
        result.differences = differences(calm, end)
    except Exception:  # noqa: BLE001  whatever it is, it is a difference
        result.differences = [traceback.format_exc(limit=-4)]
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    result.seconds = time.process_time() - began
    return result
