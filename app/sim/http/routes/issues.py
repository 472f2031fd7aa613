"""Routes of issues, comments, reactions and labels."""

from datetime import datetime

from app.sim.doing import issues as doing
from app.sim.doing.issues import Text
from app.sim.http.auth import reaches
from app.sim.http.paging import page
from app.sim.http.request import Request, Route
from app.sim.shapes import issues as shapes
from app.sim.state import Comment, Issue
from app.sim.wire import Answer, Json, Moved, Refusal, array, found, moment, text, wanted


def _issue(request: Request) -> Issue:
    """Return the issue that the path names. Refused with 410 for one that was deleted."""
    number = request.number("issue_number")
    if number in request.repo.gone and request.repo.gone[number] is None:
        raise Refusal(410, "This issue was deleted")
    return found(request.repo.issues.get(number))


def _followed(request: Request) -> Issue:
    """Return the issue, or point to where it was transferred; what the token may not see there is not found.

    The description knows that answer for the issue itself and for its labels, not for comments and reactions. GitHub
    points to the repository by number, an address that the description does not have: here it is the one by name.
    """
    to = request.repo.gone.get(request.number("issue_number"))
    if to is not None and request.token is not None and reaches(request.world, request.token, to.repo):
        rest = request.path.split("/issues/", 1)[1].partition("/")
        raise Moved(f"{request.url}/repos/{to.repo.full_name}/issues/{to.number}{rest[1]}{rest[2]}")
    return _issue(request)


def _since(request: Request) -> datetime | None:
    value = request.query.get("since")
    return None if value is None else moment(value, "since")


def list_issues(request: Request) -> Answer:
    """GET .../issues, newest first; filters state, labels and since."""
    state = request.query.get("state", "open")
    since = _since(request)
    labels = {name.strip().lower() for name in request.query.get("labels", "").split(",") if name.strip()}
    chosen = [
        one
        for one in reversed(request.repo.issues.values())
        if state in ("all", one.state)
        and (since is None or one.updated_at >= since)
        and labels <= {label.name.lower() for label in one.labels}
    ]
    return page(request, chosen, lambda one: shapes.issue(request.repo, one))


def create_issue(request: Request) -> Answer:
    """POST .../issues."""
    words = Text(title=wanted(request.body, "title"), body=text(request.body, "body"))
    names = _label_names(request.body)
    issue = doing.open_issue(request.world, request.repo, words, request.actor, labels=names)
    return Answer(status=201, body=shapes.full_issue(request.repo, issue))


def get_issue(request: Request) -> Answer:
    """GET .../issues/{issue_number}: what stands there, or what stood there where a test wants it stale."""
    issue = _followed(request)
    stale = request.world.stale_issues.get(issue.id)
    if stale is not None and issue.before is not None and stale.strikes():
        return Answer(body=shapes.stale_issue(request.repo, issue, issue.before))
    return Answer(body=shapes.full_issue(request.repo, issue))


def update_issue(request: Request) -> Answer:
    """PATCH .../issues/{issue_number}: title, body, state, labels (the whole set)."""
    issue, world, repo = _followed(request), request.world, request.repo
    words = Text(title=text(request.body, "title"), body=text(request.body, "body"))
    doing.edit_issue(world, repo, issue, words, request.actor)
    state = text(request.body, "state")
    if state is not None:
        doing.set_state(world, repo, issue, state, request.actor, text(request.body, "state_reason"))
    if "labels" in request.body:
        names = _label_names(request.body)
        for label in list(issue.labels):
            if label.name.lower() not in {name.lower() for name in names}:
                doing.remove_label(world, repo, issue, label.name, request.actor)
        doing.add_labels(world, repo, issue, names, request.actor)
    return Answer(body=shapes.full_issue(repo, issue))


def list_comments(request: Request) -> Answer:
    """GET .../issues/{issue_number}/comments, oldest first; filter since."""
    since = _since(request)
    chosen = [one for one in _issue(request).comments if since is None or one.updated_at >= since]
    return page(request, chosen, lambda one: shapes.comment(request.repo, one))


