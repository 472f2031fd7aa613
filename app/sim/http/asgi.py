"""The ASGI application: takes a request apart, finds its route, and answers with GitHub's headers."""

import hashlib
import json
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import replace
from datetime import UTC, timedelta
from email.utils import format_datetime
from typing import Any, TypeAlias, cast
from urllib.parse import parse_qsl, urlsplit

import httpx

from app.sim.faults import Fault
from app.sim.http import auth
from app.sim.http.request import NEWEST, OLDEST, Request, Route, Site
from app.sim.http.routes import ROUTES
from app.sim.http.routing import Router
from app.sim.state import Installation
from app.sim.wire import STORE, UPLOADS, Answer, Json, Moved, Refusal, dumps, not_found, obj
from app.sim.world import Call, World

Scope: TypeAlias = MutableMapping[str, Any]  # ASGI's own loose types, at the edge
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]

UNKNOWN = 501
GONE: dict[str, type[httpx.TransportError]] = {"closed": httpx.ReadError, "timeout": httpx.ReadTimeout}


class Server:
    """GitHub's REST API over a world. One request at a time changes the world; nothing in it waits."""

    def __init__(self, world: World) -> None:
        self._world = world
        sites: tuple[Site, ...] = ("api", "uploads", "store")
        self._routers = {site: Router(route for route in ROUTES if route.site == site) for site in sites}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer an ASGI request."""
        if scope["type"] != "http":
            await _lifespan(scope, receive, send)
            return
        raw = bytearray()
        more = True
        while more:
            message = await receive()
            raw += message.get("body", b"")
            more = message.get("more_body", False)
        headers = {key.decode("latin-1").lower(): value.decode("latin-1") for key, value in scope["headers"]}
        status, sent, body, lost = self._answer(scope, headers, bytes(raw))
        if lost:
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"999999")]})
            raise GONE[lost]("the simulated GitHub gave no answer")
        await send({"type": "http.response.start", "status": status, "headers": sent})
        await send({"type": "http.response.body", "body": body})

    def _answer(
        self, scope: Scope, headers: dict[str, str], raw: bytes
    ) -> tuple[int, list[tuple[bytes, bytes]], bytes, str | None]:
        world = self._world
        world.tick()
        method, host = cast("str", scope["method"]), headers.get("host", "api.github.com")
        site, path = _site(host, cast("str", scope["path"]))
        scheme = cast("str", scope.get("scheme", "https"))
        request = Request(
            world=world,
            method=method,
            path=path,
            url=f"{scheme}://{host}",
            version=headers.get("x-github-api-version", OLDEST),
            query=dict(parse_qsl(cast("bytes", scope["query_string"]).decode("latin-1"), keep_blank_values=True)),
            raw=raw,
            accept=headers.get("accept", ""),
            content_type=headers.get("content-type", ""),
        )
        fault = next((one for one in world.faults if one.strikes(method, path)), None)
        request.is_cut = fault is not None and fault.half_done
        if fault is not None and not (fault.after_doing or fault.half_done or fault.bend):
            answer = _of_fault(fault)
        else:
            answer = self._do(request, headers, site)
            answer = answer if fault is None else _of_fault(fault, answer)
        out = _headers(request, answer)
        body = answer.body if isinstance(answer.body, bytes) else b""
        if answer.body is not None and not isinstance(answer.body, bytes):
            body = dumps(answer.body).encode()
        status = answer.status
        if method == "GET" and status == 200:  # noqa: PLR2004  only a plain answer has an ETag
            tag = f'W/"{hashlib.sha256(body).hexdigest()}"'
            out["etag"] = tag
            if headers.get("if-none-match") == tag:
                status, body = 304, b""
        limited = request.token.installation if request.token else None
        if limited is not None:
            out.update(_limits(world, limited, counted=status != 304 and path != "/rate_limit"))  # noqa: PLR2004  GitHub does not count a 304
        who = f"installation:{limited.id}" if limited else f"app:{request.app.slug}" if request.app else "nobody"
        world.calls.append(Call(method, path, status, who))
        if status == UNKNOWN:
            world.unknown_calls.append(world.calls[-1])
        if body and not isinstance(answer.body, bytes):
            out["content-type"] = "application/json; charset=utf-8"
        out["content-length"] = str(len(body))
        sent = [(key.encode(), value.encode("latin-1")) for key, value in out.items()]
        return status, sent, body, fault.lost if fault else None

    def _do(self, request: Request, headers: dict[str, str], site: Site) -> Answer:
        try:
            return self._route(request, headers, site)
        except Moved as moved:
            return Answer(status=moved.status, body=moved.body(), headers={"location": moved.to})
        except Refusal as refusal:
            return Answer(status=refusal.status, body=refusal.body())

    def _route(self, request: Request, headers: dict[str, str], site: Site) -> Answer:
        hit = self._routers[site].find(request.method, request.path)
        if hit is None:
            raise Refusal(UNKNOWN, f"The simulated GitHub has no route {request.method} {request.path}")
        if request.version not in {NEWEST, OLDEST}:
            raise Refusal(410, f"API version {request.version} is no longer supported")
        route, request.args = hit
        if route.auth != "none":
            self._admit(request, route, headers)
        request.body = _parsed(request.raw) if site == "api" else {}
        return route.handler(request)

    def _admit(self, request: Request, route: Route, headers: dict[str, str]) -> None:
        """Check who asks, and that they may ask this of that repository."""
        token = auth.bearer(headers.get("authorization", ""))
        if token is None:
            raise Refusal(401, "Requires authentication")
        is_jwt = token.startswith("eyJ")
        if route.auth == "jwt" or (route.auth == "either" and is_jwt):
            if not is_jwt:
                raise Refusal(401, auth.UNREADABLE)
            request.app = auth.app_of(self._world, token)
        else:
            request.token = auth.token_of(self._world, token)
            _refuse_exhausted(self._world, request.token.installation, request.path)
        if "repo" in request.args and request.path.startswith("/repos/"):
            self._place(request)
        if request.token is not None and route.needs is not None:
            auth.check_permission(request.token, route.needs)

    def _place(self, request: Request) -> None:
        repo = self._world.repos.get(f"{request.args['owner']}/{request.args['repo']}".lower())
        if repo is None:
            raise not_found()
        request.repository = repo
        if request.token is not None and not auth.reaches(self._world, request.token, repo):
            raise not_found()


def _site(host: str, path: str) -> tuple[Site, str]:
    """Return what a request is for, and the path there: github.com has a host for each, other servers a path."""
    if host == urlsplit(STORE).netloc:
        return "store", path
    if path.startswith("/api/store/"):
        return "store", path.removeprefix("/api/store")
    if path.startswith("/api/uploads/"):
        return "uploads", path.removeprefix("/api/uploads")
    if path == "/api/graphql":
        return "api", "/graphql"
    return "uploads" if host == urlsplit(UPLOADS).netloc else "api", path.removeprefix("/api/v3")


async def _lifespan(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] != "lifespan":
        raise ValueError(scope["type"])
    while True:
        kind = (await receive())["type"]
        await send({"type": f"{kind}.complete"})
        if kind == "lifespan.shutdown":
            return


def _of_fault(fault: Fault, done: Answer | None = None) -> Answer:
    """Return what is answered; `done` is what would have been, where it was done."""
    if fault.bend is not None and done is not None and isinstance(done.body, dict):
        return replace(done, body=fault.bend(cast("Json", done.body)))
    if fault.graphql is not None:
        return Answer(body={"errors": [{"type": fault.graphql, "message": fault.message}]}, headers=fault.headers)
    return Answer(status=fault.status, body={"message": fault.message}, headers=fault.headers)


def _parsed(raw: bytes) -> Json:
    if not raw:
        return {}
    try:
        body: object = json.loads(raw)
        if b"\\ud" in raw.lower():
            dumps(body).encode()  # half a surrogate pair is no text
    except ValueError as error:
        raise Refusal(400, "Problems parsing JSON") from error
    if not isinstance(body, dict):
        raise Refusal(400, "Body should be a JSON object")
    return obj({"": cast("Json", body)}, "")


def _headers(request: Request, answer: Answer) -> dict[str, str]:
    trace = request.world.digest("request")
    return {
        "date": format_datetime(request.world.now().astimezone(UTC), usegmt=True),
        "server": "github.com",
        "x-github-media-type": "github.v3; format=json",
        "x-github-request-id": f"{trace[:4]}:{trace[4:10]}:{trace[10:16]}:{trace[16:22]}:{trace[22:30]}".upper(),
        "x-github-api-version-selected": request.version,
        **answer.headers,
    }


def _renewed(world: World, one: Installation) -> None:
    now = world.now()
    if one.window is None or now >= one.window:
        one.window, one.used = now + timedelta(hours=1), 0 if one.window else one.used


def _refuse_exhausted(world: World, one: Installation, path: str) -> None:
    _renewed(world, one)
    if one.used >= one.limit and path != "/rate_limit":
        raise Refusal(403, f"API rate limit exceeded for installation ID {one.id}.")


def _limits(world: World, one: Installation, *, counted: bool) -> dict[str, str]:
    _renewed(world, one)
    if counted:
        one.used = min(one.used + 1, one.limit)
    reset = int(one.window.timestamp()) if one.window else 0
    return {
        "x-ratelimit-limit": str(one.limit),
        "x-ratelimit-remaining": str(one.limit - one.used),
        "x-ratelimit-used": str(one.used),
        "x-ratelimit-reset": str(reset),
        "x-ratelimit-resource": "core",
    }
