"""Writing the tracking issue's body: read, merge with what people did meanwhile, write, read again, verify."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

import structlog

from app.domain.edits import boxes, merge_outside, outside
from app.domain.messages import NoRoom
from app.domain.plan.model import Manual, Plan
from app.domain.release.desired import TooLong, fit, issue_view
from app.domain.release.events_course import BlockRepaired
from app.domain.release.gate import Verdict
from app.domain.release.model import Release
from app.domain.release.views import IssueView
from app.domain.values import ItemId
from app.ports import LONG_AGO, BodyWrite, IssueText, Moments, Shown, Throttled
from app.worker.draft import Draft
from app.worker.looking import PATIENCE, LookAgain, LookLater, keep, write_down
from app.worker.shown import digest
from app.worker.strangers import Strangers
from app.worker.workbench import Workbench

_log: Final = structlog.stdlib.get_logger()
NOT_RESTORED: Final = (
    "An edit of the text around the checklist was overwritten by one of ours and could not be put back: "
    "GitHub's history of the issue has it."
)
_DUEL: Final = 4  # times in a row that the same was said
_LONGEST: Final = timedelta(minutes=10)
_QUIET: Final = 2 * _LONGEST  # what stood for so long has stayed
_WRITES: Final = 12  # of ours that are remembered: their echoes mostly come within seconds


class BodyWriter:
    """Shows a release in its tracking issue. Showing what stands there already costs no call."""

    def __init__(self, bench: Workbench, moments: Moments) -> None:
        self._bench = bench
        self._strangers = Strangers(bench, moments)

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
        await self._refuse_stale(release, issue, shown)
        answered = shown.answered_by(digest(issue.body))
        if answered != shown:
            shown = await keep(self._bench, release, shown, replace(answered, body_at=issue.updated_at), issue.body)
        await self._strangers.note(plan, release, verdict, shown, issue)
        body = await self._restored(release, issue.body, shown)
        # Most often the fullest block fits, and that one is written already.
        placed = fit(body, view, lambda v: text if v == view else self._bench.renderer.issue_block(v))
        if isinstance(placed, TooLong):
            await self._tell_no_room(release, placed)
            return await keep(
                self._bench, release, shown, replace(shown, body_digest=None, view_digest=full), issue.body
            )
        if placed.body == issue.body:
            after = replace(shown, view_digest=full, body_digest=digest(issue.body), body_at=issue.updated_at)
            return await keep(self._bench, release, shown, replace(after, restore=None), issue.body)
        write = BodyWrite(
            base=digest(issue.body),
            made=digest(placed.body),
            flipped=_flipped(plan, issue.body, placed.body),
            at=self._bench.clock.now(),
            shows=_says(view),
            around=outside(issue.body) if shown.restore is not None else None,
        )
        self._rest(release, shown, write)
        return await self._written(release, shown, issue, write, placed.body, full)

    async def _refuse_stale(self, release: Release, issue: IssueText, shown: Shown) -> None:
        """Raise LookLater for what stood there before the latest change that we know of.

        What was itself seen last is none of that: somebody may have brought back a text that had been left.
        """
        if shown.body_at is None:
            return
        last, found = await self._bench.releases.body(release.id), digest(issue.body)
        is_seen = last is not None and digest(last) == found
        is_as_old = issue.updated_at == shown.body_at and not is_seen and shown.is_left_for_good(found)
        if issue.updated_at < shown.body_at or is_as_old:
            raise LookLater("GitHub answered with an old body")

    async def _restored(self, release: Release, body: str, shown: Shown) -> str:
        """Put back people's text that a write of ours overwrote, among what was written there since."""
        restore, around = shown.restore, outside(body)
        if restore is None or around is None:
            return body
        merged = merge_outside(restore.base, theirs=restore.theirs, now=around)
        if merged is None:
            repaired = BlockRepaired(what=(NOT_RESTORED,), by=None, at=self._bench.clock.now())
            await write_down(self._bench, release, (repaired,))
            await keep(self._bench, release, shown, replace(shown, restore=None))
            raise LookAgain("what cannot be put back has been told")
        block = body[len(around.before) : len(body) - len(around.after)]
        return merged.before + block + merged.after

    async def _written(
        self, release: Release, shown: Shown, issue: IssueText, write: BodyWrite, body: str, full: str
    ) -> Shown:
        """Write, and look whether it stands there. What is about to be written is noted first, to know its echo by."""
        noted = replace(shown, writes=(*shown.writes, write)[-_WRITES:], body_digest=None)
        await keep(self._bench, release, shown, noted, issue.body)
        try:
            written = await self._bench.github.write_issue_body(release.repo, release.issue, body)
        except Throttled:  # nothing was done: it is not to be taken for one that may have been
            # Where something else was noted meanwhile it stays in doubt; when there is room is to be known in any case.
            await self._bench.releases.save_shown(release.id, noted, replace(shown, body_digest=None))
            raise
        left = shown.restore if outside(issue.body) is None else None  # there was no place for it until now
        after = replace(
            noted.answered_by(write.made),
            body_digest=None if left else write.made,
            view_digest=full,
            body_at=written.updated_at,
            restore=left,
        )
        await keep(self._bench, release, noted, after, body)
        if left:
            raise LookAgain("what somebody wrote has a place again")
        again = await self._bench.github.issue(release.repo, release.issue)
        if digest(again.body) == write.made:
            return after
        _log.warning("body.not_as_written", release=release.id, is_stale=again.updated_at < written.updated_at)
        await keep(self._bench, release, after, replace(after, body_digest=None), body)
        raise LookLater("the issue does not read as it was written")

    @staticmethod
    def _rest(release: Release, shown: Shown, write: BodyWrite) -> None:
        """Raise LookLater where a checklist that says the same was written again and again.

        From one write to the next it takes twice as long each time: two that put one another right would use up what
        the installation may write. What says anything new, not only when or what was put right, is written at once.
        """
        if (times := shown.times_said(write, _QUIET)) < _DUEL:
            return
        until = shown.writes[-1].at + min(PATIENCE * 2 ** (times - 2), _LONGEST)
        if write.at < until:
            _log.warning("body.says_the_same", release=release.id, times=times, until=until.isoformat())
            raise LookLater("the checklist has said the same again and again", until - write.at)

    async def _tell_no_room(self, release: Release, found: TooLong) -> None:
        """Say once that there is no room: people's text is never cut."""
        _log.warning("show.no_room", release=release.id, people=found.people, limit=found.limit)
        draft = Draft((), self._bench.renderer)
        words = NoRoom(people=found.people, limit=found.limit)
        draft.reply(release.id, release.repo, release.issue, f"no-room:{release.id}", words)
        await self._bench.write(draft)


def _says(view: IssueView) -> str:
    """Return a digest of what a checklist says, whatever the time, and whatever was put right in it."""
    return digest(repr(replace(view, overview=replace(view.overview, as_of=LONG_AGO, repair=None))))


def _flipped(plan: Plan, before: str, after: str) -> tuple[ItemId, ...]:
    """Return the items for people whose boxes a write changes."""
    known = boxes(before)
    for_people = (item.id for item in plan.items() if isinstance(item.wanted, Manual))
    new = boxes(after)
    return tuple(item for item in for_people if item in known and new.get(item, known[item]) != known[item])
