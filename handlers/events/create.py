"""`create`: a tag was made. Of more than three in one push GitHub tells nothing."""

from collections.abc import Iterator

from app.domain.inputs import Input, TagHeard
from handlers.payloads import RefEvent
from handlers.translating import github_event


@github_event("create", RefEvent)
def create(payload: RefEvent) -> Iterator[Input]:
    """Translate: a tag that is to be looked at; branches say nothing here."""
    if payload.ref_type == "tag":
        yield TagHeard(repo=payload.repo(), name=payload.ref)
