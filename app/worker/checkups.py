"""The doctor's rounds: at the start and every hour; what was found stays in memory until it is looked at again.

With several processes the next to look may be another one, so that what is older than two rounds is told no more.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog

from app.domain.doctor.check import Check, Diagnosis, State
from app.domain.values import Repo
from app.ports import Clock, Releases, Scheduler
from app.worker.doctor import Doctor

_log: Final = structlog.stdlib.get_logger()
HOURLY: Final = timedelta(hours=1)
SERVICE: Final = "service"
_MOST: Final = 200  # repositories that are kept


def checkup_key(rest: str) -> str:
    """Return the key under which the service, or a repository by its id, is examined."""
    return f"doctor:{rest}"


class Checkups:
    """Examines the service, and each repository that has an open release."""

    def __init__(self, doctor: Doctor, releases: Releases, scheduler: Scheduler, clock: Clock) -> None:
        self._doctor = doctor
        self._releases = releases
        self._scheduler = scheduler
        self._clock = clock
        self._repos: dict[int, Repo] = {}
        self._found: dict[str, tuple[datetime, tuple[Check, ...]]] = {}  # by what was examined

    @property
    def latest(self) -> Diagnosis | None:
        """All that was found last; None where that was not in the last two rounds."""
        since = self._clock.now() - 2 * HOURLY
        found = [(at, checks) for at, checks in self._found.values() if at > since]
        if not found:
            return None
        return Diagnosis(at=max(at for at, _ in found), checks=tuple(check for _, checks in found for check in checks))

    async def services(self) -> Sequence[str]:
        """Return what is to be examined: the service, which has the repositories examined."""
        return (SERVICE,)

    async def examine(self, rest: str) -> None:
        """Examine the service and have the repositories examined, or examine one of them by its id."""
        if rest == SERVICE:
            self._scheduler.wake_at(checkup_key(SERVICE), self._clock.now() + HOURLY)
            self._keep(SERVICE, (*await self._doctor.service(), *await self._doctor.accounts()))
            self._repos = await self._with_open_releases()
            kept = {SERVICE, *map(str, self._repos)}
            self._found = {key: found for key, found in self._found.items() if key in kept}
            for number in self._repos:
                self._scheduler.wake(checkup_key(str(number)))
        elif (repo := await self._repo(int(rest))) is not None:
            self._keep(rest, await self._doctor.known(repo))

    def _keep(self, rest: str, checks: tuple[Check, ...]) -> None:
        self._found[rest] = (self._clock.now(), checks)
        for check in checks:
            if check.state is not State.OK:
                told = {"check": check.name.value, "state": check.state.value, "about": check.about}
                _log.warning("doctor.found", **told, found=check.found)

    async def _repo(self, number: int) -> Repo | None:
        """Return the repository, also one in which a release has just begun."""
        at = await self._releases.open_in(number)
        if at and (number in self._repos or len(self._repos) < _MOST):
            self._repos[number] = at[-1].repo
        return self._repos.get(number)

    async def _with_open_releases(self) -> dict[int, Repo]:
        repos: dict[int, Repo] = {}
        for release_id in await self._releases.open_ids():
            release = await self._releases.get(release_id)
            if release is not None and len(repos) < _MOST:
                repos[release.repo.id] = release.repo
        return repos
