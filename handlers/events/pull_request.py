"""`pull_request`: its labels may block a release, its commits may change the plan, and it may be frozen."""

from collections.abc import Iterator

from app.domain.inputs import Input, IssueHeard, PullChanged, PullHeard
from app.domain.values import Sha
from handlers.payloads import PullRequestEvent
from handlers.translating import github_event

_NEW_COMMITS = ("opened", "reopened", "synchronize")
_MAY_THAW = (*_NEW_COMMITS, "labeled", "unlabeled", "edited")


@github_event("pull_request", PullRequestEvent)
def pull_request(payload: PullRequestEvent) -> Iterator[Input]:
    """Translate: whatever happened -> its labels and whether it is open; new commits -> they may change the plan."""
    repo, pull = payload.repo(), payload.pull_request
    heard = pull.heard(is_pull=True)
    yield IssueHeard(repo=repo, issue=heard)
    if payload.action in _NEW_COMMITS:
        yield PullChanged(repo=repo, pull=pull.number, head=Sha(pull.head.sha), base=pull.base.ref)
    if payload.action in _MAY_THAW and heard.is_open:
        yield PullHeard(repo=repo, pull=pull.seen(home=payload.repository.id))
