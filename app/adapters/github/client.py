"""GitHub's REST API for one caller: gidgethub's verbs, with what it leaves to us put underneath.

Underneath is: the API version with every call, tokens renewed, rate limits kept, reads cached by ETag and asked again,
redirects followed on our own server only, and every outcome one of the errors in `app.ports`.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final, Protocol
from urllib.parse import urljoin, urlsplit

import httpx
from gidgethub import sansio
from gidgethub.abc import GitHubAPI

from app.adapters.github.answers import Answer, error_of, is_unclear, kind_of
from app.adapters.github.cache import EtagCache, Kept, is_unchangeable
from app.adapters.github.door import Door
from app.adapters.github.exchange import WHOLE, Reading, TooLarge, exchange, request_of
from app.adapters.github.graphql import RateLimited, address_of, data_of
from app.adapters.github.patience import patiently
from app.adapters.github.skew import Skew
from app.adapters.github.throttles import Budget
from app.ports import UNMETERED, UNTRACED, Call, CallAnswer, Clock, Meter, Rejected, Tracer, TurnLost, Unclear

API_URL: Final = "https://api.github.com"
API_VERSION: Final = "2026-03-10"
USER_AGENT: Final = "gonogo"

_ACCEPT: Final = {"accept": sansio.accept_format()}
_OK: Final = frozenset({200, 201, 202, 204})
_FOUND: Final = 200
_UNAUTHORIZED: Final = 401
_NOT_MODIFIED: Final = 304
_TOO_LARGE: Final = 413
_REDIRECTS: Final = frozenset({301, 302, 307, 308})  # GitHub: ask again in the same way at `location`
_MISDIRECTED: Final = 421
_HOPS: Final = 4
_TURN_COMES_BACK: Final = timedelta(seconds=5)
_BYTES: Final = "application/octet-stream"
_SECONDS_A_FILE: Final = 600.0
_KEPT_HEADERS: Final = ("content-type", "link")
_RATE_HEADERS: Final = ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset")
_LAST_PAGE: Final = re.compile(r'[?&]page=(\d{1,9})[^<>]*>; rel="last"')
_UNREADABLE: Final = (ValueError, LookupError, RecursionError)


def uploads_url(api_url: str) -> str:
    """Return where a GitHub takes files: the host `uploads.` beside `api.`, or `/api/uploads` beside `/api/v3`."""
    parts = urlsplit(api_url.removesuffix("/"))
    if parts.netloc.startswith("api."):
        return f"{parts.scheme}://uploads.{parts.netloc.removeprefix('api.')}{parts.path}"
    return f"{parts.scheme}://{parts.netloc}{parts.path.removesuffix('/v3')}/uploads"


class Credentials(Protocol):
    """Who asks: what goes into the Authorization header."""

    async def header(self) -> str:
        """Return the header's value."""
        ...

    async def renewed(self, refused: str) -> str | None:
        """Return a newer value after GitHub refused this one, or None where there is none to be had."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What all callers share: the connection to one GitHub, and what is remembered of it."""

    transport: httpx.AsyncBaseTransport
    clock: Clock
    door: Door = field(init=False)
    skew: Skew = field(default_factory=Skew)
    cache: EtagCache = field(default_factory=EtagCache)
    api_url: str = API_URL  # a GitHub Enterprise Server has https://host/api/v3
    api_version: str = API_VERSION
    user_agent: str = USER_AGENT
    meter: Meter = UNMETERED
    tracer: Tracer = UNTRACED
    has_turn: Callable[[], bool] = lambda: True  # asked before each write: one process must not act for another

    def __post_init__(self) -> None:
        """Put up the door."""
        object.__setattr__(self, "door", Door(self.clock))


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list as GitHub gave it, and where it stands among the others."""

    content: Any
    is_last: bool
    last: int | None  # the number of the last page, where GitHub tells it
    following: str | None = None  # the address of the next one


class Caller(GitHubAPI):
    """One caller at the expense of one budget: an installation of the App by its id, or the App itself as 0.

    Its verbs (`getitem`, `post`, `patch` ...) raise the errors of `app.ports` and no others. `rate_limit` holds the
    figures of the last answer that told them.
    """

    def __init__(self, line: Line, budget: Budget, credentials: Credentials) -> None:
        super().__init__(line.user_agent, base_url=line.api_url.removesuffix("/"))
        self._line = line
        self._budget = budget
        self._credentials = credentials
        self._graphql = address_of(self.base_url)
        self._common = {
            "x-github-api-version": line.api_version,
            "user-agent": line.user_agent,
            "accept-encoding": "gzip",
        }

    async def getpage(self, url: str) -> Page:
        """Read one page of a list."""
        self._is_ours(url := sansio.format_url(url, None, base_url=self.base_url))
        answer = await self._read(url, _ACCEPT)
        if answer.status not in _OK:
            raise error_of(answer, f"GET {urlsplit(url).path}")
        try:
            content, self.rate_limit, following = sansio.decipher_response(200, _used(answer.headers), answer.body)
        except _UNREADABLE as exc:
            raise Unclear("GET: GitHub's answer could not be read") from exc
        last = _LAST_PAGE.search(answer.headers.get("link", ""))
        return Page(content, is_last=following is None, last=int(last[1]) if last else None, following=following)

    async def query(self, document: str, variables: Mapping[str, object]) -> Mapping[str, object]:
        """Ask a question of the GraphQL API and return its data. It only reads, so it may be asked again.

        Its limit is counted apart from the REST API's, and so is the wait that it asks for.
        """
        budget = Budget(self._budget.installation, "graphql")
        url, body = self._graphql, json.dumps({"query": document, "variables": variables}).encode()
        headers = {**_ACCEPT, "content-type": "application/json"}
        answer = await patiently(lambda: self._authorized("POST", url, headers, body, budget=budget))
        if answer.status != _FOUND:
            raise error_of(answer, "POST graphql")
        try:
            return data_of(answer, "POST graphql")
        except RateLimited as exc:
            raise self._line.door.limited(budget, answer, is_shared="secondary" in str(exc)) from exc

    async def download(self, url: str, limit: int, accept: str = _ACCEPT["accept"]) -> bytes:
        """Read a file of at most `limit` bytes that GitHub may keep elsewhere. Raises Rejected(413) over it."""
        return await self._file(url, accept, Reading(limit=limit))

    async def digest(self, url: str, limit: int, accept: str) -> str:
        """Return the SHA-256 of a file like `download`, which is read piece by piece and not kept."""
        hashed = Reading(limit=limit, seconds=_SECONDS_A_FILE, is_hashed=True)
        return (await self._file(url, accept, hashed)).decode()

    async def upload(self, url: str, data: bytes) -> Any:  # noqa: ANN401 - JSON
        """Send a file to the host that takes them; return what GitHub says of it.

        Raises Rejected(421) for an address elsewhere, before any credentials go there.
        """
        if not url.startswith(uploads_url(self.base_url) + "/"):
            raise Rejected(_MISDIRECTED, "not where this GitHub takes files")
        reading = Reading(seconds=_SECONDS_A_FILE)
        answer = await self._authorized("POST", url, {**_ACCEPT, "content-type": _BYTES}, data, reading)
        if answer.status not in _OK:
            raise error_of(answer, f"POST {urlsplit(url).path}")
        try:
            return json.loads(answer.body)
        except _UNREADABLE as exc:
            raise Unclear("POST: GitHub's answer could not be read") from exc

    async def _file(self, url: str, accept: str, reading: Reading) -> bytes:
        """Read a file. Its address redirects to storage on another host, which gets no Authorization header of ours."""
        headers = {"accept": accept}
        url = sansio.format_url(url, None, base_url=self.base_url)
        self._is_ours(url)
        answer = await patiently(lambda: self._authorized("GET", url, headers, reading=reading))
        for _ in range(_HOPS):
            if answer.status not in _REDIRECTS:
                break
            url = urljoin(url, answer.headers.get("location", ""))
            if urlsplit(url).scheme not in {"https", urlsplit(self.base_url).scheme}:
                raise Rejected(answer.status, "redirected to an address that is not https")
            # ours where a repository has got another name; bound now: the lambda may be called again
            ask = self._authorized if url.startswith(self.base_url + "/") else self._send
            answer = await patiently(lambda ask=ask, at=url: ask("GET", at, headers, reading=reading))
        if answer.status == _FOUND:
            return answer.body
        is_elsewhere = not url.startswith(self.base_url + "/")
        if is_elsewhere and answer.status not in _REDIRECTS:  # such addresses run out: GitHub gives a new one
            raise Unclear(f"GET of a file: {answer.status} where GitHub keeps it")
        raise error_of(answer, "GET of a file")

    async def sleep(self, seconds: float) -> None:
        """Wait, by the clock that was passed in."""
        await self._line.clock.sleep(seconds)

    async def _make_request(self, *args: Any, **kwargs: Any) -> tuple[Any, str | None, int]:  # noqa: ANN401 - passed on
        """Turn an answer that cannot be read into an error of ours: gidgethub lets decoding errors through."""
        try:
            return await super()._make_request(*args, **kwargs)
        except _UNREADABLE as exc:
            raise Unclear(f"{args[0]}: GitHub's answer could not be read") from exc

    async def _request(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes = b""
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Ask, and return only what gidgethub can make something of: 2xx with the few headers it looks at."""
        self._is_ours(url)
        answer = await (self._read(url, headers) if method == "GET" else self._ask(method, url, headers, body))
        if answer.status not in _OK:
            raise error_of(answer, f"{method} {urlsplit(url).path}")
        return answer.status, _used(answer.headers), answer.body

    async def _read(self, url: str, headers: Mapping[str, str]) -> Answer:
        """GET by way of the cache; a read that came to nothing is tried again."""
        kept = self._line.cache.get(self._budget.installation, url)
        if kept is None:
            answer = await patiently(lambda: self._ask("GET", url, headers))
        elif is_unchangeable(url):
            return Answer(_FOUND, kept.headers, kept.body)
        else:
            asked = {**headers, "if-none-match": kept.etag}
            answer = await patiently(lambda: self._ask("GET", url, asked))
            if answer.status == _NOT_MODIFIED:
                return Answer(_FOUND, {**answer.headers, **kept.headers}, kept.body)
        if answer.status == _FOUND and (etag := answer.headers.get("etag")):
            told = {name: answer.headers[name] for name in _KEPT_HEADERS if name in answer.headers}
            self._line.cache.put(self._budget.installation, url, Kept(etag, told, answer.body))
        return answer

    async def _ask(self, method: str, url: str, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        """Ask, and ask again where GitHub says that what was asked for has moved to another of its addresses."""
        answer = await self._authorized(method, url, headers, body)
        for _ in range(_HOPS):
            if answer.status not in _REDIRECTS:
                return answer
            self._is_ours(url := urljoin(url, answer.headers.get("location", "")))
            answer = await self._authorized(method, url, headers, body)
        raise Rejected(answer.status, "redirected too often")

    async def _authorized(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes = b"",
        reading: Reading = WHOLE,
        *,
        budget: Budget | None = None,
    ) -> Answer:
        """Ask with credentials, newer ones where GitHub refuses the first. Raises Throttled and Unclear."""
        spent = budget or self._budget
        async with self._line.door.open_to(spent):
            authorization = await self._credentials.header()
            answer = await self._send(method, url, {**headers, "authorization": authorization}, body, reading)
            if answer.status == _UNAUTHORIZED and (newer := await self._credentials.renewed(authorization)) is not None:
                answer = await self._send(method, url, {**headers, "authorization": newer}, body, reading)
                authorization = newer
        answer = _without(authorization, answer)
        self._line.door.answered(spent, answer)
        return answer

    async def _send(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes = b"", reading: Reading = WHOLE
    ) -> Answer:
        request = request_of(method, url, {**headers, **self._common}, body)
        clock, asked_at = self._line.clock, self._line.clock.now()
        if method != "GET" and url != self._graphql and not self._line.has_turn():
            raise TurnLost(asked_at + _TURN_COMES_BACK)
        with self._line.tracer.span("github.call", method=method, caller=self._budget.installation) as span:
            kind = CallAnswer.SILENT
            try:
                answer = await exchange(self._line.transport, request, reading)
                kind = kind_of(answer)
                span.note("status", answer.status)
            except TooLarge as exc:
                raise (Rejected(_TOO_LARGE, str(exc)) if method == "GET" else Unclear(str(exc))) from exc
            finally:
                call = Call.READ if method == "GET" or url == self._graphql else Call.WRITE
                self._line.meter.called(call, kind, (clock.now() - asked_at).total_seconds())
                span.note("answer", kind.value)
            if is_unclear(answer):
                span.failed(str(answer.status))
        if url.startswith(self.base_url + "/"):
            self._line.skew.note(answer.headers, asked_at, clock.now())
        if is_unclear(answer):
            raise error_of(answer, f"{method} {request.url.path}")
        return answer

    def _is_ours(self, url: str) -> None:
        """Keep credentials on the server that they are for, whatever address a payload or an answer names."""
        if not url.startswith(self.base_url + "/"):
            raise Rejected(_MISDIRECTED, "not an address of GitHub's API")


def _without(authorization: str, answer: Answer) -> Answer:
    """Return an answer that is no success without our own credentials, which a proxy on the way may quote in it.

    Its words become comments, rows and log lines.
    """
    secret = authorization.rpartition(" ")[2].encode()
    if answer.status in _OK or secret not in answer.body:
        return answer
    return Answer(answer.status, answer.headers, answer.body.replace(secret, b"[hidden]"))


def _used(headers: Mapping[str, str]) -> dict[str, str]:
    """Return what gidgethub looks at; rate-limit figures only where they are figures."""
    used = {name: headers[name] for name in _KEPT_HEADERS if name in headers}
    figures = {name: headers.get(name, "") for name in _RATE_HEADERS}
    if all(figure.isascii() and figure.isdigit() for figure in figures.values()):
        used.update(figures)
    return used
