"""Writing the tracking issue's body: read, merge with what people did meanwhile, write, read again, verify."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import structlog

from app.domain.decision import Accepted
from app.domain.edits import boxes, damage, flips, merge_outside, outside, stamp_in
from app.domain.messages import NoRoom
from app.domain.plan.find_item import item_of
from app.domain.plan.model import Manual, Plan
from app.domain.release.desired import TooLong, fit, issue_view
from app.domain.release.events import Event
from app.domain.release.events_course import BlockRepaired
from app.domain.release.events_said import BoxFound
from app.domain.release.gate import Verdict
from app.domain.release.model import Release
from app.domain.release.ticking import Flip
from app.domain.values import ItemId, ReleaseId
from app.ports import BodyWrite, Conflict, IssueText, Moments, Shown
from app.worker.draft import Draft
from app.worker.shown import digest
from app.worker.workbench import Workbench

_log: Final = structlog.stdlib.get_logger()
PATIENCE: Final = timedelta(seconds=5)
"""How long an old answer, or a change that GitHub has not told of yet, is given to come right by itself."""

_ANOTHER_TIME: Final = timedelta(minutes=1)  # a change that was waited for so long ago was not this one

NOT_RESTORED: Final = (
    "An edit of the text around the checklist was overwritten by one of ours and could not be put back: "
    "GitHub's history of the issue has it."
)
_WRITES: Final = 12  # of ours that are remembered, until their echoes have come back


class LookAgain(Exception):
    """Nothing was written: the release or what is known of the issue has changed, and the show begins anew."""


class LookLater(LookAgain):
    """The same, and what was read has to be given some time first."""


class BodyWriter:
    """Shows a release in its tracking issue. Showing what stands there already costs no call."""

    def __init__(self, bench: Workbench, moments: Moments) -> None:
        self._bench = bench
        self._moments = moments  # since when somebody's change is there of which GitHub has not told

    async def show(self, plan: Plan, release: Release, verdict: Verdict, shown: Shown) -> Shown:
        """Write the block where it is not as it should be, and return what is known then.

        Raises LookAgain, LookLater and GitHubError.
        """
        view = issue_view(plan, release, verdict, self._bench.site)
        text = self._bench.renderer.issue_block(view)
        full = digest(text)
        if shown.body_digest is not None and shown.view_digest == full:
            return shown
        issue = await self._bench.github.issue(release.repo, release.issue)
        self._refuse_stale(issue, shown)
        await self._note_strangers(plan, release, verdict, shown, issue)
        body = await self._restored(release, issue.body, shown)
        # Most often the fullest block fits, and that one is written already.
        placed = fit(body, view, lambda v: text if v == view else self._bench.renderer.issue_block(v))
        if isinstance(placed, TooLong):
            await self._tell_no_room(release, placed)
            return await self._keep(release, shown, replace(shown, body_digest=None, view_digest=full), issue.body)
        if placed.body == issue.body:
            after = replace(shown, view_digest=full, body_digest=digest(issue.body), body_at=issue.updated_at)
            return await self._keep(release, shown, replace(after, restore=None), issue.body)
        return await self._written(plan, release, shown, issue, (placed.body, full))

    @staticmethod
    def _refuse_stale(issue: IssueText, shown: Shown) -> None:
        """Raise LookLater for what stood there before the latest change that we know of."""
        if shown.body_at is None:
            return
        is_as_old = issue.updated_at == shown.body_at and shown.is_left_for_good(digest(issue.body))
        if issue.updated_at < shown.body_at or is_as_old:
            raise LookLater("GitHub answered with an old body")

    async def _note_strangers(
        self, plan: Plan, release: Release, verdict: Verdict, shown: Shown, issue: IssueText
    ) -> None:
        """Write down what somebody changed without GitHub telling of it. Raises LookAgain where anything was."""
        last, now = await self._bench.releases.body(release.id), self._bench.clock.now()
        found = digest(issue.body)
        is_other = stamp_in(issue.body) not in (None, release.stamp)  # of another commit or plan: it says nothing here
        if last is None or is_other or found == digest(last) or shown.is_accounted_for(found):
            await self._forget_strangers(release.id)
            return
        events: list[Event] = []
        for flip in flips(last, issue.body):
            events.extend(self._stranger(plan, verdict, flip, now))
        # Our latest write may stand there unanswered, with somebody's change on top: no damage of theirs.
        is_known = not shown.writes or shown.writes[-1].is_answered
        if is_known and (broken := damage(last, issue.body)):
            events.append(BlockRepaired(what=broken, by=None, at=now))
        if events and now - await self._strange_since(release.id, now) < PATIENCE:
            raise LookLater("somebody has changed the issue, and GitHub may yet tell who")
        await self._forget_strangers(release.id)
        await self._keep(release, shown, replace(shown, body_at=issue.updated_at), issue.body)
        if events:
            draft = Draft((release,), self._bench.renderer)
            draft.add(release.id, release.repo, Accepted(events=tuple(events)))
            with suppress(Conflict):  # the release has moved on: it is looked at as it is now, in any case
                await self._bench.write(draft)
        raise LookAgain("the issue was changed, and is looked at as it is now")

    async def _strange_since(self, release: ReleaseId, now: datetime) -> datetime:
        since = await self._moments.of(_strange(release))
        if since is not None and now - since < _ANOTHER_TIME:
            return since
        await self._moments.keep(_strange(release), now)
        return now

    async def _forget_strangers(self, release: ReleaseId) -> None:
        if await self._moments.of(_strange(release)) is not None:
            await self._moments.keep(_strange(release), None)

    @staticmethod
    def _stranger(plan: Plan, verdict: Verdict, flip: Flip, now: datetime) -> Iterator[Event]:
        of, standing = item_of(plan, flip.item), verdict.standing.of(flip.item)
        if of is None or standing is None or not isinstance(of.item.wanted, Manual):
            return  # a box that a machine ticks is just put back
        if standing.is_boxed != flip.is_ticked:
            yield BoxFound(item=flip.item, is_ticked=flip.is_ticked, at=now)

    async def _restored(self, release: Release, body: str, shown: Shown) -> str:
        """Put back people's text that a write of ours overwrote, among what was written there since."""
        restore, around = shown.restore, outside(body)
        if restore is None or around is None:
            return body
        merged = merge_outside(restore.base, theirs=restore.theirs, now=around)
        if merged is None:
            draft = Draft((release,), self._bench.renderer)
            repaired = BlockRepaired(what=(NOT_RESTORED,), by=None, at=self._bench.clock.now())
            draft.add(release.id, release.repo, Accepted(events=(repaired,)))
            with suppress(Conflict):
                await self._bench.write(draft)
            return body
        block = body[len(around.before) : len(body) - len(around.after)]
        return merged.before + block + merged.after

    async def _written(
        self, plan: Plan, release: Release, shown: Shown, issue: IssueText, new: tuple[str, str]
    ) -> Shown:
        """Write, and look whether it stands there. What is about to be written is noted first, to know its echo by."""
        body, full = new
        write = BodyWrite(
            base=digest(issue.body),
            made=digest(body),
            flipped=_flipped(plan, issue.body, body),
            around=outside(issue.body) if shown.restore is not None else None,
        )
        noted = replace(shown, writes=(*shown.writes, write)[-_WRITES:], body_digest=None)
        await self._keep(release, shown, noted, issue.body)
        written = await self._bench.github.write_issue_body(release.repo, release.issue, body)
        after = replace(
            noted,
            writes=(*noted.writes[:-1], replace(write, is_answered=True)),
            body_digest=write.made,
            view_digest=full,
            body_at=written.updated_at,
            restore=None,
        )
        await self._keep(release, noted, after, body)
        again = await self._bench.github.issue(release.repo, release.issue)
        if digest(again.body) == write.made:
            return after
        _log.warning("body.not_as_written", release=release.id, is_stale=again.updated_at < written.updated_at)
        await self._keep(release, after, replace(after, body_digest=None), body)
        raise LookLater("the issue does not read as it was written")

    async def _keep(self, release: Release, known: Shown, shown: Shown, body: str) -> Shown:
        """Remember what is known of the issue. Raises LookAgain where something else was noted meanwhile."""
        if not await self._bench.releases.save_shown(release.id, known, shown, body=body):
            raise LookAgain("something was heard of the issue meanwhile")
        return shown

    async def _tell_no_room(self, release: Release, found: TooLong) -> None:
        """Say once that there is no room: people's text is never cut."""
        _log.warning("show.no_room", release=release.id, people=found.people, limit=found.limit)
        draft = Draft((), self._bench.renderer)
        words = NoRoom(people=found.people, limit=found.limit)
        draft.reply(release.id, release.repo, release.issue, f"no-room:{release.id}", words)
        await self._bench.write(draft)


def _flipped(plan: Plan, before: str, after: str) -> tuple[ItemId, ...]:
    """Return the items for people whose boxes a write changes."""
    known = boxes(before)
    for_people = (item.id for item in plan.items() if isinstance(item.wanted, Manual))
    new = boxes(after)
    return tuple(item for item in for_people if item in known and new.get(item, known[item]) != known[item])


def _strange(release: ReleaseId) -> str:
    return f"strange:{release}"
