"""The load: webhooks posted over kept connections, as fast as they are thanked for or at a fixed pace."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import TypeVar

from app.adapters.clock import SystemClock
from benchmarks.machine import HOST

T = TypeVar("T")

MANY = 32
"""Connections at once: as many deliveries as GitHub has under way."""


def milliseconds(seconds: Sequence[float], percentile: float) -> float:
    """Return how long it took at most in that many of a hundred cases."""
    return sorted(seconds)[min(int(len(seconds) * percentile / 100), len(seconds) - 1)] * 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """What came of posting: seconds each was waited for, in order of the answers."""

    began: datetime
    seconds: float
    waits: tuple[float, ...]
    statuses: Counter[int]

    @property
    def per_second(self) -> float:
        """Answers a second."""
        return len(self.waits) / self.seconds

    def milliseconds(self, percentile: float) -> float:
        """Return how long one waited at most in that many of a hundred cases."""
        return milliseconds(self.waits, percentile)

    def insist(self, *wanted: int) -> "Posted":
        """Raise RuntimeError where something was answered otherwise."""
        if not self.statuses.keys() <= set(wanted):
            raise RuntimeError(f"wanted only {wanted}, got {dict(self.statuses)}")
        return self


def request_of(path: str, headers: dict[str, str], body: bytes) -> bytes:
    """Return a POST as it goes over the wire."""
    lines = [f"POST {path} HTTP/1.1", f"Host: {HOST}", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def mixed(many: Sequence[T], few: Sequence[T]) -> list[T]:
    """Spread the few evenly among the many, each in their order."""
    every = len(many) / len(few) if few else 0
    placed = [(number, one) for number, one in enumerate(many)]
    placed += [(int(number * every), one) for number, one in enumerate(few)]
    return [one for _, one in sorted(placed, key=lambda pair: pair[0])]


async def flood(port: int, requests: Sequence[bytes], *, connections: int = MANY) -> Posted:
    """Post all of them, each connection as fast as it is answered."""
    waiting = iter(requests)
    waits: list[float] = []
    statuses: Counter[int] = Counter()

    async def post_on() -> None:
        async with asyncio.timeout(120):
            line = await _Connection.open(port)
            for request in waiting:
                if line.is_closed:
                    line = await _Connection.open(port)
                started = time.perf_counter()
                statuses[await line.post(request)] += 1
                waits.append(time.perf_counter() - started)
            line.close()

    began, started = SystemClock().now(), time.perf_counter()
    await asyncio.gather(*(post_on() for _ in range(connections)))
    return Posted(began=began, seconds=time.perf_counter() - started, waits=tuple(waits), statuses=statuses)


async def at_pace(port: int, requests: Iterable[bytes], per_second: float) -> Posted:
    """Post one after another at a fixed pace, whether or not the one before is answered.

    The wait counts from the moment at which the request was due, so a service that stalls cannot hide it.
    """
    waits: list[float] = []
    statuses: Counter[int] = Counter()
    free = [await _Connection.open(port) for _ in range(MANY)]

    async def post(request: bytes, due: float) -> None:
        line = free.pop() if free else None
        if line is None or line.is_closed:  # the service closes what was not used for some seconds
            line = await _Connection.open(port)
        statuses[await line.post(request)] += 1
        waits.append(time.perf_counter() - due)
        free.append(line)

    began, started = SystemClock().now(), time.perf_counter()
    async with asyncio.timeout(120), asyncio.TaskGroup() as posting:
        for number, request in enumerate(requests):
            due = started + number / per_second
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            posting.create_task(post(request, due))
    for line in free:
        line.close()
    return Posted(began=began, seconds=time.perf_counter() - started, waits=tuple(waits), statuses=statuses)


class _Connection:
    """One kept connection. It speaks as much HTTP as the services here answer."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, port: int) -> "_Connection":
        return cls(*await asyncio.open_connection(HOST, port))

    @property
    def is_closed(self) -> bool:
        return self._reader.at_eof()

    async def post(self, request: bytes) -> int:
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        status = int(head[9:12])
        length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
        if status != HTTPStatus.NO_CONTENT:
            await self._reader.readexactly(int(length))
        return status

    def close(self) -> None:
        self._writer.close()
