"""Traces, where they are wanted: what is within what, and nothing that is secret. Where they are not, nothing is loaded."""

import subprocess
import sys
from pathlib import Path

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from app.adapters.tracing import LONGEST, OtelTracer
from app.cli import Unusable
from app.ports import CallAnswer
from app.serving import tracer_of
from tests.bot import running_bot

pytestmark = pytest.mark.anyio


def attributes(span: ReadableSpan) -> dict[str, object]:
    return dict(span.attributes or {})


async def test_a_delivery_is_one_trace_with_the_calls_to_github_that_it_took(tmp_path: Path) -> None:
    exporter = InMemorySpanExporter()
    tracer = OtelTracer(SimpleSpanProcessor(exporter))
    async with running_bot(tmp_path, tracer=tracer) as bot:
        release = await bot.open_release("1.0.0")
        exporter.clear()
        bot.github.comment("white-room/daw", release.issue, "/release docs", by="developer")
        (said,) = [post.id for post in bot.github.outbox if post.event == "issue_comment"]
        await bot.pass_time(3)
        secrets = (bot.room.webhook_secret, bot.room.private_key, "ghs_")
    spans = exporter.get_finished_spans()
    (one,) = [span for span in spans if attributes(span).get("gonogo.delivery") == said]
    assert attributes(one)["gonogo.outcome"] == "handled"
    within = [span for span in spans if span.parent and one.context and span.parent.span_id == one.context.span_id]
    assert {(span.name, attributes(span)["gonogo.method"]) for span in within} >= {("github.call", "POST")}
    assert {attributes(span)["gonogo.answer"] for span in within} <= set(CallAnswer)
    told = " ".join(span.to_json() for span in spans)
    assert not [secret for secret in secrets if secret in told]
    tracer.close()


def test_an_error_is_told_by_its_kind_alone() -> None:
    exporter = InMemorySpanExporter()
    tracer = OtelTracer(SimpleSpanProcessor(exporter))
    with pytest.raises(ValueError, match="swordfish"), tracer.span("work inbox", key="k" * 500):
        raise ValueError("the password is swordfish")
    (span,) = exporter.get_finished_spans()
    assert (span.status.status_code, span.status.description) == (StatusCode.ERROR, "ValueError")
    assert "swordfish" not in span.to_json()
    assert attributes(span)["gonogo.key"] == "k" * LONGEST


def test_nothing_of_opentelemetry_is_loaded_where_no_setting_asks_for_it() -> None:
    code = (
        "import sys, app.serving\n"
        "assert app.serving.tracer_of({}) is app.serving.UNTRACED\n"
        "assert app.serving.tracer_of({'OTEL_EXPORTER_OTLP_ENDPOINT': 'http://x', 'OTEL_SDK_DISABLED': 'true'})"
        " is app.serving.UNTRACED\n"
        "heavy = ('opentelemetry.sdk', 'opentelemetry.exporter', 'app.adapters.tracing')\n"  # FastAPI loads its API
        "print([name for name in sys.modules if name.startswith(heavy)])"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)  # noqa: S603 - our own
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"])
def test_a_setting_of_opentelemetry_turns_it_on(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "http://127.0.0.1:4318")
    tracer = tracer_of({name: "http://127.0.0.1:4318"})
    assert isinstance(tracer, OtelTracer)
    tracer.close()


def test_where_it_is_asked_for_and_not_installed_the_service_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "app.adapters.tracing", None)
    with pytest.raises(Unusable, match=r"gonogo\[otel\]"):
        tracer_of({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"})
