"""Workflow runs: dispatched, found again by their mark, run again, cancelled, and read."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import quote

from app.adapters.github.office import Office, at, segment
from app.adapters.github.shapes import DISPATCHED, JOBS, RUN, RUNS, shaped
from app.domain.release.model import Sighting
from app.domain.release.sightings import is_about_the_commit, job_sighting, run_sighting, workflow_sighting
from app.domain.values import Repo, Sha
from app.ports import StartedRun

_SLACK: Final = timedelta(minutes=1)  # between GitHub's clock and ours


class Runs(Office):
    """What GitHub Actions does."""

    async def dispatch(self, repo: Repo, workflow: str, ref: str, inputs: Mapping[str, str]) -> StartedRun | None:
        """Dispatch a workflow; None where GitHub took it without saying which run (servers of older API versions)."""
        url = f"{at(repo)}/actions/workflows/{segment(workflow)}/dispatches"
        data = {"ref": ref, "inputs": dict(inputs)}
        writer = await self._writer(repo, for_people=True)
        answer: object = await writer.post(url, data=data)
        if answer is None:
            return None
        started = shaped(DISPATCHED, answer)
        return StartedRun(id=started.workflow_run_id, url=started.html_url)

    async def find_run(self, repo: Repo, workflow: str, mark: str, since: datetime) -> StartedRun | None:
        """Return the oldest dispatched run since then whose title contains the mark, or None."""
        created = quote(f">={(since - _SLACK).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}", safe="")
        url = (
            f"{at(repo)}/actions/workflows/{segment(workflow)}/runs"
            f"?event=workflow_dispatch&created={created}&exclude_pull_requests=true"
        )
        pages = await self._pages(repo, url)
        found = [run for page in pages for run in shaped(RUNS, page).workflow_runs if mark in run.display_title]
        oldest = min(found, key=lambda run: run.id, default=None)
        return StartedRun(id=oldest.id, url=oldest.html_url) if oldest is not None else None

    async def rerun(self, repo: Repo, run: int, *, failed_only: bool) -> None:
        """Run a finished run again, whole or its failed jobs."""
        what = "rerun-failed-jobs" if failed_only else "rerun"
        writer = await self._writer(repo, for_people=True)
        await writer.post(f"{at(repo)}/actions/runs/{run}/{what}", data=b"")

    async def cancel(self, repo: Repo, run: int) -> None:
        """Ask a run to stop."""
        writer = await self._writer(repo, for_people=True)
        await writer.post(f"{at(repo)}/actions/runs/{run}/cancel", data=b"")

    async def run(self, repo: Repo, run: int) -> Sighting:
        """Read one workflow run."""
        url = f"{at(repo)}/actions/runs/{run}?exclude_pull_requests=true"
        return run_sighting(shaped(RUN, await self._caller(repo).getitem(url)).seen())

    async def jobs(self, repo: Repo, run: int) -> Sequence[Sighting]:
        """Read the latest attempt's jobs of a run."""
        pages = await self._pages(repo, f"{at(repo)}/actions/runs/{run}/jobs?filter=latest")
        return [job_sighting(job.seen()) for page in pages for job in shaped(JOBS, page).jobs]

    async def workflow_runs(self, repo: Repo, sha: Sha) -> Sequence[Sighting]:
        """Read the workflow runs at a commit, one sighting of kind WORKFLOW each."""
        url = f"{at(repo)}/actions/runs?head_sha={quote(sha, safe='')}&exclude_pull_requests=true"
        pages = await self._pages(repo, url)
        runs = (run.seen() for page in pages for run in shaped(RUNS, page).workflow_runs)
        return [workflow_sighting(run) for run in runs if is_about_the_commit(run)]
