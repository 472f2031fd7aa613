"""The composition root: settings become adapters, adapters become the service. It alone knows everyone."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Final

import httpx
import structlog
from fastapi import FastAPI
from starlette.routing import BaseRoute

from app.adapters.clock import SystemClock
from app.adapters.db.buckets import SqlBuckets
from app.adapters.db.checks import SqlChecks
from app.adapters.db.engine import Database, is_for_one_process
from app.adapters.db.inbox import SqlInbox
from app.adapters.db.ledger import SqlLedger
from app.adapters.db.lost import SqlLostDeliveries
from app.adapters.db.moments import SqlMoments
from app.adapters.db.releases import SqlReleases
from app.adapters.db.schema import trouble_with
from app.adapters.db.standing import SqlStanding
from app.adapters.db.tags import SqlTags
from app.adapters.github.client import Line
from app.adapters.github.exchange import open_transport
from app.adapters.github.operations import RestGitHub
from app.adapters.github.pacing import Pace as WritePace
from app.adapters.github.pacing import Pacing
from app.adapters.github.tokens import AppJwt
from app.adapters.github.webhook import verify_signature
from app.adapters.loops import MakeLoop, OwnLoop, SameLoop, WorkLoop
from app.adapters.metrics import PrometheusMeter
from app.adapters.render import TemplateRenderer
from app.adapters.scheduler.local import LocalScheduler
from app.adapters.scheduler.sweeps import Find, Once
from app.domain.doctor.service import KeyFacts
from app.domain.values import Sha
from app.ports import UNTRACED, Clock, Moments, Signer, Tracer, Turns, Watch, Work
from app.web.health import health_routes
from app.web.metrics import Facts, Known, metrics_routes
from app.web.straight import Straight
from app.web.webhook import webhook_routes
from app.worker.checkups import Checkups
from app.worker.commands import CommandDesk
from app.worker.deployments import DeploymentDesk
from app.worker.doctor import Doctor, Surroundings
from app.worker.freezing import Freezer
from app.worker.gates import Gates
from app.worker.guard import TagGuard
from app.worker.happenings import Happenings
from app.worker.healing import Healer
from app.worker.inbox import InboxWorker
from app.worker.ledger import Doers, LedgerWorker
from app.worker.missed import Missed
from app.worker.moments import OwnMoments
from app.worker.notes import NotesDesk
from app.worker.plans import Plans
from app.worker.poll import Poller
from app.worker.publishing import Publisher
from app.worker.reasserting import Reasserter
from app.worker.reverting import TagReverter
from app.worker.show import Pace, Shower
from app.worker.show_gate import GateShower
from app.worker.tagging import TagMaker
from app.worker.units import unit
from app.worker.workbench import Workbench
from handlers.commands import load_commands
from handlers.events import load_events

_log: Final = structlog.stdlib.get_logger()
STOP_SECONDS: Final = 16.0
"""How long the work may take to end: longer than its grace, and a database that is away. It may stand still.

With what uvicorn gives open connections before, it is less than what Kubernetes and deploy/compose.yaml wait for.
"""

KEEP_PAYLOADS: Final = timedelta(days=7)
"""How long a handled delivery's payload is kept, for whoever looks into what happened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wiring:
    """What a service is made of, settled before anything is made."""

    app_id: int
    private_key: str = field(repr=False)
    webhook_secrets: Sequence[str] = field(repr=False)
    database_url: str
    api_url: str = "https://api.github.com"
    site_url: str = "https://github.com"
    signer: Signer | None = field(default=None, repr=False)  # of release tags; None: they are not signed
    signing_key: Callable[[], KeyFacts] | None = None  # looks at the signer's file anew; None: it has no file
    transport: httpx.AsyncBaseTransport | None = None  # None: the network
    clock: Clock = field(default_factory=SystemClock)
    pace: Pace = field(default_factory=Pace)  # how far apart a release is shown
    writing: WritePace = field(default_factory=WritePace)  # how fast content is written: GitHub's own limits
    public_url: str | None = None  # where GitHub is to send webhooks; None: nobody has said
    metrics_token: str | None = field(default=None, repr=False)  # who has it may read /metrics; None: anybody
    tracer: Tracer = UNTRACED
    has_healer: bool = True  # it asks GitHub again for webhooks that never came
    has_doctor: bool = True  # it looks after itself, at the start and every hour
    has_door: bool = True  # it takes deliveries
    is_working: bool = True  # it works on what came; several processes may, where the database is one for several
    loop_of_work: MakeLoop | None = None  # where that is done; None: in the loop in which the door is


