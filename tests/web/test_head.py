"""Whoever connects and says nothing, or goes on without end, is hung up on; whoever waits for an answer is not."""

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from app.web.head import BoundedHttp

pytestmark = [pytest.mark.anyio, pytest.mark.allow_hosts(["127.0.0.1"])]

GET = b"GET /now HTTP/1.1\r\nHost: gonogo\r\n"


class Quick(BoundedHttp):
    """Waits for a moment only."""

    head_seconds = 0.05


async def now(_: Request) -> PlainTextResponse:
    return PlainTextResponse("here")


async def late(_: Request) -> PlainTextResponse:
    await asyncio.sleep(4 * Quick.head_seconds)
    return PlainTextResponse("at last")


@pytest.fixture
async def port() -> AsyncIterator[int]:
    app = Starlette(routes=[Route("/now", now), Route("/late", late)])
    with socket.create_server(("127.0.0.1", 0)) as sock:
        server = uvicorn.Server(uvicorn.Config(app, http=Quick, ws="none", lifespan="off", log_config=None))
        serving = asyncio.create_task(server.serve([sock]))
        address: tuple[str, int] = sock.getsockname()
        yield address[1]
        server.should_exit = True
        await serving


async def answer(port: int, *sent: bytes) -> bytes:
    """All that comes until the other side hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for part in sent:
        writer.write(part)
    try:
        return await reader.read()
    except ConnectionResetError:
        return b""
    finally:
        writer.close()


@pytest.mark.parametrize(
    "sent", [b"", b"GET /now", GET, GET + b"X-Half: a"], ids=["nothing", "address", "line", "half"]
)
async def test_d14_whoever_is_slow_with_headers_is_hung_up_on(port: int, sent: bytes) -> None:
    assert await answer(port, sent) == b""


async def test_a_body_that_nobody_reads_keeps_no_connection(port: int) -> None:
    assert (await answer(port, GET + b"Content-Length: 9\r\n\r\n", b"half")).endswith(b"here")


async def test_an_answer_may_take_longer_also_one_behind_another(port: int) -> None:
    found = await answer(port, b"GET /late HTTP/1.1\r\nHost: gonogo\r\n\r\n" * 2)
    assert found.count(b"at last") == 2
