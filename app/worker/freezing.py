"""The check `release/freeze` on pull requests into a branch that releases come from."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import structlog

from app.domain.pulls import PullSeen
from app.domain.release.freezing import Planned, by_branch, changes_after, frosts, judge_freeze
from app.domain.values import Repo
from app.ports import GitHubError, Throttled
from app.worker.own_checks import OwnChecks
from app.worker.workbench import Workbench

_log: Final = structlog.stdlib.get_logger()
FREEZE: Final = "release/freeze"
_AGAIN: Final = timedelta(seconds=60)  # after GitHub failed
_LATEST: Final = 20
"""Releases of a repository, closed ones too, that are looked at for a branch's rules."""


class Freezer:
    """Shows who may not merge just now. What stands there already costs no call."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench
        self._checks = OwnChecks(FREEZE, bench.github, bench.checks)
        self._looked: set[int] = set()

    async def unwatched(self) -> Sequence[str]:
        """Return the repositories whose windows nobody watches yet: after a start all that have had a release."""
        return [str(repo) for repo in await self._bench.releases.repos() if repo not in self._looked]

    async def pull(self, repo: Repo, pull: PullSeen) -> None:
        """Take a pull request that is new or has changed. Raises Throttled; where GitHub fails it is looked at later.

        Into a branch that no release has come from it costs nothing.
        """
        ruling = by_branch(await self._planned(repo.id)).get(pull.base)
        if ruling is None:
            return
        try:
            await self._show(repo, pull, ruling)
        except Throttled:
            raise
        except GitHubError as error:
            self._failed(repo, error)

    async def show(self, rest: str) -> None:
        """Bring the open pull requests of a repository up to date, and come back when a window begins or ends."""
        number = int(rest)
        self._looked.add(number)
        planned = await self._planned(number)
        if not planned:
            return
        repo = planned[-1][1].repo
        try:
            await self._show_all(repo, planned)
        except Throttled as error:
            self._bench.scheduler.wake_at(f"freeze:{repo.id}", error.retry_at)
        except GitHubError as error:
            self._failed(repo, error)
        for ruling in by_branch(planned).values():
            if edge := changes_after(ruling, self._bench.clock.now()):
                self._bench.scheduler.wake_at(f"freeze:{repo.id}", edge)

    async def _show_all(self, repo: Repo, planned: Sequence[Planned]) -> None:
        """Look at each open pull request where something is frozen, or was and may not be any more."""
        now = self._bench.clock.now()
        left = set(await self._checks.unsettled(repo.id))
        for branch, ruling in by_branch(planned).items():
            if not left and not frosts(ruling, now, self._bench.site):
                continue
            for pull in await self._bench.github.open_pulls(repo, branch):
                left.discard(pull.sha)
                await self._show(repo, pull, ruling)
        for sha in left:  # closed, merged, or pushed to since: there is nothing to be merged any more
            await self._checks.settle(repo.id, sha)

    async def _show(self, repo: Repo, pull: PullSeen, ruling: Sequence[Planned]) -> None:
        view = judge_freeze(ruling, pull, self._bench.clock.now(), self._bench.site)
        check = self._bench.renderer.freeze_check(view)
        await self._checks.write(repo, pull.sha, check, is_settled=not view.is_frozen)

    async def _planned(self, repo: int) -> Sequence[Planned]:
        releases = await self._bench.releases.latest_in(repo, _LATEST)
        return [(await self._bench.plans.of(release), release) for release in releases]

    def _failed(self, repo: Repo, error: GitHubError) -> None:
        _log.warning("freeze.not_shown", repo=repo.full_name, error=str(error))
        self._bench.scheduler.wake_at(f"freeze:{repo.id}", self._bench.clock.now() + _AGAIN)
