"""One HTTP exchange: timed, bounded in size, and no error of the HTTP library's gets out."""

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import aiohttp
import httpx
import httpx_aiohttp

from app.adapters.github.answers import Answer
from app.ports import GitHubError, Unclear

ANSWER_LIMIT: Final = 32 * 1024 * 1024
"""Bytes of a JSON answer: a page of 100 comments of 65,536 four-byte characters stays below it."""

_OK: Final = 200
_TIMEOUTS: Final = {"timeout": {"connect": 5.0, "read": 15.0, "write": 15.0, "pool": 20.0}}
_CONNECTIONS: Final = 500  # GitHub takes 100 calls at once of an installation; a few that hang are no bottleneck
_SECONDS_KEPT: Final = 50.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How an answer is read."""

    limit: int = ANSWER_LIMIT  # bytes
    seconds: float = 30.0  # for the whole exchange; GitHub itself gives up after 10
    is_hashed: bool = False  # a body of status 200 is not kept: its SHA-256 in hexadecimal digits takes its place


WHOLE: Final = Reading()


class TooLarge(GitHubError):
    """The answer is longer than was allowed. What was asked may have been done."""


def open_transport() -> httpx.AsyncBaseTransport:
    """Return the transport for production: httpx's kind, with aiohttp underneath, which costs a third of its time.

    Whoever opens it closes it (`aclose`). Certificates are httpx's, or those that SSL_CERT_FILE names.
    """
    context = httpx.create_ssl_context()

    def session() -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(limit=_CONNECTIONS, keepalive_timeout=_SECONDS_KEPT, ssl=context)
        made = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())
        # or it would by itself send a PUT or DELETE again whose answer did not come; it offers no other way
        made._retry_connection = False  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
        return made

    return httpx_aiohttp.AiohttpTransport(verify=context, client=session)


def request_of(method: str, url: str, headers: Mapping[str, str], body: bytes) -> httpx.Request:
    """Build a request as a transport takes it."""
    sent = {name: value for name, value in headers.items() if name != "content-length"}  # httpx counts for itself
    return httpx.Request(method, url, headers=sent, content=body or None, extensions=_TIMEOUTS)


async def exchange(transport: httpx.AsyncBaseTransport, request: httpx.Request, reading: Reading = WHOLE) -> Answer:
    """Send and read the whole answer. Raises Unclear where there is none, and TooLarge for more than was allowed.

    It stands on httpx's transport and not on its client: the client keeps cookies, reads .netrc and follows redirects,
    none of which must happen here, and takes a quarter of the time of a call for it.
    """
    try:
        async with asyncio.timeout(reading.seconds):
            response = await transport.handle_async_request(request)
            try:
                body = await _read(response, request.url.path, reading)
            finally:
                await response.aclose()
    # httpx-aiohttp translates some of aiohttp's errors, and a connection lost after sending as one that never was:
    # none of them tells whether GitHub heard us
    except (httpx.RequestError, aiohttp.ClientError, OSError) as exc:
        raise Unclear(f"{request.method} {request.url.path}: {type(exc).__name__}") from exc
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers.raw}
    return Answer(response.status_code, headers, body)


async def _read(response: httpx.Response, path: str, reading: Reading) -> bytes:
    is_hashed = reading.is_hashed and response.status_code == _OK
    chunks: list[bytes] = []
    digest = hashlib.sha256()
    size = 0
    async for chunk in response.aiter_bytes():
        size += len(chunk)
        if size > reading.limit:
            raise TooLarge(f"{path}: answer of more than {reading.limit} bytes")
        if is_hashed:
            digest.update(chunk)
        else:
            chunks.append(chunk)
    return digest.hexdigest().encode() if is_hashed else b"".join(chunks)
