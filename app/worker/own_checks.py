"""Writing check runs of our own: one of a name at a commit, written only where something else is to be said."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from weakref import WeakValueDictionary

from app.domain.values import Repo, Sha
from app.ports import UNKNOWN, CheckShown, ChecksShown, GitHub, Missing, OwnCheck
from app.worker.shown import digest


class OwnChecks:
    """The check runs of one name. Writing what stands there already costs no call."""

    def __init__(self, name: str, github: GitHub, shown: ChecksShown) -> None:
        self.name = name
        self._github = github
        self._shown = shown
        self._turns: WeakValueDictionary[tuple[int, Sha], asyncio.Lock] = WeakValueDictionary()

    async def is_there(self, repo: Repo, sha: Sha) -> bool:
        """Whether one was ever written at a commit, or may have been."""
        return await self._shown.of(repo.id, sha, self.name) is not None

    async def unsettled(self, repo: int) -> Sequence[Sha]:
        """Return the commits of a repository at which there is more to be said."""
        return await self._shown.unsettled(repo, self.name)

    async def deserted(self) -> Sequence[tuple[int, Sha]]:
        """Return the repositories and commits at which there is more to be said, and that no release is at."""
        return await self._shown.deserted(self.name)

    async def write(self, repo: Repo, sha: Sha, check: OwnCheck, *, is_settled: bool) -> None:
        """Have the check run at a commit say this. Raises GitHubError."""
        async with self._turn(repo, sha):
            shown = await self._shown.of(repo.id, sha, self.name)
            if shown is None or shown.digest != digest(repr(check)):
                await self._write(repo, sha, check, shown.check if shown else UNKNOWN, is_settled=is_settled)

    async def write_again(self, repo: Repo, sha: Sha, check: OwnCheck) -> None:
        """Say it once more, also where it was said already; in a new one where GitHub has none. Raises GitHubError.

        Whether more is to be said stays as it is.
        """
        async with self._turn(repo, sha):
            shown = await self._shown.of(repo.id, sha, self.name)
            is_settled = shown is not None and shown.is_settled
            await self._write(repo, sha, check, shown.check if shown else UNKNOWN, is_settled=is_settled)

    async def write_anew(self, repo: Repo, sha: Sha, check: OwnCheck, *, is_settled: bool) -> None:
        """Say it in a new check run, so that it is the newest of its name. Raises GitHubError."""
        async with self._turn(repo, sha):
            await self._create(repo, sha, check, is_settled=is_settled)

    async def settle(self, repo: int, sha: Sha) -> None:
        """Take it that nothing more is to be said at a commit, whatever stands there."""
        shown = await self._shown.of(repo, sha, self.name)
        if shown is not None and not shown.is_settled:
            await self._shown.save(repo, sha, self.name, replace(shown, is_settled=True))

    async def _write(self, repo: Repo, sha: Sha, check: OwnCheck, number: int, *, is_settled: bool) -> None:
        """Write it into the check run of that number, or the one that GitHub knows of, or a new one."""
        await self._save(repo, sha, CheckShown(check=number, digest=None))
        if number == UNKNOWN and (found := await self._github.find_check(repo, sha, self.name, check.external_id)):
            number = found.id
        if number != UNKNOWN:
            try:
                await self._github.update_check(repo, number, check)
            except Missing:  # GitHub throws old check data away
                pass
            else:
                await self._save(repo, sha, _said(number, check, is_settled=is_settled))
                return
        await self._create(repo, sha, check, is_settled=is_settled)

    async def _create(self, repo: Repo, sha: Sha, check: OwnCheck, *, is_settled: bool) -> None:
        await self._save(repo, sha, CheckShown(check=UNKNOWN, digest=None))
        made = await self._github.create_check(repo, sha, self.name, check)
        await self._save(repo, sha, _said(made.id, check, is_settled=is_settled))

    async def _save(self, repo: Repo, sha: Sha, shown: CheckShown) -> None:
        """Remember what is said there; before each call that nothing is known: it may be done, its answer lost."""
        await self._shown.save(repo.id, sha, self.name, shown)

    def _turn(self, repo: Repo, sha: Sha) -> asyncio.Lock:
        """Return the lock of a commit: two who write at once would make two check runs of it."""
        key = (repo.id, sha)
        lock = self._turns.get(key)
        if lock is None:
            self._turns[key] = lock = asyncio.Lock()
        return lock


def _said(number: int, check: OwnCheck, *, is_settled: bool) -> CheckShown:
    return CheckShown(check=number, digest=digest(repr(check)), is_settled=is_settled)
