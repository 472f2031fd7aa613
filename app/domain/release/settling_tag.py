"""What follows from a tag that was to be made."""

from datetime import datetime

from app.domain.decision import Accepted
from app.domain.messages_tag import TagIsMade, TagNotMade
from app.domain.release.effects import PutTag, React
from app.domain.release.events_tag import TagMade, TagRefused
from app.domain.release.model import Release
from app.domain.release.no_tag import NoTag


def tag_made(effect: PutTag, made: TagMade, release: Release | None) -> Accepted:
    """Write the tag down and say so. One that is known already is said, and not written down again."""
    is_known = release is not None and release.tagged is not None and release.tagged.object == made.object
    answer = TagIsMade(
        tag=made.tag,
        url=made.url,
        commit=made.commit,
        object=made.object,
        is_signed=made.is_signed,
        is_over=release is not None and release.closed is not None,
    )
    return Accepted(events=() if is_known else (made,), effects=_reaction(effect, is_done=True), answer=answer)


def tag_not_made(effect: PutTag, why: NoTag, now: datetime) -> Accepted:
    """Write down why there is no tag, and say what to do."""
    answer = TagNotMade(tag=effect.tag, commit=effect.sha, problem=why.problem, detail=why.detail, reasons=why.reasons)
    event = TagRefused(tag=effect.tag, reason=why.reason, at=now)
    return Accepted(events=(event,), effects=_reaction(effect, is_done=False), answer=answer)


def _reaction(effect: PutTag, *, is_done: bool) -> tuple[React, ...]:
    if effect.comment is None:
        return ()
    return (React(repo=effect.repo, comment=effect.comment, content="rocket" if is_done else "-1"),)
