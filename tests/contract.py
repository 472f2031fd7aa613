"""Holds requests, answers and webhook payloads against GitHub's own description, where that is at hand.

`ContractChecked(app)` wraps an ASGI application and remembers what does not fit; `problems_of_posts` checks webhooks.
The description lies in a folder beside the checkout; where it is not, nothing is checked.
"""

import importlib.util
import json
import os
import re
from collections.abc import Awaitable, Callable, Hashable, Iterable, MutableMapping
from functools import cache
from pathlib import Path
from typing import Any, Protocol, cast
from urllib.parse import parse_qsl, urlsplit

from app.sim import WebhookPost
from tests.graphql_contract import problems_of_graphql

FOLDER = Path(__file__).parents[2] / "shared" / "github"
VERSIONS = ("2022-11-28", "2026-03-10")

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]


class Contract(Protocol):
    """One version of GitHub's description."""

    def match(self, method: str, url: str) -> tuple[str, dict[str, Any], object, object] | None: ...

    def request(self, method: str, url: str, body: object = None) -> list[str]: ...

    def response(self, op_id: str, status: int, body: object = None) -> list[str]: ...


class Checker(Protocol):
    """The module that reads the description."""

    def Contract(self, version: str) -> Contract: ...  # noqa: N802  a class of the module

    def webhook_problems(self, event: str, payload: dict[str, object]) -> list[str] | None: ...


@cache
def checker() -> Checker | None:
    """Return the checker, None where the folder is absent."""
    path = FOLDER / "gh_contract.py"
    if os.environ.get("CI_REQUIRE_CONTRACT") and not path.exists():
        raise AssertionError(f"GitHub's own description is not at {FOLDER}")
    spec = importlib.util.spec_from_file_location("gh_contract", path) if path.exists() else None
    if spec is None or spec.loader is None:
        return None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return cast("Checker", module)


@cache
def contract(version: str) -> Contract | None:
    """Return the description of an API version."""
    module = checker()
    return module.Contract(version) if module else None


def _loads(raw: bytes) -> object:
    return json.loads(raw) if raw else None


def _is_starter(problem: str) -> bool:
    """Whether it is about the state of a file whose upload broke off: told of in words, and not in the schema."""
    return problem.endswith("'starter' is not one of ['uploaded', 'open']")


_WORDS = re.compile(r"[A-Za-z_ ]{0,40}")


def _shape(value: object) -> Hashable:
    """Return what of a value decides whether it fits: its keys, its types and its words, as enums are made of words."""
    match value:
        case dict():
            return tuple((key, _shape(held)) for key, held in cast("dict[str, object]", value).items())
        case list():
            return frozenset(map(_shape, cast("list[object]", value)))
        case str() if not _WORDS.fullmatch(value):
            return "a text"
        case int() | float() if not isinstance(value, bool):
            return type(value)
        case _:
            return cast("Hashable", value)


_known: dict[Hashable, list[str]] = {}
"""The problems of what was checked before: stories send thousands of bodies in a few hundred shapes."""


def _problems(kind: Hashable, body: object, find: Callable[[], list[str]]) -> list[str]:
    key = (kind, _shape(body))
    if key not in _known:
        _known[key] = find()
    return _known[key]


