"""The JSON of pull requests."""

from collections.abc import Callable
from dataclasses import dataclass

from app.sim.diff import Change, changes
from app.sim.history import merge_base, only_in
from app.sim.shapes import accounts
from app.sim.shapes.accounts import user
from app.sim.shapes.issues import association, label
from app.sim.state import Issue, Pull, Repo
from app.sim.wire import API, WEB, Json, stamp, stamp_or_none


def pull_files(repo: Repo, one: Pull) -> list[Change]:
    """Return what a pull request changes: from where it left its base to where its head stands."""
    common = merge_base(repo, one.base_sha, one.sha)
    return changes(common.files if common else {}, repo.commits[one.sha].files)


@dataclass(frozen=True, slots=True)
class _Side:
    """One of the two sides of a pull request."""

    repo: Repo
    branch: str
    sha: str

    def shape(self, whole: Callable[[Repo], Json]) -> Json:
        """Return its JSON."""
        return {
            "label": f"{self.repo.owner.login}:{self.branch}",
            "ref": self.branch,
            "sha": self.sha,
            "user": user(self.repo.owner),
            "repo": whole(self.repo),
        }


def _links(repo: Repo, number: int, sha: str) -> Json:
    url, api = f"{API}/repos/{repo.full_name}/pulls/{number}", f"{API}/repos/{repo.full_name}"
    return {
        "self": url,
        "html": f"{WEB}/{repo.full_name}/pull/{number}",
        "issue": f"{api}/issues/{number}",
        "comments": f"{api}/issues/{number}/comments",
        "review_comments": f"{url}/comments",
        "review_comment": f"{api}/pulls/comments{{/number}}",
        "commits": f"{url}/commits",
        "statuses": f"{api}/statuses/{sha}",
    }


def _pull(repo: Repo, issue: Issue, one: Pull, whole: Callable[[Repo], Json]) -> Json:
    links = _links(repo, issue.number, one.sha)
    files = pull_files(repo, one)
    return {
        "url": links["self"],
        "id": one.id,
        "node_id": f"PR_{one.id}",
        "html_url": links["html"],
        "diff_url": f"{links['html']}.diff",
        "patch_url": f"{links['html']}.patch",
        "issue_url": links["issue"],
        "commits_url": links["commits"],
        "review_comments_url": links["review_comments"],
        "review_comment_url": links["review_comment"],
        "comments_url": links["comments"],
        "statuses_url": links["statuses"],
        "number": issue.number,
        "state": issue.state,
        "locked": issue.locked,
        "title": issue.title,
        "user": user(issue.user),
        "body": issue.body,
        "labels": [label(repo, each) for each in issue.labels],
        "milestone": None,
        "active_lock_reason": issue.lock_reason,
        "created_at": stamp(issue.created_at),
        "updated_at": stamp(issue.updated_at),
        "closed_at": stamp_or_none(issue.closed_at),
        "merged_at": stamp_or_none(one.merged_at),
        "assignees": [],
        "requested_reviewers": [],
        "requested_teams": [],
        "head": _Side(one.home, one.head, one.sha).shape(whole),
        "base": _Side(repo, one.base, one.base_sha).shape(whole),
        "_links": {name: {"href": url} for name, url in links.items()},
        "author_association": association(repo, issue.user),
        "auto_merge": None,
        "draft": False,
        "merged": one.merged_at is not None,
        "mergeable": None,
        "rebaseable": None,
        "mergeable_state": "unknown",
        "merged_by": user(one.merged_by) if one.merged_by else None,
        "comments": len(issue.comments),
        "review_comments": 0,
        "maintainer_can_modify": False,
        "commits": len(only_in(repo, one.sha, [one.base_sha])),
        "additions": sum(each.figures.additions for each in files),
        "deletions": sum(each.figures.deletions for each in files),
        "changed_files": len(files),
    }


def _settled(issue: Issue) -> Json:
    is_open = issue.state == "open"
    return {"mergeable": True, "rebaseable": True, "mergeable_state": "clean"} if is_open else {}


def pull(repo: Repo, issue: Issue, one: Pull) -> Json:
    """Return a pull request's JSON as the API answers under version 2026-03-10."""
    return {**_pull(repo, issue, one, accounts.full_repo), **_settled(issue)}


_OF_ONE = frozenset(
    {
        *("merged", "mergeable", "rebaseable", "mergeable_state", "merged_by", "comments", "review_comments"),
        *("maintainer_can_modify", "commits", "additions", "deletions", "changed_files"),
    }
)
"""What only a pull request that is asked for by its number tells."""


def listed_pull(repo: Repo, issue: Issue, one: Pull) -> Json:
    """Return a pull request's JSON as lists carry it under version 2026-03-10."""
    return {key: value for key, value in _pull(repo, issue, one, accounts.repo).items() if key not in _OF_ONE}


def old_pull(repo: Repo, issue: Issue, one: Pull) -> Json:
    """Return a pull request's JSON as the API answered before that version."""
    return {**pull_in_webhook(repo, issue, one), **_settled(issue)}


def pull_in_webhook(repo: Repo, issue: Issue, one: Pull) -> Json:
    """Return a pull request's JSON as webhooks carry it: whether it can be merged is not known yet."""
    return {**_pull(repo, issue, one, accounts.repo), "assignee": None, "merge_commit_sha": one.merge_sha}
