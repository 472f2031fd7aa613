"""`workflow_job`: a job moves the items that wait for it."""

from collections.abc import Iterator

from app.domain.inputs import Input, Sighted
from app.domain.release.sightings import SeenJob, job_sighting
from handlers.payloads import WorkflowJob
from handlers.translating import github_event


@github_event("workflow_job", WorkflowJob)
def workflow_job(payload: WorkflowJob) -> Iterator[Input]:
    """Translate to a sighting of the job."""
    job = payload.workflow_job
    seen = SeenJob(
        id=job.id,
        run_id=job.run_id,
        attempt=job.run_attempt,
        name=job.name,
        sha=job.head_sha,
        status=job.status,
        conclusion=job.conclusion,
        changed_at=job.completed_at or job.started_at,
        url=job.html_url or "",
    )
    yield Sighted(repo=payload.repo(), sighting=job_sighting(seen))