def create_comment(request: Request) -> Answer:
    """POST .../issues/{issue_number}/comments."""
    body = wanted(request.body, "body")
    comment = doing.comment(request.world, request.repo, _issue(request), body, request.actor)
    return Answer(status=201, body=shapes.comment(request.repo, comment))


def _comment(request: Request) -> Comment:
    return found(request.repo.comments.get(request.number("comment_id")))


def get_comment(request: Request) -> Answer:
    """GET .../issues/comments/{comment_id}."""
    return Answer(body=shapes.comment(request.repo, _comment(request)))


def update_comment(request: Request) -> Answer:
    """PATCH .../issues/comments/{comment_id}."""
    comment = _comment(request)
    doing.edit_comment(request.world, request.repo, comment, wanted(request.body, "body"), request.actor)
    return Answer(body=shapes.comment(request.repo, comment))


def delete_comment(request: Request) -> Answer:
    """DELETE .../issues/comments/{comment_id}."""
    doing.delete_comment(request.world, request.repo, _comment(request), request.actor)
    return Answer(status=204)


def list_reactions(request: Request) -> Answer:
    """GET the reactions to a comment or an issue; filter content."""
    reactions = (_comment(request) if "comment_id" in request.args else _issue(request)).reactions
    content = request.query.get("content")
    return page(request, [one for one in reactions if content in (None, one.content)], shapes.reaction)


def create_reaction(request: Request) -> Answer:
    """POST a reaction to a comment or an issue: 201, or 200 where it stood there already."""
    reactions = (_comment(request) if "comment_id" in request.args else _issue(request)).reactions
    one, is_new = doing.react(request.world, reactions, wanted(request.body, "content"), request.actor)
    return Answer(status=201 if is_new else 200, body=shapes.reaction(one))


def _label_names(body: Json) -> list[str]:
    names: list[str] = []
    for each in array(body, "labels"):
        if not isinstance(each, str):
            raise Refusal(422, "Invalid request.\n\nA label is named by a string.")
        names.append(each)
    return names


def _labels(request: Request, issue: Issue) -> Answer:
    return Answer(body=[shapes.label(request.repo, label) for label in issue.labels])


def list_labels(request: Request) -> Answer:
    """GET .../issues/{issue_number}/labels."""
    return page(request, _followed(request).labels, lambda one: shapes.label(request.repo, one))


def add_labels(request: Request) -> Answer:
    """POST .../issues/{issue_number}/labels."""
    issue = _followed(request)
    doing.add_labels(request.world, request.repo, issue, _label_names(request.body), request.actor)
    return _labels(request, issue)


def remove_label(request: Request) -> Answer:
    """DELETE .../issues/{issue_number}/labels/{name}."""
    issue = _followed(request)
    doing.remove_label(request.world, request.repo, issue, request.args["name"], request.actor)
    return _labels(request, issue)


_REPO = "/repos/{owner}/{repo}"
_ISSUE = _REPO + "/issues/{issue_number}"
_COMMENT = _REPO + "/issues/comments/{comment_id}"
ROUTES = (
    Route("GET", _REPO + "/issues", list_issues, "issues:read"),
    Route("POST", _REPO + "/issues", create_issue, "issues:write"),
    Route("GET", _ISSUE, get_issue, "issues:read"),
    Route("PATCH", _ISSUE, update_issue, "issues:write"),
    Route("GET", _ISSUE + "/comments", list_comments, "issues:read"),
    Route("POST", _ISSUE + "/comments", create_comment, "issues:write"),
    Route("GET", _COMMENT, get_comment, "issues:read"),
    Route("PATCH", _COMMENT, update_comment, "issues:write"),
    Route("DELETE", _COMMENT, delete_comment, "issues:write"),
    Route("GET", _COMMENT + "/reactions", list_reactions, "issues:read"),
    Route("POST", _COMMENT + "/reactions", create_reaction, "issues:write"),
    Route("GET", _ISSUE + "/reactions", list_reactions, "issues:read"),
    Route("POST", _ISSUE + "/reactions", create_reaction, "issues:write"),
    Route("GET", _ISSUE + "/labels", list_labels, "issues:read"),
    Route("POST", _ISSUE + "/labels", add_labels, "issues:write"),
    Route("DELETE", _ISSUE + "/labels/{name*}", remove_label, "issues:write"),
)
