"""The driver of the stories: the real service and the simulated GitHub, joined by signed webhooks, on one clock."""

import asyncio
import re
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from pathlib import Path
from typing import TypedDict, Unpack

import httpx
from sqlalchemy import Connection, select

from app.adapters.db.tables import deliveries, ledger
from app.ports import Signer, Tracer
from app.service import Service, Wiring
from app.sim.clock import SimClock
from app.sim.github import SimGitHub
from app.sim.scenario import Room, white_room
from app.sim.state import CheckRun, Comment, WorkflowRun
from app.sim.webhooks import WebhookPost
from tests.contract import ContractChecked, Receive, Scope, Send, problems_of_posts
from tests.databases import new_database
from tests.given import PLAN_TEXT

REPO = "white-room/daw"
INTRO = "We ship on Tuesday. 🎉\r\n\r\nSee you there.\r\n"
"""What people wrote into the tracking issue before the bot came, with the line ends of a browser."""


@dataclass
class TrackedRelease:
    """One tracking issue, as the people around it use and see it."""

    bot: "Bot"
    issue: int
    repo: str = REPO

    async def comment(self, text: str, *, by: str = "release-manager", seconds: float = 2) -> int:
        """Write a comment, let the bot answer, and return the comment's id."""
        made = self.bot.github.comment(self.repo, self.issue, text, by=by)
        await self.bot.pass_time(seconds)
        return made.id

    @property
    def body(self) -> str:
        """The issue's body."""
        return self.bot.github.issue(self.repo, self.issue).body or ""

    async def tick(self, item: str, *, by: str = "release-manager", on: bool = True, seconds: float = 8) -> None:
        """Click an item's box as a person, and let the bot take it."""
        old, new = ("- [ ] ", "- [x] ") if on else ("- [x] ", "- [ ] ")
        lines = self.body.splitlines(keepends=True)
        clicked = [line.replace(old, new, 1) if f"<!-- i:{item} -->" in line else line for line in lines]
        assert clicked != lines, f"no box of {item} to click"
        await self.edit("".join(clicked), by=by, seconds=seconds)

    async def edit(self, body: str, *, by: str = "release-manager", seconds: float = 8) -> None:
        """Edit the issue's body as a person, and let the bot take it."""
        self.bot.github.edit_issue(self.repo, self.issue, by=by, body=body)
        await self.bot.pass_time(seconds)

    @property
    def labels(self) -> list[str]:
        """The labels on the issue, in order of their names."""
        return sorted(label.name for label in self.bot.github.issue(self.repo, self.issue).labels)

    def ticked(self) -> list[str]:
        """The texts of the ticked items of the body."""
        lines = (line.strip() for line in self.body.splitlines())
        return [line.removeprefix("- [x] ").partition(" <!--")[0] for line in lines if line.startswith("- [x] ")]

    def reactions(self, comment: int) -> list[str]:
        """The bot's reactions on a comment, in order."""
        return [r.content for r in self.bot.github.repo(self.repo).comments[comment].reactions]

    def replies(self) -> list[str]:
        """The bot's comments without their hidden marks, the status comment left out, in order."""
        texts = [c.body for c in self._comments() if "gonogo:status" not in c.body]
        return [text.partition("<!-- gonogo:reply")[0].strip() for text in texts]

    def status_comments(self) -> list[str]:
        """The sticky status comments: there is to be one."""
        return [c.body for c in self._comments() if "gonogo:status" in c.body]

    def _comments(self) -> list[Comment]:
        comments = self.bot.github.repo(self.repo).comments.values()
        return [c for c in comments if c.issue.number == self.issue and c.user.type == "Bot"]


class Meddler:
    """An ASGI application in front of GitHub's, that does something just before a request arrives there."""

    def __init__(self, app: ContractChecked) -> None:
        self._app = app
        self._count = 0
        self._at: list[tuple[int, Callable[[], object]]] = []
        self._waiting: list[tuple[str, str, Callable[[], object]]] = []
        self.watchers: list[Callable[[], object]] = []  # called before every request
        self._stuck: re.Pattern[str] | None = None
        self._goes_on = asyncio.Event()

    def before(self, method: str, ending: str, do: Callable[[], object]) -> None:
        """Do it once, before the next request of that method whose path ends so."""
        self._waiting.append((method, ending, do))

    def within(self, requests: int, do: Callable[[], object]) -> None:
        """Do it once, just before the so-manieth request from now on: 0 is the next one."""
        self._at.append((self._count + requests, do))

    def hang(self, path: str) -> None:
        """Let requests whose path fits the regular expression hang, until `go_on`."""
        self._stuck = re.compile(path)
        self._goes_on.clear()

    def go_on(self) -> None:
        """Let everything go on."""
        self._stuck = None
        self._goes_on.set()

    def finish(self) -> None:
        """Do what is still waiting for its request."""
        waiting, self._at = self._at, []
        for _, do in waiting:
            do()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        due = [one for one in self._at if one[0] <= self._count]
        self._at = [one for one in self._at if one[0] > self._count]
        self._count += 1
        if self._stuck is not None and self._stuck.search(scope["path"]):
            await self._goes_on.wait()
        for watch in self.watchers:
            watch()
        for _, do in due:
            do()
        for one in self._waiting:
            if scope["method"] == one[0] and scope["path"].endswith(one[1]):
                self._waiting.remove(one)
                one[2]()
                break
        await self._app(scope, receive, send)


