"""The world around the service: GitHub, the clock, what carries webhooks, and who starts the service when it died."""

import asyncio
import heapq
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any, cast

import httpx

from app.adapters.db.migrate import upgrade
from app.service import Wiring
from app.sim.clock import SimClock
from app.sim.github import SimGitHub
from app.sim.scenario import white_room
from app.sim.webhooks import WebhookPost
from tests.chaos.life import Inline, Life, call, quiet
from tests.chaos.plan import PLAN
from tests.chaos.trouble import Calm, Trouble

REPO = "white-room/daw"
DOWN = timedelta(seconds=3)
"""How long it takes until a service that died is started anew."""

BY_HAND = timedelta(hours=3)
"""When a person sees to a failed delivery: never, where the service asks GitHub for it again as it should."""


class Stuck(AssertionError):
    """The story does not go on: somebody waits for something that does not come."""


@dataclass
class World:
    """GitHub, the service, and time. The trouble decides what goes wrong, and where."""

    url: str  # of its database
    trouble: Trouble = field(default_factory=Calm)
    clock: SimClock = field(default_factory=SimClock)
    deaths: int = 0
    points: int = 0
    watchers: list[Callable[[], object]] = field(default_factory=list[Callable[[], object]])

    def __post_init__(self) -> None:
        self.github = SimGitHub(self.clock)
        self.room = white_room(self.github, plan=PLAN)
        self.life: Life | None = None
        self._is_over = False
        self._up_at = self.clock.now()
        self._posts: list[tuple[datetime, int, WebhookPost]] = []
        self._turn = count()
        self._sending: set[asyncio.Task[None]] = set()
        self._failed: dict[str, datetime] = {}
        self._by_id: dict[str, WebhookPost] = {}
        asyncio.get_running_loop().set_default_executor(Inline(1))  # nothing goes on while the clock moves
        self._me = cast("asyncio.Task[Any]", asyncio.current_task())
        upgrade(self.url)

    def _wiring(self, transport: httpx.AsyncBaseTransport) -> Wiring:
        return Wiring(
            has_doctor=False,
            app_id=self.room.app.id,
            private_key=self.room.private_key,
            webhook_secrets=[self.room.webhook_secret],
            database_url=self.url,
            transport=transport,
            clock=self.clock,
        )

    async def _ask(self, request: httpx.Request) -> httpx.Response:
        """Put a request of the service's to GitHub, by way of the trouble."""
        for watch in self.watchers:
            watch()
        if self._is_over:
            return await call(self.github.asgi, request)
        return await self.trouble.ask(self, request, lambda: call(self.github.asgi, request))

    def relent(self) -> None:
        """Have GitHub fail no more."""
        self._is_over = True

    # -- the service ------------------------------------------------------------------------------------------

    async def _rise(self) -> None:
        self.life = Life(self._wiring, self._ask)
        self.life.dies_at = self.trouble.dies_at(self.deaths)
        await self.life.start()

    async def _fall(self, life: Life) -> None:
        self.points += len(life.points)
        self.trouble.lived(life.points)
        await life.bury({self._me})
        self.life = None
        self.deaths += 1
        self._up_at = self.clock.now() + DOWN

    async def end(self) -> None:
        """Put an end to it."""
        if self.life is not None:
            await self._fall(self.life)
            self.deaths -= 1

    @property
    def underway(self) -> bool:
        """Whether a delivery is still to arrive."""
        return bool(self._posts or self._failed or self._sending)

    # -- time -------------------------------------------------------------------------------------------------

    async def until(self, what: str, is_so: Callable[[], object], *, minutes: float = 60) -> None:
        """Let time pass until something is so. Raises Stuck where it does not become so."""
        latest = self.clock.now() + timedelta(minutes=minutes)
        await self._settle()
        while not is_so():
            if self.clock.now() >= latest:
                raise Stuck(f"{what}: not so after {minutes} minutes")
            await self._step(latest)

    async def rest(self, minutes: float) -> None:
        """Let so much time pass."""
        latest = self.clock.now() + timedelta(minutes=minutes)
        await self._settle()
        while self.clock.now() < latest:
            await self._step(latest)

    async def _step(self, latest: datetime) -> None:
        """Go to the next moment at which anything happens, and let it happen."""
        sleepers = cast("list[tuple[datetime, int, asyncio.Future[None]]]", getattr(self.clock, "_sleepers"))  # noqa: B009
        while sleepers and sleepers[0][2].done():
            heapq.heappop(sleepers)
        moments = [latest, *self._failed.values()]
        moments += [sleepers[0][0]] if sleepers else []
        moments += [self._posts[0][0]] if self._posts else []
        moments += [due] if (due := self.github.next_due()) else []
        moments += [self._up_at] if self.life is None else []
        now = self.clock.now()
        self.clock.advance(max(0.0, (min(moments) - now).total_seconds()))
        await self._settle()

    async def _settle(self) -> None:
        """Let everything happen that happens now."""
        while True:
            await quiet()
            if self.life is not None and self.life.is_dead:
                await self._bury(self.life)
            now = self.clock.now()
            if self.life is None and now >= self._up_at:
                await self._rise()
                continue
            self._collect(now)
            if not self._posts or self._posts[0][0] > now:
                if self.life is None or not self.life.is_dead:
                    return
                continue
            post = heapq.heappop(self._posts)[2]
            if self.life is None:
                self._note(post, 0)
            else:
                task = asyncio.get_running_loop().create_task(self._send(self.life, post))
                self._sending.add(task)
                task.add_done_callback(self._sending.discard)

    async def _bury(self, life: Life) -> None:
        lost = [task.get_name() for task in self._sending if not task.done()]
        await self._fall(life)
        for name in lost:
            self._note(self._by_id[name], 0)

    # -- webhooks ---------------------------------------------------------------------------------------------

    def _collect(self, now: datetime) -> None:
        """Take what GitHub sends, and have the trouble decide when it arrives, how often, or that it does not."""
        for post in self.github.take():
            for delay, copy in self.trouble.carry(post):
                heapq.heappush(self._posts, (now + timedelta(seconds=delay), next(self._turn), copy))
            if self.trouble.fails(post):
                self._note(post, 0)
        for number, at in list(self._failed.items()):
            if at <= now:
                del self._failed[number]
                heapq.heappush(self._posts, (now, next(self._turn), self._by_id[number]))

    def _note(self, post: WebhookPost, status: int) -> None:
        """Note what came of a delivery. One that failed is sent again by hand, unless the service asks for it itself."""
        self.github.delivered(post, status)
        self._by_id[post.id] = post
        if status in (200, 202):
            self._failed.pop(post.id, None)
        else:
            self._failed.setdefault(post.id, self.clock.now() + BY_HAND)

    async def _send(self, life: Life, post: WebhookPost) -> None:
        cast("asyncio.Task[None]", asyncio.current_task()).set_name(post.id)
        self._by_id[post.id] = post
        self._note(post, await life.take(post))


def scratch() -> str | None:
    """Return a folder in memory, where there is one: the disk's own pace is not what is tried here."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108  a folder of its own is made in it
