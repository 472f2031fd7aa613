"""Changes of the tracking issue of which GitHub has not told: boxes are left as they were found, damage is told."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final

import structlog

from app.domain.edits import damage, flips, stamp_in
from app.domain.plan.find_item import item_of
from app.domain.plan.model import Manual, Plan
from app.domain.release.events import Event
from app.domain.release.events_course import BlockRepaired
from app.domain.release.events_said import BoxFound
from app.domain.release.gate import Verdict
from app.domain.release.model import Release
from app.domain.values import ReleaseId
from app.ports import IssueText, Moments, Shown
from app.worker.looking import ANOTHER_TIME, PATIENCE, LookAgain, LookLater, keep, write_down
from app.worker.shown import digest
from app.worker.workbench import Workbench

_log: Final = structlog.stdlib.get_logger()


class Strangers:
    """Finds what somebody changed without GitHub telling of it, some time after it was seen first."""

    def __init__(self, bench: Workbench, moments: Moments) -> None:
        self._bench = bench
        self._moments = moments  # since when such a change is there

    async def note(self, plan: Plan, release: Release, verdict: Verdict, shown: Shown, issue: IssueText) -> None:
        """Write down what is found. Raises LookLater until its time has come, and LookAgain where anything was."""
        last, now = await self._bench.releases.body(release.id), self._bench.clock.now()
        found = digest(issue.body)
        is_of_another = stamp_in(issue.body) not in (None, release.stamp)  # commit or plan: it says nothing here
        if last is None or is_of_another or found == digest(last) or shown.is_accounted_for(found):
            await self._forget(release.id)
            return
        events = tuple(_changes(plan, verdict, shown, (last, issue.body), now))
        if events and now - await self._since(release.id, now) < PATIENCE:
            raise LookLater("somebody has changed the issue, and GitHub may yet tell who")
        if events:
            _log.info("body.changed_by_somebody", release=release.id, events=[event.kind for event in events])
        await write_down(self._bench, release, events)
        await self._forget(release.id)
        await keep(self._bench, release, shown, replace(shown, body_at=issue.updated_at), issue.body)
        raise LookAgain("the issue was changed, and is looked at as it is now")

    async def _since(self, release: ReleaseId, now: datetime) -> datetime:
        since = await self._moments.of(_key(release))
        if since is not None and now - since < ANOTHER_TIME:
            return since
        await self._moments.keep(_key(release), now)
        return now

    async def _forget(self, release: ReleaseId) -> None:
        if await self._moments.of(_key(release)) is not None:
            await self._moments.keep(_key(release), None)


def _changes(plan: Plan, verdict: Verdict, shown: Shown, bodies: tuple[str, str], now: datetime) -> Iterator[Event]:
    """Return what happened between two bodies that is not put back without a word: the last one seen, and this one."""
    last, body = bodies
    # Our latest write may stand there unanswered, below somebody's change: what it did is none of theirs.
    ours = shown.in_doubt(digest(last))
    for flip in flips(last, body):
        of, standing = item_of(plan, flip.item), verdict.standing.of(flip.item)
        if of is None or standing is None or not isinstance(of.item.wanted, Manual):
            continue  # a box that a machine ticks
        if standing.is_boxed != flip.is_ticked and not (ours and flip.item in ours.flipped):
            yield BoxFound(item=flip.item, is_ticked=flip.is_ticked, at=now)
    if ours is None and (broken := damage(last, body)):
        yield BlockRepaired(what=broken, by=None, at=now)


def _key(release: ReleaseId) -> str:
    return f"strange:{release}"
