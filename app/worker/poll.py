"""Asking GitHub how things stand, for webhooks that never came."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import structlog

from app.domain.decision import Accepted
from app.domain.facts import NoPlan, PlanSource
from app.domain.plan.model import ByCheck, ByJob, ByStatus, ByWorkflow, Plan
from app.domain.release.around import end_holds, hear_branch, hear_issues, hear_plan, trusted_at
from app.domain.release.evidence import run_progress
from app.domain.release.issues import watched_labels
from app.domain.release.model import LabelledIssue, Release, RunState, Sighting
from app.domain.release.publishing import look_again
from app.domain.release.seeing import see, see_gone
from app.domain.release.sources import source_branch
from app.domain.release.standing import standing
from app.domain.values import ReleaseId, Sha
from app.ports import GitHubError, Missing, Throttled, Unclear
from app.worker.draft import Draft
from app.worker.units import about
from app.worker.workbench import POLL_AFTER, Workbench

_log: Final = structlog.stdlib.get_logger()
AT_REST: Final = timedelta(minutes=5)
"""How often a release with nothing running is asked after."""

SHOWN_BY: Final = timedelta(days=1)
"""How long after its end a release is shown once more at a start."""

_LEAST: Final = timedelta(seconds=5)
"""How far apart looks are at least that are for issues: sixty may have come up in as many seconds."""

_TRIES: Final = 3  # of a strict look that finds another plan taken up meanwhile, which may rest on other things

_MOST_RUNS: Final = 20
"""Runs at a commit whose jobs are read, the newest first."""


class Poller:
    """Brings a release up to date from what GitHub says when asked."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench
        self._looked: dict[ReleaseId, tuple[Sha, Sha]] = {}  # at which head the plan was held against which one

    async def releases(self) -> Sequence[ReleaseId]:
        """Return the releases to ask after: the open ones.

        And those that were closed a short while ago: the process may have ended before it could show that.
        """
        closed = await self._bench.releases.closed_since(self._bench.clock.now() - SHOWN_BY)
        return [*await self._bench.releases.open_ids(), *closed]

    async def poll(self, rest: str) -> None:
        """Ask after the release of that id, write down what is news, and come back later."""
        release_id = ReleaseId(rest)
        release = await self._bench.releases.get(release_id)
        if release is None:
            return
        if release.closed is not None:
            self._bench.scheduler.wake(f"show:{release_id}")
            return
        with about(of=release):
            await self._poll(release)
        self._bench.scheduler.wake(f"show:{release_id}")
        self._bench.scheduler.wake(f"freeze:{release.repo.id}")

    async def _poll(self, release: Release) -> None:
        release_id, key = release.id, f"poll:{release.id}"
        plan = await self._bench.plans.of(release)
        now = self._bench.clock.now()
        await self._write(release_id, lambda r: end_holds(r, now), lambda r: look_again(r, now))
        await self._forget_body(release_id)
        is_awaited = bool(_silent(release)) or (release.publishing is not None and release.publishing.is_waiting)
        wait = min([POLL_AFTER if is_awaited else AT_REST, *_holds_end_in(release, now)])
        try:
            found = await self._ask(release, plan)
        except Throttled as error:
            self._bench.scheduler.wake_at(key, max(error.retry_at, now + wait))
        else:
            await self._take(release, plan, found)
            wait = min(wait, POLL_AFTER) if found.is_partial else wait
            at = self._bench.clock.now() + wait
            if (trusted := found.trusted_at(release, plan)) is not None:
                at = min(at, max(trusted, now + _LEAST))
            self._bench.scheduler.wake_at(key, at)

    async def ask(self, release_id: ReleaseId) -> None:
        """Ask for all that evidence rests on, and write down what is news: something hangs on it for good.

        Raises GitHubError where any of it cannot be had, or another plan is taken up each time meanwhile.
        """
        for _ in range(_TRIES):
            release = await self._bench.releases.get(release_id)
            if release is None:
                return
            plan = await self._bench.plans.of(release)
            await self._take(release, plan, await self._ask(release, plan, is_strict=True))
            after = await self._bench.releases.get(release_id)
            if after is None or after.plan_blob == release.plan_blob:
                return
        raise Unclear("the plan changed while it was asked after")

    async def _take(self, release: Release, plan: Plan, found: "_Found") -> None:
        """Write down what is news of that which was asked when the release stood so."""
        await self._write(release.id, *found.follows(release, plan, self._bench.clock.now()))
        if found.head is not None and found.plan is not None:
            self._looked[release.id] = (found.head, release.plan_blob)

    async def _forget_body(self, release_id: ReleaseId) -> None:
        """Have the issue's body and labels looked at, for what GitHub never told. Unchanged it costs free calls."""
        shown = await self._bench.releases.shown(release_id)
        # What is noted meanwhile has both looked at, too.
        await self._bench.releases.save_shown(release_id, shown, replace(shown, body_digest=None, labels=None))

    async def _write(self, release_id: ReleaseId, *follow: Callable[[Release], Accepted]) -> None:

        async def draft() -> Draft:
            release = await self._bench.releases.get(release_id)
            if release is None or release.closed is not None:
                return Draft((), self._bench.renderer)
            drafted = Draft((release,), self._bench.renderer)
            for one in follow:
                drafted.add(release_id, release.repo, one(drafted.release(release_id)))
            return drafted

        await self._bench.decide(draft)

    async def _ask(self, release: Release, plan: Plan, *, is_strict: bool = False) -> "_Found":
        """Ask for all that evidence rests on, green or not: a red that came later must be heard of. Raises Throttled.

        What cannot be had keeps nothing else from being asked; strictly, it raises GitHubError.
        """
        found = _Found(self._bench.clock.now(), is_strict=is_strict)
        github, repo, sha = self._bench.github, release.repo, release.target.sha
        if labels := watched_labels(plan):
            await found.labelled(github.issues_labelled(repo, labels))
        await self._ask_branch(release, plan, found)
        waits = _Waits(plan, release)
        # Unless it is asked strictly, the ones that are over are not asked after while others go on.
        for run_id in (() if is_strict else _silent(release)) or _started(release):
            await found.run(run_id, github.run(repo, run_id))
        for run_id in waits.runs_with_jobs():
            await found.jobs(run_id, github.jobs(repo, run_id))
        if waits.on(ByCheck):
            await found.several(github.checks(repo, sha))
        if waits.on(ByStatus):
            await found.several(github.statuses(repo, sha))
        if waits.on(ByWorkflow) or waits.has_loose_jobs:
            runs = await found.several(github.workflow_runs(repo, sha))
            if waits.has_loose_jobs:
                for run_id in [run.run_id for run in runs if run.run_id is not None][:_MOST_RUNS]:
                    await found.jobs(run_id, github.jobs(repo, run_id))
        return found

    async def _ask_branch(self, release: Release, plan: Plan, found: "_Found") -> None:
        """Ask where the target's branch stands; where it has moved, the plan may read otherwise there."""
        branch = source_branch(plan, release)
        try:
            head = await self._bench.github.head_of(release.repo, branch)
            known = self._looked.get(release.id, (release.target.sha, release.plan_blob))
            if head is None or (head, release.plan_blob) == known:
                return
            found.head = head
            found.plan = await self._bench.plans.again(release, ref=None)
        except GitHubError as error:
            found.failed(error)


