"""What goes wrong: the process dies, deliveries go astray, GitHub fails. All of it follows from a seed."""

import json
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Protocol, cast

import httpx

from app.sim.clock import SimClock
from app.sim.webhooks import WebhookPost

STALE = timedelta(seconds=2)
"""How far behind GitHub's answers may be: lists lack what is younger."""

HANGS = 20.0  # seconds: longer than anybody waits


class Around(Protocol):
    """What trouble looks at in the world that it happens to."""

    clock: SimClock


Do = Callable[[], Awaitable[httpx.Response]]


class Trouble(Protocol):
    """Decides what goes wrong."""

    def dies_at(self, life: int) -> int | None:
        """Return the await point at which the process's so-manieth life ends, None where it does not."""
        ...

    def lived(self, points: Sequence[str]) -> None:
        """Hear of the await points that a life came by."""
        ...

    def carry(self, post: WebhookPost) -> Iterable[tuple[float, WebhookPost]]:
        """Yield when, in how many seconds, a webhook arrives, and as what; nothing where it does not."""
        ...

    def fails(self, post: WebhookPost) -> bool:
        """Whether GitHub knows that it did not arrive."""
        ...

    async def ask(self, around: Around, request: httpx.Request, do: Do) -> httpx.Response:
        """Answer a request; `do` has GitHub do it."""
        ...


class Calm:
    """Nothing goes wrong."""

    def __init__(self) -> None:
        self.came_by: list[str] = []
        self.struck: Counter[str] = Counter()

    def dies_at(self, life: int) -> int | None:
        del life
        return None

    def lived(self, points: Sequence[str]) -> None:
        self.came_by += points

    def carry(self, post: WebhookPost) -> Iterable[tuple[float, WebhookPost]]:
        yield (0.0, post)

    def fails(self, post: WebhookPost) -> bool:
        del post
        return False

    async def ask(self, around: Around, request: httpx.Request, do: Do) -> httpx.Response:
        del around, request
        return await do()


class DiesAt(Calm):
    """The process dies at one await point of each of its first lives."""

    def __init__(self, *points: int) -> None:
        super().__init__()
        self._points = points

    def dies_at(self, life: int) -> int | None:
        return self._points[life] if life < len(self._points) else None

    def lived(self, points: Sequence[str]) -> None:
        super().lived(points)
        if self.struck.total() < len(self._points):
            self.struck[f"killed {'before' if points[-1].startswith('before') else 'after'}"] += 1


class DiesOften(Calm):
    """The process dies again and again, at random."""

    def __init__(self, seed: int, *, times: int = 6, within: int = 250) -> None:
        super().__init__()
        dice = random.Random(seed)  # noqa: S311  dice, no secret
        self._points = [dice.randrange(within) for _ in range(times)]

    def dies_at(self, life: int) -> int | None:
        return self._points[life] if life < len(self._points) else None

    def lived(self, points: Sequence[str]) -> None:
        super().lived(points)
        self.struck["killed at random"] += 1


HEALED_BY_ASKING = frozenset(
    {"check_run", "check_suite", "create", "delete", "push", "release", "status", "workflow_job", "workflow_run"}
)
"""Events of which none is needed: what they tell is asked for as well."""


class Astray(Calm):
    """Deliveries are dropped, doubled, delayed and reordered, each with the same probability, or in one way only."""

    WAYS = ("dropped", "lost", "doubled", "again", "delayed", "reordered")

    def __init__(self, seed: int, *, share: float = 0.3, ways: Sequence[str] = WAYS) -> None:
        super().__init__()
        self._dice = random.Random(seed)  # noqa: S311  dice, no secret
        self._share = share
        self._ways = ways
        self._dropped: set[str] = set()

    def carry(self, post: WebhookPost) -> Iterable[tuple[float, WebhookPost]]:
        if post.id in self._dropped or self._dice.random() >= self._share:
            return [(0.0, post)]
        way = self._dice.choice(self._ways)
        if way == "lost" and post.event not in HEALED_BY_ASKING:
            way = "dropped"
        self.struck[f"delivery {way}"] += 1
        match way:
            case "lost":
                return []
            case "dropped":
                self._dropped.add(post.id)
                return []
            case "doubled":
                return [(0.0, post), (self._dice.choice((0.0, 0.1, 20.0)), post)]
            case "again":
                other = f"{post.id[:-4]}{self._dice.randrange(16**4):04x}"
                return [(0.0, post), (5.0, replace(post, headers={**post.headers, "X-GitHub-Delivery": other}))]
            case "delayed":
                return [(self._dice.uniform(5, 71 * 60), post)]
            case _:
                return [(self._dice.uniform(0, 5), post)]

    def fails(self, post: WebhookPost) -> bool:
        return post.id in self._dropped


# -- GitHub fails ---------------------------------------------------------------------------------------------------

SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."


def _refusal(request: httpx.Request, status: int, message: str, headers: dict[str, str]) -> httpx.Response:
    return httpx.Response(status, json={"message": message}, headers=headers, request=request)


async def _error(_around: Around, request: httpx.Request, _do: Do) -> httpx.Response:
    return _refusal(request, 500, "Server Error", {})


async def _gateway_after_doing(_around: Around, request: httpx.Request, do: Do) -> httpx.Response:
    await do()
    return _refusal(request, 502, "Bad Gateway", {})


async def _limit_403(_around: Around, request: httpx.Request, _do: Do) -> httpx.Response:
    return _refusal(request, 403, SECONDARY, {})


async def _limit_403_after(_around: Around, request: httpx.Request, _do: Do) -> httpx.Response:
    return _refusal(request, 403, SECONDARY, {"retry-after": "7"})


