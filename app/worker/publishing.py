"""Publishing a release: whole or not at all, once, and never without a green gate and its own tag."""

from typing import Final, Protocol

import structlog

from app.domain.release.effects import PublishRelease
from app.domain.release.events_publish import ReleasePublished
from app.domain.release.model import Release
from app.domain.release.no_publish import FilesAwaited, NotPublished, Unpublished
from app.domain.release.published import Served
from app.domain.release.publishing import PATIENCE, is_latest, is_prerelease, release_mark
from app.domain.values import Repo, Sha
from app.ports import Entry, HostedRelease, Missing, Rejected, ReleaseHost, Unclear
from app.worker.gates import CommitGate
from app.worker.release_drafts import Drafts, WritesNotes
from app.worker.release_files import Files, Subject
from app.worker.workbench import Workbench

_log: Final = structlog.stdlib.get_logger()
_PATIENCE: Final = 3
"""Tries before a gate that GitHub does not show as green is given up."""

Outcome = ReleasePublished | NotPublished | FilesAwaited


class Rereads(Protocol):
    """Judges a commit by what GitHub says now."""

    async def reread(self, repo: Repo, sha: Sha) -> CommitGate:
        """Return the verdict after everything that it rests on was asked for anew. Raises GitHubError."""
        ...


class Publisher:
    """Performs PublishRelease."""

    def __init__(self, bench: Workbench, host: ReleaseHost, gates: Rereads, notes: WritesNotes | None) -> None:
        self._bench = bench
        self._host = host
        self._gates = gates
        self._drafts = Drafts(host, notes, bench)
        self._files = Files(host, self._drafts, bench)

    async def perform(self, entry: Entry, effect: PublishRelease) -> Outcome:
        """Publish, or find how far that has come. Raises GitHubError; whatever the moment, it may be done again."""
        try:
            return await self._perform(entry, effect)
        except Missing as error:
            if entry.attempts <= _PATIENCE:
                raise Unclear("something of the release was gone meanwhile") from error
            return NotPublished(problem=Unpublished.REJECTED, detail=str(error))
        except Rejected as error:
            return NotPublished(problem=Unpublished.REJECTED, detail=str(error))

    async def _perform(self, entry: Entry, effect: PublishRelease) -> Outcome:
        release = await self._bench.releases.get(effect.release)
        asked = release.publishing if release else None
        if release is None or asked is None or asked.asked != effect.asked:
            return NotPublished(problem=Unpublished.OVER)
        # What is public is looked at before anything else: an earlier try may have come further than its answer.
        public = await self._host.published_release(effect.repo, effect.tag)
        is_ours = public is not None and release_mark(release) in public.body
        if not _stands(release, effect):
            if public is not None and is_ours:
                return NotPublished(problem=Unpublished.OVER_PUBLIC, url=public.url)
            return NotPublished(problem=Unpublished.OVER)
        plan = await self._bench.plans.of(release)
        if public is not None and is_ours:
            return await self._found_public(Subject(effect=effect, release=release, plan=plan, hosted=public))
        if no := await self._tag_gone(effect, release):
            return no
        hosted = await self._drafts.of(entry, effect, release, plan, public)
        if isinstance(hosted, NotPublished):
            return hosted
        of = Subject(effect=effect, release=release, plan=plan, hosted=hosted)
        checked = await self._files.check(of)
        if isinstance(checked, FilesAwaited) and self._bench.clock.now() - asked.at >= PATIENCE:
            return NotPublished(problem=Unpublished.MISSING, names=checked.missing, url=hosted.url)
        if isinstance(checked, NotPublished | FilesAwaited):
            return checked
        return await self._last_look(entry, of) or await self._publish(of, checked)

    async def _last_look(self, entry: Entry, of: Subject) -> NotPublished | None:
        """Read gate and release once more, just before: what was true when it was asked for may not be any more."""
        gate = await self._gates.reread(of.repo, of.effect.sha)
        release = await self._bench.releases.get(of.effect.release)
        if release is None or not _stands(release, of.effect):
            return NotPublished(problem=Unpublished.OVER)
        if not gate.is_green:
            return NotPublished(problem=Unpublished.RED, reasons=gate.reasons, url=of.hosted.url)
        if not gate.is_shown:
            if entry.attempts <= _PATIENCE:
                raise Unclear("GitHub does not show the gate as green yet")
            return NotPublished(problem=Unpublished.UNSEEN, url=of.hosted.url)
        return await self._tag_gone(of.effect, release)

    async def _publish(self, of: Subject, checked: tuple[Served, ...]) -> Outcome:
        if not await self._files.unchanged(of, checked):
            raise Unclear("the files have changed since they were checked")
        draft = await self._host.hosted_release(of.repo, of.hosted.id)
        if not draft.is_draft:
            raise Unclear("somebody has published the draft in this moment")
        first = is_prerelease(of.release.version)
        latest = not first and await self._is_latest(of)
        body = f"{draft.body.rstrip()}\n{_published_mark(of.release)}"
        await self._host.publish_release(of.repo, draft.id, of.effect.tag, body, is_first=first, is_latest=latest)
        try:
            return await self._read_back(of, checked, is_newest=latest)
        except Rejected as error:  # it is public by now, and that GitHub does not show it is no refusal
            raise Unclear(f"the release that was just published is not to be seen: {error}") from error

    async def _read_back(self, of: Subject, checked: tuple[Served, ...], *, is_newest: bool) -> Outcome:
        public = await self._host.hosted_release(of.repo, of.hosted.id)
        if public.is_draft:
            raise Unclear("the release is not shown as public yet")
        if public.tag != of.effect.tag or not await self._files.unchanged(of, checked):
            return NotPublished(problem=Unpublished.CHANGED, url=public.url)
        return self._told(of.effect, public, checked, is_newest=await self._mark_latest(of, is_wanted=is_newest))

    async def _mark_latest(self, of: Subject, *, is_wanted: bool) -> bool:
        """Have the release marked as the latest where it is, and return whether GitHub shows it so.

        What is asked for along with the publication GitHub may pass over, so it is read, and asked for by itself.
        """
        is_so = await self._host.latest_release(of.repo) == of.hosted.id
        if is_so is is_wanted:
            return is_so
        try:
            await self._host.mark_latest(of.repo, of.hosted.id, is_latest=is_wanted)
        except Rejected as error:  # the release is out and whole all the same
            _log.warning("publish.not_marked", error=str(error))
            return is_so
        return await self._host.latest_release(of.repo) == of.hosted.id

    async def _found_public(self, of: Subject) -> Outcome:
        """Tell of a release that is public already: by an earlier try of ours, or somebody has published our draft.

        Of our own the gate was green when it was published: the mark that goes into that very call says so.
        """
        try:
            if no := await self._tag_gone(of.effect, of.release):
                return NotPublished(problem=Unpublished.CHANGED, detail=no.reason, url=of.hosted.url)
            checked = await self._files.check(of)
            if isinstance(checked, FilesAwaited | NotPublished):
                names = checked.missing if isinstance(checked, FilesAwaited) else checked.names
                return NotPublished(problem=Unpublished.CHANGED, names=names, url=of.hosted.url)
            is_by_us = _published_mark(of.release) in of.hosted.body
            if not is_by_us and not (await self._gates.reread(of.repo, of.effect.sha)).is_green:
                return NotPublished(problem=Unpublished.CHANGED, url=of.hosted.url)
            wanted = not of.hosted.is_prerelease and await self._is_latest(of)
            latest = await self._mark_latest(of, is_wanted=wanted)
        except Rejected as error:  # it is public: a refusal would say that it is not
            raise Unclear(f"the release that is public cannot be looked at: {error}") from error
        return self._told(of.effect, of.hosted, checked, is_newest=latest)

    async def _tag_gone(self, effect: PublishRelease, release: Release) -> NotPublished | None:
        """Return why the tag is not as it was made: GitHub would make one that is missing, at whatever commit."""
        made = release.tagged
        tag = await self._bench.github.tag(effect.repo, effect.tag)
        if tag is None:
            return NotPublished(problem=Unpublished.NO_TAG, detail=effect.tag)
        if made is None or made.commit != effect.sha or tag.object != made.object:
            return NotPublished(problem=Unpublished.TAG_MOVED, detail=tag.object)
        return None

    async def _is_latest(self, of: Subject) -> bool:
        hosted = await self._host.hosted_releases(of.repo)
        others = [one.tag for one in hosted if not one.is_draft and not one.is_prerelease]
        return is_latest(of.effect.tag, of.release.version, others)

    def _told(
        self, effect: PublishRelease, public: HostedRelease, checked: tuple[Served, ...], *, is_newest: bool
    ) -> ReleasePublished:
        return ReleasePublished(
            tag=effect.tag,
            commit=effect.sha,
            number=public.id,
            url=public.url,
            assets=checked,
            is_prerelease=public.is_prerelease,
            is_latest=is_newest,
            is_immutable=public.is_immutable,
            at=self._bench.clock.now(),
        )


def _stands(release: Release, effect: PublishRelease) -> bool:
    """Whether it is still this commit and tag that are to be published."""
    is_same = release.target.sha == effect.sha and release.tag == effect.tag
    return is_same and release.closed is None and release.published is None


def _published_mark(release: Release) -> str:
    """Return the hidden text that goes into a release in the very call that makes it public."""
    return f"<!-- gonogo:published:{release.id} -->"