class _Found:
    """What GitHub said: sightings, runs that are no more, issues with labels, where the branch and the plan stand."""

    def __init__(self, asked_at: datetime, *, is_strict: bool) -> None:
        self.asked_at = asked_at
        self._is_strict = is_strict
        self.is_partial = False  # something could not be had: worth asking for soon
        self.sightings: list[Sighting] = []
        self.gone: set[int] = set()
        self.issues: Sequence[LabelledIssue] | None = None
        self.head: Sha | None = None
        self.plan: PlanSource | NoPlan | None = None

    def follows(self, of: Release, plan: Plan, now: datetime) -> Iterator[Callable[[Release], Accepted]]:
        """Yield what each thing that was found means to the release, which stood so when it was asked for."""
        for sighting in self.sightings:
            yield lambda r, sighting=sighting: see(plan, r, sighting, now)
        yield lambda r: see_gone(r, self.gone, now)
        if (issues := self.issues) is not None:
            # A plan that was taken up since may look for other labels.
            yield lambda r: hear_issues(r, issues, self.asked_at) if r.plan_blob == of.plan_blob else Accepted()
        if (head := self.head) is not None:
            yield lambda r: hear_branch(r, head, now)
        if (found := self.plan) is not None:
            # A plan that was taken up since is not the one that this was held against.
            yield lambda r: hear_plan(r, found, now) if r.plan_blob == of.plan_blob else Accepted()

    def trusted_at(self, of: Release, plan: Plan) -> datetime | None:
        """Return from when on a list of issues will be trusted, where this one is not yet."""
        return None if self.issues is None else trusted_at(plan, of, self.issues, self.asked_at)

    def failed(self, error: GitHubError) -> None:
        """Pass over what cannot be had just now, unless it is asked for strictly. Raises what it was given."""
        if self._is_strict or isinstance(error, Throttled):
            raise error
        self.is_partial = True
        _log.warning("poll.failed", error=str(error))

    async def labelled(self, asked: Awaitable[Sequence[LabelledIssue]]) -> None:
        """Take the list of issues with labels; where it cannot be had, what is known stays."""
        try:
            self.issues = await asked
        except GitHubError as error:
            self.failed(error)

    async def run(self, run_id: int, asked: Awaitable[Sighting]) -> None:
        """Take the answer about one run."""
        try:
            self.sightings.append(await asked)
        except Missing:
            self.gone.add(run_id)
        except GitHubError as error:
            self.failed(error)

    async def jobs(self, run_id: int, asked: Awaitable[Sequence[Sighting]]) -> None:
        """Take the answer about the jobs of a run."""
        try:
            self.sightings.extend(await asked)
        except Missing:
            self.gone.add(run_id)
        except GitHubError as error:
            self.failed(error)

    async def several(self, asked: Awaitable[Sequence[Sighting]]) -> Sequence[Sighting]:
        """Take an answer of several things."""
        try:
            answer = await asked
        except GitHubError as error:
            self.failed(error)
            return ()
        self.sightings.extend(answer)
        return answer


