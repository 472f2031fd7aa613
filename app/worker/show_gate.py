"""Making GitHub show the gate of a commit: one check run `release/gate`, and none left green where nothing is released.

It is shown apart from the rest of a release, since several releases may share it and it outlives their leaving.
"""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Final
from weakref import WeakValueDictionary

import structlog

from app.domain.release.commit_gate import judge_commit
from app.domain.release.desired import GATE_ID, gate_view
from app.domain.values import Repo, Sha
from app.ports import GateShown, GatesShown, GitHubError, Missing, OwnCheck, OwnCheckSeen, Throttled
from app.worker.gates import planned_at
from app.worker.shown import digest
from app.worker.workbench import Workbench

_log: Final = structlog.stdlib.get_logger()
GATE: Final = "release/gate"
_AGAIN: Final = timedelta(seconds=60)  # after GitHub failed


def gate_key(repo: int, sha: Sha) -> str:
    """Return the key under which the gate of a commit is shown."""
    return f"gate:{repo}:{sha}"


class GateShower:
    """Shows gates. Showing what stands there already costs no call."""

    def __init__(self, bench: Workbench, shown: GatesShown, site: str) -> None:
        self._bench = bench
        self._shown = shown
        self._site = site
        self._turns: WeakValueDictionary[tuple[int, Sha], asyncio.Lock] = WeakValueDictionary()

    async def deserted(self) -> list[str]:
        """Return the gates, by what follows `gate:`, that no release is behind any more and that do not say so yet."""
        return [f"{repo}:{sha}" for repo, sha in await self._shown.deserted()]

    async def show(self, rest: str) -> None:
        """Show the gate of that repository's id and commit, and come back where GitHub would not have it."""
        number, _, name = rest.partition(":")
        sha = Sha(name)
        now = self._bench.clock.now()
        repo = await self._repo(int(number), sha)
        if repo is None:
            return
        try:
            await self._show(repo, sha)
        except Throttled as error:
            self._bench.scheduler.wake_at(gate_key(repo.id, sha), error.retry_at)
        except GitHubError as error:
            _log.warning("gate.not_shown", repo=repo.full_name, sha=sha, error=str(error))
            self._bench.scheduler.wake_at(gate_key(repo.id, sha), now + _AGAIN)

    async def show_now(self, repo: Repo, sha: Sha) -> OwnCheckSeen | None:
        """Make GitHub show the gate as it stands, and read back what is shown. Raises GitHubError."""
        await self._show(repo, sha)
        return await self._bench.github.find_check(repo, sha, GATE, GATE_ID)

    async def assert_again(self, repo: Repo, sha: Sha) -> None:
        """Show the gate by a new check run, so that it is the newest of its name. Raises GitHubError."""
        check = await self._wanted(repo.id, sha)
        async with self._turn(repo, sha):
            await self._create(repo, sha, check or self._bench.renderer.left_gate(), is_left=check is None)

    async def _show(self, repo: Repo, sha: Sha) -> None:
        async with self._turn(repo, sha):
            check = await self._wanted(repo.id, sha)
            shown = await self._shown.of(repo.id, sha)
            if check is None and shown is None:
                return  # nothing was ever said of it
            wanted = check or self._bench.renderer.left_gate()
            if shown is not None and shown.digest == digest(repr(wanted)):
                return
            if shown is None:
                found = await self._bench.github.find_check(repo, sha, GATE, GATE_ID)
                shown = GateShown(check=found.id, digest=None) if found else None
            await self._write(repo, sha, shown, wanted, is_left=check is None)

    async def _write(self, repo: Repo, sha: Sha, shown: GateShown | None, check: OwnCheck, *, is_left: bool) -> None:
        if shown is not None:
            try:
                await self._bench.github.update_check(repo, shown.check, check)
            except Missing:  # GitHub throws old check data away
                shown = None
        if shown is None:
            await self._create(repo, sha, check, is_left=is_left)
            return
        await self._shown.save(repo.id, sha, replace(shown, digest=digest(repr(check)), is_left=is_left))

    async def _create(self, repo: Repo, sha: Sha, check: OwnCheck, *, is_left: bool) -> None:
        made = await self._bench.github.create_check(repo, sha, GATE, check)
        await self._shown.save(repo.id, sha, GateShown(check=made.id, digest=digest(repr(check)), is_left=is_left))

    async def _wanted(self, repo: int, sha: Sha) -> OwnCheck | None:
        """Return what the gate is to say; None where no release is at the commit."""
        judged = judge_commit(await planned_at(self._bench, repo, sha))
        if judged is None:
            return None
        view = gate_view(judged.plan, judged.release, judged.verdict, self._site)
        return self._bench.renderer.gate_check(view)

    async def _repo(self, number: int, sha: Sha) -> Repo | None:
        """Return the repository as a release of it knows it: the one at the commit, or any that is open."""
        releases = await self._bench.releases.at_commit(number, sha) or await self._bench.releases.open_in(number)
        return releases[-1].repo if releases else None

    def _turn(self, repo: Repo, sha: Sha) -> asyncio.Lock:
        """Return the lock of a commit: two who show it at once would make two check runs of it."""
        key = (repo.id, sha)
        lock = self._turns.get(key)
        if lock is None:
            self._turns[key] = lock = asyncio.Lock()
        return lock
