"""`workflow_run`: a run of ours moves its task; any run moves what waits for its workflow."""

from collections.abc import Iterator

from app.domain.inputs import Input, Sighted
from app.domain.release.sightings import SeenRun, is_about_the_commit, run_sighting, workflow_sighting
from handlers.payloads import WorkflowRun
from handlers.translating import github_event


@github_event("workflow_run", WorkflowRun)
def workflow_run(payload: WorkflowRun) -> Iterator[Input]:
    """Translate to a sighting of the workflow, and of the run where it was dispatched."""
    run = payload.workflow_run
    seen = SeenRun(
        id=run.id,
        attempt=run.run_attempt,
        event=run.event,
        path=run.path or (payload.workflow.path if payload.workflow else ""),
        name=run.name or "",
        title=run.display_title,
        sha=run.head_sha,
        status=run.status or "requested",
        conclusion=run.conclusion,
        changed_at=run.updated_at,
        url=run.html_url,
        is_from_fork=run.head_repository is not None and run.head_repository.id != payload.repository.id,
    )
    repo = payload.repo()
    if is_about_the_commit(seen):
        yield Sighted(repo=repo, sighting=workflow_sighting(seen))
    if run.event == "workflow_dispatch":
        yield Sighted(repo=repo, sighting=run_sighting(seen))
