"""Making GitHub show the gate of a commit: one check run `release/gate`, and none left green where nothing is released.

It is shown apart from the rest of a release, since several releases may share it and it outlives their leaving.
"""

from datetime import timedelta
from typing import Final

import structlog

from app.domain.release.commit_gate import judge_commit
from app.domain.release.desired import GATE_ID, gate_view
from app.domain.values import Repo, Sha
from app.ports import GitHubError, OwnCheck, OwnCheckSeen, Throttled
from app.worker.gates import planned_at
from app.worker.own_checks import OwnChecks
from app.worker.workbench import Workbench

_log: Final = structlog.stdlib.get_logger()
GATE: Final = "release/gate"
_AGAIN: Final = timedelta(seconds=60)  # after GitHub failed


def gate_key(repo: int, sha: Sha) -> str:
    """Return the key under which the gate of a commit is shown."""
    return f"gate:{repo}:{sha}"


class GateShower:
    """Shows gates. Showing what stands there already costs no call."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench
        self._checks = OwnChecks(GATE, bench.github, bench.checks)

    async def deserted(self) -> list[str]:
        """Return the gates, by what follows `gate:`, that no release is behind any more and that do not say so yet."""
        return [f"{repo}:{sha}" for repo, sha in await self._checks.deserted()]

    async def show(self, rest: str) -> None:
        """Show the gate of that repository's id and commit, and come back where GitHub would not have it."""
        number, _, name = rest.partition(":")
        sha = Sha(name)
        repo = await self._repo(int(number), sha)
        if repo is None:
            return
        try:
            await self._show(repo, sha)
        except Throttled as error:
            self._bench.scheduler.wake_at(gate_key(repo.id, sha), error.retry_at)
        except GitHubError as error:
            _log.warning("gate.not_shown", repo=repo.full_name, sha=sha, error=str(error))
            self._bench.scheduler.wake_at(gate_key(repo.id, sha), self._bench.clock.now() + _AGAIN)

    async def show_now(self, repo: Repo, sha: Sha) -> OwnCheckSeen | None:
        """Make GitHub show the gate as it stands, and read back what is shown. Raises GitHubError.

        What reads otherwise is written once more, whatever is remembered of it: GitHub throws old check data away.
        """
        said = await self._show(repo, sha)
        seen = await self._bench.github.find_check(repo, sha, GATE, GATE_ID)
        if said is None or (seen is not None and (seen.status, seen.conclusion) == (said.status, said.conclusion)):
            return seen
        await self._checks.write_again(repo, sha, said)
        return await self._bench.github.find_check(repo, sha, GATE, GATE_ID)

    async def assert_again(self, repo: Repo, sha: Sha) -> None:
        """Show the gate by a new check run, so that it is the newest of its name. Raises GitHubError."""
        check = await self._wanted(repo.id, sha)
        wanted = check or self._bench.renderer.left_gate()
        await self._checks.write_anew(repo, sha, wanted, is_settled=check is None)

    async def _show(self, repo: Repo, sha: Sha) -> OwnCheck | None:
        """Show what the gate is to say, and return it; None where nothing was ever said of the commit."""
        check = await self._wanted(repo.id, sha)
        if check is None and not await self._checks.is_there(repo, sha):
            return None
        said = check or self._bench.renderer.left_gate()
        await self._checks.write(repo, sha, said, is_settled=check is None)
        return said

    async def _wanted(self, repo: int, sha: Sha) -> OwnCheck | None:
        """Return what the gate is to say; None where no release is at the commit."""
        judged = judge_commit(await planned_at(self._bench, repo, sha))
        if judged is None:
            return None
        view = gate_view(judged.plan, judged.release, judged.verdict, self._bench.site)
        return self._bench.renderer.gate_check(view)

    async def _repo(self, number: int, sha: Sha) -> Repo | None:
        """Return the repository as a release of it knows it: the one at the commit, or any that is open."""
        releases = await self._bench.releases.at_commit(number, sha) or await self._bench.releases.open_in(number)
        return releases[-1].repo if releases else None
