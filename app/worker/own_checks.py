"""Writing check runs of our own: one of a name at a commit, written only where something else is to be said.

Whoever writes puts a claim into the row first. It says that nothing is known of what stands there, for as long as the
call is out or where its answer was lost; and whoever finds the claim gone afterwards has been overtaken, by another
process too, and writes once more: which of the two GitHub took last, nobody knows.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Final
from uuid import uuid4
from weakref import WeakValueDictionary

from app.domain.values import Repo, Sha
from app.ports import UNKNOWN, CheckShown, ChecksShown, GitHub, Missing, OwnCheck, Unclear
from app.worker.shown import digest

_TRIES: Final = 5  # of a write that others overtake


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a check run is to say."""

    check: OwnCheck
    is_settled: bool  # nothing more is to be said at that commit


Wants = Callable[[], Awaitable[Wanted | None]]
"""Says what is wanted, from how things stand when it is asked; None where nothing is to be said."""


class How(Enum):
    """How a check run is written."""

    CHANGED = auto()  # where it says something else
    AGAIN = auto()  # whatever it says
    FOUND = auto()  # the same, into the one that GitHub calls the newest
    ANEW = auto()  # into a new one, which is then the newest of its name


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
        """Return the repositories and commits at which there is more to be said, and that no open release is at."""
        return await self._shown.deserted(self.name)

    async def write(self, repo: Repo, sha: Sha, wants: Wants, how: How = How.CHANGED) -> OwnCheck | None:
        """Have the check run at a commit say what is wanted, and return that. Raises GitHubError."""
        async with self._turn(repo, sha):
            for _ in range(_TRIES):
                before = await self._shown.of(repo.id, sha, self.name)
                wanted = await wants()  # after the row was read: whoever has written since knew less than this
                if wanted is None:
                    return None
                if how is How.CHANGED and before is not None and before.digest == digest(repr(wanted.check)):
                    after = replace(before, is_settled=wanted.is_settled)
                    if after == before or await self._shown.save(repo.id, sha, self.name, after, before):
                        return wanted.check
                    continue
                is_known = before is not None and how in (How.CHANGED, How.AGAIN)
                claim = CheckShown(check=before.check if before and is_known else UNKNOWN, digest=f"?{uuid4().hex}")
                if not await self._shown.save(repo.id, sha, self.name, claim, before):
                    continue
                try:
                    number = await self._put(repo, sha, wanted.check, claim.check, is_new=how is How.ANEW)
                except Missing:
                    if how is How.ANEW:
                        raise
                    how = How.ANEW  # GitHub throws old check data away
                    continue
                said = CheckShown(check=number, digest=digest(repr(wanted.check)), is_settled=wanted.is_settled)
                if await self._shown.save(repo.id, sha, self.name, said, claim):
                    return wanted.check
                how = How.FOUND
        raise Unclear(f"others write {self.name} at the same time")

    async def settle(self, repo: int, sha: Sha) -> None:
        """Take it that nothing more is to be said at a commit, whatever stands there."""
        shown = await self._shown.of(repo, sha, self.name)
        if shown is not None and not shown.is_settled:
            await self._shown.save(repo, sha, self.name, replace(shown, is_settled=True), shown)

    async def _put(self, repo: Repo, sha: Sha, check: OwnCheck, number: int, *, is_new: bool) -> int:
        """Write it into the check run of that number, the one that GitHub knows of, or a new one; return which."""
        if not is_new and number == UNKNOWN:
            found = await self._github.find_check(repo, sha, self.name, check.external_id)
            number = found.id if found else UNKNOWN
        if is_new or number == UNKNOWN:
            return (await self._github.create_check(repo, sha, self.name, check)).id
        await self._github.update_check(repo, number, check)
        return number

    def _turn(self, repo: Repo, sha: Sha) -> asyncio.Lock:
        """Return the lock of a commit: two who write at once would make two check runs of it."""
        key = (repo.id, sha)
        lock = self._turns.get(key)
        if lock is None:
            self._turns[key] = lock = asyncio.Lock()
        return lock
