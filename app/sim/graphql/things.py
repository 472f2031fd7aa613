"""The repository as GraphQL knows it: refs, commits, files, pull requests, and the search for them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from app.sim.doing.git import commit_of
from app.sim.graphql.answering import Args, Thing, connection
from app.sim.graphql.reading import BadDocument
from app.sim.history import merge_base, only_in
from app.sim.state import Commit, Issue, Label, Repo, User
from app.sim.wire import WEB, stamp
from app.sim.world import World

_SEARCH: Final = re.compile(
    r"repo:(?P<repo>\S+) is:pr is:merged author:(?P<author>\S+) merged:<(?P<before>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)"
)
_STATUS: Final = {
    (False, False): "IDENTICAL",
    (True, False): "AHEAD",
    (False, True): "BEHIND",
    (True, True): "DIVERGED",
}


@dataclass(frozen=True, slots=True)
class Sight:
    """What one caller can see of GitHub."""

    world: World
    is_seen: Callable[[Repo], bool]

    def root(self) -> Thing:
        """Return what every query begins with."""
        return Thing("Query", {"repository": self._repository, "search": self._search})

    def repo(self, name: str) -> Repo | None:
        """Return a repository `owner/name`, None where there is none or it is not to be seen."""
        found = self.world.repos.get(name.lower())
        return found if found is not None and self.is_seen(found) else None

    def _repository(self, args: Args) -> Thing | None:
        repo = self.repo(f"{args['owner']}/{args['name']}")
        return _Shelf(repo).repository() if repo else None

    def _search(self, args: Args) -> Thing:
        found = _SEARCH.fullmatch(str(args["query"]))
        if found is None or args["type"] != "ISSUE":
            raise BadDocument(f"the simulated GitHub cannot search for {args['query']}")
        repo, before = self.repo(found["repo"]), datetime.fromisoformat(found["before"]).astimezone(UTC)
        issues = [
            issue
            for issue in (repo.issues.values() if repo else ())
            if issue.pull is not None
            and issue.pull.merged_at is not None
            and issue.pull.merged_at < before
            and issue.user.login.lower() == found["author"].lower()
        ]
        return Thing("SearchResultItemConnection", {"issueCount": lambda _: len(issues)})


@dataclass(slots=True)
class _Shelf:
    """One repository, with which pull requests brought which commits."""

    repo: Repo
    brought: Mapping[str, list[Issue]] = field(init=False)

    def __post_init__(self) -> None:
        brought: dict[str, list[Issue]] = {}
        for issue in self.repo.issues.values():
            pull = issue.pull
            if pull is None or pull.merged_at is None:
                continue
            shas = {one.sha for one in only_in(self.repo, pull.sha, [pull.base_sha])} | {pull.merge_sha or ""}
            for sha in shas:
                brought.setdefault(sha, []).append(issue)
        self.brought = brought

    def repository(self) -> Thing:
        return Thing(
            "Repository",
            {
                "nameWithOwner": lambda _: self.repo.full_name,
                "ref": self._ref,
                "object": self._object,
            },
        )

    def _ref(self, args: Args) -> Thing | None:
        name = str(args["qualifiedName"])
        if name not in self.repo.refs:
            return None
        return Thing("Ref", {"compare": lambda asked: self._compare(name, str(asked["headRef"]))})

    def _compare(self, ref: str, head_ref: str) -> Thing | None:
        base, head = commit_of(self.repo, ref), commit_of(self.repo, head_ref)
        if base is None or head is None or merge_base(self.repo, base.sha, head.sha) is None:
            return None
        ahead, behind = only_in(self.repo, head.sha, [base.sha]), only_in(self.repo, base.sha, [head.sha])
        return Thing(
            "Comparison",
            {
                "status": lambda _: _STATUS[bool(ahead), bool(behind)],
                "commits": lambda args: connection("ComparisonCommitConnection", ahead, self._commit, args),
            },
        )

    def _object(self, args: Args) -> Thing | None:
        if "oid" in args:
            found = self.repo.commits.get(str(args["oid"]))
            return self._commit(found) if found else None
        name, _, path = str(args["expression"]).partition(":")
        commit = commit_of(self.repo, name)
        data = commit.files.get(path) if commit else None
        if data is None:
            return None
        return Thing("Blob", {"text": lambda _: data.decode(), "isTruncated": lambda _: False})

    def _commit(self, one: Commit) -> Thing:
        pulls = self.brought.get(one.sha, [])
        parents = [self.repo.commits[sha] for sha in one.parents]
        history = only_in(self.repo, one.sha, [])[::-1]
        return Thing(
            "Commit",
            {
                "oid": lambda _: one.sha,
                "message": lambda _: one.message,
                "parents": lambda args: connection("CommitConnection", parents, self._commit, args),
                "author": lambda _: _git_actor(one.author),
                "history": lambda args: connection("CommitHistoryConnection", history, self._commit, args),
                "associatedPullRequests": lambda args: connection("PullRequestConnection", pulls, self._pull, args),
            },
        )

    def _pull(self, issue: Issue) -> Thing:
        merged_at = issue.pull.merged_at if issue.pull else None
        return Thing(
            "PullRequest",
            {
                "number": lambda _: issue.number,
                "title": lambda _: issue.title,
                "url": lambda _: f"{WEB}/{self.repo.full_name}/pull/{issue.number}",
                "mergedAt": lambda _: stamp(merged_at) if merged_at else None,
                "baseRepository": lambda _: self.repository(),
                "author": lambda _: _actor(issue.user),
                "labels": lambda args: connection("LabelConnection", issue.labels, _label, args),
            },
        )


def _git_actor(user: User) -> Thing:
    known = Thing("User", {"login": lambda _: user.login}) if user.type == "User" else None
    return Thing("GitActor", {"name": lambda _: user.login, "user": lambda _: known})


def _actor(user: User) -> Thing:
    is_bot = user.type == "Bot"
    return Thing("Bot" if is_bot else "User", {"login": lambda _: user.login.removesuffix("[bot]")})


def _label(label: Label) -> Thing:
    return Thing("Label", {"name": lambda _: label.name})