async def _limit_429(_around: Around, request: httpx.Request, _do: Do) -> httpx.Response:
    return _refusal(request, 429, SECONDARY, {})


async def _limit_429_after(_around: Around, request: httpx.Request, _do: Do) -> httpx.Response:
    return _refusal(request, 429, SECONDARY, {"retry-after": "7"})


async def _primary_limit(around: Around, request: httpx.Request, _do: Do) -> httpx.Response:
    reset = int(around.clock.now().timestamp()) + 90
    headers = {"x-ratelimit-limit": "5000", "x-ratelimit-remaining": "0", "x-ratelimit-reset": str(reset)}
    return _refusal(request, 403, "API rate limit exceeded for installation.", headers)


async def _hang(around: Around, request: httpx.Request, _do: Do) -> httpx.Response:
    await around.clock.sleep(HANGS)
    raise httpx.ReadTimeout("nothing came", request=request)


async def _hang_after_doing(around: Around, request: httpx.Request, do: Do) -> httpx.Response:
    await do()
    await around.clock.sleep(HANGS)
    raise httpx.ReadTimeout("nothing came", request=request)


async def _close(_around: Around, request: httpx.Request, _do: Do) -> httpx.Response:
    raise httpx.RemoteProtocolError("closed", request=request)


async def _close_after_doing(_around: Around, request: httpx.Request, do: Do) -> httpx.Response:
    await do()
    raise httpx.ReadError("closed", request=request)


def _is_young(thing: object, now: datetime) -> bool:
    at = cast("dict[str, Any]", thing).get("created_at") if isinstance(thing, dict) else None
    return isinstance(at, str) and datetime.fromisoformat(at) > now - STALE


async def _stale(around: Around, request: httpx.Request, do: Do) -> httpx.Response:
    """Leave out of a list what is younger than a few seconds, as a copy of the database does that lags behind."""
    answer = await do()
    if request.method != "GET" or answer.status_code != 200:
        return answer
    now = around.clock.now()
    try:
        told: Any = json.loads(answer.content)
    except ValueError:
        return answer
    headers = {key: value for key, value in answer.headers.items() if key not in ("etag", "content-length")}
    if isinstance(told, list):
        left: Any = [one for one in cast("list[object]", told) if not _is_young(one, now)]
    elif isinstance(told, dict) and isinstance(runs := cast("dict[str, Any]", told).get("workflow_runs"), list):
        kept = [one for one in cast("list[object]", runs) if not _is_young(one, now)]
        left = {**cast("dict[str, Any]", told), "workflow_runs": kept, "total_count": len(kept)}
    else:
        return answer
    return httpx.Response(200, json=left, headers=headers, request=request)


FAULTS = {
    "500": _error,
    "502 after doing it": _gateway_after_doing,
    "403": _limit_403,
    "403 with Retry-After": _limit_403_after,
    "403 of the hour": _primary_limit,
    "429": _limit_429,
    "429 with Retry-After": _limit_429_after,
    "hanging": _hang,
    "hanging after doing it": _hang_after_doing,
    "closing": _close,
    "closing after doing it": _close_after_doing,
    "stale": _stale,
}


class FailsAt(Calm):
    """GitHub fails in one way at one call, and at so many after it."""

    def __init__(self, way: str, call: int, *, times: int = 1) -> None:
        super().__init__()
        self._way = way
        self._calls = range(call, call + times)
        self.asked = 0

    async def ask(self, around: Around, request: httpx.Request, do: Do) -> httpx.Response:
        number, self.asked = self.asked, self.asked + 1
        if number not in self._calls:
            return await do()
        self.struck[f"GitHub {self._way}"] += 1
        return await FAULTS[self._way](around, request, do)


def _is_dispatch(request: httpx.Request) -> bool:
    return request.url.path.endswith("/dispatches")


class FailsOften(Calm):
    """GitHub fails at random, in one way or in all of them."""

    def __init__(self, seed: int, *, share: float = 0.1, ways: Sequence[str] = tuple(FAULTS)) -> None:
        super().__init__()
        self._dice = random.Random(seed)  # noqa: S311  dice, no secret
        self._share = share
        self._ways = ways
        self._dispatched: set[bytes] = set()

    def _spares(self, request: httpx.Request) -> bool:
        """Whether it is a dispatch that is sent for the second time.

        One that gets no answer either is not sent a third time: a person is asked to look, and nobody here does.
        """
        if not _is_dispatch(request):
            return False
        is_again = request.content in self._dispatched
        self._dispatched.add(request.content)
        return is_again

    async def ask(self, around: Around, request: httpx.Request, do: Do) -> httpx.Response:
        if self._spares(request) or self._dice.random() >= self._share:
            return await do()
        way = self._dice.choice(self._ways)
        self.struck[f"GitHub {way}"] += 1
        return await FAULTS[way](around, request, do)


@dataclass
class All:
    """Everything at once."""

    often: DiesOften
    astray: Astray
    fails_: FailsOften
    came_by: list[str] = field(default_factory=list[str])

    @property
    def struck(self) -> Counter[str]:
        return self.often.struck + self.astray.struck + self.fails_.struck

    def dies_at(self, life: int) -> int | None:
        return self.often.dies_at(life)

    def lived(self, points: Sequence[str]) -> None:
        self.often.lived(points)

    def carry(self, post: WebhookPost) -> Iterable[tuple[float, WebhookPost]]:
        return self.astray.carry(post)

    def fails(self, post: WebhookPost) -> bool:
        return self.astray.fails(post)

    async def ask(self, around: Around, request: httpx.Request, do: Do) -> httpx.Response:
        if _is_dispatch(request) and self.often.struck:
            return await do()  # the process may have died over the first one
        return await self.fails_.ask(around, request, do)
