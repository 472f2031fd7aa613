"""The meter for Prometheus: histograms and counters in the memory of this process."""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram

from app.ports import Call, CallAnswer, Handling

_ACKNOWLEDGED: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_HANDLED: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0)
_LAG: Final = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 900.0, 3600.0, 14400.0, 86400.0)
_CALL: Final = (0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class PrometheusMeter:
    """Keeps figures under names that `docs/metrics.md` lists. Every label has few values, known beforehand."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry(auto_describe=True)
        self._acknowledged = Histogram(
            "gonogo_acknowledge_seconds",
            "How long a webhook waited for its answer, by the answer's status; stored and committed in between.",
            labelnames=("status",),
            buckets=_ACKNOWLEDGED,
            registry=self.registry,
        )
        self._handled = Histogram(
            "gonogo_handle_seconds",
            "How long after its arrival a delivery was handled, postponed or parked.",
            labelnames=("outcome",),
            buckets=_HANDLED,
            registry=self.registry,
        )
        self._lag = Histogram(
            "gonogo_webhook_lag_seconds",
            "How long after something had happened, by GitHub's clock, its webhook arrived, by ours.",
            buckets=_LAG,
            registry=self.registry,
        )
        self._calls = Histogram(
            "gonogo_github_call_seconds",
            "How long calls to GitHub took, by what was asked for and the kind of answer.",
            labelnames=("call", "answer"),
            buckets=_CALL,
            registry=self.registry,
        )
        self._failures = Counter(
            "gonogo_work_failures",
            "Runs of a kind of work that fell over; each is tried again.",
            labelnames=("work",),
            registry=self.registry,
        )

    def acknowledged(self, status: int, seconds: float) -> None:
        """Count a webhook that was answered."""
        self._acknowledged.labels(str(status)).observe(max(seconds, 0.0))

    def handled(self, outcome: Handling, seconds: float) -> None:
        """Count a try to handle a delivery."""
        self._handled.labels(outcome.value).observe(max(seconds, 0.0))

    def lagged(self, seconds: float) -> None:
        """Count how late a webhook came."""
        self._lag.observe(max(seconds, 0.0))

    def called(self, call: Call, answer: CallAnswer, seconds: float) -> None:
        """Count a call to GitHub."""
        self._calls.labels(call.value, answer.value).observe(max(seconds, 0.0))

    def work_failed(self, kind: str) -> None:
        """Count a run of some kind of work that fell over."""
        self._failures.labels(kind).inc()
