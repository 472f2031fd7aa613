"""Issues that are deleted, or transferred to another repository: their number is not given again."""

from dataclasses import replace

from app.sim.doing import issues
from app.sim.shapes import accounts
from app.sim.shapes import issues as shapes
from app.sim.state import Actor, Elsewhere, Issue, Repo
from app.sim.wire import Json, Refusal
from app.sim.world import World


def _take_out(repo: Repo, issue: Issue, to: Elsewhere | None) -> None:
    if issue.pull is not None:
        raise Refusal(422, "A pull request can neither be deleted nor transferred")
    del repo.issues[issue.number]
    repo.gone[issue.number] = to
    for comment in issue.comments:
        del repo.comments[comment.id]


def delete(world: World, repo: Repo, issue: Issue, actor: Actor) -> None:
    """Delete an issue with its comments; the event shows it as it last was."""
    _take_out(repo, issue, None)
    issues.tell(world, repo, issue, "deleted", actor)


def transfer(world: World, repo: Repo, issue: Issue, to: Repo, actor: Actor) -> Issue:
    """Transfer an issue with its comments, and with those of its labels that the other repository has too.

    The old repository tells that it went; the new one tells that it was opened, where it is open.
    """
    if to is repo or to.owner is not repo.owner:
        raise Refusal(422, "An issue can only be transferred to another repository of the same owner")
    number = issues.next_number(to)
    _take_out(repo, issue, Elsewhere(repo=to, number=number))
    new = replace(
        issue,
        id=world.next_id("issue"),
        number=number,
        updated_at=world.now(),
        labels=[to.labels[label.name.lower()] for label in issue.labels if label.name.lower() in to.labels],
        comments=list(issue.comments),
        reactions=list(issue.reactions),
        before=None,
    )
    to.issues[number] = new
    for comment in new.comments:
        comment.issue = new
        to.comments[comment.id] = comment
    changes: Json = {"new_issue": shapes.issue_in_webhook(to, new), "new_repository": accounts.repo(to)}
    issues.tell(world, repo, issue, "transferred", actor, changes=changes)
    if new.state == "open":
        changes = {"old_issue": shapes.issue_in_webhook(repo, issue), "old_repository": accounts.repo(repo)}
        issues.tell(world, to, new, "opened", actor, changes=changes)
    return new
