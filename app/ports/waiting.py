"""Runs that wait to be let into an environment, found without being told of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.domain.values import Repo, Sha


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingRun:
    """A run of which a job waits."""

    id: int
    attempt: int
    event: str  # what started it
    sha: Sha
    since: datetime  # by GitHub's clock


class WaitingRuns(Protocol):
    """Who waits in a repository. Every method raises GitHubError."""

    async def waiting_runs(self, repo: Repo) -> Sequence[WaitingRun]:
        """Return the latest hundred runs that wait. Unchanged, that costs nothing."""
        ...

    async def environments_waited_for(self, repo: Repo, run: int) -> Sequence[str]:
        """Return the names of the environments that a run waits for, whoever is to decide."""
        ...

    async def guards_of(self, repo: Repo, environment: str) -> frozenset[int] | None:
        """Return the Apps whose rules stand on an environment; None where there is no such environment."""
        ...
