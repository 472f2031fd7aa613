"""A workshop for each test: the real database and words, a fake GitHub, and a clock wound by hand."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, delete, select

from app.adapters.db.checks import SqlChecks
from app.adapters.db.engine import Database
from app.adapters.db.inbox import SqlInbox
from app.adapters.db.ledger import SqlLedger
from app.adapters.db.moments import SqlMoments
from app.adapters.db.releases import SqlReleases
from app.adapters.db.tables import checks, deliveries, ledger
from app.adapters.db.tags import SqlTags
from app.adapters.render import TemplateRenderer
from app.domain.release.effects import Effect
from app.domain.release.events import Event
from app.domain.release.model import Release
from app.domain.values import ReleaseId
from app.ports import Change, Commit, Entry, Planned, Signer
from app.sim.clock import SimClock
from app.worker.deployments import DeploymentDesk
from app.worker.gates import Gates
from app.worker.ledger import Doers, LedgerWorker
from app.worker.plans import Plans
from app.worker.poll import Poller
from app.worker.publishing import Publisher
from app.worker.reverting import TagReverter
from app.worker.show_gate import GateShower
from app.worker.tagging import TagMaker
from app.worker.workbench import Workbench
from tests.clock import NOON
from tests.databases import new_database
from tests.given import PLAN_TEXT, STARTED, TEAM_STARTED
from tests.worker.fake_host import FakeHost
from tests.worker.fakes import FakeDoor, FakeGates, FakeGitHub, FakeNotes, FakeScheduler

R1 = ReleaseId("r1")


@dataclass
class Workshop:
    """What a worker under test works with, and what its tests look at."""

    database: Database
    inbox: SqlInbox
    ledger: SqlLedger
    releases: SqlReleases
    github: FakeGitHub
    scheduler: FakeScheduler
    clock: SimClock
    bench: Workbench
    fixed_gates: FakeGates = field(default_factory=FakeGates)
    notes: FakeNotes = field(default_factory=FakeNotes)
    host: FakeHost = field(default_factory=FakeHost)
    signer: Signer | None = None  # of tags
    door: FakeDoor = field(default_factory=FakeDoor)

    async def open_release(self, *events: Event, plan: str = PLAN_TEXT) -> None:
        """Start release r1 of that plan, and let these events happen to it."""
        change = Change(release=R1, expected=0, events=(replace(STARTED, plan_text=plan), *events))
        await self.releases.commit(Commit(changes=[change]), self.clock.now())

    async def open_team_release(self, *events: Event) -> None:
        """Start release r1 of the plan that people have a say in, and let these events happen to it."""
        change = Change(release=R1, expected=0, events=(TEAM_STARTED, *events))
        await self.releases.commit(Commit(changes=[change]), self.clock.now())

    async def happened(self, *events: Event) -> None:
        """Let more happen to release r1."""
        before = await self.release()
        change = Change(release=R1, expected=before.revision, events=events)
        await self.releases.commit(Commit(changes=[change]), self.clock.now())

    async def release(self) -> Release:
        """Release r1 as it stands."""
        found = await self.releases.get(R1)
        assert found is not None
        return found

    @property
    def gate_shower(self) -> GateShower:
        """Who shows gates."""
        return GateShower(self.bench)

    @property
    def gates(self) -> Gates:
        """Who judges commits."""
        return Gates(self.bench, Poller(self.bench), self.gate_shower)

    @property
    def memory(self) -> SqlTags:
        """What the tag guard remembers."""
        return SqlTags(self.database)

    @property
    def ledger_worker(self) -> LedgerWorker:
        """Who performs the ledger, with what is on the bench now."""
        reverter = TagReverter(self.bench.github, self.gates, self.memory, self.clock)
        tags = TagMaker(self.bench, self.fixed_gates, self.notes, self.signer)
        publisher = Publisher(self.bench, self.host, self.fixed_gates, None)
        return LedgerWorker(
            self.ledger,
            self.bench,
            Doers(tags=tags, reverter=reverter, publisher=publisher, deployments=self.deployment_desk),
        )

    @property
    def deployment_desk(self) -> DeploymentDesk:
        """Who answers jobs that wait for an environment."""
        return DeploymentDesk(self.ledger, self.bench, self.door, self.gates, SqlMoments(self.database))

    async def forget_checks(self) -> None:
        """Forget which check runs of ours there are."""
        await self.database.run(lambda connection: connection.execute(delete(checks)).rowcount)

    async def plan(self, *effects: Effect) -> None:
        """Put effects into the ledger in the turn of release r1."""
        rows = [Planned(key="release:r1", release=R1, effect=effect) for effect in effects]
        await self.releases.commit(Commit(effects=rows), self.clock.now())

    async def next_due(self, key: str) -> datetime | None:
        """When a row may be claimed next: nothing is due yet on the day before."""
        found = await self.ledger.claim(key, NOON - timedelta(days=1), NOON)
        assert not isinstance(found, Entry)
        return found

    async def entries(self) -> Sequence[tuple[str, str, int]]:
        """The ledger: kind of effect, state and attempts of each row, in order."""

        def read(connection: Connection) -> list[tuple[str, str, int]]:
            rows = connection.execute(select(ledger.c.ledger_key, ledger.c.state, ledger.c.attempts))
            return [(row.ledger_key.partition(":")[0], str(row.state), row.attempts) for row in rows]

        return await self.database.run(read)

    async def deliveries(self) -> Sequence[tuple[str, str, int]]:
        """The inbox: id, how it stands and failed tries of each delivery, in order."""

        def read(connection: Connection) -> list[tuple[str, str, int]]:
            rows = connection.execute(select(deliveries).order_by(deliveries.c.seq))
            return [
                (row.id, "parked" if row.parked_at else "handled" if row.handled_at else "waiting", row.attempts)
                for row in rows
            ]

        return await self.database.run(read)


class Rival(SqlReleases):
    """Another process is quicker, once: it does something just before our commit."""

    def __init__(self, shop: Workshop, do: Callable[[], Awaitable[None]]) -> None:
        super().__init__(shop.database)
        self._todo = [do]

    async def commit(self, commit: Commit, now: datetime) -> None:
        while self._todo:
            await self._todo.pop()()
        await super().commit(commit, now)


@asynccontextmanager
async def open_workshop(folder: Path) -> AsyncGenerator[Workshop]:
    """Set up a workshop with a fresh database in the folder."""
    database, clock = Database(new_database(folder)), SimClock(NOON)
    github, scheduler, releases = FakeGitHub(), FakeScheduler(), SqlReleases(database)
    bench = Workbench(
        releases=releases,
        checks=SqlChecks(database),
        plans=Plans(github, releases),
        github=github,
        renderer=TemplateRenderer(),
        scheduler=scheduler,
        clock=clock,
        site="https://github.com",
        app=1007,
    )
    yield Workshop(
        database=database,
        inbox=SqlInbox(database, clock),
        ledger=SqlLedger(database, clock),
        releases=releases,
        github=github,
        scheduler=scheduler,
        clock=clock,
        bench=bench,
    )
    await database.close()
