"""The simulated GitHub as tests and the demo hold it: set it up, act as people, watch what happens."""

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Unpack

from app.sim.doing import actions, checks, git, issues, progress
from app.sim.doing.issues import Text
from app.sim.faults import Fault, FaultHow
from app.sim.http.asgi import Server
from app.sim.shapes import accounts
from app.sim.state import (
    ROLES,
    Actor,
    App,
    CheckRun,
    Comment,
    Commit,
    Installation,
    Issue,
    Job,
    Outcome,
    Pull,
    Reaction,
    Repo,
    Status,
    Team,
    User,
    WorkflowRun,
)
from app.sim.wire import Json
from app.sim.world import World

EVENTS = frozenset(
    {
        "check_run",
        "check_suite",
        "create",
        "delete",
        "issue_comment",
        "issues",
        "push",
        "status",
        "workflow_dispatch",
        "workflow_job",
        "workflow_run",
    }
)
"""What an App subscribes to unless told otherwise."""


class SimGitHub(World):
    """A GitHub in memory. Repositories are named `owner/name`, people by login."""

    @cached_property
    def asgi(self) -> Server:
        """The REST API as an ASGI application."""
        return Server(self)

    # -- setting up ---------------------------------------------------------------------------------------

    def add_repo(self, name: str, *, private: bool = True, default_branch: str = "main") -> Repo:
        """Add an empty repository `owner/name`; its owner is an organisation unless it is there as a person."""
        owner, short = name.split("/")
        repo = Repo(
            id=self.next_id("repo"),
            owner=self.add_user(owner, "Organization"),
            name=short,
            private=private,
            default_branch=default_branch,
            created_at=self.now(),
        )
        self.repos[name.lower()] = repo
        return repo

    def collaborate(self, repo: Repo | str, login: str, role: str) -> User:
        """Give somebody a role_name on a repository: read, triage, write, maintain, admin, or none."""
        if role not in ROLES:
            raise ValueError(role)
        user = self.add_user(login)
        self.repo(repo).collaborators[login.lower()] = role
        return user

    def add_team(self, org: str, slug: str, members: Sequence[str] = (), *, parent: str | None = None) -> Team:
        """Add a team of an organisation, perhaps below another one."""
        owner = self.add_user(org, "Organization")
        above = self.teams[(owner.login.lower(), parent)] if parent else None
        team = Team(id=self.next_id("team"), org=owner, slug=slug, parent=above)
        for login in members:
            team.members[self.add_user(login).login.lower()] = "member"
        self.teams[(owner.login.lower(), slug)] = team
        return team

    def add_app(
        self, slug: str, *, owner: str, public_key: str, webhook_secret: str, events: frozenset[str] = EVENTS
    ) -> App:
        """Register an App; it sees nothing before it is installed."""
        app = self.add_app_record(slug, self.add_user(owner, "Organization"))
        app.public_key, app.webhook_secret, app.events = public_key, webhook_secret, events
        return app

    def install(self, app: App, account: str, repos: Sequence[str] | None = None, *, by: str) -> Installation:
        """Install an App on an account, for all of its repositories or for some."""
        owner = self.add_user(account, "Organization")
        chosen = [self.repo(name) for name in repos] if repos is not None else None
        one = Installation(
            id=self.next_id("installation"),
            app=app,
            account=owner,
            repos=None if chosen is None else {repo.id for repo in chosen},
            created_at=self.now(),
            permissions=dict(app.permissions),
        )
        self.installations[one.id] = one
        listed = chosen if chosen is not None else [repo for repo in self.repos.values() if repo.owner is owner]
        repositories = [
            {key: accounts.repo_lite(repo)[key] for key in ("id", "node_id", "name", "full_name", "private")}
            for repo in listed
        ]
        payload: Json = {
            "action": "created",
            "installation": accounts.installation(one),
            "repositories": repositories,
            "sender": accounts.user(self.person(by).user),
        }
        self.post(app, "installation", payload)
        return one

    def ping(self, app: App) -> None:
        """Send the App the ping that GitHub sends when its webhook is set up."""
        at = app.created_at.isoformat()
        url = f"https://api.github.com/app/hooks/{app.hook_id}"
        hook: Json = {
            "type": "App",
            "id": app.hook_id,
            "name": "web",
            "active": True,
            "events": sorted(app.events),
            "config": {"content_type": "json", "insecure_ssl": "0", "secret": "********", "url": url},
            "updated_at": at,
            "created_at": at,
            "app_id": app.id,
            "url": url,
            "ping_url": f"{url}/pings",
            "deliveries_url": f"{url}/deliveries",
        }
        self.post(app, "ping", {"zen": "Speak like a human.", "hook_id": app.hook_id, "hook": hook})

    # -- issues -------------------------------------------------------------------------------------------

    def issue(self, repo: Repo | str, number: int) -> Issue:
        """Return an issue or pull request. Raises KeyError."""
        return self.repo(repo).issues[number]

    def open_issue(self, repo: Repo | str, title: str, body: str = "", *, by: str, labels: Sequence[str] = ()) -> Issue:
        """Open an issue as a person."""
        words = Text(title=title, body=body)
        return issues.open_issue(self, self.repo(repo), words, self.person(by), labels=labels)

    def open_pull(self, repo: Repo | str, title: str, *, head: str, by: str, base: str | None = None) -> Issue:
        """Open a pull request as a person."""
        place = self.repo(repo)
        pull = Pull(id=self.next_id("pull"), head=head, base=base or place.default_branch)
        return issues.open_pull(self, place, Text(title=title, body=""), pull, self.person(by))

    def edit_issue(
        self, repo: Repo | str, number: int, *, by: str, title: str | None = None, body: str | None = None
    ) -> None:
        """Edit an issue's title or body as a person."""
        words = Text(title=title, body=body)
        issues.edit_issue(self, self.repo(repo), self.issue(repo, number), words, self.person(by))

    def close_issue(self, repo: Repo | str, number: int, *, by: str) -> None:
        """Close an issue as a person."""
        issues.set_state(self, self.repo(repo), self.issue(repo, number), "closed", self.person(by))

    def reopen_issue(self, repo: Repo | str, number: int, *, by: str) -> None:
        """Reopen an issue as a person."""
        issues.set_state(self, self.repo(repo), self.issue(repo, number), "open", self.person(by))

    def comment(self, repo: Repo | str, number: int, body: str, *, by: str) -> Comment:
        """Write a comment as a person."""
        return issues.comment(self, self.repo(repo), self.issue(repo, number), body, self.person(by))

    def edit_comment(self, repo: Repo | str, comment: int, body: str, *, by: str) -> None:
        """Edit a comment as a person."""
        place = self.repo(repo)
        issues.edit_comment(self, place, place.comments[comment], body, self.person(by))

    def delete_comment(self, repo: Repo | str, comment: int, *, by: str) -> None:
        """Delete a comment as a person."""
        place = self.repo(repo)
        issues.delete_comment(self, place, place.comments[comment], self.person(by))

    def react(self, repo: Repo | str, comment: int, content: str, *, by: str) -> Reaction:
        """React to a comment as a person."""
        return issues.react(self, self.repo(repo).comments[comment].reactions, content, self.person(by))[0]

    def label(self, repo: Repo | str, number: int, *names: str, by: str) -> None:
        """Put labels on an issue as a person."""
        issues.add_labels(self, self.repo(repo), self.issue(repo, number), names, self.person(by))

    def unlabel(self, repo: Repo | str, number: int, name: str, *, by: str) -> None:
        """Take a label off an issue as a person."""
        issues.remove_label(self, self.repo(repo), self.issue(repo, number), name, self.person(by))

    # -- git ----------------------------------------------------------------------------------------------

    def commit(
        self,
        repo: Repo | str,
        files: Mapping[str, str | bytes | None],
        message: str = "Change",
        *,
        by: str,
        branch: str | None = None,
    ) -> Commit:
        """Commit files onto a branch and push, as a person; None deletes a file."""
        place = self.repo(repo)
        return git.commit(self, place, branch or place.default_branch, files, message, self.person(by))

    def head(self, repo: Repo | str, branch: str | None = None) -> str:
        """Return the sha a branch stands at. Raises KeyError."""
        place = self.repo(repo)
        return place.refs[f"refs/heads/{branch or place.default_branch}"]

    def push_branch(self, repo: Repo | str, branch: str, sha: str, *, by: str) -> None:
        """Create or move a branch as a person."""
        git.set_ref(self, self.repo(repo), f"refs/heads/{branch}", sha, self.person(by))

    def push_tags(self, repo: Repo | str, tags: Mapping[str, str], *, by: str) -> None:
        """Push tags in one push as a person; GitHub sends no event when there are more than three."""
        silent = len(tags) > 3  # noqa: PLR2004  GitHub's documented limit
        for name, sha in tags.items():
            git.set_ref(self, self.repo(repo), f"refs/tags/{name}", sha, self.person(by), silent=silent)

    def delete_ref(self, repo: Repo | str, ref: str, *, by: str) -> None:
        """Delete a ref such as refs/tags/v1 as a person."""
        git.delete_ref(self, self.repo(repo), ref, self.person(by))

    # -- CI -----------------------------------------------------------------------------------------------

    def outcome(
        self,
        workflow: str,
        *,
        conclusion: str | None,
        task: str | None = None,
        job: str | None = None,
        seconds: float | None = None,
    ) -> None:
        """Say how jobs of a workflow file will end from now on; conclusion None leaves them running."""
        self.outcomes.append(Outcome(workflow=workflow, task=task, job=job, conclusion=conclusion, seconds=seconds))

    def dispatch(
        self, repo: Repo | str, workflow: str, ref: str, inputs: Mapping[str, object] | None = None, *, by: str
    ) -> WorkflowRun:
        """Dispatch a workflow as a person. Raises Refusal, or KeyError where there is no such workflow."""
        place = self.repo(repo)
        one = actions.workflow_named(place, workflow)
        if one is None:
            raise KeyError(workflow)
        return actions.dispatch(self, place, one, ref, inputs or {}, self.person(by))

    def runs(self, repo: Repo | str) -> list[WorkflowRun]:
        """Return the workflow runs of a repository as they stand now, oldest first."""
        self.tick()
        return list(self.repo(repo).runs.values())

    def finish(self, repo: Repo | str, run: int, job: str, conclusion: str = "success") -> Job:
        """End a job of a run now. Raises StopIteration where the latest attempt has no job of that name."""
        self.tick()
        place = self.repo(repo)
        one_run = place.runs[run]
        one = next(each for each in one_run.latest if each.name == job)
        progress.finish(self, place, one_run, one, conclusion)
        return one

    def check(self, repo: Repo | str, sha: str, name: str, *, app: str, conclusion: str | None) -> CheckRun:
        """Report a check run as some App (made when it is not there); conclusion None leaves it in progress."""
        place = self.repo(repo)
        by = next((one for one in self.apps.values() if one.slug == app), None)
        by = by or self.add_app_record(app, self.add_user(f"{app}-owner", "Organization"))
        suite = checks.suite_of(self, place, by, sha)
        status = "completed" if conclusion else "in_progress"
        actor = Actor(user=by.bot, app=by)
        return checks.create_check(self, place, suite, actor, name=name, status=status, conclusion=conclusion)

    def status(self, repo: Repo | str, sha: str, context: str, state: str, *, by: str) -> Status:
        """Set a commit status as a person."""
        who = self.person(by)
        status = Status(
            id=self.next_id("status"),
            sha=sha,
            context=context,
            state=state,
            description=None,
            target_url=None,
            creator=who.user,
            at=self.now(),
        )
        return checks.set_status(self, self.repo(repo), status, who)

    # -- trouble ------------------------------------------------------------------------------------------

    def fault(self, method: str, path: str, **how: Unpack[FaultHow]) -> Fault:
        """Switch on a fault for requests whose method and path (a regular expression) fit; it strikes once."""
        one = Fault(method=method, path=re.compile(path), **how)
        self.faults.append(one)
        return one

    def exhaust(self, installation: Installation) -> None:
        """Use up an installation's primary rate limit for the rest of its hour."""
        installation.used = installation.limit

    def assert_no_unknown_calls(self) -> None:
        """Raise AssertionError where a route was asked for that the simulation does not have."""
        if self.unknown_calls:
            raise AssertionError(f"the simulated GitHub has no such routes: {self.unknown_calls}")
