"""The one draft of a release on GitHub: found by its hidden mark, taken over from others, or made."""

from collections import Counter
from collections.abc import Sequence
from typing import Final, Protocol

import structlog

from app.domain.plan.model import Plan
from app.domain.release.effects import PublishRelease
from app.domain.release.model import Release
from app.domain.release.no_publish import NotPublished, Unpublished
from app.domain.release.publishing import is_prerelease, release_mark
from app.domain.values import ReleaseId
from app.ports import Entry, HostedRelease, NewDraft, Rejected, ReleaseHost, Throttled
from app.worker.dispatching import LOOK_FOR, NotSent
from app.worker.workbench import Workbench

_log: Final = structlog.stdlib.get_logger()
_BODY_LIMIT: Final = 120_000  # characters; GitHub takes 125,000
_NAME_LIMIT: Final = 200
_TRIES: Final = 3
"""Tries to write notes before a release goes without."""


class WritesNotes(Protocol):
    """Writes what is new in a release."""

    async def markdown(self, release: Release, plan: Plan) -> str:
        """Return the notes as Markdown. Raises GitHubError."""
        ...


class Drafts:
    """Finds or makes the draft. Whatever was done before is found first, so that there is never a second one."""

    def __init__(self, host: ReleaseHost, notes: WritesNotes | None, bench: Workbench) -> None:
        self._host = host
        self._notes = notes
        self._clock = bench.clock
        self._site = bench.site.rstrip("/")
        self._failed = Counter[ReleaseId]()  # how often the notes could not be had, by this process

    async def of(
        self, entry: Entry, effect: PublishRelease, release: Release, plan: Plan, public: HostedRelease | None
    ) -> HostedRelease | NotPublished:
        """Return the draft, unless somebody else's release of that tag is `public`. Raises GitHubError.

        Raises NotSent for a while where one may have been made that GitHub does not list yet.
        """
        if public is not None:
            return _refused(Unpublished.FOREIGN_RELEASE, [public])
        mark = release_mark(release)
        drafts = [
            one for one in await self._host.hosted_releases(effect.repo) if one.is_draft and one.tag == effect.tag
        ]
        ours = sorted((one for one in drafts if mark in one.body), key=lambda one: one.id)
        others = [one for one in drafts if mark not in one.body]
        if others and effect.is_adopting:
            return await self._adopt(effect, release, others, ours)
        if ours:
            return await self._one_of(effect, ours)
        if others:
            return _refused(Unpublished.FOREIGN_DRAFT, others)
        is_known = release.publishing is not None and bool(release.publishing.draft_url)
        if (entry.attempts > 1 or is_known) and self._clock.now() - entry.first_claimed_at < LOOK_FOR:
            raise NotSent("a draft may have been made: looking for it")
        return await self._make(effect, release, plan)

    async def _one_of(self, effect: PublishRelease, ours: Sequence[HostedRelease]) -> HostedRelease | NotPublished:
        """Return the one of our drafts that has files, else the first; the others, where they have none, go."""
        if len(ours) == 1:
            return ours[0]
        filled = [one for one in ours if await self._host.assets_of(effect.repo, one.id)]
        if len(filled) > 1:
            return _refused(Unpublished.SEVERAL_DRAFTS, filled)
        kept = (filled or ours)[0]
        for one in ours:
            if one.id != kept.id:
                await self._host.delete_draft(effect.repo, one.id)
        return kept

    async def notes(self, release: Release, plan: Plan) -> str:
        """Return what is new, bounded; a pointer to the tracking issue where that cannot be told.

        Raises Throttled, and the first few times whatever else keeps the notes from being written but a refusal.
        """
        issue = f"{self._site}/{release.repo.full_name}/issues/{release.issue}"
        pointer = f"How this release came about: {issue}"
        if self._notes is None:
            return pointer
        try:
            written = await self._notes.markdown(release, plan)
        except Throttled:
            raise
        except Exception as error:  # no release waits for its notes for ever, whatever is wrong with them
            self._failed[release.id] += 1
            if not isinstance(error, Rejected) and self._failed[release.id] < _TRIES:
                raise
            _log.warning("publish.no_notes", error=f"{type(error).__name__}: {error}")
            return pointer
        del self._failed[release.id]
        return written[:_BODY_LIMIT] or pointer

    async def _make(self, effect: PublishRelease, release: Release, plan: Plan) -> HostedRelease:
        draft = NewDraft(
            tag=effect.tag,
            sha=effect.sha,
            name=f"{plan.name} {release.version}"[:_NAME_LIMIT],
            body=f"{await self.notes(release, plan)}\n\n{release_mark(release)}",
            is_prerelease=is_prerelease(release.version),
        )
        return await self._host.create_draft(effect.repo, draft)

    async def _adopt(
        self, effect: PublishRelease, release: Release, others: Sequence[HostedRelease], ours: Sequence[HostedRelease]
    ) -> HostedRelease | NotPublished:
        """Take over the one draft of others. One of ours goes, unless somebody has put files into it."""
        if len(others) > 1:
            return _refused(Unpublished.SEVERAL_DRAFTS, others)
        for one in ours:
            if await self._host.assets_of(effect.repo, one.id):
                return _refused(Unpublished.SEVERAL_DRAFTS, [*others, one])
            await self._host.delete_draft(effect.repo, one.id)
        body = f"{others[0].body.rstrip()}\n\n{release_mark(release)}".lstrip()
        return await self._host.write_release_body(effect.repo, others[0].id, body)


def _refused(problem: Unpublished, found: Sequence[HostedRelease]) -> NotPublished:
    names = tuple(f"{one.url} by {one.author or 'somebody'}" for one in found)
    return NotPublished(problem=problem, names=names, url=found[0].url)