@dataclass
class Bot:
    """The service at work."""

    github: SimGitHub
    room: Room
    clock: SimClock
    meddler: Meddler
    make: Callable[[], Service]
    service: Service = field(init=False)
    http: httpx.AsyncClient = field(init=False)
    sent: list[WebhookPost] = field(default_factory=list[WebhookPost])

    async def post(self, webhook: WebhookPost) -> int:
        """Deliver one webhook and return the status."""
        self.sent.append(webhook)
        answer = await self.http.post("/webhook", content=webhook.body, headers=webhook.headers)
        self.github.delivered(webhook, answer.status_code)
        return answer.status_code

    async def post_at_once(self, webhooks: Sequence[WebhookPost]) -> list[int]:
        """Deliver webhooks side by side and return the statuses."""
        return await asyncio.gather(*map(self.post, webhooks))

    async def start(self) -> None:
        """Start the service: as the first, or as the one after a crash."""
        self.service = self.make()
        transport = httpx.ASGITransport(app=self.service.web)
        self.http = httpx.AsyncClient(transport=transport, base_url="http://gonogo.test")
        await self.service.start()
        await self.service.scheduler.sweep()  # the same as the sweep at every start, but waited for

    async def stop(self) -> None:
        """Stop the service."""
        await self.http.aclose()
        await self.service.stop()

    async def settle(self, *, is_deaf: bool = False) -> None:
        """Deliver what GitHub has sent and let the workers finish, without letting time pass; deaf, nothing arrives."""
        while True:
            for webhook in self.github.take():
                assert is_deaf or await self.post(webhook) in (200, 202)
            await self.service.scheduler.idle()
            if not self.github.outbox:
                return

    async def pass_time(self, seconds: float, *, step: float = 0.5, is_deaf: bool = False) -> None:
        """Let time pass in small steps, with everything that happens in it."""
        await self.settle(is_deaf=is_deaf)
        while seconds > 0:
            self.clock.advance(step)
            self.github.tick()
            for _ in range(4):  # whoever the clock has woken gets its turn before we ask whether all is quiet
                await asyncio.sleep(0)
            await self.settle(is_deaf=is_deaf)
            seconds -= step

    async def open_release(self, version: str = "1.0.0", *, body: str = INTRO, more: str = "") -> TrackedRelease:
        """Open an issue and start a release in it."""
        issue = self.github.open_issue(REPO, f"Release {version}", body, by="release-manager")
        release = TrackedRelease(bot=self, issue=issue.number)
        await release.comment(f"/release start {version} {more}".strip())
        return release

    @property
    def dispatched(self) -> list[WorkflowRun]:
        """The runs that were dispatched, in order."""
        return [r for r in self.github.runs(REPO) if r.event == "workflow_dispatch"]

    @property
    def dispatches(self) -> list[tuple[str, str]]:
        """The workflow file and task of each run the bot dispatched, in order."""
        return [(r.workflow.path.rpartition("/")[2], str(r.inputs.get("task", ""))) for r in self.dispatched]

    def gate(self, sha: str | None = None) -> CheckRun:
        """The gate's check run on a commit: there is to be one."""
        at = sha or self.github.head(REPO)
        (check,) = [c for c in self.room.repo.checks_at[at] if c.name == "release/gate"]
        return check

    async def unfinished(self) -> tuple[list[str], list[str]]:
        """The deliveries that are parked or waiting, and the ledger rows that are not done."""

        def read(connection: Connection) -> tuple[list[str], list[str]]:
            left = connection.execute(select(deliveries.c.id).where(deliveries.c.handled_at.is_(None)))
            rows = connection.execute(select(ledger.c.ledger_key).where(ledger.c.done_at.is_(None)))
            return list(left.scalars()), list(rows.scalars())

        return await self.service.database.run(read)


class Wired(TypedDict, total=False):
    """What a story wants of the service beside the usual."""

    signer: Signer
    has_doctor: bool
    has_healer: bool
    tracer: Tracer


@asynccontextmanager
async def running_bot(
    folder: Path,
    *,
    plan: str = PLAN_TEXT,
    files: Mapping[str, str] | None = None,
    database: str = "",
    **wired: Unpack[Wired],
) -> AsyncGenerator[Bot]:
    """Run the bot on an empty database; at the end nothing may be left undone and GitHub's description is kept to."""
    clock = SimClock()
    github = SimGitHub(clock)
    room = white_room(github, plan=plan, files=files)
    database = database or new_database(folder)
    checked = ContractChecked(github.asgi)
    meddler = Meddler(checked)
    wiring = Wiring(
        has_doctor=False,
        has_healer=False,
        app_id=room.app.id,
        private_key=room.private_key,
        webhook_secrets=[room.webhook_secret],
        database_url=database,
        transport=httpx.ASGITransport(app=meddler),
        clock=clock,
    )
    wiring = replace(wiring, **wired)
    bot = Bot(github=github, room=room, clock=clock, meddler=meddler, make=lambda: Service(wiring))
    await bot.start()
    try:
        yield bot
        assert await bot.unfinished() == ([], [])
        for page in ("/metrics", "/readyz", "/healthz"):  # no secret in any of them: the canaries look
            assert (await bot.http.get(page)).status_code == HTTPStatus.OK
    finally:
        await bot.stop()
    github.assert_no_unknown_calls()
    checked.assert_clean()
    assert problems_of_posts(bot.sent) == []
