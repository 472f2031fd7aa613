"""One life of the service: a process that can die at any await point, and the wire between it and the simulated GitHub.

A process that died does nothing more: whatever it asks of GitHub or of the database is never asked, and what was being
answered is never heard. What it did before stands. So its death is exact, though nothing but a flag falls.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar, cast

import httpx
from sqlalchemy import Connection, text

import app.service
from app.adapters.scheduler.local import LocalScheduler
from app.adapters.scheduler.sweeps import Find
from app.ports import Work
from app.service import Service, Wiring
from app.sim.github import SimGitHub
from app.sim.webhooks import WebhookPost

P = ParamSpec("P")
T = TypeVar("T")

MOST_ROUNDS = 200
"""Of cancelling what a dead process leaves: each may begin a little more, which blocks at once."""


class Inline(ThreadPoolExecutor):
    """A thread that is none: each call is made at once, so that the same story runs the same way."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        done: Future[T] = Future()
        try:
            done.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001  it is the caller's
            done.set_exception(error)
        return done


async def quiet() -> None:
    """Return when everybody waits for the clock or for something that never comes."""
    ready = cast("deque[object]", getattr(asyncio.get_running_loop(), "_ready"))  # noqa: B009  asyncio's own queue
    while True:
        await asyncio.sleep(0)
        if not ready:
            return


WAYS_IN = ("run", "ask")
"""Into the database: each has an await point before and after it."""

Reach = Callable[[str], Awaitable[None]]
"""Called at each await point with its name; it does not return where the process dies there."""


class Wire(httpx.AsyncBaseTransport):
    """How the service reaches GitHub: straight into its ASGI application, by way of whoever is in between."""

    def __init__(self, ask: Callable[[httpx.Request], Awaitable[httpx.Response]], reach: Reach) -> None:
        self._ask = ask
        self._reach = reach

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        name = f"{request.method} {request.url.path}"
        await self._reach(f"before {name}")
        try:
            return await self._ask(request)
        finally:
            await self._reach(f"after {name}")


async def call(asgi: Any, request: httpx.Request) -> httpx.Response:  # noqa: ANN401  ASGI's own types
    """Put a request to an ASGI application and return its answer. Raises what the application raises."""
    body = await request.aread()
    path = request.url.raw_path.split(b"?")[0].decode()
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "headers": [(key.lower(), value) for key, value in request.headers.raw],
        "scheme": request.url.scheme,
        "path": httpx.URL(path=path).path,
        "raw_path": path.encode(),
        "query_string": request.url.query,
        "server": (request.url.host, request.url.port),
        "client": ("127.0.0.1", 123),
        "root_path": "",
    }
    messages: list[Mapping[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Mapping[str, Any]) -> None:
        messages.append(message)

    await asgi(scope, receive, send)
    content = b"".join(one.get("body", b"") for one in messages[1:])
    return httpx.Response(messages[0]["status"], headers=messages[0]["headers"], content=content, request=request)


class Life:
    """A process: the service on its database, until it dies. `points` tells the await points that it came by."""

    def __init__(self, wiring: Callable[[httpx.AsyncBaseTransport], Wiring], github: Callable[..., Any]) -> None:
        self.is_dead = False
        self.points: list[str] = []
        self.dies_at: int | None = None  # the so-manieth await point from the start of this life
        self.wakes: dict[str, int] = {}
        setattr(app.service, "_scheduler", _in_one_process)  # noqa: B010  a test may look inside
        self.service = Service(wiring(Wire(github, self._reach)))
        database = self.service.database
        setattr(database, "_threads", Inline(1))  # noqa: B010  the same
        for name in WAYS_IN:
            setattr(database, name, self._guarded(getattr(database, name)))

    def _guarded(self, run: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        """Return a way into the database that has an await point before it and one after it."""

        async def guarded(work: Callable[[Connection], Any], **how: bool) -> Any:  # noqa: ANN401  what the work returns
            wrote = False

            def watched(connection: Connection) -> Any:  # noqa: ANN401  the same
                nonlocal wrote
                before = _changes(connection)
                done = work(connection)
                wrote = _changes(connection) != before
                return done

            await self._reach("before a transaction")
            try:
                return await run(watched, **how)
            finally:
                await self._reach("after a commit" if wrote else "after a look at the database")

        return guarded

    async def _reach(self, name: str) -> None:
        if not self.is_dead:
            self.points.append(name)
            if self.dies_at is None or len(self.points) <= self.dies_at:
                return
            self.is_dead = True
        await asyncio.get_running_loop().create_future()

    async def start(self) -> None:
        """Begin to work."""
        await self.service.start()

    async def take(self, post: WebhookPost) -> int:
        """Take a webhook and return the status; never returns where the process dies meanwhile."""
        request = httpx.Request("POST", "http://gonogo.test/webhook", content=post.body, headers=post.headers)
        return (await call(self.service.web, request)).status_code

    async def bury(self, others: set[asyncio.Task[Any]]) -> None:
        """Clear away what is left of it; the tasks in `others` are none of its own."""
        self.is_dead = True
        for _ in range(MOST_ROUNDS):
            left = asyncio.all_tasks() - others
            if not left:
                break
            for task in left:
                task.cancel()
            await quiet()
        assert not asyncio.all_tasks() - others
        # The files are closed without a word, as the system does for a process that is gone.
        if (kept := cast("Connection | None", getattr(self.service.database, "_kept"))) is not None:  # noqa: B009
            kept.close()
        self.service.database.engine.dispose()


def _changes(connection: Connection) -> object:
    """Return what is another thing once the transaction has changed anything."""
    if connection.dialect.name == "sqlite":
        return cast("Any", connection.connection.driver_connection).total_changes
    return connection.execute(text("SELECT pg_current_xact_id_if_assigned() IS NULL")).scalar_one()


def _in_one_process(wiring: Wiring, work: Mapping[str, Work], sweeps: Mapping[str, Find]) -> LocalScheduler:
    """Give turns as in one process on whichever database: those of PostgreSQL go by the wall's clock."""
    return LocalScheduler(work, wiring.clock, sweeps=sweeps)


def asker(github: SimGitHub) -> Callable[[httpx.Request], Awaitable[httpx.Response]]:
    """Return who puts requests to the simulated GitHub with nobody in between."""

    async def ask(request: httpx.Request) -> httpx.Response:
        return await call(github.asgi, request)

    return ask
