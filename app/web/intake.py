"""How much is held at once of what came and is not in the database yet.

A signature covers the whole body, so that all of a body has to be here before anybody knows whether it is GitHub's.
So it is bounded how many bodies are being read, how large they may be together, and for how long:
MOST_AT_ONCE small ones and MOST_LARGE large ones, which is 114 MB, for BODY_SECONDS each. Where one more comes, the one
that has been read for longest goes: whoever sends slowly on purpose would keep GitHub out. The server's buffers and the
one copy that is made of a body come on top, some 50 MB.

What is signed waits for the database, MOST_WAITING_BYTES of it and one body more; what is written at once is copied by
the driver.
"""

import asyncio
import re
from collections.abc import Generator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from starlette.requests import ClientDisconnect, Request

MAX_BODY_BYTES: Final = 25 * 1024 * 1024  # GitHub's own limit
SMALL_BYTES: Final = 512 * 1024  # almost every delivery is smaller: only what is behind it waits for its turn
MOST_AT_ONCE: Final = 128
MOST_LARGE: Final = 2
BODY_SECONDS: Final = 10.0  # GitHub itself gives up after as long
MOST_WAITING_BYTES: Final = 64 * 1024 * 1024  # thousands of deliveries: reached only where the database stands still

_LENGTH: Final = re.compile(r"[0-9]{1,18}")
_SIGNATURE: Final = re.compile(r"sha256=[0-9a-f]{64}")

_TOO_LARGE: Final = "the body is larger than 25 MB"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a delivery is not taken. `is_unread` where much of its body may still be on its way."""

    status: HTTPStatus
    reason: str
    is_unread: bool = False


class Intake:
    """Reads bodies whose signature is still to be checked, and counts those that wait: of both a bounded amount."""

    def __init__(
        self, *, seconds: float = BODY_SECONDS, most: int = MOST_AT_ONCE, most_large: int = MOST_LARGE
    ) -> None:
        self._seconds = seconds
        self._most = most
        self._reading: list[asyncio.Timeout] = []  # the one that has been at it for longest first
        self._waiting_bytes = 0
        self._large = asyncio.Semaphore(most_large)

    async def read(self, request: Request) -> bytes | Refusal:
        """Return the body, or why it is not read, or not to its end. What cannot be signed by us is not read at all."""
        declared = request.headers.get("content-length", "")
        length = int(declared) if _LENGTH.fullmatch(declared) else None
        is_unread = length is None or length > SMALL_BYTES
        if length is not None and length > MAX_BODY_BYTES:
            return Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _TOO_LARGE, is_unread)
        signature = request.headers.get("x-hub-signature-256")
        if signature is None:
            return Refusal(HTTPStatus.UNAUTHORIZED, "there is no X-Hub-Signature-256 header", is_unread)
        if not _SIGNATURE.fullmatch(signature):
            return Refusal(HTTPStatus.UNAUTHORIZED, "the signature is not ours", is_unread)
        if len(self._reading) >= self._most:
            slowest = self._reading.pop(0)
            if not slowest.expired():
                slowest.reschedule(0)  # its time is over
        limit = asyncio.timeout(self._seconds)
        self._reading.append(limit)
        try:
            async with limit:
                return await self._body(request)
        except TimeoutError:
            return Refusal(HTTPStatus.REQUEST_TIMEOUT, "the body did not come in time", is_unread=True)
        except ClientDisconnect:
            return Refusal(HTTPStatus.BAD_REQUEST, "the sender hung up")
        finally:
            if limit in self._reading:
                self._reading.remove(limit)

    @contextmanager
    def waiting(self, body: bytes) -> Generator[bool]:
        """Count a signed body as waiting for the database in the block; False where too much waits already."""
        if self._waiting_bytes >= MOST_WAITING_BYTES:
            yield False
            return
        self._waiting_bytes += len(body)
        try:
            yield True
        finally:
            self._waiting_bytes -= len(body)

    async def _body(self, request: Request) -> bytes | Refusal:
        """Read no more than may be, whatever length was declared. What is large waits for one of the few places."""
        body = bytearray()
        is_large = False
        async with AsyncExitStack() as place:
            async for chunk in request.stream():
                body += chunk
                if len(body) > MAX_BODY_BYTES:
                    return Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _TOO_LARGE, is_unread=True)
                if len(body) > SMALL_BYTES and not is_large:
                    await place.enter_async_context(self._large)
                    is_large = True
            return bytes(body)
