"""The application: deliveries go straight to the door, and all else is answered as FastAPI answers."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.web.straight import Straight

pytestmark = pytest.mark.anyio


async def said(request: Request) -> Response:
    return PlainTextResponse(f"{request.method} {request.url.path} {(await request.body()).decode()}")


async def fails(_: Request) -> Response:
    raise LookupError("a bug of ours")


class Counted:
    """A layer that counts what passes it."""

    def __init__(self, app: ASGIApp, passed: list[str]) -> None:
        self._app = app
        self._passed = passed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._passed.append(str(scope.get("path", scope["type"])))
        await self._app(scope, receive, send)


@pytest.fixture
def passed() -> list[str]:
    return []


@pytest.fixture
def web(passed: list[str]) -> Straight:
    doors = [Route("/webhook", said, methods=["POST"]), Route("/bug", fails, methods=["POST"])]
    around = FastAPI(routes=[*doors, Route("/healthz", said)], middleware=[Middleware(Counted, passed)])
    return Straight(around, doors)


@pytest.mark.parametrize(
    ("asked", "status", "text", "layers"),
    [
        ("POST /webhook", 200, "POST /webhook in two pieces", []),
        ("GET /webhook", 405, '{"detail":"Method Not Allowed"}', ["/webhook"]),
        ("GET /healthz", 200, "GET /healthz in two pieces", ["/healthz"]),
        ("POST /healthz", 405, '{"detail":"Method Not Allowed"}', ["/healthz"]),
        ("POST /webhooks", 404, '{"detail":"Not Found"}', ["/webhooks"]),
    ],
)
async def test_only_the_door_is_gone_straight_to(
    web: Straight, passed: list[str], asked: str, status: int, text: str, layers: list[str]
) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b"in two "
        yield b"pieces"

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=web), base_url="http://service") as client:
        answer = await client.request(*asked.split(), content=body())

    assert (answer.status_code, answer.text, passed) == (status, text, layers)


async def test_what_a_route_raises_reaches_the_server_as_it_does_through_fastapi(web: Straight) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=web), base_url="http://service") as client:
        with pytest.raises(LookupError, match="a bug of ours"):
            await client.post("/bug")


async def test_the_lifespan_is_that_of_the_application_around(web: Straight, passed: list[str]) -> None:
    told: list[str] = []

    async def receive() -> Message:
        return {"type": "lifespan.shutdown" if told else "lifespan.startup"}

    async def send(message: Message) -> None:
        told.append(str(message["type"]))

    await web({"type": "lifespan"}, receive, send)

    assert passed == ["lifespan"]
    assert told == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
