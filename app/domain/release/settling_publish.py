"""What follows from an attempt to publish: events, a reaction and words, each once for one command."""

from datetime import datetime

from app.domain.decision import Accepted
from app.domain.messages_publish import ReleaseIsPublished, ReleaseNotPublished
from app.domain.release.effects import PublishRelease, React
from app.domain.release.events_publish import PublishRefused, PublishWaiting, ReleasePublished
from app.domain.release.model import Release
from app.domain.release.no_publish import FilesAwaited, NotPublished


def release_published(effect: PublishRelease, public: ReleasePublished, release: Release | None) -> Accepted:
    """Write it down and say so, once: of several looks that find it public only the first tells."""
    if release is None or release.published is not None:
        return Accepted()
    answer = ReleaseIsPublished(
        tag=public.tag,
        url=public.url,
        assets=tuple(asset.name for asset in public.assets),
        is_prerelease=public.is_prerelease,
        is_latest=public.is_latest,
        is_immutable=public.is_immutable,
    )
    return Accepted(events=(public,), effects=_reaction(effect, is_done=True), answer=answer)


def release_not_published(
    effect: PublishRelease, why: NotPublished, release: Release | None, now: datetime
) -> Accepted:
    """Write down why, and say what to do. A look that was overtaken by a later command says nothing."""
    if not _is_going_on(effect, release):
        return Accepted()
    answer = ReleaseNotPublished(
        tag=effect.tag,
        version=effect.version,
        problem=why.problem,
        detail=why.detail,
        names=why.names,
        url=why.url,
        reasons=why.reasons,
    )
    event = PublishRefused(reason=why.reason, at=now)
    return Accepted(events=(event,), effects=_reaction(effect, is_done=False), answer=answer)


def files_awaited(effect: PublishRelease, waits: FilesAwaited, release: Release | None, now: datetime) -> Accepted:
    """Write down what is waited for, where that is news."""
    if release is None or release.publishing is None or not _is_going_on(effect, release):
        return Accepted()
    known = (release.publishing.missing, release.publishing.draft_url)
    if known == (waits.missing, waits.draft_url):
        return Accepted()
    return Accepted(events=(PublishWaiting(missing=waits.missing, draft_url=waits.draft_url, at=now),))


def _is_going_on(effect: PublishRelease, release: Release | None) -> bool:
    asked = release.publishing if release else None
    return asked is not None and asked.is_pending and asked.asked == effect.asked


def _reaction(effect: PublishRelease, *, is_done: bool) -> tuple[React, ...]:
    if effect.comment is None:
        return ()
    return (React(repo=effect.repo, comment=effect.comment, content="rocket" if is_done else "-1"),)