class _Waits:
    """What the items of a plan rest on."""

    def __init__(self, plan: Plan, release: Release) -> None:
        tasks = standing(plan, release).tasks.values()
        self._wanted = [(t, i.item.wanted) for t in tasks for i in t.items]

    def on(self, kind: type[object]) -> bool:
        return any(isinstance(wanted, kind) for _, wanted in self._wanted)

    def runs_with_jobs(self) -> tuple[int, ...]:
        ids = [t.run.run_id for t, wanted in self._wanted if isinstance(wanted, ByJob) and t.run and t.run.run_id]
        return tuple(dict.fromkeys(ids))

    @property
    def has_loose_jobs(self) -> bool:
        """Whether an item waits for a job of whichever run."""
        return any(isinstance(wanted, ByJob) and t.task.action is None for t, wanted in self._wanted)


def _started(release: Release) -> tuple[int, ...]:
    """Return the runs that GitHub has started."""
    runs = release.runs.values()
    return tuple(run.run_id for run in runs if run.run_id is not None and run.state is RunState.STARTED)


def _silent(release: Release) -> tuple[int, ...]:
    """Return those of them that are not known to be over."""
    over = {r.run_id for r in release.runs.values() if (p := run_progress(release, r)) and p.is_over}
    return tuple(run_id for run_id in _started(release) if run_id not in over)


def _holds_end_in(release: Release, now: datetime) -> list[timedelta]:
    """Return how long it is until each hold ends by itself."""
    return [max(hold.until - now, timedelta(seconds=1)) for hold in release.holds if hold.until is not None]
