"""Whoever connects and says nothing, or goes on without end, is hung up on; whoever waits for an answer is not."""

import asyncio
import socket
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from app.web.head import BoundedHttp

pytestmark = [pytest.mark.anyio, pytest.mark.allow_hosts(["127.0.0.1"])]

GET = b"GET /now HTTP/1.1\r\nHost: gonogo\r\n"


PATIENCE = 10  # seconds, in which any of these is over


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
    async with served(kept_seconds=6 * PATIENCE) as port:
        yield port


@asynccontextmanager
async def served(kept_seconds: int) -> AsyncGenerator[int]:
    app = Starlette(routes=[Route("/now", now), Route("/late", late)])
    with socket.create_server(("127.0.0.1", 0)) as sock:
        config = uvicorn.Config(
            app,
            http=Quick,
            ws="none",
            lifespan="off",
            log_config=None,
            timeout_keep_alive=kept_seconds,
            timeout_graceful_shutdown=1,
        )
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve([sock]))
        address: tuple[str, int] = sock.getsockname()
        yield address[1]
        server.should_exit = True
        await serving


async def answer(port: int, *sent: bytes | None) -> bytes:
    """All that comes until the other side hangs up. None stands for a while in which nothing is sent."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        async with asyncio.timeout(PATIENCE):
            for part in sent:
                if part is None:
                    await asyncio.sleep(4 * Quick.head_seconds)
                else:
                    writer.write(part)
                    await asyncio.sleep(0)
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


@pytest.mark.parametrize("sent", [b"GET /now", GET], ids=["address", "line"])
async def test_d14_also_in_a_later_request_of_a_connection(port: int, sent: bytes) -> None:
    assert (await answer(port, GET + b"\r\n", None, sent)).count(b"here") == 1


async def test_d14_also_in_one_that_begins_before_the_answer(port: int) -> None:
    assert (await answer(port, GET + b"\r\n" + GET)).count(b"here") == 1


async def test_a_body_that_nobody_reads_keeps_no_connection(port: int) -> None:
    assert (await answer(port, GET + b"Content-Length: 9\r\n\r\n", b"half")).endswith(b"here")


LAST = GET + b"Connection: close\r\n\r\n"


async def test_a_connection_is_kept_for_the_next_request(port: int) -> None:
    assert (await answer(port, GET + b"\r\n", None, LAST)).count(b"here") == 2


async def test_so_it_is_after_one_that_was_answered_before_its_body_came(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    async with asyncio.timeout(PATIENCE):
        writer.write(GET + b"Content-Length: 4\r\n\r\nha")
        assert await reader.readuntil(b"here")
        writer.write(b"lf")
        await asyncio.sleep(4 * Quick.head_seconds)
        writer.write(LAST)
        assert (await reader.read()).endswith(b"here")
    writer.close()


async def test_so_it_is_after_line_ends_that_are_no_request(port: int) -> None:
    assert (await answer(port, GET + b"\r\n", None, b"\r\n", None, LAST)).count(b"here") == 2


async def test_but_not_for_ever() -> None:
    async with served(kept_seconds=1) as port:
        assert (await answer(port, GET + b"\r\n", None, b"\r\n")).count(b"here") == 1


@pytest.mark.parametrize("line", [b"CONNECT gonogo:443", b"GET http://gonogo"])
async def test_d14_a_first_request_that_is_none_is_refused_and_no_more(port: int, line: bytes) -> None:
    broken: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: broken.append(context))
    assert (await answer(port, line + b" HTTP/1.1\r\nHost: gonogo\r\n\r\n")).startswith(b"HTTP/1.1 400 ")
    assert broken == []


async def test_an_answer_may_take_longer_also_one_behind_another(port: int) -> None:
    asked = b"GET /late HTTP/1.1\r\nHost: gonogo\r\n"
    found = await answer(port, asked + b"\r\n" + asked + b"Connection: close\r\n\r\n")
    assert found.count(b"at last") == 2
