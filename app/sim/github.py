"""The simulated GitHub as tests and the demo hold it: set it up, steer its CI and its faults, hand out its API."""

import re
from collections.abc import Sequence
from functools import cached_property
from typing import Unpack

from app.sim.doing import deployments, rulesets
from app.sim.faults import Fault, FaultHow, Stale
from app.sim.http.asgi import Server
from app.sim.people import People
from app.sim.rules import Ruleset
from app.sim.shapes import accounts
from app.sim.state import ROLES, App, Installation, Repo, Rule, Team, User
from app.sim.wire import Json

STARS = "********"
"""How GitHub shows a secret."""

EVENTS = frozenset(
    {
        "check_run",
        "check_suite",
        "create",
        "delete",
        "deployment_protection_rule",
        "issue_comment",
        "issues",
        "member",
        "membership",
        "organization",
        "pull_request",
        "push",
        "release",
        "status",
        "team",
        "workflow_dispatch",
        "workflow_job",
        "workflow_run",
    }
)
"""What an App subscribes to unless told otherwise."""


HOOK_EVENTS = EVENTS - {"workflow_dispatch", "deployment_protection_rule"}
"""Of these, what a ping lists: GitHub's schema does not know the others among the events of a hook."""


class SimGitHub(People):
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

    def guard(self, repo: Repo | str, environment: str, app: App) -> Rule:
        """Have an App asked before a job goes into an environment, as an administrator does in the settings."""
        place = self.repo(repo)
        return deployments.guard(self, place, deployments.environment(self, place, environment), app)

    def ping(self, app: App) -> None:
        """Send the App the ping that GitHub sends when its webhook is set up."""
        at = app.created_at.isoformat()
        url = f"https://api.github.com/app/hooks/{app.hook_id}"
        hook: Json = {
            "type": "App",
            "id": app.hook_id,
            "name": "web",
            "active": True,
            "events": sorted(app.events & HOOK_EVENTS),
            "config": {"content_type": "json", "insecure_ssl": "0", "secret": STARS, "url": url},
            "updated_at": at,
            "created_at": at,
            "app_id": app.id,
            "url": url,
            "ping_url": f"{url}/pings",
            "deliveries_url": f"{url}/deliveries",
        }
        self.post(app, "ping", {"zen": "Speak like a human.", "hook_id": app.hook_id, "hook": hook})

    def add_ruleset(self, repo: Repo | str, body: Json, *, of_organization: bool = False) -> Ruleset:
        """Add a ruleset as an administrator would, worded as for the API; perhaps one of the whole organisation."""
        place = self.repo(repo)
        one = rulesets.create(self, place, body)
        if of_organization:
            one.source = place.owner.login
        return one

    # -- trouble ------------------------------------------------------------------------------------------

    def fault(self, method: str, path: str, **how: Unpack[FaultHow]) -> Fault:
        """Switch on a fault for requests whose method and path (a regular expression) fit; it strikes once."""
        one = Fault(method=method, path=re.compile(path), **how)
        self.faults.append(one)
        return one

    def stale_issue(self, repo: Repo | str, number: int, *, reads: int = 1, skip: int = 0) -> Stale:
        """Let the next reads of an issue by its number show it as it was before its latest edit, as GitHub may.

        Reads before it was ever edited do not count, nor do those that `skip` lets pass.
        """
        one = Stale(reads=reads, skip=skip)
        self.stale_issues[self.issue(repo, number).id] = one
        return one

    def exhaust(self, installation: Installation) -> None:
        """Use up an installation's primary rate limit for the rest of its hour."""
        installation.used = installation.limit

    def assert_no_unknown_calls(self) -> None:
        """Raise AssertionError where a route was asked for that the simulation does not have."""
        if self.unknown_calls:
            raise AssertionError(f"the simulated GitHub has no such routes: {self.unknown_calls}")
