"""What goes with a release that ends or moves to another commit: the runs that are going on."""

from collections.abc import Collection

from app.domain.release.effects import CancelRun
from app.domain.release.evidence import sighting_of
from app.domain.release.model import Release, RunState
from app.domain.values import TaskId


def stop_runs(release: Release, stayed: Collection[TaskId] = ()) -> tuple[CancelRun, ...]:
    """Return what stops the runs of the release that are not known to be over: nobody waits for them any more.

    Those of tasks that stayed go on.
    """
    effects: list[CancelRun] = []
    for run in (run for task, run in release.runs.items() if task not in stayed):
        seen = sighting_of(release, run)
        if run.run_id is None or run.state is not RunState.STARTED or (seen is not None and seen.progress.is_over):
            continue
        effects.append(
            CancelRun(
                repo=release.repo,
                task=run.task,
                run_id=run.run_id,
                attempt=seen.order[1] if seen else 1,
                comment=None,
                issue=release.issue,
            )
        )
    return tuple(effects)
