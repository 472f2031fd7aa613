"""`issue_comment`: a new comment by a person may hold commands; a changed or deleted one never does."""

from collections.abc import Iterator

from app.domain.inputs import Commented, Input, TextChanged
from handlers.payloads import IssueComment
from handlers.translating import github_event


@github_event("issue_comment", IssueComment)
def issue_comment(payload: IssueComment) -> Iterator[Input]:
    """Translate: created by a person -> Commented; anybody's edit or deletion -> its text was changed."""
    comment, author = payload.comment, payload.comment.user
    if payload.action in ("edited", "deleted"):
        # It may be our status comment that was changed or thrown away.
        text = None if payload.action == "deleted" else comment.body or ""
        yield TextChanged(repo=payload.repo(), issue=payload.issue.number, comment=comment.id, text=text)
    if payload.action != "created" or author is None:
        return
    # Commands come from people: no bots, ours included, and nobody who writes through an App.
    if author.type != "User" or payload.sender.id != author.id or comment.performed_via_github_app is not None:
        return
    yield Commented(
        repo=payload.repo(),
        issue=payload.issue.number,
        is_pull=payload.issue.pull_request is not None,
        comment=comment.id,
        url=comment.html_url,
        by=author.person(),
        text=comment.body or "",
    )
