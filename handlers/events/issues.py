"""`issues`: an edited tracking issue is shown afresh."""

from collections.abc import Iterator

from app.domain.inputs import Input, TextChanged
from handlers.payloads import Issues
from handlers.translating import github_event


@github_event("issues", Issues)
def issues(payload: Issues) -> Iterator[Input]:
    """Translate: edited -> the body was changed."""
    if payload.action == "edited":
        issue = payload.issue
        yield TextChanged(repo=payload.repo(), issue=issue.number, comment=None, text=issue.body or "")
