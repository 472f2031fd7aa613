"""What GitHub tells of an App and of a repository's protection, and how that protection is set up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from app.domain.doctor.facts import AppFacts, HookFacts, HookLog, InstallationFacts
from app.domain.protection.rulesets import Ruleset
from app.domain.values import Repo


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundRepo:
    """A repository on which the App is installed."""

    repo: Repo
    is_private: bool
    installation: InstallationFacts


class AppDesk(Protocol):
    """GitHub as the App itself may ask it. Every method raises GitHubError."""

    async def app(self) -> AppFacts:
        """Return the App as it is registered."""
        ...

    async def installations(self) -> Sequence[InstallationFacts]:
        """Return where the App is installed, suspended installations among them."""
        ...

    async def installation_on(self, owner: str, name: str) -> InstallationFacts | None:
        """Return the App's installation that covers a repository; None where there is none, or no repository."""
        ...

    async def find(self, installation: InstallationFacts, owner: str, name: str) -> FoundRepo | None:
        """Return a repository as an installation that is not suspended sees it; None where it does not."""
        ...

    async def hook(self) -> HookFacts:
        """Return where the App's webhook points."""
        ...

    async def hook_deliveries(self, since: datetime) -> HookLog:
        """Return the tries to deliver since then, newest first, the latest few hundred."""
        ...

    def skew(self) -> timedelta | None:
        """Return how far GitHub's clock is ahead of ours, by its latest answer; None where none told the time."""
        ...


class Guarding(Protocol):
    """A repository's protection. Every method raises GitHubError."""

    async def rulesets(self, repo: Repo) -> Sequence[Ruleset]:
        """Return the rulesets that hold for tags, those of the organisation among them."""
        ...

    async def save_ruleset(self, repo: Repo, ruleset: Ruleset) -> None:
        """Make a ruleset, or make the one of that id what it is to be."""
        ...

    async def guards_of(self, repo: Repo, environment: str) -> frozenset[int] | None:
        """Return the Apps whose rules stand on an environment; None where there is no such environment."""
        ...

    async def create_environment(self, repo: Repo, environment: str) -> None:
        """Make an environment; one that is there stays as it is."""
        ...

    async def add_guard(self, repo: Repo, environment: str, app: int) -> None:
        """Let an App decide about deployments to an environment."""
        ...

    async def team_members(self, repo: Repo, org: str, team: str) -> Sequence[str] | None:
        """Return some of the logins in a team or below it, empty for an empty one; None where it is not there."""
        ...
