"""Jobs that wait to be let into an environment: which there are, and our word on them."""

from collections.abc import Sequence
from typing import Literal

from app.adapters.github.office import PER_PAGE, Office, at
from app.adapters.github.shapes import PENDING, RUNS, shaped
from app.domain.values import Repo, Sha
from app.ports.waiting import WaitingRun


class Deployments(Office):
    """Custom deployment protection rules, as the App behind one answers them."""

    async def waiting_runs(self, repo: Repo) -> Sequence[WaitingRun]:
        """Return the latest hundred runs that wait."""
        url = f"{at(repo)}/actions/runs?status=waiting&exclude_pull_requests=true&per_page={PER_PAGE}"
        answer: object = await self._caller(repo).getitem(url)
        return [
            WaitingRun(id=run.id, attempt=run.attempt, event=run.event, sha=Sha(run.sha), since=run.changed_at)
            for run in (one.seen() for one in shaped(RUNS, answer).workflow_runs)
            if run.changed_at is not None
        ]

    async def environments_waited_for(self, repo: Repo, run: int) -> Sequence[str]:
        """Return the names of the environments that a run waits for, whoever is to decide."""
        answer: object = await self._caller(repo).getitem(f"{at(repo)}/actions/runs/{run}/pending_deployments")
        return [one.environment.name for one in shaped(PENDING, answer)]

    async def review_deployment(
        self, repo: Repo, run: int, environment: str, state: Literal["approved", "rejected"], comment: str
    ) -> None:
        """Let a run's jobs into an environment or turn them away, with at most 1,024 characters of Markdown."""
        data = {"environment_name": environment, "state": state, "comment": comment}
        writer = await self._writer(repo, for_people=True)
        await writer.post(_rule(repo, run), data=data)

    async def report_deployment(self, repo: Repo, run: int, environment: str, comment: str) -> None:
        """Say something about a run's jobs that wait for an environment, in at most 1,024 characters of Markdown."""
        data = {"environment_name": environment, "comment": comment}
        writer = await self._writer(repo, for_people=False)
        await writer.post(_rule(repo, run), data=data)


def _rule(repo: Repo, run: int) -> str:
    """Return the address of a run's rule: ours, whatever address a webhook named."""
    return f"{at(repo)}/actions/runs/{run}/deployment_protection_rule"
