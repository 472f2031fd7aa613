"""A GitHub of a few lines: it answers what a test scripted and remembers what it was asked."""

import json
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from app.adapters.github.client import Line
from app.adapters.github.operations import RestGitHub
from app.adapters.github.tokens import AppJwt
from app.domain.values import Repo, Sha
from app.sim.clock import SimClock
from tests.clock import NOON

APP_ID = 4711
REPO = Repo(id=1, owner="octo-org", name="app", installation=7, default_branch="main")
OTHER = Repo(id=2, owner="octo-org", name="lib", installation=8, default_branch="main")
SHA = Sha("ab" * 20)
AT_REPO = "/repos/octo-org/app"

URL = "https://github.com/octo-org/app"

Message = MutableMapping[str, Any]


@cache
def pem() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@dataclass(frozen=True)
class Asked:
    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return httpx.URL(self.url).raw_path.decode()

    @property
    def data(self) -> Any:  # noqa: ANN401 - JSON, compared as a whole
        return json.loads(self.body) if self.body else None


@dataclass(frozen=True)
class Reply:
    status: int = 200
    data: object = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    raw: bytes | None = None
    lost: Exception | None = None


MISSING = Reply(404, {"message": "Not Found"})


def issue(number: int = 1, *, at: datetime = NOON, **more: object) -> dict[str, object]:
    return {
        "number": number,
        "title": "Release 1.0.0",
        "body": "text",
        "labels": [],
        "state": "open",
        "html_url": f"{URL}/issues/{number}",
        "updated_at": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        **more,
    }


@dataclass
class Scripted:
    """Answers are taken one after another; an unexpected call gets a 501. Tokens are always to be had."""

    clock: SimClock = field(default_factory=lambda: SimClock(NOON))
    asked: list[Asked] = field(default_factory=list[Asked])
    script: deque[Reply] = field(default_factory=deque[Reply])
    token_script: deque[Reply] = field(default_factory=deque[Reply])
    refused: set[str] = field(default_factory=set[str])  # Authorization headers that are answered with 401
    tokens: int = 0

    def then(self, *replies: Reply) -> None:
        self.script.extend(replies)

    @property
    def calls(self) -> list[Asked]:
        """What was asked beside tokens."""
        return [one for one in self.asked if not one.path.endswith("/access_tokens")]

    @property
    def told(self) -> list[tuple[str, str]]:
        """The methods and addresses of the calls, those of the repository without its own."""
        return [(one.method, one.path.removeprefix(AT_REPO)) for one in self.calls]

    async def __call__(
        self,
        scope: Message,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        message = await receive()
        headers = {key.decode(): value.decode("latin-1") for key, value in scope["headers"]}
        query = f"?{scope['query_string'].decode()}" if scope["query_string"] else ""
        url = f"{scope['scheme']}://{headers['host']}{scope['raw_path'].decode()}{query}"
        self.asked.append(Asked(scope["method"], url, headers, message.get("body", b"")))
        reply = self._reply(self.asked[-1])
        if reply.lost is not None:
            raise reply.lost
        body = reply.raw if reply.raw is not None else b"" if reply.data is None else json.dumps(reply.data).encode()
        told = {"content-type": "application/json; charset=utf-8", **reply.headers}
        sent = [(name.encode(), value.encode()) for name, value in told.items()]
        await send({"type": "http.response.start", "status": reply.status, "headers": sent})
        await send({"type": "http.response.body", "body": body})

    def _reply(self, asked: Asked) -> Reply:
        if not asked.path.endswith("/access_tokens"):
            if asked.headers.get("authorization") in self.refused:
                return Reply(401, {"message": "Bad credentials"})
            return self.script.popleft() if self.script else Reply(501, {"message": "nothing was scripted"})
        if self.token_script:
            return self.token_script.popleft()
        self.tokens += 1
        until = self.clock.now() + timedelta(hours=1)
        return Reply(201, {"token": f"ghs_{self.tokens}", "expires_at": f"{until:%Y-%m-%dT%H:%M:%SZ}"})

    def line(self, **options: Any) -> Line:  # noqa: ANN401 - any of the line's own
        return Line(transport=httpx.ASGITransport(self), clock=self.clock, **options)

    def github(self, **options: Any) -> RestGitHub:  # noqa: ANN401 - any of the line's own
        return RestGitHub(self.line(**options), AppJwt(APP_ID, pem(), self.clock))
