"""The fold of what became of publishing a release."""

from dataclasses import replace
from typing import assert_never

from app.domain.release.events_publish import (
    PublishEvent,
    PublishRefused,
    PublishRequested,
    PublishWaiting,
    ReleasePublished,
)
from app.domain.release.model import Release
from app.domain.release.published import Published, Publishing


def publishing(release: Release, event: PublishEvent) -> Release:
    """Return the release after something became of its publishing. What is public stays so."""
    match event:
        case PublishRequested():
            asked = Publishing(
                tag=event.tag,
                sha=event.sha,
                by=event.by,
                asked=event.asked,
                comment=event.comment,
                issue=event.issue,
                is_adopting=event.is_adopting,
                at=event.at,
            )
            return replace(release, publishing=asked)
        case PublishWaiting(missing=missing, draft_url=url):
            going_on = release.publishing
            return replace(release, publishing=replace(going_on, missing=missing, draft_url=url) if going_on else None)
        case PublishRefused(reason=reason):
            going_on = release.publishing
            return replace(release, publishing=replace(going_on, reason=reason) if going_on else None)
        case ReleasePublished():
            public = Published(
                tag=event.tag,
                commit=event.commit,
                number=event.number,
                url=event.url,
                assets=event.assets,
                is_prerelease=event.is_prerelease,
                is_latest=event.is_latest,
                is_immutable=event.is_immutable,
                at=event.at,
            )
            return replace(release, publishing=None, published=public)
        case _:
            assert_never(event)
