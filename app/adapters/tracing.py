"""The tracer for OpenTelemetry. This module, and OpenTelemetry's SDK with it, is imported only where tracing is on."""

from collections.abc import Generator
from contextlib import contextmanager

from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace import Span as OtelSpan
from opentelemetry.trace import SpanKind, Status, StatusCode

from app.ports import Noted, Span

SERVICE = "gonogo"
LONGEST = 200  # characters of a value


class _Traced:
    def __init__(self, span: OtelSpan) -> None:
        self._span = span

    def note(self, name: str, value: Noted) -> None:
        self._span.set_attribute(_name(name), _value(value))

    def failed(self, why: str) -> None:
        self._span.set_status(Status(StatusCode.ERROR, why[:LONGEST]))


class OtelTracer:
    """Sends spans to whatever was put behind it. What an error says stays out of them: it may quote a secret."""

    def __init__(self, processor: SpanProcessor) -> None:
        resource = Resource.create({SERVICE_NAME: SERVICE})  # OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES go before
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer(SERVICE)

    @contextmanager
    def span(self, name: str, **about: Noted) -> Generator[Span]:
        """Trace what is done in the block."""
        kind = SpanKind.CLIENT if name.startswith("github") else SpanKind.INTERNAL
        attributes = {_name(key): _value(value) for key, value in about.items()}
        with self._tracer.start_as_current_span(
            name, kind=kind, attributes=attributes, record_exception=False, set_status_on_exception=False
        ) as span:
            traced = _Traced(span)
            try:
                yield traced
            except BaseException as error:
                traced.failed(type(error).__name__)
                raise

    def close(self) -> None:
        """Send what is left, and let go."""
        self._provider.shutdown()


def otlp_tracer() -> OtelTracer:
    """Return a tracer that sends to where the OTEL_EXPORTER_OTLP_... variables of the environment say."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - not in tests

    exporter: SpanExporter = OTLPSpanExporter()
    return OtelTracer(BatchSpanProcessor(exporter))


def _name(name: str) -> str:
    return f"gonogo.{name}"


def _value(value: Noted) -> Noted:
    return value[:LONGEST] if isinstance(value, str) else value
