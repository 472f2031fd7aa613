"""`issue_comment`: a new comment by a person may hold commands; a changed or deleted one never does."""

from collections.abc import Iterator

from app.domain.inputs import CommentChanged, Commented, Input
from handlers.payloads import IssueComment
from handlers.translating import github_event


@github_event("issue_comment", IssueComment)
def issue_comment(payload: IssueComment) -> Iterator[Input]:
    """Translate: created by a person -> Commented; anybody's edit or deletion -> its text was changed."""
    comment, author = payload.comment, payload.comment.user
    if payload.action in ("edited", "deleted"):
        # It may be our status comment that was changed or thrown away, or a command that is to look otherwise.
        changed = payload.changes.body if payload.changes else None
        yield CommentChanged(
            repo=payload.repo(),
            issue=payload.issue.number,
            comment=comment.id,
            by=payload.sender.person(),
            before=changed.value if changed else comment.body,
            text=None if payload.action == "deleted" else comment.body or "",
        )
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
        by=author.person(),
        text=comment.body or "",
        at=comment.created_at,
    )
