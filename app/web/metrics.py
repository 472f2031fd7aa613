"""`GET /metrics`: how the service stands, for Prometheus. It names repositories: give it a token, or keep it inside."""

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final

import structlog
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.domain.doctor.check import Diagnosis
from app.ports import AGES, Backlog, Clock

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
MOST_SERIES: Final = 2_000
LONGEST_LABEL: Final = 140  # GitHub's longest owner/name
TELL_SECONDS: Final = 2.0
FRESH_FOR: Final = timedelta(seconds=5)
"""How long a reading of the database is good for: however many ask, it is not read more often."""

log = structlog.stdlib.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What those that work know: telling it asks nobody."""

    diagnosis: Diagnosis | None = None
    calls_left: Mapping[int, int] = field(default_factory=dict[int, int])  # by installation
    troubles: Mapping[int, str] = field(default_factory=dict[int, str])  # the same


class Known(Collector):
    """The facts as they were told last, with label values that are bounded in number and length."""

    def __init__(self, tell: Callable[[], Awaitable[Facts]]) -> None:
        self._tell = tell
        self.latest = Facts()

    async def read(self) -> None:
        """Have the facts told; where nobody tells them in time, nothing is claimed."""
        try:
            async with asyncio.timeout(TELL_SECONDS):
                self.latest = await self._tell()
        except Exception as error:  # noqa: BLE001 - whatever it is, the other figures are told
            log.warning("metrics.work_stands_still", error=type(error).__name__)
            self.latest = Facts()

    def collect(self) -> Iterable[Metric]:
        """Yield each figure."""
        found = self.latest.diagnosis
        checks = GaugeMetricFamily(
            "gonogo_doctor_check",
            "How each thing stands that the doctor looks at: 1 for its state at the latest checkup.",
            labels=("check", "about", "state"),
        )
        for check in found.checks[:MOST_SERIES] if found else ():
            checks.add_metric((check.name.value, check.about[:LONGEST_LABEL], check.state.value), 1)
        yield checks
        at = GaugeMetricFamily(
            "gonogo_doctor_last_checkup_timestamp_seconds",
            "When the doctor looked last, in seconds since the epoch; 0 where this process has not for two hours.",
        )
        at.add_metric((), found.at.timestamp() if found else 0)
        yield at
        left = GaugeMetricFamily(
            "gonogo_github_calls_remaining",
            "Calls to GitHub that an installation has left in this hour, as GitHub told last.",
            labels=("installation",),
        )
        for installation, number in list(self.latest.calls_left.items())[:MOST_SERIES]:
            left.add_metric((str(installation),), number)
        yield left
        waits = GaugeMetricFamily(
            "gonogo_github_waits",
            "1 for an installation (0: the App) for which GitHub cannot be asked just now, and why: "
            "throttled, no_answer, suspended, gone, or refused.",
            labels=("installation", "why"),
        )
        for installation, why in list(self.latest.troubles.items())[:MOST_SERIES]:
            waits.add_metric((str(installation), why), 1)
        yield waits


class Waiting(Collector):
    """What waits in the database, as it was read last."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.latest: Backlog | None = None
        """None: it could not be read, and nothing is claimed."""

    def collect(self) -> Iterable[Metric]:
        """Yield each figure; only whether it could be read where it could not be."""
        readable = GaugeMetricFamily("gonogo_database_readable", "1 where the figures from the database could be read.")
        readable.add_metric((), 0 if self.latest is None else 1)
        yield readable
        if self.latest is not None:
            yield from self._told(self.latest)

    def _told(self, found: Backlog) -> Iterable[Metric]:
        waiting = GaugeMetricFamily(
            "gonogo_deliveries_waiting",
            "Deliveries that are stored and not handled, by how many seconds they have waited at least.",
            labels=("older_than",),
        )
        for age, number in zip(AGES, found.older_than, strict=True):
            waiting.add_metric((str(age),), number)
        yield waiting
        oldest = (self._clock.now() - found.oldest_at).total_seconds() if found.oldest_at else 0.0
        for name, words, number in (
            ("gonogo_deliveries_oldest_seconds", "How long the oldest of them has waited; 0 where none waits.", oldest),
            (
                "gonogo_deliveries_failing",
                "Those of them that were tried and failed; they are tried again.",
                found.failing,
            ),
            ("gonogo_deliveries_parked", "Deliveries that are not tried again by themselves.", found.parked),
            (
                "gonogo_deliveries_lost",
                "Webhooks that GitHub could not deliver and that are still to come.",
                found.lost,
            ),
        ):
            gauge = GaugeMetricFamily(name, words)
            gauge.add_metric((), max(number, 0))
            yield gauge
        rows = GaugeMetricFamily(
            "gonogo_ledger_rows",
            "One-off effects by state: to do, done, or failed for good.",
            labels=("state",),
        )
        for state, number in sorted(found.ledger.items()):
            rows.add_metric((state,), number)
        yield rows


def metrics_routes(
    known: Known,
    measured: Collector,
    backlog: Callable[[datetime], Awaitable[Backlog]],
    clock: Clock,
    *,
    token: str | None = None,
) -> list[Route]:
    """Return `GET /metrics`, for whoever has the token where there is one: 401 for all others.

    A database that does not answer keeps the other figures from nobody.
    """
    wanted = None if token is None else f"Bearer {token}".encode()
    waiting = Waiting(clock)
    registry = CollectorRegistry(auto_describe=False)
    for collector in (known, waiting, measured):
        registry.register(collector)
    read_at: datetime | None = None
    lock = asyncio.Lock()

    async def read() -> None:
        nonlocal read_at
        async with lock:
            now = clock.now()
            if read_at is not None and now - read_at < FRESH_FOR:
                return
            try:
                waiting.latest = await backlog(now)
            except Exception as error:  # noqa: BLE001 - its text may hold addresses and passwords
                log.warning("metrics.database_unreadable", error=type(error).__name__)
                waiting.latest = None
            read_at = now

    async def metrics(request: Request) -> Response:
        given = request.headers.get("authorization", "").encode()
        if wanted is not None and not hmac.compare_digest(given, wanted):
            return Response(status_code=HTTPStatus.UNAUTHORIZED, headers={"www-authenticate": "Bearer"})
        await asyncio.gather(read(), known.read())
        return Response(generate_latest(registry), media_type=None, headers={"content-type": CONTENT_TYPE})

    return [Route("/metrics", metrics, methods=["GET"])]
