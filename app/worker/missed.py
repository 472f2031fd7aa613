"""What happens in a repository and leaves no trace where its webhook is lost: asked after every few minutes.

A job that waits for our word would wait for weeks, and a release that somebody else published would go unnoticed.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import structlog

from app.domain.inputs import ReleaseHeard
from app.domain.release.effects import AnswerDeployment
from app.domain.release.model import Release
from app.domain.release.publishing import release_mark
from app.domain.values import Person, Repo
from app.ports import GitHubError, HostedRelease, Ledger, ReleaseHost, Throttled
from app.ports.waiting import WaitingRun, WaitingRuns
from app.worker.deployments_asked import deploy_key, deployment_asked
from app.worker.draft import Draft
from app.worker.happenings import Happenings
from app.worker.units import about
from app.worker.workbench import Workbench

_log: Final = structlog.stdlib.get_logger()
EVERY: Final = timedelta(minutes=5)
GRACE: Final = timedelta(minutes=2)
"""A run that waits for so long without a word from GitHub is taken for one whose webhook is lost."""

_AFTER_TROUBLE: Final = timedelta(minutes=1)


class Missed:
    """Looks at each repository with an open release."""

    def __init__(self, bench: Workbench, ledger: Ledger, waiting: WaitingRuns, host: ReleaseHost) -> None:
        self._bench = bench
        self._ledger = ledger
        self._waiting = waiting
        self._host = host
        self._happenings = Happenings(bench)
        self._told: set[tuple[str, int]] = set()  # what was published by others, by release and GitHub's id

    async def repos(self) -> Sequence[str]:
        """Return the repositories with open releases."""
        found: dict[int, None] = {}
        for release_id in await self._bench.releases.open_ids():
            if (release := await self._bench.releases.get(release_id)) is not None:
                found[release.repo.id] = None
        return [str(repo) for repo in found]

    async def look(self, rest: str) -> None:
        """Look at the repository of that id, and come back later as long as it has an open release."""
        at = await self._bench.releases.open_in(int(rest))
        if not at:
            return
        repo, wait = at[-1].repo, EVERY
        with about(repo=repo):
            for part in (self._deployments, self._publications):
                try:
                    await part(repo, at)
                except Throttled as error:
                    wait = max(wait, error.retry_at - self._bench.clock.now())
                except GitHubError as error:
                    _log.warning("missed.not_looked_at", error=str(error))
                    wait = min(wait, _AFTER_TROUBLE)
        self._bench.scheduler.wake_at(f"missed:{rest}", self._bench.clock.now() + wait)

    # -- jobs that wait --------------------------------------------------------------------------------------

    async def _deployments(self, repo: Repo, _at: Sequence[Release]) -> None:
        """Take up the questions that were not heard. Raises GitHubError."""
        now = self._bench.clock.now()
        runs = [run for run in await self._waiting.waiting_runs(repo) if now - run.since >= GRACE]
        if not runs:
            return
        pending = await self._ledger.unfinished(deploy_key(repo.id))
        known = {(one.run_id, one.environment.casefold()) for one in pending if isinstance(one, AnswerDeployment)}
        ours: dict[str, bool] = {}  # a hundred runs may wait for the same few
        for run in runs:
            for environment in await self._waiting.environments_waited_for(repo, run.id):
                if (run.id, environment.casefold()) in known:
                    continue
                if environment not in ours:
                    ours[environment] = await self._is_ours(repo, environment)
                if ours[environment]:
                    await self._ask(repo, run, environment)

    async def _is_ours(self, repo: Repo, environment: str) -> bool:
        guards = await self._waiting.guards_of(repo, environment)
        return guards is not None and self._bench.app in guards

    async def _ask(self, repo: Repo, run: WaitingRun, environment: str) -> None:
        """Put the question into the ledger, as if GitHub had asked."""
        _log.warning("deployment.unheard", run=run.id, environment=environment)
        effect = AnswerDeployment(
            repo=repo,
            run_id=run.id,
            environment=environment,
            event=run.event,
            sha=run.sha,
            asked=f"seen:{run.attempt}:{int(run.since.timestamp())}",
            asked_at=run.since,
        )

        async def draft() -> Draft:
            drafted = await self._bench.draft_in(repo)
            deployment_asked(effect, self._bench.clock.now(), drafted)
            return drafted

        await self._bench.decide(draft)

    # -- releases that others published ------------------------------------------------------------------------

    async def _publications(self, repo: Repo, at: Sequence[Release]) -> None:
        """Take what was published under the tags of open releases. Raises GitHubError."""
        tags = {release.tag for release in at if release.published is None}
        if not tags:
            return
        for hosted in await self._host.hosted_releases(repo):
            new = [one for one in at if one.tag == hosted.tag and (one.id, hosted.id) not in self._told]
            if hosted.tag in tags and not hosted.is_draft and new:
                await self._hear(repo, hosted, at)
                self._told |= {(one.id, hosted.id) for one in new}

    async def _hear(self, repo: Repo, hosted: HostedRelease, at: Sequence[Release]) -> None:
        ours = next((one.id for one in at if release_mark(one) in hosted.body), None)
        heard = ReleaseHeard(
            repo=repo,
            tag=hosted.tag,
            number=hosted.id,
            url=hosted.url,
            is_published=True,
            ours=ours,
            # GitHub tells who drafted it, not who published it
            by=Person(id=0, login=hosted.author if ours is None else "somebody"),
        )

        async def draft() -> Draft:
            drafted = await self._bench.draft_in(repo)
            await self._happenings.hosted(heard, drafted)
            return drafted

        await self._bench.decide(draft)