class Service:
    """The service, or one process of it: the door, the workers, the timers. `web` is its ASGI application."""

    def __init__(self, wiring: Wiring) -> None:
        clock = wiring.clock
        self.database = Database(wiring.database_url)
        self.inbox = SqlInbox(self.database, clock)
        self.ledger = SqlLedger(self.database, clock)
        self.releases = SqlReleases(self.database)
        self._transport = wiring.transport or open_transport()
        self.meter = PrometheusMeter()
        line = Line(
            transport=self._transport,
            clock=clock,
            api_url=wiring.api_url,
            meter=self.meter,
            tracer=wiring.tracer,
            has_turn=lambda: self.scheduler.has_turn(),  # noqa: PLW0108 - bound late
        )
        self._is_alone = is_for_one_process(wiring.database_url)
        pacing = Pacing(clock, wiring.writing, None if self._is_alone else SqlBuckets(self.database))
        self.github = RestGitHub(line, AppJwt(wiring.app_id, wiring.private_key, clock), pacing)
        self._work(wiring)
        self.has_own_loop = wiring.loop_of_work is not None
        self._work_loop: WorkLoop = OwnLoop(wiring.loop_of_work) if wiring.loop_of_work else SameLoop()
        secrets = tuple(wiring.webhook_secrets)
        verify = partial(verify_signature, secrets=secrets)
        door = webhook_routes(self.inbox, verify, self._wake, clock, meter=self.meter) if wiring.has_door else []
        # Plain routes, with no validation of FastAPI's in their way: a webhook is bytes until its signature is checked.
        routes: list[BaseRoute] = [
            *door,
            *health_routes(lambda: self.database.run(trouble_with), lambda: self._work_loop.run(_nothing)),
            *metrics_routes(
                Known(lambda: self._work_loop.run(self._facts)),
                self.meter.registry,
                SqlStanding(self.database).backlog,
                clock,
                token=wiring.metrics_token,
            ),
        ]
        around = FastAPI(title="Go/No-Go", routes=routes, lifespan=self._lifespan, openapi_url=None)
        self.web = Straight(around, door)

    def _work(self, wiring: Wiring) -> None:
        """Make the workers and give each its turns."""
        plans = Plans(self.github, self.releases)
        # Bound late, named before they are there: the workers wake one another through the scheduler, which runs them.
        work: dict[str, Work] = {
            "inbox": lambda key: inbox.drain(key),  # noqa: PLW0108 - bound late
            "ledger": lambda key: ledger.drain(key),  # noqa: PLW0108 - bound late
            "show": lambda key: shower.show(key),  # noqa: PLW0108 - bound late
            "gate": lambda key: gate_shower.show(key),  # noqa: PLW0108 - bound late
            "freeze": lambda key: freezer.show(key),  # noqa: PLW0108 - bound late
            "poll": lambda key: poller.poll(key),  # noqa: PLW0108 - bound late
            "tags": lambda key: guard.look(key),  # noqa: PLW0108 - bound late
            "assert": lambda key: reasserter.answer(key),  # noqa: PLW0108 - bound late
            "doctor": lambda key: self._examine(key, wiring),
            "deploy": lambda key: deployments.hurry(key),  # noqa: PLW0108 - bound late
            "missed": lambda key: missed.look(key),  # noqa: PLW0108 - bound late
            "heal": lambda key: healer.heal(key),  # noqa: PLW0108 - bound late
            "prune": lambda _: self._prune(wiring.clock),
        }
        sweeps: dict[str, Find] = {
            "inbox": self.inbox.keys,
            "ledger": self.ledger.keys,
            "gate": lambda: gate_shower.deserted(),  # noqa: PLW0108 - bound late
            "freeze": Once(self._repos),
            "poll": Once(lambda: poller.releases()),  # noqa: PLW0108 - bound late
            "tags": Once(self._repos),
            "missed": Once(lambda: missed.repos()),  # noqa: PLW0108 - bound late
            "prune": _payloads,
        }
        if wiring.has_doctor:
            sweeps["doctor"] = Once(lambda: self.checkups.services())  # noqa: PLW0108 - bound late
        if wiring.has_healer:
            sweeps["heal"] = Once(lambda: healer.logs())  # noqa: PLW0108 - bound late
        units = {prefix: unit(prefix, do, self.meter, wiring.tracer) for prefix, do in work.items()}
        self.scheduler = _scheduler(wiring, units, sweeps)
        bench = Workbench(
            releases=self.releases,
            checks=SqlChecks(self.database),
            plans=plans,
            github=self.github,
            renderer=TemplateRenderer(),
            scheduler=self.scheduler,
            clock=wiring.clock,
            site=wiring.site_url,
            api_url=wiring.api_url,
            app=wiring.app_id,
        )
        freezer = Freezer(bench)
        desk, watch = CommandDesk(load_commands(), bench), Watch(meter=self.meter, tracer=wiring.tracer)
        moments: Moments = OwnMoments() if self._is_alone else SqlMoments(self.database)
        inbox = InboxWorker(self.inbox, bench, desk, freezer, load_events(), watch=watch, moments=moments)
        healer = Healer(self.github, SqlLostDeliveries(self.database), self.scheduler, wiring.clock)
        missed = Missed(bench, self.ledger, self.github, self.github)
        gate_shower = GateShower(bench)
        reasserter = Reasserter(bench, gate_shower)
        shower = Shower(bench, wiring.pace, moments)
        poller = Poller(bench)
        gates, memory = Gates(bench, poller, gate_shower), SqlTags(self.database)
        notes = NotesDesk(bench)
        tags = TagMaker(bench, gates, notes, wiring.signer)
        publisher = Publisher(bench, self.github, gates, notes)
        reverter = TagReverter(self.github, gates, memory, wiring.clock)
        deployments = DeploymentDesk(self.ledger, bench, self.github, gates, moments)
        ledger = LedgerWorker(
            self.ledger, bench, Doers(tags=tags, reverter=reverter, publisher=publisher, deployments=deployments)
        )
        guard = TagGuard(bench, memory, gates, are_ours_signed=wiring.signer is not None)
        self.checkups = Checkups(self._doctor(wiring, bench), self.releases, self.scheduler, wiring.clock)

    def _doctor(self, wiring: Wiring, bench: Workbench) -> Doctor:
        """Make who looks after the service."""
        signer = wiring.signer
        loaded = KeyFacts(kind=signer.kind if signer else "", fingerprint=signer.fingerprint if signer else "")

        async def targets(repo: int) -> Sequence[Sha]:
            return [release.target.sha for release in await self.releases.open_in(repo)]

        around = Surroundings(
            site=wiring.site_url,
            public_url=wiring.public_url,
            clock=wiring.clock,
            database=lambda: self.database.run(trouble_with),
            backlog=lambda: SqlStanding(self.database).backlog(wiring.clock.now()),
            key=wiring.signing_key or (lambda: loaded),
            targets=targets,
            foreign=Happenings(bench).claimed_at,
        )
        return Doctor(self.github, around)

    async def _examine(self, rest: str, wiring: Wiring) -> None:
        if wiring.has_doctor:
            await self.checkups.examine(rest)

    async def _repos(self) -> Sequence[str]:
        """Return the repositories that have had a release."""
        return [str(repo) for repo in await self.releases.repos()]

    async def _prune(self, clock: Clock) -> None:
        """Drop the payloads of deliveries handled long ago: their ids stay, so that none is taken twice."""
        await self.inbox.prune(clock.now() - KEEP_PAYLOADS)

    def _wake(self, key: str) -> None:
        self._work_loop.call(self.scheduler.wake, key)

    async def start(self) -> None:
        """Begin to work, with what was left from before."""
        await self._work_loop.run(self.scheduler.start)

    async def stop(self) -> None:
        """Finish what is going on, then let go of everything. What is not finished is taken up at the next start."""
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await self._work_loop.run(self._stop)
        except TimeoutError:
            _log.error("work.not_stopped")
        finally:
            await self._work_loop.close()
            await self.database.close()

    async def _facts(self) -> Facts:
        return Facts(
            diagnosis=self.checkups.latest, calls_left=self.github.remaining(), troubles=self.github.troubles()
        )

    async def _stop(self) -> None:
        try:
            await self.scheduler.stop()
        finally:
            await self._transport.aclose()

    @asynccontextmanager
    async def _lifespan(self, _web: FastAPI) -> AsyncGenerator[None]:
        try:
            await self.start()
            yield
        finally:
            await self.stop()


def _scheduler(wiring: Wiring, work: Mapping[str, Work], sweeps: Mapping[str, Find]) -> Turns:
    """Return who gives each its turn: one process does that by itself, several by way of the database."""
    if is_for_one_process(wiring.database_url):
        return LocalScheduler(work, wiring.clock, sweeps=sweeps)
    from app.adapters.scheduler.shared import SharedScheduler  # noqa: PLC0415 - not loaded where it is not used

    return SharedScheduler(wiring.database_url, work, wiring.clock, sweeps=sweeps, is_working=wiring.is_working)


async def _nothing() -> None:
    """Whoever works has had their turn."""


async def _payloads() -> Sequence[str]:
    return ("payloads",)
