"""One HTTP exchange: timed, bounded in size, and no error of the HTTP library's gets out."""

import asyncio
from collections.abc import Mapping
from typing import Final

import aiohttp
import httpx
import httpx_aiohttp

from app.adapters.github.answers import Answer
from app.ports import GitHubError, Unclear

ANSWER_LIMIT: Final = 32 * 1024 * 1024
"""Bytes of a JSON answer: a page of 100 comments of 65,536 four-byte characters stays below it."""

_SECONDS_IN_ALL: Final = 30.0  # GitHub itself gives up after 10
_TIMEOUTS: Final = {"timeout": {"connect": 5.0, "read": 15.0, "write": 15.0, "pool": 20.0}}
_CONNECTIONS: Final = 90  # GitHub refuses more than 100 calls at once


class TooLarge(GitHubError):
    """The answer is longer than was allowed. What was asked may have been done."""


def open_http() -> httpx.AsyncClient:
    """Return an HTTP client for production: httpx, with aiohttp's transport underneath, which costs far less a call.

    Whoever opens it closes it. It trusts no proxy or certificate variables but those that aiohttp itself honours.
    """
    limits = httpx.Limits(max_connections=_CONNECTIONS, max_keepalive_connections=_CONNECTIONS, keepalive_expiry=50.0)
    return httpx.AsyncClient(transport=httpx_aiohttp.AiohttpTransport(limits=limits), trust_env=False)


def request_of(method: str, url: str, headers: Mapping[str, str], body: bytes) -> httpx.Request:
    """Build a request by hand: the client's own way merges defaults that we set anyway, at twice the cost."""
    sent = {name: value for name, value in headers.items() if name != "content-length"}  # httpx counts for itself
    return httpx.Request(method, url, headers=sent, content=body or None, extensions=_TIMEOUTS)


async def exchange(http: httpx.AsyncClient, request: httpx.Request, limit: int = ANSWER_LIMIT) -> Answer:
    """Send and read the whole answer. Raises Unclear where there is none, and TooLarge over `limit` bytes.

    Redirects are answers like others: whoever asked decides whether his credentials may go there.
    """
    try:
        async with asyncio.timeout(_SECONDS_IN_ALL):
            response = await http.send(request, stream=True, follow_redirects=False)
            try:
                body = await _read(response, limit)
            finally:
                await response.aclose()
    # httpx-aiohttp translates some of aiohttp's errors, and a connection lost after sending as one that never was:
    # none of them tells whether GitHub heard us
    except (httpx.RequestError, aiohttp.ClientError, OSError) as exc:
        raise Unclear(f"{request.method} {request.url.path}: {type(exc).__name__}") from exc
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers.raw}
    return Answer(response.status_code, headers, body)


async def _read(response: httpx.Response, limit: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    async for chunk in response.aiter_bytes():
        size += len(chunk)
        if size > limit:
            raise TooLarge(f"{response.request.url.path}: answer of more than {limit} bytes")
        chunks.append(chunk)
    return b"".join(chunks)
