"""Edits of a tracking issue, as GitHub tells them: ticks by people are taken or put back, echoes of ours compared.

Our own writes come back as edits by a bot, with the text that they replaced. Where that is not the text which the
write was based on, somebody edited in the very moment: a box is then left as they had it, their words are restored.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final

import structlog

from app.domain.decision import Accepted
from app.domain.edits import boxes, damage, flips, outside, stamp_in
from app.domain.inputs import BodyEdited
from app.domain.messages import ChecklistMoved
from app.domain.plan.find_item import item_of
from app.domain.plan.model import Manual, Plan
from app.domain.policy import doers
from app.domain.release.events_course import BlockRepaired
from app.domain.release.events_said import BoxFound
from app.domain.release.fold_said import is_latest_word
from app.domain.release.model import Release
from app.domain.release.ticking import Edit, Flip, take_flips
from app.domain.values import ItemId, Role
from app.ports import BodyEdit, BodyWrite, Restore, Shown
from app.worker.draft import Draft
from app.worker.people import People
from app.worker.shown import digest
from app.worker.workbench import Workbench

_log: Final = structlog.stdlib.get_logger()
_KEPT: Final = 8  # digests of edits: an echo of ours comes within seconds of what it overwrote


class Editing:
    """Takes edits of tracking issues. Taking the same edit twice changes nothing."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench
        self._people = People(bench.github)

    async def take(self, edited: BodyEdited, delivery: str, draft: Draft, *, is_last: bool = True) -> None:
        """Take an edit of an issue, where it tracks a release. Raises GitHubError where roles cannot be asked for."""
        for release in draft.releases:
            if release.issue == edited.issue:
                await self._edit_of(release, edited, delivery, draft, is_last=is_last)

    async def _edit_of(
        self, release: Release, edited: BodyEdited, delivery: str, draft: Draft, *, is_last: bool
    ) -> None:
        shown = await self._bench.releases.shown(release.id)
        made = digest(edited.after)
        ours = next((write for write in reversed(shown.writes) if write.made == made), None)
        if ours is not None and not edited.is_person:
            if edited.before is not None and not shown.went_over_ours(digest(edited.before), made):
                await self._overwrote(release, ours, edited, edited.before, draft)
            base = None if edited.before is None else digest(edited.before)
            await self._heard(release, edited, lambda known: known.answered_by(made, base))
            return
        before = edited.before
        if before is None:
            before = await self._bench.releases.body(release.id) or ""
        # What bots do to the block is put right without a word; our own late echoes are bots', too.
        if edited.is_person:
            await self._told(release, edited, before, (delivery, is_last), draft)
        draft.touched.add(release.id)
        edit = BodyEdit(base=digest(before), made=made, at=edited.at)
        await self._heard(release, edited, lambda known: _explained(known, edit))

    async def _told(
        self, release: Release, edited: BodyEdited, before: str, told: tuple[str, bool], draft: Draft
    ) -> None:
        """Take what somebody ticked, and write down what they broke. Outsiders fill no log: theirs is just put back."""
        now, plan, (delivery, is_last) = self._bench.clock.now(), await self._bench.plans.of(release), told
        flipped = flips(before, edited.after)
        broken = damage(before, edited.after)
        if not flipped and not broken:
            return
        person = await self._people.stranger(release.repo, edited.by, is_last=is_last)
        if person.role is Role.NONE:
            return
        source = f"ticks:{release.id}:{edited.at.isoformat()}:{digest(edited.after)}"  # the same under every delivery
        # A text that was opened before the release moved is of the old checklist, whatever it is saved over.
        if flipped and not {stamp_in(before), stamp_in(edited.after)} <= {None, release.stamp}:
            moved = ChecklistMoved(by=edited.by.login, sha=release.target.sha)
            draft.reply(release.id, release.repo, release.issue, source, moved)
        elif flipped:
            actor = await self._people.in_plan(person, release, plan, _roles_for(plan, flipped), is_last=is_last)
            edit = Edit(actor=actor, is_person=True, edited_at=edited.at, delivery=delivery)
            taken = take_flips(plan, release, edit, flipped, now)
            draft.add(release.id, release.repo, Accepted(events=taken.events))
            if taken.answer is not None:
                draft.reply(release.id, release.repo, release.issue, source, taken.answer)
        if broken:
            repaired = BlockRepaired(what=broken, by=edited.by, at=now)
            draft.add(release.id, release.repo, Accepted(events=(repaired,)))

    async def _heard(self, release: Release, edited: BodyEdited, learn: Callable[[Shown], Shown]) -> None:
        """Keep what this edit tells, and its text as the latest seen, unless a later one is known."""
        while True:
            shown = await self._bench.releases.shown(release.id)
            after, body = learn(shown), None
            if after == shown:
                return
            # GitHub's clock tells whole seconds: within one, the text that nobody has left is the latest.
            is_latest = shown.body_at is None or edited.at > shown.body_at
            if is_latest or (edited.at == shown.body_at and after.is_accounted_for(digest(edited.after))):
                after, body = replace(after, body_at=edited.at), edited.after
            if await self._bench.releases.save_shown(release.id, shown, after, body=body):
                return

    async def _overwrote(
        self, release: Release, ours: BodyWrite, edited: BodyEdited, before: str, draft: Draft
    ) -> None:
        """Bring back what somebody did between our reading and our writing."""
        _log.warning("body.overwrote_an_edit", release=release.id)
        shown = await self._bench.releases.shown(release.id)
        draft.touched.add(release.id)
        if all(digest(before) != edit.made for edit in shown.edits):
            plan, now = await self._bench.plans.of(release), self._bench.clock.now()
            is_of_this = stamp_in(before) in (None, release.stamp)
            lost = self._lost_boxes(plan, ours, before, edited.after) if is_of_this else {}
            found = (
                BoxFound(item=item, is_ticked=ticked, at=now)
                for item, ticked in lost.items()
                if is_latest_word(release, item, edited.at)
            )
            draft.add(release.id, release.repo, Accepted(events=tuple(found)))
        theirs, base = outside(before), ours.around or outside(edited.after)
        restore = None
        if theirs is not None and base is not None and theirs != base:
            restore = Restore(base=base, theirs=theirs)
        while True:
            after = replace(shown, body_digest=None, restore=restore or shown.restore)
            if await self._bench.releases.save_shown(release.id, shown, after):
                return
            shown = await self._bench.releases.shown(release.id)

    @staticmethod
    def _lost_boxes(plan: Plan, ours: BodyWrite, before: str, after: str) -> dict[ItemId, bool]:
        """Return boxes for people that stood otherwise just before our write, and that we did not mean to change."""
        left = boxes(after)
        lost: dict[ItemId, bool] = {}
        for item, ticked in boxes(before).items():
            of = item_of(plan, item)
            if of is None or not isinstance(of.item.wanted, Manual) or item in ours.flipped:
                continue
            if left.get(item, ticked) != ticked:
                lost[item] = ticked
        return lost


def _explained(shown: Shown, edit: BodyEdit) -> Shown:
    """Return the same where that edit is known, and the body is to be looked at."""
    edits = (*(known for known in shown.edits if known != edit), edit)[-_KEPT:]
    return replace(shown, body_digest=None, edits=edits)


def _roles_for(plan: Plan, flipped: Iterable[Flip]) -> frozenset[str]:
    """Return the plan's roles that matter to who may change these boxes."""
    touched = (item_of(plan, flip.item) for flip in flipped)
    return frozenset(role for of in touched if of is not None for role in doers(plan, of.task).roles)
