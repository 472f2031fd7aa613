"""`release`: somebody or something has touched a release or a draft on GitHub."""

import re
from collections.abc import Iterator
from typing import Final

from app.domain.inputs import Input, ReleaseHeard
from app.domain.values import ReleaseId
from handlers.payloads import ReleaseEvent
from handlers.translating import github_event

_MARK: Final = re.compile(r"<!-- gonogo:release:([0-9a-f]{16}) -->")


@github_event("release", ReleaseEvent)
def release(payload: ReleaseEvent) -> Iterator[Input]:
    """Translate to what happened to which tag's release, and whether that is one of ours."""
    hosted = payload.release
    ours = _MARK.search(hosted.body or "")
    yield ReleaseHeard(
        repo=payload.repo(),
        tag=hosted.tag_name,
        number=hosted.id,
        url=hosted.html_url,
        is_published=payload.action == "published",
        ours=ReleaseId(ours[1]) if ours else None,
        by=payload.sender.person(),
    )
