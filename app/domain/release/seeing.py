"""What a sighting changes: an item's evidence, a run that was found, or a run that went astray."""

from collections.abc import Collection
from datetime import datetime

from app.domain.decision import Accepted
from app.domain.plan.model import Plan
from app.domain.release.effects import CancelRun, Effect
from app.domain.release.events import Event, RunRefused, RunStarted, Seen
from app.domain.release.evidence import is_waited_for
from app.domain.release.fold import is_news
from app.domain.release.model import Release, Run, RunState, Sight, Sighting


def see(plan: Plan, release: Release, sighting: Sighting, now: datetime) -> Accepted:
    """Return what changes, which is nothing for most of what GitHub tells. Repeats and stragglers change nothing."""
    events: list[Event] = []
    effects: list[Effect] = []
    if sighting.kind is Sight.RUN and (run := _ours(release, sighting)):
        if sighting.sha != release.target.sha:
            return _astray(release, run, sighting, now)
        if run.run_id is None and sighting.run_id is not None:
            # GitHub's answer with the run's id was lost, or is still on its way: the title tells whose it is.
            events.append(
                RunStarted(task=run.task, attempt=run.attempt, run_id=sighting.run_id, url=sighting.url, at=now)
            )
    if twin := _twin(release, sighting):
        effects.append(twin)
    if is_waited_for(plan, release, sighting) and is_news(release, sighting):
        events.append(Seen(sighting=sighting, at=now))
    return Accepted(events=tuple(events), effects=tuple(effects))


def see_gone(release: Release, gone: Collection[int], now: datetime) -> Accepted:
    """Give up the runs that are no more on GitHub: their tasks can be run again."""
    reason = "its run is not on GitHub any more"
    return Accepted(
        events=tuple(
            RunRefused(task=run.task, attempt=run.attempt, reason=reason, at=now)
            for run in release.runs.values()
            if run.run_id in gone and run.state is RunState.STARTED
        )
    )


def _ours(release: Release, sighting: Sighting) -> Run | None:
    return next(
        (
            run
            for run in release.runs.values()
            if run.run_id == sighting.run_id
            or (run.run_id is None and (sighting.mark, sighting.source) == (run.mark, run.workflow))
        ),
        None,
    )


def _twin(release: Release, sighting: Sighting) -> CancelRun | None:
    """Cancel a second run with the mark of one that we know: the younger of the two is one too many."""
    run = next((r for r in release.runs.values() if sighting.mark == r.mark and r.run_id is not None), None)
    if sighting.kind is not Sight.RUN or run is None or run.run_id is None or sighting.run_id is None:
        return None
    if sighting.run_id <= run.run_id or sighting.progress.is_over:
        return None
    return CancelRun(
        repo=release.repo,
        task=run.task,
        run_id=sighting.run_id,
        attempt=sighting.order[1],
        comment=None,
        issue=release.issue,
    )


def _astray(release: Release, run: Run, sighting: Sighting, now: datetime) -> Accepted:
    """Give up a run that GitHub started on another commit: the branch moved between our look and our call."""
    if run.state is RunState.REFUSED or sighting.run_id is None:
        return Accepted()
    reason = (
        f"the branch moved while the run was being started: it runs on {sighting.sha[:7]}, "
        f"not on {release.target.sha[:7]}, and was cancelled"
    )
    return Accepted(
        events=(RunRefused(task=run.task, attempt=run.attempt, reason=reason, at=now),),
        effects=(
            CancelRun(
                repo=release.repo,
                task=run.task,
                run_id=sighting.run_id,
                attempt=sighting.order[1],
                comment=None,
                issue=release.issue,
            ),
        ),
    )
