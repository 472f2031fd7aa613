"""`GET /metrics`: how the service stands, for Prometheus. It names repositories: keep it inside."""

from collections.abc import Callable, Iterable, Mapping

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.domain.doctor.check import Diagnosis

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
MOST_SERIES = 2_000
LONGEST_LABEL = 140  # GitHub's longest owner/name


class _Standing(Collector):
    """What is known already: reading it asks nobody."""

    def __init__(self, diagnosis: Callable[[], Diagnosis | None], calls_left: Callable[[], Mapping[int, int]]) -> None:
        self._diagnosis = diagnosis
        self._calls_left = calls_left

    def collect(self) -> Iterable[Metric]:
        """Yield each figure, with label values that are bounded in number and length."""
        found = self._diagnosis()
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
            "When the doctor looked last, in seconds since the epoch; 0 before the first time.",
        )
        at.add_metric((), found.at.timestamp() if found else 0)
        yield at
        left = GaugeMetricFamily(
            "gonogo_github_calls_remaining",
            "Calls to GitHub that an installation has left in this hour, as GitHub told last.",
            labels=("installation",),
        )
        for installation, number in list(self._calls_left().items())[:MOST_SERIES]:
            left.add_metric((str(installation),), number)
        yield left


def metrics_routes(
    diagnosis: Callable[[], Diagnosis | None], calls_left: Callable[[], Mapping[int, int]]
) -> list[Route]:
    """Return `GET /metrics`."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Standing(diagnosis, calls_left))

    async def metrics(_: Request) -> Response:
        return Response(generate_latest(registry), media_type=None, headers={"content-type": CONTENT_TYPE})

    return [Route("/metrics", metrics, methods=["GET"])]
