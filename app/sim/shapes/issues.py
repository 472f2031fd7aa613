"""The JSON of issues, comments, labels and reactions."""

from app.sim.shapes.accounts import app, user
from app.sim.state import ROLES, Comment, Edition, Issue, Label, Reaction, Repo, User
from app.sim.wire import API, WEB, Json, stamp, stamp_or_none

CONTENTS = ("+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes")
"""The reactions there are."""


def label(repo: Repo, one: Label) -> Json:
    """Return a label's JSON."""
    return {
        "id": one.id,
        "node_id": f"LA_{one.id}",
        "url": f"{API}/repos/{repo.full_name}/labels/{one.name}",
        "name": one.name,
        "color": one.color,
        "default": False,
        "description": one.description,
    }


def reaction(one: Reaction) -> Json:
    """Return a reaction's JSON."""
    return {
        "id": one.id,
        "node_id": f"REA_{one.id}",
        "user": user(one.user),
        "content": one.content,
        "created_at": stamp(one.at),
    }


def _rollup(url: str, reactions: list[Reaction]) -> Json:
    counts: Json = dict.fromkeys(CONTENTS, 0)
    for one in reactions:
        counts[one.content] = sum(other.content == one.content for other in reactions)
    return {"url": f"{url}/reactions", "total_count": len(reactions), **counts}


def association(repo: Repo, who: User) -> str:
    """Return how somebody stands to a repository."""
    if who.id == repo.owner.id:
        return "OWNER"
    role = repo.collaborators.get(who.login.lower(), "none")
    if ROLES.index(role) >= ROLES.index("triage"):
        return "MEMBER" if repo.owner.type == "Organization" else "COLLABORATOR"
    return "NONE"


def issue(repo: Repo, one: Issue) -> Json:
    """Return an issue's JSON as the API answers under version 2026-03-10 (no singular assignee)."""
    url = f"{API}/repos/{repo.full_name}/issues/{one.number}"
    kind = "pull" if one.pull else "issues"
    shape: Json = {
        "url": url,
        "repository_url": f"{API}/repos/{repo.full_name}",
        "labels_url": f"{url}/labels{{/name}}",
        "comments_url": f"{url}/comments",
        "events_url": f"{url}/events",
        "html_url": f"{WEB}/{repo.full_name}/{kind}/{one.number}",
        "id": one.id,
        "node_id": f"I_{one.id}",
        "number": one.number,
        "title": one.title,
        "user": user(one.user),
        "labels": [label(repo, each) for each in one.labels],
        "state": one.state,
        "locked": one.locked,
        "assignees": [],
        "milestone": None,
        "comments": len(one.comments),
        "created_at": stamp(one.created_at),
        "updated_at": stamp(one.updated_at),
        "closed_at": stamp_or_none(one.closed_at),
        "author_association": association(repo, one.user),
        "active_lock_reason": one.lock_reason,
        "body": one.body,
        "reactions": _rollup(url, one.reactions),
        "timeline_url": f"{url}/timeline",
        "performed_via_github_app": app(one.via) if one.via else None,
        "state_reason": one.state_reason,
    }
    if one.pull:
        page = f"{WEB}/{repo.full_name}/pull/{one.number}"
        shape["draft"] = False
        links: Json = {
            "url": f"{API}/repos/{repo.full_name}/pulls/{one.number}",
            "html_url": page,
            "diff_url": f"{page}.diff",
            "patch_url": f"{page}.patch",
        }
        if one.pull.merged_at is not None:
            links["merged_at"] = stamp(one.pull.merged_at)
        shape["pull_request"] = links
    return shape


def issue_in_webhook(repo: Repo, one: Issue) -> Json:
    """Return an issue's JSON as webhooks carry it."""
    shape = {**issue(repo, one), "assignee": None}
    if one.via is None:
        del shape["performed_via_github_app"]
    return shape


def full_issue(repo: Repo, one: Issue) -> Json:
    """Return an issue's JSON as a request for that one issue answers."""
    return {**issue(repo, one), "closed_by": user(one.closed_by) if one.closed_by else None}


def stale_issue(repo: Repo, one: Issue, said: Edition) -> Json:
    """Return an issue's JSON as a place answers that has not heard of its latest edit."""
    before: Json = {"title": said.title, "body": said.body, "updated_at": stamp(said.updated_at)}
    return {**full_issue(repo, one), **before}


def comment(repo: Repo, one: Comment) -> Json:
    """Return a comment's JSON."""
    url = f"{API}/repos/{repo.full_name}/issues/comments/{one.id}"
    kind = "pull" if one.issue.pull else "issues"
    return {
        "url": url,
        "html_url": f"{WEB}/{repo.full_name}/{kind}/{one.issue.number}#issuecomment-{one.id}",
        "issue_url": f"{API}/repos/{repo.full_name}/issues/{one.issue.number}",
        "id": one.id,
        "node_id": f"IC_{one.id}",
        "user": user(one.user),
        "created_at": stamp(one.created_at),
        "updated_at": stamp(one.updated_at),
        "author_association": association(repo, one.user),
        "performed_via_github_app": app(one.via) if one.via else None,
        "body": one.body,
        "reactions": _rollup(url, one.reactions),
    }
