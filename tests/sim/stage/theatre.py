"""A whole demo on a clock that runs fast: the real service, the simulated GitHub, and a visitor with the page."""

import asyncio
import re
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from app.adapters.sshsig import SshSigner
from app.demo import PACE, SITE, WRITING
from app.protecting import protect
from app.service import Service, Wiring
from app.sim.clock import SimClock
from app.sim.stage import REPO, Stage, build_stage, play, play_on_when_asked, pump
from app.sim.stage.ci import gate_of
from app.sim.stage.markdown import boxes_in
from app.sim.state import Comment
from tests.clock import NOON
from tests.databases import new_database

QUIET = 5  # turns of the event loop without a webhook after which none follows


@dataclass(kw_only=True)
class Theatre:
    """The demo, and what a visitor does and sees."""

    clock: SimClock
    stage: Stage
    service: Service
    page: httpx.AsyncClient
    told: list[str] = field(default_factory=list[str])
    token: str = ""
    posting: asyncio.Lock = field(default_factory=asyncio.Lock)  # held while a webhook is on its way

    async def pass_time(self, seconds: float) -> None:
        """Let time pass, and the service do its work in it."""
        for _ in range(round(seconds * 10)):
            await self.clock.wind(0.1)
            await self._settle()

    async def _settle(self) -> None:
        """Wait until every webhook that is on its way has arrived and the service has done its work."""
        quiet = 0
        while quiet < QUIET:
            await self.service.scheduler.idle()
            await asyncio.sleep(0)
            quiet = 0 if self.posting.locked() else quiet + 1

    async def until(self, look: Callable[[], bool], seconds: float = 60) -> None:
        """Let time pass until something is to be seen."""
        for _ in range(int(seconds * 10)):
            if look():
                return
            await self.pass_time(0.1)
        raise AssertionError(f"it did not come about in {seconds} seconds: {self.body[:1500]}")

    async def play_story(self) -> float:
        """Play the story to its end; return how many seconds it took."""
        begun = self.clock.now()
        story = asyncio.create_task(play(self.stage, self.told.append))
        while not story.done():
            await self.pass_time(0.1)
        await story
        return (self.clock.now() - begun).total_seconds()

    async def play_on(self) -> float:
        """Ask for the rest of the story and play it to its end; return how many seconds it took."""
        begun = self.clock.now()
        await protect(self.service.github, SITE, REPO, apply=True)
        await self.do("play-on", "release-manager")
        rest = asyncio.create_task(play_on_when_asked(self.stage, self.told.append))
        while not rest.done():
            await self.pass_time(0.1)
        await rest
        return (self.clock.now() - begun).total_seconds()

    async def do(self, act: str, who: str, **fields: str) -> None:
        """Do something with the page, as somebody; it is to be taken."""
        if not self.token:
            found = re.search(r'name="token" value="([\w-]{32})"', (await self.page.get("/")).text)
            assert found
            self.token = found[1]
        answer = await self.page.post(f"/do/{act}", data={"token": self.token, "who": who, **fields})
        assert answer.status_code == 303, answer.text

    async def say(self, who: str, text: str) -> Comment:
        """Write a comment and let the bot take it."""
        await self.do("say", who, text=text)
        said = self.comments[-1]
        await self.until(lambda: {one.content for one in said.reactions} - {"eyes"} != set())
        return said

    async def click(self, who: str, item: str, *, ticked: bool = True) -> None:
        """Click the box of an item."""
        name = next(box.name for box in boxes_in(self.body) if item in box.words)
        await self.do("click", who, box=name, ticked="1" if ticked else "0")

    async def chips(self, who: str) -> list[str]:
        """Return what is suggested to somebody beside what is suggested to everybody."""
        found = re.findall(r'data-text="/release ([^"]+)"', (await self.page.get("/live", params={"who": who})).text)
        assert found[-3:] == ["why", "help", "notarise"]
        return found[:-3]

    @property
    def body(self) -> str:
        """The tracking issue's body."""
        return self.stage.github.issue(REPO, 1).body or ""

    @property
    def comments(self) -> list[Comment]:
        """The comments of the tracking issue."""
        return self.stage.github.issue(REPO, 1).comments

    @property
    def answers(self) -> list[str]:
        """What the bot has answered."""
        return [one.body for one in self.comments if one.user.type == "Bot"]

    @property
    def labels(self) -> list[str]:
        """The labels of the tracking issue."""
        return [label.name for label in self.stage.github.issue(REPO, 1).labels]

    @property
    def gate(self) -> str:
        """How the gate stands, and why."""
        gate = gate_of(self.stage.room)
        return "none" if gate is None else f"{gate.conclusion or gate.status}: {gate.title}"

    def line(self, item: str) -> str:
        """Return the line on which an item stands."""
        return next(line for line in self.body.splitlines() if f"{item} <!--" in line)

    def is_ticked(self, item: str) -> bool:
        """Whether an item's box is ticked."""
        return next(box.is_ticked for box in boxes_in(self.body) if item in box.words)


@asynccontextmanager
async def open_theatre(folder: Path) -> AsyncGenerator[Theatre]:
    """Build the stage and start the service; at the end nothing may have gone wrong."""
    clock = SimClock(NOON)
    stage = build_stage(clock)
    stage.github.api = "http://127.0.0.1/api/v3"
    service = service_of(stage, folder)
    await service.start()
    async with (
        httpx.AsyncClient(transport=httpx.ASGITransport(app=service.web), base_url="http://service") as http,
        httpx.AsyncClient(transport=httpx.ASGITransport(app=stage.web), base_url="http://127.0.0.1") as page,
    ):
        theatre = Theatre(clock=clock, stage=stage, service=service, page=page)

        async def post(body: bytes, headers: Mapping[str, str]) -> int:
            async with theatre.posting:
                return (await http.post("/webhook", content=body, headers=headers)).status_code

        carrying = asyncio.create_task(pump(stage, post))
        try:
            yield theatre
        finally:
            carrying.cancel()
            await asyncio.gather(carrying, return_exceptions=True)
            await service.stop()
    assert stage.telling.troubles == []
    stage.github.assert_no_unknown_calls()


def service_of(stage: Stage, folder: Path) -> Service:
    """Return the service as the demo wires it."""
    database = new_database(folder)
    return Service(
        Wiring(
            has_doctor=False,
            app_id=stage.app_id,
            private_key=stage.private_key_pem,
            webhook_secrets=[stage.webhook_secret],
            database_url=database,
            api_url="http://127.0.0.1/api/v3",
            transport=httpx.ASGITransport(app=stage.web),
            clock=stage.clock,
            pace=PACE,
            writing=WRITING,
            signer=SshSigner(stage.signing_key),
        )
    )
