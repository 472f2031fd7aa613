"""`issues`: an edited tracking issue is shown afresh."""

from collections.abc import Iterator

from app.domain.inputs import Input, IssueTouched
from handlers.payloads import Issues
from handlers.translating import github_event


@github_event("issues", Issues)
def issues(payload: Issues) -> Iterator[Input]:
    """Translate: a change of the text or of what the issue is -> the issue was touched."""
    if payload.action in ("edited", "reopened"):
        yield IssueTouched(repo=payload.repo(), issue=payload.issue.number)
