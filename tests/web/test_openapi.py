"""Schemathesis over the real service: whatever is sent to an endpoint, its answer is one that is described.

The service publishes no description of its endpoints; the one here is for this test, and says what may come back.
"""

import asyncio
import hmac
import json
from collections.abc import Iterator
from http import HTTPStatus
from importlib import import_module
from pathlib import Path
from typing import Any, Final, Protocol

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.service import Service, Wiring
from app.sim.clock import SimClock
from app.sim.scenario import SECRET, app_key
from tests.clock import NOON
from tests.databases import new_database

_SAID: Final = {
    "type": "object",
    "required": ["status"],
    "properties": {"status": {"type": "string"}, "reason": {"type": "string", "maxLength": 200}},
    "additionalProperties": False,
}


def _answers(*statuses: str) -> dict[str, Any]:
    said = {"application/json": {"schema": _SAID}}
    return {status: {"description": "said in JSON", "content": said} for status in statuses}


def _header(name: str, *, required: bool = False) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": required, "schema": {"type": "string", "maxLength": 200}}


_PROBE: Final = {
    "get": {"responses": _answers("200", "503")},
    "head": {"responses": {"200": {"description": "as GET, without the words"}}},
}
DESCRIPTION: Final[dict[str, Any]] = {
    "openapi": "3.1.0",
    "info": {"title": "Go/No-Go", "version": "1"},
    "paths": {
        "/webhook": {
            "post": {
                "parameters": [
                    _header("X-GitHub-Event"),
                    _header("X-GitHub-Delivery"),
                    _header("X-Hub-Signature-256"),
                    _header("X-Hub-Signature"),
                    _header("Content-Encoding"),
                ],
                "requestBody": {"content": {"application/json": {"schema": {}}}},
                "responses": _answers("200", "202", "400", "401", "408", "413"),
            }
        },
        "/healthz": _PROBE,
        "/readyz": _PROBE,
        "/metrics": {
            "get": {"responses": {"200": {"description": "figures", "content": {"text/plain": {"schema": {}}}}}}
        },
    },
}
schemathesis: Any = import_module("schemathesis")  # its generic types have no defaults to go by
of_openapi: Any = import_module("schemathesis.specs.openapi.checks")
SCHEMA: Any = schemathesis.openapi.from_dict(DESCRIPTION)
OPERATIONS: Final[dict[str, Any]] = {
    f"{method.upper()} {path}": SCHEMA[path][method.upper()]
    for path in DESCRIPTION["paths"]
    for method in DESCRIPTION["paths"][path]
}
CHECKS: Final[list[Any]] = [
    import_module("schemathesis.checks").not_a_server_error,
    of_openapi.status_code_conformance,
    of_openapi.content_type_conformance,
    of_openapi.response_schema_conformance,
]
NEGATIVE: Any = import_module("schemathesis.generation").GenerationMode.NEGATIVE
few: Final = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])


class Case(Protocol):
    """As much of what schemathesis makes up as is used here."""

    def as_transport_kwargs(self, base_url: str) -> dict[str, Any]: ...

    def validate_response(self, response: httpx.Response, checks: list[Any]) -> None: ...


class Endpoints:
    """The real service without its workers: what is stored is looked at elsewhere."""

    def __init__(self, folder: Path) -> None:
        url = new_database(folder)
        self._loop = asyncio.new_event_loop()
        wiring = Wiring(
            app_id=1,
            private_key=app_key()[0],
            webhook_secrets=[SECRET],
            database_url=url,
            clock=SimClock(NOON),
            transport=httpx.MockTransport(lambda request: httpx.Response(404, request=request)),
        )
        self._service = Service(wiring)

    def send(self, case: Case, *, is_signed: bool) -> httpx.Response:
        """Send a case, signed or as it is."""
        how = case.as_transport_kwargs(base_url="http://gonogo.test")
        content = how.get("data") or (
            json.dumps(how["json"]).encode("utf-8", "surrogatepass") if "json" in how else b""
        )
        body = content if isinstance(content, bytes) else str(content).encode("utf-8", "surrogatepass")
        headers = {str(name): str(value).encode("utf-8", "replace") for name, value in dict(how["headers"]).items()}
        if is_signed:
            headers["X-Hub-Signature-256"] = b"sha256=" + hmac.digest(SECRET.encode(), body, "sha256").hex().encode()
            headers["Content-Type"] = b"application/json"
        return self.ask(how["method"], how["url"], headers, body)

    def ask(self, method: str, url: str, headers: dict[str, bytes], body: bytes) -> httpx.Response:
        """Send a request."""
        return self._loop.run_until_complete(self._ask(method, url, headers, body))

    async def _ask(self, method: str, url: str, headers: dict[str, bytes], body: bytes) -> httpx.Response:
        transport = httpx.ASGITransport(app=self._service.web)
        async with httpx.AsyncClient(transport=transport) as client:
            raw = [(name.encode(), value) for name, value in headers.items() if name.lower() != "content-length"]
            return await client.request(method, url, headers=raw, content=body)

    def close(self) -> None:
        self._loop.run_until_complete(self._service.stop())
        self._loop.close()


@pytest.fixture(scope="module")
def endpoints(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoints]:
    made = Endpoints(tmp_path_factory.mktemp("endpoints"))
    yield made
    made.close()


@pytest.mark.parametrize("operation", OPERATIONS)
def test_d14_whatever_is_sent_the_answer_is_one_that_is_described(endpoints: Endpoints, operation: str) -> None:
    @few
    @given(OPERATIONS[operation].as_strategy(), st.booleans())
    def check(case: Case, is_signed: bool) -> None:
        case.validate_response(endpoints.send(case, is_signed=is_signed), checks=CHECKS)

    check()


def test_d14_what_is_sent_against_the_description_is_answered_by_it_as_well(endpoints: Endpoints) -> None:
    """Headers and bodies of the wrong kind; the other endpoints take nothing that could be."""

    @few
    @given(OPERATIONS["POST /webhook"].as_strategy(generation_mode=NEGATIVE), st.booleans())
    def check(case: Case, is_signed: bool) -> None:
        case.validate_response(endpoints.send(case, is_signed=is_signed), checks=CHECKS)

    check()


@pytest.mark.parametrize("path", DESCRIPTION["paths"])
@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"])
def test_another_method_is_not_allowed(endpoints: Endpoints, path: str, method: str) -> None:
    answer = endpoints.ask(method, f"http://gonogo.test{path}", {}, b"")
    assert answer.status_code == HTTPStatus.METHOD_NOT_ALLOWED