def problems_of_call(version: str, url: tuple[str, str], sent: bytes, answer: tuple[int, bytes]) -> list[str]:
    """Return what does not fit in one request (method, url, body) and its answer (status, body).

    Bodies that are no JSON, the bytes of files, are passed as empty.
    """
    described = contract(version) if version in VERSIONS else None
    status, got = answer
    if described is None or status == 501:
        return []  # a version that does not exist, or a route that does not: told elsewhere
    hit = described.match(*url)
    if hit is None:
        return [f"{url[0]} {url[1]}: no such operation"]
    op_id, operation = hit[0], hit[1]
    accepted = status < 400
    asked, answered = _loads(sent) if accepted else None, _loads(got)  # what is refused need not even be JSON
    problems = list[str]()
    if accepted:  # what GitHub refuses need not fit
        parts = urlsplit(url[1])
        numbers = tuple(part.isdigit() for part in parts.path.split("/"))
        kind = (version, op_id, parts.netloc, numbers, _shape(dict(parse_qsl(parts.query))))
        problems += _problems(kind, asked, lambda: described.request(*url, asked))
    is_described = accepted or (status == 422 and "422" in operation["responses"])
    # the description says that some answers have a body without saying that 304 and 204 have none
    if is_described and (got or status not in {204, 304}):
        problems += _problems((version, op_id, status), answered, lambda: described.response(op_id, status, answered))
    # where the description knows of a refusal but not of its body, the body is ours to word
    problems = [problem for problem in problems if not _is_starter(problem)]
    return [problem for problem in problems if accepted or not problem.endswith("no JSON body is described")]


class ContractChecked:
    """An ASGI application whose every call is held against the description."""

    def __init__(self, app: Asgi) -> None:
        self._app = app
        self.problems: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or checker() is None:
            await self._app(scope, receive, send)
            return
        headers = dict(cast("list[tuple[bytes, bytes]]", scope["headers"]))
        host = headers.get(b"host", b"").decode()
        if host.endswith("githubusercontent.com"):
            await self._app(scope, receive, send)  # files: the description ends at their addresses
            return
        is_file = headers.get(b"content-type", b"").startswith(b"application/octet-stream")
        sent, got, statuses = bytearray(), bytearray(), list[int]()

        async def reading() -> Message:
            message = await receive()
            sent.extend(b"" if is_file else message.get("body", b""))
            return message

        async def writing(message: Message) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])
            got.extend(message.get("body", b""))
            await send(message)

        await self._app(scope, reading, writing)
        if cast("str", scope["path"]) in {"/graphql", "/api/graphql"}:
            self.problems += problems_of_graphql(bytes(sent), bytes(got)) if statuses[0] == 200 else []
            return
        version = headers.get(b"x-github-api-version", VERSIONS[0].encode()).decode()
        query = scope["query_string"].decode()
        path = cast("str", scope["path"])
        is_upload = host == "uploads.github.com" or path.startswith("/api/uploads/")
        base = "https://uploads.github.com" if is_upload else "https://api.github.com"
        url = f"{base}{path.removeprefix('/api/uploads')}" + (f"?{query}" if query else "")
        call = (cast("str", scope["method"]), url)
        self.problems += problems_of_call(version, call, bytes(sent), (statuses[0], bytes(got)))

    def assert_clean(self) -> None:
        """Raise AssertionError with all that did not fit."""
        assert not self.problems, "\n".join(self.problems)


NEWER = "deployment_protection_rule"
"""An event of which the description of webhooks knows less than GitHub sends: `sha` and `ref`, and who listens to it."""


def _as_described(post: WebhookPost) -> dict[str, object]:
    """Return a payload without what is newer than the description of webhooks."""
    payload = dict(post.payload)
    if post.event == NEWER:
        return {key: value for key, value in payload.items() if key not in {"sha", "ref"}}
    one = payload.get("installation")
    if post.event == "installation" and isinstance(one, dict):
        told = cast("dict[str, object]", one)
        payload["installation"] = {**told, "events": [e for e in cast("list[str]", told["events"]) if e != NEWER]}
    return payload


def problems_of_posts(posts: Iterable[WebhookPost]) -> list[str]:
    """Return what does not fit in webhook payloads."""
    module = checker()
    if module is None:
        return []
    found: list[str] = []
    for post in posts:
        told = _as_described(post)
        problems = _problems(post.event, told, lambda p=post, t=told: module.webhook_problems(p.event, t) or [])
        found += [f"{post.event}.{post.action} {problem}" for problem in problems]
    return found
