"""The work in an event loop of its own, as `gonogo serve` has it: however busy it is, GitHub is thanked at once."""

import asyncio
import re
import threading
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from starlette.types import Message, Receive, Scope, Send
from structlog.testing import capture_logs

from app.adapters.loops import JOIN_SECONDS
from app.service import STOP_SECONDS, Service, Wiring
from app.serving import GRACE_SECONDS
from app.sim.clock import SimClock
from app.sim.github import SimGitHub
from app.sim.scenario import Room, white_room
from app.sim.webhooks import WebhookPost
from tests.bot import REPO
from tests.databases import new_database

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[2]
PATIENCE = 60  # seconds; a busy machine is slow


class Hog(httpx.AsyncBaseTransport):
    """A way to GitHub that holds up the whole event loop of whoever takes it, until it may end."""

    def __init__(self) -> None:
        self.begun, self.may_end = threading.Event(), threading.Event()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.begun.set()
        assert self.may_end.wait(PATIENCE)
        return httpx.Response(404, json={"message": "Not Found"}, request=request)


def made(folder: Path, room: Room, hog: Hog) -> Service:
    return Service(
        Wiring(
            app_id=room.app.id,
            private_key=room.private_key,
            webhook_secrets=[room.webhook_secret],
            database_url=new_database(folder),
            transport=hog,
            has_doctor=False,
            has_healer=False,
            loop_of_work=asyncio.new_event_loop,
        )
    )


@asynccontextmanager
async def at_work(folder: Path, room: Room, hog: Hog) -> AsyncGenerator[httpx.AsyncClient]:
    service = made(folder, room, hog)
    transport = httpx.ASGITransport(app=service.web)
    await service.start()
    async with httpx.AsyncClient(transport=transport, base_url="http://gonogo.test", timeout=PATIENCE) as http:
        try:
            yield http
        finally:
            hog.may_end.set()
            await service.stop()


async def post(http: httpx.AsyncClient, webhook: WebhookPost) -> int:
    return (await http.post("/webhook", content=webhook.body, headers=webhook.headers)).status_code


async def test_work_that_stands_still_keeps_no_webhook_waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.web.metrics.TELL_SECONDS", 0.05)
    github, hog = SimGitHub(SimClock()), Hog()
    room = white_room(github)
    issue = github.open_issue(REPO, "Release", "", by="release-manager")
    github.comment(REPO, issue.number, "/release start 1.0.0", by="release-manager")
    github.comment(REPO, issue.number, "/release status", by="release-manager")
    async with at_work(tmp_path, room, hog) as http:
        *before, last = github.take()
        assert {await post(http, webhook) for webhook in before} == {202}
        assert await asyncio.to_thread(hog.begun.wait, PATIENCE)

        assert (await post(http, last), await post(http, last)) == (202, 200)
        assert (await http.get("/readyz")).status_code == 200
        assert "gonogo_deliveries_waiting" in (await http.get("/metrics")).text
        with pytest.raises(TimeoutError):  # it would say 503 in the end
            async with asyncio.timeout(0.1):
                await http.get("/healthz")

        hog.may_end.set()
        assert (await http.get("/healthz")).json() == {"status": "alive"}


async def test_the_service_ends_though_its_work_stands_still(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.service.STOP_SECONDS", 0.05)
    monkeypatch.setattr("app.adapters.loops.JOIN_SECONDS", 0.05)
    github, hog = SimGitHub(SimClock()), Hog()
    room = white_room(github)
    issue = github.open_issue(REPO, "Release", "", by="release-manager")
    github.comment(REPO, issue.number, "/release start 1.0.0", by="release-manager")
    service = made(tmp_path, room, hog)
    await service.start()
    transport = httpx.ASGITransport(app=service.web)
    async with httpx.AsyncClient(transport=transport, base_url="http://gonogo.test", timeout=PATIENCE) as http:
        assert {await post(http, webhook) for webhook in github.take()} == {202}
    assert await asyncio.to_thread(hog.begun.wait, PATIENCE)
    with capture_logs() as logs:
        await service.stop()
    (thread,) = (one for one in threading.enumerate() if one.name == "work")
    hog.may_end.set()
    await asyncio.to_thread(thread.join, PATIENCE)
    assert "work.not_stopped" in [log["event"] for log in logs]


async def test_whatever_goes_wrong_at_its_end_the_service_lets_go_of_everything(tmp_path: Path) -> None:
    class Stubborn(Hog):
        async def aclose(self) -> None:
            raise OSError("the connection is gone")

    service = made(tmp_path, white_room(SimGitHub(SimClock())), Stubborn())
    await service.start()
    with pytest.raises(OSError, match="gone"):
        await service.stop()
    assert "work" not in {thread.name for thread in threading.enumerate()}
    with pytest.raises(RuntimeError, match="shutdown"):
        await service.database.run(lambda _: None)


async def test_a_start_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail() -> None:
        raise OSError("no database")

    async def begin() -> Message:
        return {"type": "lifespan.startup"}

    async def send(message: Message) -> None:
        told.append(str(message["type"]))

    told: list[str] = []
    service = made(tmp_path, white_room(SimGitHub(SimClock())), Hog())
    monkeypatch.setattr(service.scheduler, "start", fail)
    with pytest.raises(OSError, match="no database"):
        await service.web({"type": "lifespan"}, begin, send)
    assert told == ["lifespan.startup.failed"]
    assert "work" not in {thread.name for thread in threading.enumerate()}


async def test_a_delivery_goes_straight_to_the_door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    passed: list[str] = []
    around = FastAPI.__call__

    async def noted(self: FastAPI, scope: Scope, receive: Receive, send: Send) -> None:
        passed.append(str(scope["path"]))
        await around(self, scope, receive, send)

    monkeypatch.setattr(FastAPI, "__call__", noted)
    async with at_work(tmp_path, white_room(SimGitHub(SimClock())), Hog()) as http:
        assert (await http.post("/webhook", content=b"{}")).status_code == 401
        assert (await http.get("/healthz")).status_code == 200
    assert passed == ["/healthz"]


def test_it_ends_before_it_is_killed() -> None:
    longest = GRACE_SECONDS + STOP_SECONDS + JOIN_SECONDS
    for file, words in (("deploy/compose.yaml", "stop_grace_period: "), ("docs/deploying.md", "GracePeriodSeconds: ")):
        graces = [int(found) for found in re.findall(rf"{words}(\d+)", (ROOT / file).read_text("utf-8"))]
        assert graces, file
        assert longest < min(graces), file
