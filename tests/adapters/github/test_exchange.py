"""The transport of production, over loopback: it speaks, and says nothing but Unclear when the other side does not."""

import asyncio
import zlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from app.adapters.github.exchange import Reading, TooLarge, exchange, open_transport, request_of
from app.ports import Unclear

pytestmark = [pytest.mark.anyio, pytest.mark.enable_socket]

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nX-Twice: a\r\n"


@asynccontextmanager
async def serving(answer: bytes) -> AsyncGenerator[str]:
    """Answer each connection with these bytes and close it."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        host, port = server.sockets[0].getsockname()
        yield f"http://{host}:{port}/repos/octo-org/app"
    finally:
        server.close()
        await server.wait_closed()


async def test_an_answer_comes_with_its_status_headers_and_bytes() -> None:
    transport = open_transport()
    async with serving(HEAD + b"content-length: 2\r\nconnection: close\r\n\r\n{}") as url:
        answer = await exchange(transport, request_of("GET", url, {"accept": "*/*"}, b""))
    await transport.aclose()
    assert (answer.status, answer.headers["x-twice"], answer.body) == (200, "a", b"{}")


async def test_a_compressed_answer_is_bounded_by_what_it_unfolds_to() -> None:
    transport = open_transport()
    packer = zlib.compressobj(wbits=31)
    body = packer.compress(b"x" * 1_000_000) + packer.flush()
    head = HEAD + b"content-encoding: gzip\r\nconnection: close\r\ncontent-length: %d\r\n\r\n" % len(body)
    async with serving(head + body) as url:
        with pytest.raises(TooLarge):
            await exchange(transport, request_of("GET", url, {}, b""), Reading(limit=100_000))
    await transport.aclose()


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"not HTTP at all\r\n\r\n",
        HEAD + b"content-length: 100\r\n\r\ncut off",
        HEAD + b"content-encoding: gzip\r\ncontent-length: 8\r\n\r\nnot gzip",
    ],
)
async def test_a_broken_answer_is_unclear(answer: bytes) -> None:
    transport = open_transport()
    async with serving(answer) as url:
        with pytest.raises(Unclear):
            await exchange(transport, request_of("POST", url, {}, b"{}"))
    await transport.aclose()


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "PUT", "DELETE"])
async def test_d13_what_may_have_been_done_is_sent_once_also_where_a_kept_connection_breaks(method: str) -> None:
    heard: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append((await reader.readuntil(b"\r\n\r\n")).partition(b" ")[0])
        writer.write(HEAD + b"content-length: 2\r\n\r\n{}")
        heard.append((await reader.readuntil(b"\r\n\r\n")).partition(b" ")[0])
        writer.close()  # done, and no answer

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    transport = open_transport()
    await exchange(transport, request_of("GET", f"http://{host}:{port}/first", {}, b""))
    with pytest.raises(Unclear):
        await exchange(transport, request_of(method, f"http://{host}:{port}/then", {}, b""))
    await transport.aclose()
    server.close()
    await server.wait_closed()
    assert heard == [b"GET", method.encode()]


async def test_a_server_that_is_not_there_is_unclear() -> None:
    transport = open_transport()
    async with serving(b"") as url:
        pass
    with pytest.raises(Unclear, match="POST /repos/octo-org/app: Connect"):
        await exchange(transport, request_of("POST", url, {}, b"{}"))
    await transport.aclose()
