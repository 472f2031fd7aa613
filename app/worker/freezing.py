"""The check `release/freeze` on pull requests into a branch that releases come from."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

import structlog

from app.domain.pulls import PullSeen
from app.domain.release.freezing import Planned, by_branch, changes_after, frosts, judge_together
from app.domain.values import Repo, Sha
from app.ports import GitHubError, Throttled
from app.worker.own_checks import OwnChecks, Wanted
from app.worker.workbench import Workbench

_log: Final = structlog.stdlib.get_logger()
FREEZE: Final = "release/freeze"
EVERY: Final = timedelta(minutes=5)  # for pull requests of which nobody has told us, while something is frozen
_AGAIN: Final = timedelta(seconds=60)  # after GitHub failed
_FRESH: Final = timedelta(seconds=5)
"""How old a list of pull requests may be when the last of them is written: many writes take their time."""

_LATEST: Final = 20
"""Releases of a repository, closed ones too, that are looked at for a branch's rules."""


class Freezer:
    """Shows who may not merge just now. What stands there already costs no call."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench
        self._checks = OwnChecks(FREEZE, bench.github, bench.checks)
        self._heard: dict[int, dict[int, PullSeen]] = {}  # while all pull requests of a repository are looked at

    async def pull(self, repo: Repo, pull: PullSeen) -> None:
        """Take a pull request that is new or has changed. Raises Throttled; where GitHub fails it is looked at later.

        Into a branch that no release has come from it costs nothing, unless its head is known from elsewhere.
        """
        if (heard := self._heard.get(repo.id)) is not None:
            heard[pull.number] = pull
        is_ruled = pull.base in by_branch(await self._planned(repo.id))
        if not is_ruled and pull.sha not in await self._checks.unsettled(repo.id):
            return
        try:
            await self._checks.write(repo, pull.sha, lambda: self._wanted(repo, pull))
        except Throttled:
            raise
        except GitHubError as error:
            self._failed(repo, error)

    async def show(self, rest: str) -> None:
        """Bring the open pull requests of a repository up to date, and come back when a window begins or ends.

        While something is frozen it comes back every few minutes: one whose webhook was lost could be merged.
        """
        planned = await self._planned(int(rest))
        if not planned:
            return
        repo = planned[-1][1].repo
        try:
            await self._show_all(repo, planned)
        except Throttled as error:
            self._bench.scheduler.wake_at(f"freeze:{repo.id}", error.retry_at)
        except GitHubError as error:
            self._failed(repo, error)
        else:
            if self._frozen(by_branch(planned)):
                self._bench.scheduler.wake_at(f"freeze:{repo.id}", self._bench.clock.now() + EVERY)
        for ruling in by_branch(planned).values():
            if edge := changes_after(ruling, self._bench.clock.now()):
                self._bench.scheduler.wake_at(f"freeze:{repo.id}", edge)

    async def _show_all(self, repo: Repo, planned: Sequence[Planned]) -> None:
        """Look at each open pull request where something is frozen, or was and may not be any more."""
        rulings = by_branch(planned)
        left = set(await self._checks.unsettled(repo.id))
        if not left and not self._frozen(rulings):
            return
        heard = self._heard[repo.id] = {}
        try:
            by_sha: dict[Sha, list[PullSeen]] = {}
            for pull in await self._bench.github.open_pulls(repo):
                by_sha.setdefault(pull.sha, []).append(pull)
            listed_at = self._bench.clock.now()
            for sha, pulls in by_sha.items():
                if sha in left or any(pull.base in rulings for pull in pulls):
                    await self._checks.write(repo, sha, lambda pulls=pulls: self._judged(rulings, pulls, heard))
            for sha in left - by_sha.keys():  # closed, merged, or pushed to since: nothing is to be merged any more
                await self._checks.settle(repo.id, sha)
        finally:
            del self._heard[repo.id]
        if self._bench.clock.now() - listed_at > _FRESH:  # another process may have heard of a change since
            self._bench.scheduler.wake(f"freeze:{repo.id}")

    async def _wanted(self, repo: Repo, pull: PullSeen) -> Wanted:
        """Judge a pull request, and where it is free, the others that have its head and go into a frozen branch."""
        rulings = by_branch(await self._planned(repo.id))
        wanted = await self._judged(rulings, [pull], {})
        if not wanted.is_settled:
            return wanted
        pulls = [pull]
        for branch in self._frozen(rulings):
            others = await self._bench.github.open_pulls(repo, branch)
            pulls += [other for other in others if other.sha == pull.sha and other.number != pull.number]
        return await self._judged(rulings, pulls, {})

    async def _judged(
        self, rulings: Mapping[str, Sequence[Planned]], pulls: Sequence[PullSeen], heard: Mapping[int, PullSeen]
    ) -> Wanted:
        """Judge the head of these pull requests, by what was heard of them since they were listed."""
        now_seen = [heard.get(pull.number, pull) for pull in pulls]
        view = judge_together(rulings, now_seen, self._bench.clock.now(), self._bench.site)
        return Wanted(check=self._bench.renderer.freeze_check(view), is_settled=not view.is_frozen)

    def _frozen(self, rulings: Mapping[str, Sequence[Planned]]) -> list[str]:
        """Return the branches that are frozen just now."""
        now = self._bench.clock.now()
        return [branch for branch, ruling in rulings.items() if frosts(ruling, now, self._bench.site)]

    async def _planned(self, repo: int) -> Sequence[Planned]:
        releases = await self._bench.releases.latest_in(repo, _LATEST)
        return [(await self._bench.plans.of(release), release) for release in releases]

    def _failed(self, repo: Repo, error: GitHubError) -> None:
        _log.warning("freeze.not_shown", repo=repo.full_name, error=str(error))
        self._bench.scheduler.wake_at(f"freeze:{repo.id}", self._bench.clock.now() + _AGAIN)
