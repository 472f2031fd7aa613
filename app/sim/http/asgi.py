"""The ASGI application: takes a request apart, finds its route, and answers with GitHub's headers."""

import hashlib
import json
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import timedelta
from typing import Any, TypeAlias, cast
from urllib.parse import parse_qsl

import httpx

from app.sim.faults import Fault
from app.sim.http import auth
from app.sim.http.request import NEWEST, OLDEST, Request, Route
from app.sim.http.routes import ROUTES
from app.sim.http.routing import Router
from app.sim.state import Installation
from app.sim.wire import Answer, Json, Moved, Refusal, dumps, not_found, obj
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
        self._router = Router(ROUTES)

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
        method, path = cast("str", scope["method"]), cast("str", scope["path"]).removeprefix("/api/v3")
        scheme = cast("str", scope.get("scheme", "https"))
        request = Request(
            world=world,
            method=method,
            path=path,
            url=f"{scheme}://{headers.get('host', 'api.github.com')}",
            version=headers.get("x-github-api-version", OLDEST),
            query=dict(parse_qsl(cast("bytes", scope["query_string"]).decode("latin-1"), keep_blank_values=True)),
        )
        fault = next((one for one in world.faults if one.strikes(method, path)), None)
        if fault is not None and not fault.after_doing:
            answer = _of_fault(fault)
        else:
            answer = self._do(request, headers, raw)
            answer = answer if fault is None else _of_fault(fault)
        out = _headers(request, answer)
        body = b"" if answer.body is None else dumps(answer.body).encode()
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
        if body:
            out["content-type"] = "application/json; charset=utf-8"
        out["content-length"] = str(len(body))
        sent = [(key.encode(), value.encode("latin-1")) for key, value in out.items()]
        return status, sent, body, fault.lost if fault else None

    def _do(self, request: Request, headers: dict[str, str], raw: bytes) -> Answer:
        try:
            return self._route(request, headers, raw)
        except Moved as moved:
            return Answer(status=moved.status, body=moved.body(), headers={"location": moved.to})
        except Refusal as refusal:
            return Answer(status=refusal.status, body=refusal.body())

    def _route(self, request: Request, headers: dict[str, str], raw: bytes) -> Answer:
        hit = self._router.find(request.method, request.path)
        if hit is None:
            raise Refusal(UNKNOWN, f"The simulated GitHub has no route {request.method} {request.path}")
        if request.version not in {NEWEST, OLDEST}:
            raise Refusal(410, f"API version {request.version} is no longer supported")
        route, request.args = hit
        self._admit(request, route, headers)
        request.body = _parsed(raw)
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


async def _lifespan(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] != "lifespan":
        raise ValueError(scope["type"])
    while True:
        kind = (await receive())["type"]
        await send({"type": f"{kind}.complete"})
        if kind == "lifespan.shutdown":
            return


def _of_fault(fault: Fault) -> Answer:
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
