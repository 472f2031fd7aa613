"""The application: deliveries go straight to the door, and all else is answered as FastAPI answers."""

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.web.straight import Straight

pytestmark = pytest.mark.anyio


async def said(request: Request) -> Response:
    return PlainTextResponse(f"{request.method} {request.url.path}")


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
    door = Route("/webhook", said, methods=["POST"])
    around = Starlette(routes=[door, Route("/healthz", said)], middleware=[Middleware(Counted, passed)])
    return Straight(around, [door])


@pytest.mark.parametrize(
    ("method", "path", "status", "layers"),
    [
        ("POST", "/webhook", 200, []),
        ("GET", "/webhook", 405, ["/webhook"]),
        ("GET", "/healthz", 200, ["/healthz"]),
        ("POST", "/healthz", 405, ["/healthz"]),
        ("POST", "/webhooks", 404, ["/webhooks"]),
    ],
)
async def test_only_the_door_is_gone_straight_to(
    web: Straight, passed: list[str], method: str, path: str, status: int, layers: list[str]
) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=web), base_url="http://service") as client:
        answer = await client.request(method, path)

    assert (answer.status_code, passed) == (status, layers)
    if status == 200:
        assert answer.text == f"{method} {path}"


async def test_the_lifespan_is_that_of_the_application_around(web: Straight, passed: list[str]) -> None:
    told: list[str] = []

    async def receive() -> Message:
        return {"type": "lifespan.shutdown" if told else "lifespan.startup"}

    async def send(message: Message) -> None:
        told.append(str(message["type"]))

    await web({"type": "lifespan"}, receive, send)

    assert passed == ["lifespan"]
    assert told == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
