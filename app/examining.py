"""`gonogo doctor`, put together: the settings, the database and GitHub in, a diagnosis out."""

import asyncio
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import DatabaseError

from app.adapters.clock import SystemClock
from app.adapters.db.engine import Database
from app.adapters.db.releases import SqlReleases
from app.adapters.db.schema import trouble_with
from app.adapters.db.standing import SqlStanding
from app.adapters.signing import UnusableKey, is_open_to_others, load_signer
from app.domain.doctor.check import Diagnosis
from app.domain.doctor.service import KeyFacts
from app.domain.release.model import Sighting
from app.domain.values import Repo, Sha
from app.log import set_up_logging
from app.ports import Backlog, Clock, Releases
from app.protecting import open_hub, owner_and_name, usable_settings
from app.worker.doctor import Doctor, Surroundings
from app.worker.protecting import Hub

_NO_FILE = "there is no database yet: `gonogo serve` or `gonogo db upgrade` makes it"


def diagnose_from_settings(repo: str | None) -> Diagnosis:
    """Look at everything that the service needs. Raises Unusable where the settings do not even allow that."""
    settings = usable_settings()
    set_up_logging(is_json=not sys.stderr.isatty())
    around = Around(
        site=settings.github_url,
        public_url=settings.public_url,
        clock=SystemClock(),
        key_file=settings.tag_signing_key_file,
    )

    async def run() -> Diagnosis:
        url = settings.database_url.get_secret_value()
        async with open_hub(settings) as hub, opened(url) as store:
            return await diagnose(hub, around, store, repo)

    return asyncio.run(run())


class Around:
    """What is known of the service from its settings."""

    def __init__(self, *, site: str, public_url: str | None, clock: Clock, key_file: Path | None) -> None:
        self.site = site
        self.public_url = public_url
        self.clock = clock
        self._key_file = key_file

    def key(self) -> KeyFacts:
        """Return the key that signs tags, loaded afresh."""
        return key_facts(self._key_file)


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """The database where it can be used, or why it cannot."""

    database: Database | None = None
    trouble: str | None = None

    @property
    def releases(self) -> Releases | None:
        """The releases in it."""
        return SqlReleases(self.database) if self.database is not None else None

    async def is_wrong(self) -> str | None:
        """Return what is wrong with it, or None."""
        return self.trouble

    async def backlog(self, now: datetime) -> Backlog:
        """Return what waits in it. Raises LookupError where it cannot be used."""
        if self.database is None:
            raise LookupError(self.trouble)
        return await SqlStanding(self.database).backlog(now)


async def diagnose(hub: Hub, around: Around, store: Store, repo: str | None) -> Diagnosis:
    """Look at the service, and at one repository or at all with an open release. Raises Unusable for no such name."""
    releases = store.releases
    doctor = Doctor(
        hub,
        Surroundings(
            site=around.site,
            public_url=around.public_url,
            clock=around.clock,
            database=store.is_wrong,
            backlog=lambda: store.backlog(around.clock.now()),
            key=around.key,
            targets=lambda number: targets_of(releases, number),
            foreign=_only_looked_at,
        ),
    )
    checks = list(await doctor.service())
    if repo is not None:
        checks += await doctor.repository(*owner_and_name(repo))
    else:
        checks += await doctor.accounts()
        for one in await _with_open_releases(releases):
            checks += await doctor.known(one)
    return Diagnosis(at=around.clock.now(), checks=tuple(checks))


def key_facts(path: Path | None) -> KeyFacts:
    """Return what there is to say of the key in a file, and nothing of the key itself."""
    if path is None:
        return KeyFacts(kind="", fingerprint="")
    try:
        signer = load_signer(path)
    except UnusableKey as error:
        return KeyFacts(kind="", fingerprint="", trouble=str(error))
    return KeyFacts(kind=signer.kind, fingerprint=signer.fingerprint, is_open=is_open_to_others(path))


async def targets_of(releases: Releases | None, repo: int) -> Sequence[Sha]:
    """Return the commits that a repository's open releases are for."""
    return [release.target.sha for release in await releases.open_in(repo)] if releases is not None else []


@asynccontextmanager
async def opened(url: str) -> AsyncGenerator[Store]:
    """Open the database, where its file is there already: looking must not make one."""
    if not _is_there(url):
        yield Store(trouble=_NO_FILE)
        return
    database = Database(url)
    try:
        yield await _store(database)
    finally:
        await database.close()


async def _store(database: Database) -> Store:
    try:
        trouble = await database.run(trouble_with)
    except DatabaseError as error:
        return Store(trouble=f"the database cannot be used: {' '.join(str(error.orig).split())}")
    return Store(trouble=trouble) if trouble else Store(database=database)


def _is_there(url: str) -> bool:
    parsed = make_url(url)
    return parsed.get_backend_name() != "sqlite" or (bool(parsed.database) and Path(parsed.database or "").is_file())


async def _with_open_releases(releases: Releases | None) -> Sequence[Repo]:
    repos: dict[int, Repo] = {}
    for release_id in await releases.open_ids() if releases is not None else ():
        if releases is not None and (release := await releases.get(release_id)) is not None:
            repos[release.repo.id] = release.repo
    return list(repos.values())


async def _only_looked_at(repo: Repo, found: Sequence[Sighting]) -> None:
    """Do nothing about who else speaks as the gate: the service does."""
    del repo, found
