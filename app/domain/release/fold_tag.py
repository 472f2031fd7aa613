"""The fold of what became of a release's tag."""

from dataclasses import replace
from typing import assert_never

from app.domain.release.events_tag import TagEvent, TagMade, TagRefused, TagRequested
from app.domain.release.model import Release
from app.domain.release.tagged import Tagged, Tagging


def tagged(release: Release, event: TagEvent) -> Release:
    """Return the release after something became of its tag. A tag that was made stays made."""
    match event:
        case TagRequested(tag=tag, sha=sha, by=by, at=at):
            return replace(release, tagging=Tagging(tag=tag, sha=sha, by=by, at=at))
        case TagMade():
            made = Tagged(
                tag=event.tag,
                object=event.object,
                commit=event.commit,
                is_signed=event.is_signed,
                url=event.url,
                at=event.at,
            )
            return replace(release, tagging=None, tagged=made)
        case TagRefused(reason=reason):
            tagging = replace(release.tagging, reason=reason) if release.tagging else None
            return replace(release, tagging=tagging)
        case _:
            assert_never(event)
