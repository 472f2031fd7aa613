"""Writing check runs of our own: one of a name at a commit, written only where something else is to be said."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from weakref import WeakValueDictionary

from app.domain.values import Repo, Sha
from app.ports import CheckShown, ChecksShown, GitHub, Missing, OwnCheck
from app.worker.shown import digest


class OwnChecks:
    """The check runs of one name. Writing what stands there already costs no call."""

    def __init__(self, name: str, github: GitHub, shown: ChecksShown) -> None:
        self.name = name
        self._github = github
        self._shown = shown
        self._turns: WeakValueDictionary[tuple[int, Sha], asyncio.Lock] = WeakValueDictionary()

    async def is_there(self, repo: Repo, sha: Sha) -> bool:
        """Whether one was ever written at a commit."""
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
            if shown is not None and shown.digest == digest(repr(check)):
                return
            if shown is None:
                found = await self._github.find_check(repo, sha, self.name, check.external_id)
                shown = CheckShown(check=found.id, digest=None) if found else None
            await self._update(repo, sha, check, shown, is_settled=is_settled)

    async def write_again(self, repo: Repo, sha: Sha, check: OwnCheck) -> None:
        """Say it once more, also where it was said already; in a new one where GitHub has none. Raises GitHubError.

        Whether more is to be said stays as it is.
        """
        async with self._turn(repo, sha):
            shown = await self._shown.of(repo.id, sha, self.name)
            await self._update(repo, sha, check, shown, is_settled=shown is not None and shown.is_settled)

    async def write_anew(self, repo: Repo, sha: Sha, check: OwnCheck, *, is_settled: bool) -> None:
        """Say it in a new check run, so that it is the newest of its name. Raises GitHubError."""
        async with self._turn(repo, sha):
            await self._create(repo, sha, check, is_settled=is_settled)

    async def settle(self, repo: int, sha: Sha) -> None:
        """Take it that nothing more is to be said at a commit, whatever stands there."""
        shown = await self._shown.of(repo, sha, self.name)
        if shown is not None and not shown.is_settled:
            await self._shown.save(repo, sha, self.name, replace(shown, is_settled=True))

    async def _update(
        self, repo: Repo, sha: Sha, check: OwnCheck, shown: CheckShown | None, *, is_settled: bool
    ) -> None:
        if shown is not None:
            try:
                await self._github.update_check(repo, shown.check, check)
            except Missing:  # GitHub throws old check data away
                shown = None
        if shown is None:
            await self._create(repo, sha, check, is_settled=is_settled)
            return
        new = replace(shown, digest=digest(repr(check)), is_settled=is_settled)
        await self._shown.save(repo.id, sha, self.name, new)

    async def _create(self, repo: Repo, sha: Sha, check: OwnCheck, *, is_settled: bool) -> None:
        made = await self._github.create_check(repo, sha, self.name, check)
        new = CheckShown(check=made.id, digest=digest(repr(check)), is_settled=is_settled)
        await self._shown.save(repo.id, sha, self.name, new)

    def _turn(self, repo: Repo, sha: Sha) -> asyncio.Lock:
        """Return the lock of a commit: two who write at once would make two check runs of it."""
        key = (repo.id, sha)
        lock = self._turns.get(key)
        if lock is None:
            self._turns[key] = lock = asyncio.Lock()
        return lock
