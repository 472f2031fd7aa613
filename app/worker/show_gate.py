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
from app.worker.own_checks import How, OwnChecks, Wanted
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
        """Return the gates, by what follows `gate:`, that no open release is behind and whose last word is not said."""
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
        await self._show(repo, sha, How.AGAIN)
        return await self._bench.github.find_check(repo, sha, GATE, GATE_ID)

    async def assert_again(self, repo: Repo, sha: Sha) -> None:
        """Show the gate by a new check run, so that it is the newest of its name. Raises GitHubError."""
        await self._show(repo, sha, How.ANEW)

    async def _show(self, repo: Repo, sha: Sha, how: How = How.CHANGED) -> OwnCheck | None:
        """Show what the gate is to say, and return it; None where nothing was ever said of the commit."""
        return await self._checks.write(repo, sha, lambda: self._wanted(repo, sha), how)

    async def _wanted(self, repo: Repo, sha: Sha) -> Wanted | None:
        """Return what the gate is to say; of a commit that all have left, and that had one, that they have."""
        at = await planned_at(self._bench, repo.id, sha)
        judged = judge_commit(at)
        if judged is not None:
            view = gate_view(judged.plan, judged.release, judged.verdict, self._bench.site)
            is_over = all(release.closed is not None for _, release in at)
            return Wanted(check=self._bench.renderer.gate_check(view), is_settled=is_over)
        if await self._checks.is_there(repo, sha):
            return Wanted(check=self._bench.renderer.left_gate(), is_settled=True)
        return None

    async def _repo(self, number: int, sha: Sha) -> Repo | None:
        """Return the repository as a release of it knows it: the one at the commit, or the latest."""
        releases = await self._bench.releases.at_commit(number, sha)
        releases = releases or await self._bench.releases.open_in(number)
        releases = releases or await self._bench.releases.latest_in(number, 1)
        return releases[-1].repo if releases else None
