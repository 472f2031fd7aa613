"""What happened around the releases of a repository, and what it means to each: drafted, not yet written."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, assert_never

import structlog

from app.domain.decision import Accepted
from app.domain.inputs import CommentChanged, GateClaimed, IssueGone, IssueHeard, Pushed, ReleaseHeard, Sighted
from app.domain.messages_foreign import ForeignGate
from app.domain.release.around import hear_branch, hear_gone, hear_issue, hear_plan
from app.domain.release.events_foreign import ForeignGateSeen
from app.domain.release.fold_foreign import foreign_key
from app.domain.release.foreign import hear_foreign, is_to_be_told
from app.domain.release.hearing_publish import hear_release
from app.domain.release.model import Release, Sight, Sighting
from app.domain.release.publishing import look_again
from app.domain.release.seeing import see
from app.domain.release.sources import source_branch
from app.domain.slash import find_invocations
from app.domain.values import Repo
from app.ports import GitHubError, Throttled
from app.worker.draft import Draft
from app.worker.gates import gate_at
from app.worker.reasserting import contested_key
from app.worker.shown import forget_comment
from app.worker.workbench import Workbench

_log: Final = structlog.stdlib.get_logger()
Happening = Sighted | GateClaimed | IssueHeard | IssueGone | CommentChanged | Pushed | ReleaseHeard


class Happenings:
    """Takes what GitHub tells beside what people ask for. Hearing the same again changes nothing."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench

    async def take(self, happening: Happening, draft: Draft) -> None:
        """Take one of them. Raises Throttled."""
        match happening:
            case Sighted():
                await self.sighted(happening, draft)
            case GateClaimed():
                await self.claimed(happening, draft)
            case IssueHeard():
                await self.issue(happening, draft)
            case IssueGone():
                self.gone(happening, draft)
            case CommentChanged():
                await self.comment(happening, draft)
            case Pushed():
                await self.pushed(happening, draft)
            case ReleaseHeard():
                await self.hosted(happening, draft)
            case _:
                assert_never(happening)

    async def sighted(self, sighted: Sighted, draft: Draft) -> None:
        """Take the state of a run, job, check or status."""
        for release in draft.releases:
            plan = await self._bench.plans.of(release)
            now = self._bench.clock.now()
            draft.add(release.id, release.repo, see(plan, release, sighted.sighting, now))
            if sighted.sighting.kind is Sight.WORKFLOW and sighted.sighting.progress.is_over:
                draft.add(release.id, release.repo, look_again(release, now))  # it may have uploaded files

    async def claimed(self, claim: GateClaimed, draft: Draft) -> None:
        """Take that something speaks as the gate. Where it is not ours, that is written down, told, and answered."""
        if claim.app == self._bench.app:
            return
        sighting, now = claim.sighting, self._bench.clock.now()
        at = [release for release in draft.releases if release.target.sha == sighting.sha]
        if not at:
            return
        is_green = (await gate_at(self._bench, claim.repo, sighting.sha)).is_green
        draft.contested.add(contested_key(claim.repo.id, sighting))
        for release in at:
            heard = hear_foreign(release, sighting, is_green=is_green, now=now)
            is_new = any(event.contradicts for event in heard.events if isinstance(event, ForeignGateSeen))
            if is_new and is_to_be_told(release, sighting):
                said = _foreign(sighting, is_green=is_green)
                source = f"foreign:{release.id}:{foreign_key(sighting)}"
                draft.reply(release.id, release.repo, release.issue, source, said)
            self._add(release, heard, draft)

    async def claimed_at(self, repo: Repo, found: Sequence[Sighting]) -> None:
        """Take what others were found to say as the gate, without a delivery that told of it."""

        async def draft() -> Draft:
            drafted = await self._bench.draft_in(repo)
            for sighting in found:
                await self.claimed(GateClaimed(repo=repo, app=None, sighting=sighting), drafted)
            return drafted

        await self._bench.decide(draft)

    async def issue(self, heard: IssueHeard, draft: Draft) -> None:
        """Take that an issue or pull request has labels and is open or closed."""
        for release in draft.releases:
            plan = await self._bench.plans.of(release)
            self._add(release, hear_issue(plan, release, heard.issue, self._bench.clock.now()), draft)

    async def hosted(self, heard: ReleaseHeard, draft: Draft) -> None:
        """Take that something happened to a release or draft on GitHub."""
        for release in draft.releases:
            follows = hear_release(await self._bench.plans.of(release), release, heard, self._bench.clock.now())
            self._add(release, follows, draft)
            if follows.answer is not None:
                source = f"hosted:{release.id}:{heard.number}"
                draft.reply(release.id, release.repo, release.issue, source, follows.answer)

    def gone(self, gone: IssueGone, draft: Draft) -> None:
        """Take that an issue is gone; where it tracked a release, the release goes on without."""
        for release in draft.releases:
            self._add(release, hear_gone(release, gone.issue, gone.how, self._bench.clock.now()), draft)

    async def pushed(self, pushed: Pushed, draft: Draft) -> None:
        """Take that a branch stands somewhere else; look at the plan where it may have changed. Raises Throttled."""
        for release in draft.releases:
            plan = await self._bench.plans.of(release)
            source = source_branch(plan, release)
            if pushed.branch != source:
                continue
            self._add(release, hear_branch(release, pushed.sha, self._bench.clock.now()), draft)
            if pushed.paths is None or release.plan_path in pushed.paths:
                await self._look_at_plan(release, draft)

    async def _look_at_plan(self, release: Release, draft: Draft) -> None:
        try:
            found = await self._bench.plans.again(release, ref=None)
        except Throttled:
            raise
        except GitHubError as error:
            _log.warning("plan.not_looked_at", release=release.id, error=str(error))  # the next poll looks again
            return
        self._add(release, hear_plan(release, found, self._bench.clock.now()), draft)

    async def comment(self, changed: CommentChanged, draft: Draft) -> None:
        """Take that a comment was edited or deleted: it never executes, and one of ours is put right."""
        texts = [text for text in (changed.before, changed.text) if text]
        if any(find_invocations(text) for text in texts):
            _log.warning(
                "command.text_changed",
                comment=changed.comment,
                editor=changed.by.id,
                is_deleted=changed.text is None,
            )
        for release in draft.releases:
            if release.issue == changed.issue and await self._is_ours(release, changed):
                draft.touched.add(release.id)

    async def state_label(self, release: Release, draft: Draft) -> None:
        """Take that somebody changed a label that shows the release's state: it is looked at again."""
        draft.touched.add(release.id)
        while True:
            shown = await self._bench.releases.shown(release.id)
            if await self._bench.releases.save_shown(release.id, shown, replace(shown, labels=None)):
                return

    async def _is_ours(self, release: Release, changed: CommentChanged) -> bool:
        """Whether our comment reads otherwise than we wrote it; what we wrote is then forgotten, to be looked at."""
        while True:
            shown = await self._bench.releases.shown(release.id)
            afresh = forget_comment(shown, changed)
            if afresh is None:
                return False
            if afresh == shown or await self._bench.releases.save_shown(release.id, shown, afresh):
                return True

    @staticmethod
    def _add(release: Release, accepted: Accepted, draft: Draft) -> None:
        draft.add(release.id, release.repo, accepted)


def _foreign(sighting: Sighting, *, is_green: bool) -> ForeignGate:
    return ForeignGate(
        who=sighting.source,
        is_status=sighting.kind is Sight.STATUS,
        says=sighting.progress.value,
        sha=sighting.sha,
        is_green=is_green,
    )
