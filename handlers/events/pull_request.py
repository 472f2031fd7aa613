"""`pull_request`: its labels may block a release, and its commits may change the plan."""

from collections.abc import Iterator

from app.domain.inputs import Input, IssueHeard, PullChanged
from app.domain.values import Sha
from handlers.payloads import PullRequestEvent
from handlers.translating import github_event

_NEW_COMMITS = ("opened", "reopened", "synchronize")


@github_event("pull_request", PullRequestEvent)
def pull_request(payload: PullRequestEvent) -> Iterator[Input]:
    """Translate: whatever happened -> its labels and whether it is open; new commits -> they may change the plan."""
    pull = payload.pull_request
    yield IssueHeard(repo=payload.repo(), issue=pull.heard(is_pull=True))
    if payload.action in _NEW_COMMITS:
        yield PullChanged(repo=payload.repo(), pull=pull.number, head=Sha(pull.head.sha), base=pull.base.ref)
