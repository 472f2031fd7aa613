"""`issues`: ticks and labels by people, blockers that come and go, a tracking issue that is lost."""

from collections.abc import Iterator

from app.domain.inputs import BodyEdited, Input, IssueGone, IssueHeard, Labelled
from handlers.payloads import Issues
from handlers.translating import github_event

_GONE = {"deleted": "it was deleted", "transferred": "it was moved to another repository"}


@github_event("issues", Issues)
def issues(payload: Issues) -> Iterator[Input]:
    """Translate: edited -> its body was edited; labels -> a command or a fact; deleted or transferred -> gone."""
    issue, repo, sender = payload.issue, payload.repo(), payload.sender
    how = _GONE.get(payload.action)
    yield IssueHeard(repo=repo, issue=issue.heard(is_pull=False, is_open=False if how else None))
    if how:
        yield IssueGone(repo=repo, issue=issue.number, how=how, at=issue.updated_at)
    if payload.action == "edited" and (payload.changes is None or payload.changes.body is not None):
        yield BodyEdited(
            repo=repo,
            issue=issue.number,
            by=sender.person(),
            is_person=sender.type == "User",
            before=payload.changes.body.value if payload.changes and payload.changes.body else None,
            after=issue.body or "",
            at=issue.updated_at,
        )
    if payload.action in ("labeled", "unlabeled") and payload.label is not None:
        yield Labelled(
            repo=repo,
            issue=issue.number,
            is_pull=False,
            label=payload.label.name,
            is_on=payload.action == "labeled",
            by=sender.person(),
            is_person=sender.type == "User",
            at=issue.updated_at,
        )
