"""Environments that GitHub asks us about before a job goes in."""

from collections.abc import Sequence
from typing import Literal, Protocol

from app.domain.values import Repo


class DeploymentHost(Protocol):
    """Jobs that wait to be let into an environment."""

    async def environments_waited_for(self, repo: Repo, run: int) -> Sequence[str]:
        """Return the names of the environments that a run waits for, whoever is to decide."""
        ...

    async def review_deployment(
        self, repo: Repo, run: int, environment: str, state: Literal["approved", "rejected"], comment: str
    ) -> None:
        """Let a run's jobs into an environment or turn them away, with at most 1,024 characters of Markdown."""
        ...

    async def report_deployment(self, repo: Repo, run: int, environment: str, comment: str) -> None:
        """Say something about a run's jobs that wait for an environment, in at most 1,024 characters of Markdown."""
        ...
