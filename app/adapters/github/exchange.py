"""One HTTP exchange: timed, bounded in size, and no error of the HTTP library's gets out."""

import asyncio
import hashlib
import zlib
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias
from urllib.parse import urlsplit

import aiohttp
import httpx

from app.adapters.github.answers import Answer
from app.ports import GitHubError, Unclear

ANSWER_LIMIT: Final = 32 * 1024 * 1024
"""Bytes of a JSON answer: a page of 100 comments of 65,536 four-byte characters stays below it."""

_OK: Final = 200
_TIMEOUTS: Final = aiohttp.ClientTimeout(total=None, connect=20.0, sock_connect=5.0, sock_read=15.0)
_CONNECTIONS: Final = 500  # GitHub takes 100 calls at once of an installation; a few that hang are no bottleneck
_SECONDS_KEPT: Final = 50.0
_PIECE: Final = 64 * 1024
_GZIP: Final = zlib.MAX_WBITS + 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How an answer is read."""

    limit: int = ANSWER_LIMIT  # bytes
    seconds: float = 30.0  # for the whole exchange; GitHub itself gives up after 10
    is_hashed: bool = False  # a body of status 200 is not kept: its SHA-256 in hexadecimal digits takes its place


WHOLE: Final = Reading()


class TooLarge(GitHubError):
    """The answer is longer than was allowed. What was asked may have been done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked. It may carry a token, so it shows only its method and address."""

    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(default=b"", repr=False)

    @property
    def path(self) -> str:
        """The address without the server."""
        return urlsplit(self.url).path


class Wire:
    """The network. Whoever opens it closes it (`aclose`)."""

    def __init__(self, session: Callable[[], aiohttp.ClientSession]) -> None:
        self._make = session
        self._session: aiohttp.ClientSession | None = None  # made by the first call: it belongs to a running loop

    async def exchange(self, asked: Asked, reading: Reading) -> Answer:
        """Send and read the whole answer. Raises what aiohttp raises, and TooLarge."""
        if self._session is None:
            self._session = self._make()
        async with self._session.request(
            asked.method,
            asked.url,
            headers=asked.headers,
            data=asked.body or None,
            allow_redirects=False,
            timeout=_TIMEOUTS,
        ) as response:
            pieces = response.content.iter_chunked(_PIECE)
            if response.headers.get("content-encoding", "").lower() == "gzip":
                pieces = _unpacked(pieces)
            body = await _collected(pieces, asked.path, reading, response.status)
            return Answer(response.status, _told(response.raw_headers), body)

    async def aclose(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()


Transport: TypeAlias = Wire | httpx.AsyncBaseTransport
"""What carries an exchange: the network, or one of httpx's transports, such as `httpx.ASGITransport` in tests."""


def open_transport() -> Wire:
    """Return the transport for production: aiohttp, which costs a fraction of httpx's time.

    Certificates are httpx's, or those that SSL_CERT_FILE names. No cookies, no .netrc, no redirects.
    """
    context = httpx.create_ssl_context()

    def session() -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(limit=_CONNECTIONS, keepalive_timeout=_SECONDS_KEPT, ssl=context)
        return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False)

    return Wire(session)


async def exchange(transport: Transport, asked: Asked, reading: Reading = WHOLE) -> Answer:
    """Send and read the whole answer. Raises Unclear where there is none, and TooLarge for more than was allowed."""
    try:
        async with asyncio.timeout(reading.seconds):
            if isinstance(transport, Wire):
                return await transport.exchange(asked, reading)
            return await _by_httpx(transport, asked, reading)
    # none of them tells whether GitHub heard us
    except (httpx.RequestError, aiohttp.ClientError, OSError, zlib.error) as exc:
        raise Unclear(f"{asked.method} {asked.path}: {type(exc).__name__}") from exc


async def _by_httpx(transport: httpx.AsyncBaseTransport, asked: Asked, reading: Reading) -> Answer:
    """Go by the transport itself: httpx's client keeps cookies, reads .netrc and follows redirects."""
    request = httpx.Request(asked.method, asked.url, headers=asked.headers, content=asked.body or None)
    response = await transport.handle_async_request(request)
    try:
        body = await _collected(response.aiter_bytes(), asked.path, reading, response.status_code)
    finally:
        await response.aclose()
    return Answer(response.status_code, _told(response.headers.raw), body)


def _told(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in headers}


async def _unpacked(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Unfold what is compressed, never more of it at once than a piece. Raises zlib.error."""
    unfolding = zlib.decompressobj(_GZIP)
    async for piece in pieces:
        folded = piece
        while folded:
            yield unfolding.decompress(folded, _PIECE)
            folded = unfolding.unconsumed_tail
    yield unfolding.flush()


async def _collected(pieces: AsyncIterator[bytes], path: str, reading: Reading, status: int) -> bytes:
    is_hashed = reading.is_hashed and status == _OK
    chunks: list[bytes] = []
    digest = hashlib.sha256()
    size = 0
    async for chunk in pieces:
        size += len(chunk)
        if size > reading.limit:
            raise TooLarge(f"{path}: answer of more than {reading.limit} bytes")
        if is_hashed:
            digest.update(chunk)
        else:
            chunks.append(chunk)
    return digest.hexdigest().encode() if is_hashed else b"".join(chunks)
