"""Asking GitHub how things stand, for webhooks that never came."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import structlog

from app.domain.plan.model import ByCheck, ByJob, ByStatus, ByWorkflow, Plan
from app.domain.release.model import Release, RunState, Sighting
from app.domain.release.seeing import see
from app.domain.release.standing import State, run_progress, standing
from app.domain.values import ReleaseId
from app.ports import Conflict, GitHubError, Throttled
from app.worker.draft import Draft
from app.worker.workbench import POLL_AFTER, Workbench

_log: Final = structlog.stdlib.get_logger()
AT_REST: Final = timedelta(minutes=5)
"""How often a release with nothing running is asked after."""


class Poller:
    """Brings a release up to date from what GitHub says when asked."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench
        self._watched: set[ReleaseId] = set()

    async def unwatched(self) -> Sequence[ReleaseId]:
        """Return the open releases that nobody has asked after yet: all of them after a start."""
        return [r for r in await self._bench.releases.open_ids() if r not in self._watched]

    async def poll(self, rest: str) -> None:
        """Ask after the release of that id, write down what is news, and come back later."""
        release_id, key = ReleaseId(rest), f"poll:{rest}"
        self._watched.add(release_id)
        release = await self._bench.releases.get(release_id)
        if release is None:
            return
        plan = await self._bench.plans.of(release)
        now = self._bench.clock.now()
        wait = POLL_AFTER if _silent(release) else AT_REST
        try:
            sightings = await self._ask(release, plan)
        except Throttled as error:
            self._bench.scheduler.wake_at(key, max(error.retry_at, now + wait))
            return
        except GitHubError as error:
            _log.warning("poll.failed", release=release.id, error=str(error))
            self._bench.scheduler.wake_at(key, now + wait)
            return
        await self._write(release.id, plan, sightings)
        self._bench.scheduler.wake(f"show:{release.id}")
        self._bench.scheduler.wake_at(key, self._bench.clock.now() + wait)

    async def _write(self, release_id: ReleaseId, plan: Plan, sightings: Sequence[Sighting]) -> None:
        while True:
            release = await self._bench.releases.get(release_id)
            if release is None:
                return
            draft = Draft((release,), self._bench.renderer)
            for sighting in sightings:
                draft.add(release_id, release.repo, see(plan, draft.releases[0], sighting, self._bench.clock.now()))
            if not draft.changed:
                return
            try:
                await self._bench.write(draft)
            except Conflict:
                continue
            return

    async def _ask(self, release: Release, plan: Plan) -> Sequence[Sighting]:
        """Ask only for what something still waits for. Raises GitHubError."""
        seen: list[Sighting] = []
        repo, sha = release.repo, release.target.sha
        waits = _Waits(plan, release)
        seen.extend([await self._bench.github.run(repo, run_id) for run_id in _silent(release)])
        for run_id in waits.runs_with_jobs():
            seen.extend(await self._bench.github.jobs(repo, run_id))
        if waits.on(ByCheck):
            seen.extend(await self._bench.github.checks(repo, sha))
        if waits.on(ByStatus):
            seen.extend(await self._bench.github.statuses(repo, sha))
        if waits.on(ByWorkflow):
            seen.extend(await self._bench.github.workflow_runs(repo, sha))
        return seen


class _Waits:
    """What the items of a plan that are not done wait for."""

    def __init__(self, plan: Plan, release: Release) -> None:
        self._tasks = tuple(standing(plan, release).tasks.values())
        self._open = [(t, i.item.wanted) for t in self._tasks for i in t.items if i.state is not State.DONE]

    def on(self, kind: type[object]) -> bool:
        return any(isinstance(wanted, kind) for _, wanted in self._open)

    def runs_with_jobs(self) -> tuple[int, ...]:
        ids = [t.run.run_id for t, wanted in self._open if isinstance(wanted, ByJob) and t.run and t.run.run_id]
        return tuple(dict.fromkeys(ids))


def _silent(release: Release) -> tuple[int, ...]:
    """Return the runs that are not known to be over."""
    return tuple(
        run.run_id
        for run in release.runs.values()
        if run.run_id is not None
        and run.state is RunState.STARTED
        and not ((progress := run_progress(release, run)) and progress.is_over)
    )
