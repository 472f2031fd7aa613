"""Issues, pull requests, comments, labels and reactions: changes and the events they send."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.sim.shapes import issues as shapes
from app.sim.shapes import pulls as pull_shapes
from app.sim.state import ROLES, Actor, Comment, Edition, Issue, Label, Pull, Reaction, Repo
from app.sim.wire import Json, Refusal, invalid
from app.sim.world import World

LONGEST = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """What a new or edited issue says; None leaves it as it is."""

    title: str | None = None
    body: str | None = None


def tell(world: World, repo: Repo, issue: Issue, action: str, actor: Actor, **more: object) -> None:
    """Send an event of an issue, or of the other kind that a pull request has."""
    payload: Json = {"action": action}
    if issue.pull is None:
        payload["issue"] = shapes.issue_in_webhook(repo, issue)
        world.emit(repo, "issues", {**payload, **more}, actor)
    else:
        payload |= {"number": issue.number, "pull_request": pull_shapes.pull_in_webhook(repo, issue, issue.pull)}
        world.emit(repo, "pull_request", {**payload, **more}, actor)


def _bounded(body: str | None) -> str | None:
    if body is not None and len(body) > LONGEST:
        raise invalid("Issue", "body", "custom", f"body is too long (maximum is {LONGEST} characters)")
    return body


def _bounded_comment(body: str) -> str:
    if not body.strip():
        raise invalid("IssueComment", "body", "missing_field", "Body cannot be blank")
    if len(body) > LONGEST:
        raise invalid("IssueComment", "data", "unprocessable", f"Body is too long (maximum is {LONGEST} characters)")
    return body


def label_named(world: World, repo: Repo, name: str) -> Label:
    """Return a label of the repository, made when it is not there, as GitHub does."""
    label = repo.labels.get(name.lower())
    if label is None:
        label = Label(id=world.next_id("label"), name=name)
        repo.labels[name.lower()] = label
    return label


def open_issue(world: World, repo: Repo, words: Text, actor: Actor, *, labels: Sequence[str] = ()) -> Issue:
    """Open an issue; its first event shows the labels it has from the start, and each has an event of its own too."""
    issue = new_issue(world, repo, words, actor)
    issue.labels = list(dict.fromkeys(label_named(world, repo, name) for name in labels))
    tell(world, repo, issue, "opened", actor)
    for label in issue.labels:
        tell(world, repo, issue, "labeled", actor, label=shapes.label(repo, label))
    return issue


def next_number(repo: Repo) -> int:
    """Return the number that a repository gives next: none is given twice, not even that of an issue that is gone."""
    return len(repo.issues) + len(repo.gone) + 1


def new_issue(world: World, repo: Repo, words: Text, actor: Actor) -> Issue:
    """Make an issue, of which nobody is told yet."""
    if not words.title:
        raise invalid("Issue", "title", "missing_field")
    now = world.now()
    issue = Issue(
        id=world.next_id("issue"),
        number=next_number(repo),
        title=words.title,
        body=_bounded(words.body),
        user=actor.user,
        via=actor.app,
        created_at=now,
        updated_at=now,
    )
    repo.issues[issue.number] = issue
    return issue


def edit_issue(world: World, repo: Repo, issue: Issue, words: Text, actor: Actor) -> None:
    """Change title or body; the event says what they were."""
    changes: Json = {}
    body = _bounded(words.body)
    before = Edition(title=issue.title, body=issue.body, updated_at=issue.updated_at)
    if words.title is not None and words.title != issue.title:
        changes["title"] = {"from": issue.title}
        issue.title = words.title
    if body is not None and body != issue.body:
        changes["body"] = {"from": issue.body or ""}
        issue.body = body
    if changes:
        issue.before = before
        issue.updated_at = world.now()
        tell(world, repo, issue, "edited", actor, changes=changes)


def set_state(world: World, repo: Repo, issue: Issue, state: str, actor: Actor, reason: str | None = None) -> None:
    """Close or reopen."""
    if state not in {"open", "closed"}:
        raise invalid("Issue", "state", "invalid")
    if state == issue.state:
        return
    if issue.pull is not None and state == "open":
        _revive(issue.pull)
    now = world.now()
    issue.state, issue.updated_at = state, now
    if state == "closed":
        issue.closed_at, issue.closed_by, issue.state_reason = now, actor.user, reason or "completed"
    else:
        issue.closed_at, issue.closed_by, issue.state_reason = None, None, "reopened"
    if issue.pull is not None:
        issue.state_reason = None
    tell(world, repo, issue, "closed" if state == "closed" else "reopened", actor)


def _revive(pull: Pull) -> None:
    """Take up the branch of a pull request that is to be reopened. Refused where it is gone, or merged."""
    head = pull.home.refs.get(f"refs/heads/{pull.head}")
    if pull.merged_at is not None or head is None:
        why = f"The {pull.head} branch has been deleted." if head is None else "The pull request has been merged."
        raise invalid("PullRequest", "state", "custom", f"state cannot be changed. {why}")
    pull.sha = head


def set_lock(world: World, repo: Repo, issue: Issue, actor: Actor, *, locked: bool, reason: str | None = None) -> None:
    """Lock or unlock the conversation."""
    if locked == issue.locked:
        return
    issue.locked, issue.lock_reason = locked, reason if locked else None
    issue.updated_at = world.now()
    tell(world, repo, issue, "locked" if locked else "unlocked", actor)


def add_labels(world: World, repo: Repo, issue: Issue, names: Sequence[str], actor: Actor) -> None:
    """Put labels on; one event for each that was not there."""
    for name in names:
        label = label_named(world, repo, name)
        if label not in issue.labels:
            issue.labels.append(label)
            issue.updated_at = world.now()
            tell(world, repo, issue, "labeled", actor, label=shapes.label(repo, label))


def remove_label(world: World, repo: Repo, issue: Issue, name: str, actor: Actor) -> None:
    """Take a label off. Refused with 404 where it is not on."""
    label = repo.labels.get(name.lower())
    if label is None or label not in issue.labels:
        raise Refusal(404, "Label does not exist")
    issue.labels.remove(label)
    issue.updated_at = world.now()
    tell(world, repo, issue, "unlabeled", actor, label=shapes.label(repo, label))


def _emit_comment(world: World, repo: Repo, comment: Comment, action: str, actor: Actor, **more: object) -> None:
    payload: Json = {
        "action": action,
        "issue": shapes.issue_in_webhook(repo, comment.issue),
        "comment": shapes.comment(repo, comment),
        **more,
    }
    world.emit(repo, "issue_comment", payload, actor)


def comment(world: World, repo: Repo, issue: Issue, body: str, actor: Actor) -> Comment:
    """Write a comment. Where the conversation is locked, only people who may write to the repository can."""
    if issue.locked and ROLES.index(world.role(repo, actor.user)) < ROLES.index("write"):
        raise Refusal(403, "Unable to create comment because issue is locked.")
    now = world.now()
    new = Comment(
        id=world.next_id("comment"),
        issue=issue,
        body=_bounded_comment(body),
        user=actor.user,
        via=actor.app,
        created_at=now,
        updated_at=now,
    )
    issue.comments.append(new)
    repo.comments[new.id] = new
    issue.updated_at = now
    _emit_comment(world, repo, new, "created", actor)
    return new


def edit_comment(world: World, repo: Repo, one: Comment, body: str, actor: Actor) -> None:
    """Replace a comment's text; the event says what it was."""
    before = one.body
    one.body = _bounded_comment(body)
    if body != before:
        one.updated_at = world.now()
        _emit_comment(world, repo, one, "edited", actor, changes={"body": {"from": before}})


def delete_comment(world: World, repo: Repo, one: Comment, actor: Actor) -> None:
    """Delete a comment."""
    one.issue.comments.remove(one)
    del repo.comments[one.id]
    _emit_comment(world, repo, one, "deleted", actor)


def react(world: World, reactions: list[Reaction], content: str, actor: Actor) -> tuple[Reaction, bool]:
    """Put a reaction; return it, and whether it is new. GitHub sends no event for reactions."""
    if content not in shapes.CONTENTS:
        raise invalid("Reaction", "content", "invalid")
    for one in reactions:
        if one.user is actor.user and one.content == content:
            return one, False
    new = Reaction(id=world.next_id("reaction"), content=content, user=actor.user, at=world.now())
    reactions.append(new)
    return new, True
