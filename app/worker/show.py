"""Making GitHub show what a release says: the gate on the commit, the tracking issue's block, the status comment."""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

import structlog

from app.domain.plan.model import Plan
from app.domain.release.desired import status_view
from app.domain.release.gate import GateState, Verdict, judge
from app.domain.release.model import Release
from app.domain.values import ReleaseId
from app.ports import GitHubError, Missing, Moments, Shown, Throttled
from app.worker.body import BodyWriter
from app.worker.gates import judged_beside
from app.worker.labels import show_labels, wanted_labels
from app.worker.looking import PATIENCE, LookAgain, LookLater
from app.worker.moments import OwnMoments
from app.worker.show_gate import gate_key
from app.worker.shown import digest
from app.worker.units import about
from app.worker.workbench import Workbench

_log: Final = structlog.stdlib.get_logger()
_AGAIN: Final = timedelta(seconds=60)  # after GitHub failed
_TRIES: Final = 4  # of a show that finds the release or its issue changed each time


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How writes are gathered: a burst of changes becomes few writes, and the last state always arrives."""

    after: timedelta = timedelta(milliseconds=700)  # a change waits so long for others to come along
    apart: timedelta = timedelta(seconds=5)  # shows of one release are at least so far apart


class Shower:
    """Shows releases. Showing what stands there already costs no call."""

    def __init__(self, bench: Workbench, pace: Pace | None = None, moments: Moments | None = None) -> None:
        self._bench = bench
        self._pace = pace or Pace()
        self._states: dict[ReleaseId, tuple[GateState, bool]] = {}  # as others of the same commit were told
        self._moments = moments or OwnMoments()
        self._body = BodyWriter(bench, self._moments)

    async def show(self, rest: str) -> None:
        """Show the release of that id when its time has come."""
        release_id = ReleaseId(rest)
        now = self._bench.clock.now()
        due = await self._moments.of(f"due:show:{release_id}")
        if due is None:
            last = await self._moments.of(f"last:show:{release_id}")
            due = max(now + self._pace.after, last + self._pace.apart) if last else now + self._pace.after
            await self._moments.keep(f"due:show:{release_id}", due)
        if now < due:
            self._bench.scheduler.wake_at(f"show:{release_id}", due)
            return
        await self._moments.keep(f"due:show:{release_id}", None)
        await self._moments.keep(f"last:show:{release_id}", now)
        await self._show_now(release_id)

    async def _show_now(self, release_id: ReleaseId) -> None:
        after = PATIENCE
        for _ in range(_TRIES):
            try:
                await self._show_once(release_id)
            except LookAgain as why:
                _log.debug("show.looks_again", release=release_id, why=str(why))
                if isinstance(why, LookLater):
                    after = why.after
                    break
                continue
            return
        self._bench.scheduler.wake_at(f"show:{release_id}", self._bench.clock.now() + after)

    async def _show_once(self, release_id: ReleaseId) -> None:
        """Show each part. Raises LookAgain where the body has to be looked at anew, when the rest has been shown."""
        release = await self._bench.releases.get(release_id)
        if release is None:
            return
        with about(of=release):
            await self._show_parts(release)

    async def _show_parts(self, release: Release) -> None:
        release_id = release.id
        plan = await self._bench.plans.of(release)
        shown = await self._bench.releases.shown(release_id)
        verdict = await self._verdict(plan, release)
        # The gate first: it is what keeps a tag from being pushed. What fails keeps nothing else from being shown.
        shown = await self._kept(release_id, shown, self._gate(release, shown))
        if release.lost is not None or await self._has_successor(release):
            return
        for part in (self._status, self._labels):
            try:
                shown = await part(plan, release, verdict, shown)
            except Throttled as error:
                self._bench.scheduler.wake_at(f"show:{release_id}", error.retry_at)
                return
            except GitHubError as error:
                self._failed(release_id, part.__name__, error)
                shown = await self._bench.releases.shown(release_id)  # it has noted that nobody knows what stands there
        try:
            await self._body.show(plan, release, verdict, shown)
        except Throttled as error:
            self._bench.scheduler.wake_at(f"show:{release_id}", error.retry_at)
        except GitHubError as error:
            self._failed(release_id, "body", error)

    def _failed(self, release_id: ReleaseId, part: str, error: GitHubError) -> None:
        _log.warning("show.failed", release=release_id, part=part, error=str(error))
        self._bench.scheduler.wake_at(f"show:{release_id}", self._bench.clock.now() + _AGAIN)

    async def _verdict(self, plan: Plan, release: Release) -> Verdict:
        """Judge the release beside the others of its commit, and tell them where its own part has changed."""
        own = (judge(plan, release).state, release.closed is not None)
        if self._states.get(release.id) != own:
            self._states[release.id] = own
            for other in await self._bench.releases.at_commit(release.repo.id, release.target.sha):
                if other.id != release.id and other.closed is None:  # theirs rests on this one
                    self._bench.scheduler.wake(f"show:{other.id}")
        return await judged_beside(self._bench, plan, release)

    async def _has_successor(self, release: Release) -> bool:
        """Whether its issue tracks another release by now: that one's checklist and labels stand there."""
        if release.closed is None:
            return False
        return any(other.issue == release.issue for other in await self._bench.releases.open_in(release.repo.id))

    async def _kept(self, release_id: ReleaseId, before: Shown, after: Shown) -> Shown:
        """Remember what was written, unless something of it was found changed meanwhile: that is looked at again."""
        if after == before or await self._bench.releases.save_shown(release_id, before, after):
            return after
        self._bench.scheduler.wake(f"show:{release_id}")
        return await self._bench.releases.shown(release_id)

    async def _noted(self, release_id: ReleaseId, before: Shown, after: Shown) -> Shown:
        """Note before something is written that nobody knows what stands there: its answer may be lost.

        Else what stood there before would be taken to stand there still, and never be written again. Raises LookAgain
        where something was found changed meanwhile.
        """
        if after != before and not await self._bench.releases.save_shown(release_id, before, after):
            raise LookAgain("something was heard of the issue meanwhile")
        return after

    def _gate(self, release: Release, shown: Shown) -> Shown:
        """Have the gate of the release's commit shown, and of the one that it has left."""
        sha = release.target.sha
        for one in {sha, shown.gate_sha or sha}:
            self._bench.scheduler.wake(gate_key(release.repo.id, one))
        return replace(shown, gate_sha=sha)

    async def _labels(self, plan: Plan, release: Release, verdict: Verdict, shown: Shown) -> Shown:
        del plan
        if shown.labels == wanted_labels(release, verdict):
            return shown
        noted = await self._noted(release.id, shown, replace(shown, labels=None))
        return await self._kept(release.id, noted, await show_labels(self._bench.github, release, verdict, noted))

    async def _status(self, plan: Plan, release: Release, verdict: Verdict, shown: Shown) -> Shown:
        mark = f"<!-- gonogo:status:{release.id} -->"
        late = self._bench.lag.minutes(release.repo.id, self._bench.clock.now())
        text = self._bench.renderer.status_comment(status_view(plan, release, verdict, self._bench.site, late))
        body = f"{text}\n\n{mark}"
        new = digest(body)
        if shown.comment is not None and shown.comment_digest == new:
            return shown
        noted = await self._noted(release.id, shown, replace(shown, comment_digest=None))
        if noted.comment is not None:
            with suppress(Missing):
                await self._bench.github.edit_comment(release.repo, noted.comment, body)
                return await self._kept(release.id, noted, replace(noted, comment_digest=new))
        posted = await self._bench.github.find_comment(release.repo, release.issue, mark)
        if posted is None:
            posted = await self._bench.github.comment(release.repo, release.issue, body)
        else:
            await self._bench.github.edit_comment(release.repo, posted.id, body)
        after = replace(noted, comment=posted.id, comment_url=posted.url, comment_digest=new)
        return await self._kept(release.id, noted, after)
