"""The evidence for one item: what was seen on GitHub for the target, or a person's word, or a waiver."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import assert_never

from app.domain.plan.model import (
    ByAsset,
    ByCheck,
    ByJob,
    ByMetric,
    ByNoOpenIssues,
    ByReadiness,
    ByRelease,
    ByRun,
    ByStatus,
    ByTag,
    ByTask,
    ByWorkflow,
    Item,
    Manual,
    Plan,
    Task,
)
from app.domain.release.evidence_published import by_asset, by_release
from app.domain.release.issues import open_with
from app.domain.release.items import Evidence, ItemStanding, State
from app.domain.release.model import Progress, Release, Run, RunState, Sight, Sighting


def run_progress(release: Release, run: Run) -> Progress | None:
    """Return how far GitHub says the run has come, or None where nothing was heard of it."""
    sighting = sighting_of(release, run)
    return sighting.progress if sighting else None


def sighting_of(release: Release, run: Run) -> Sighting | None:
    """Return what GitHub last said of the run, or None where nothing was heard."""
    return release.sightings.get(f"run:{run.run_id}") if run.run_id is not None else None


def is_waited_for(plan: Plan, release: Release, sighting: Sighting) -> bool:
    """Whether the plan can use this sighting: bound to the target, and something an item or a run waits for."""
    if sighting.sha != release.target.sha:
        return False
    wanted = [item.wanted for item in plan.items()]
    match sighting.kind:
        case Sight.RUN:
            # Any run of a workflow that we may dispatch: the webhook may come before GitHub's answer with the id.
            return sighting.source in plan.workflows(release.repo.full_name)
        case Sight.JOB:
            return any(isinstance(w, ByJob) and w.name == sighting.name for w in wanted)
        case Sight.CHECK:
            return any(isinstance(w, ByCheck) and (w.name, w.app) == (sighting.name, sighting.source) for w in wanted)
        case Sight.STATUS:
            return any(isinstance(w, ByStatus) and _fits_status(w, sighting) for w in wanted)
        case Sight.WORKFLOW:
            return sighting.name in plan.workflows(release.repo.full_name)
        case _:
            assert_never(sighting.kind)


class SeenAt:
    """The sightings at the target, by kind."""

    def __init__(self, release: Release) -> None:
        self.release = release
        self._repo = release.repo.full_name
        self._by_kind: dict[Sight, list[Sighting]] = {kind: [] for kind in Sight}
        for sighting in release.sightings.values():
            if sighting.sha == release.target.sha:
                self._by_kind[sighting.kind].append(sighting)

    def job(self, name: str, run_id: int | None) -> Sighting | None:
        """Return the newest job of that name, of one run where a run is named."""
        fits = [s for s in self._by_kind[Sight.JOB] if s.name == name and run_id in (None, s.run_id)]
        return _newest(fits)

    def check(self, wanted: ByCheck) -> Sighting | None:
        """Return the newest check run of that name by that App."""
        return _newest(s for s in self._by_kind[Sight.CHECK] if (s.name, s.source) == (wanted.name, wanted.app))

    def status(self, wanted: ByStatus) -> Sighting | None:
        """Return the newest status of that context by whom the plan trusts."""
        return _newest(s for s in self._by_kind[Sight.STATUS] if _fits_status(wanted, s))

    def workflow(self, wanted: ByWorkflow) -> Sighting | None:
        """Return the newest run of that workflow file, where it is one of this repository."""
        if not wanted.is_in(self._repo):
            return None
        return _newest(s for s in self._by_kind[Sight.WORKFLOW] if s.name == wanted.workflow)


def _newest(sightings: Iterable[Sighting]) -> Sighting | None:
    return max(sightings, key=lambda s: (s.order, s.progress is not Progress.SUCCESS), default=None)


def _fits_status(wanted: ByStatus, sighting: Sighting) -> bool:
    # GitHub compares contexts and logins without regard to case.
    return wanted.context.casefold() == sighting.name.casefold() and (
        wanted.by is None or wanted.by.casefold() == sighting.source.casefold()
    )


def stand(item: Item, task: Task, seen: SeenAt) -> ItemStanding:
    """Return how an item of a task stands. What is waived and not done counts as waived."""
    return _waived(_evidenced(item, task, seen), seen.release)


def _evidenced(item: Item, task: Task, seen: SeenAt) -> ItemStanding:
    run = seen.release.runs.get(task.id)
    run_seen = sighting_of(seen.release, run) if run else None
    match item.wanted:
        case ByRun():
            return _by_run(item, run, run_seen)
        case ByJob(name=name):
            if task.action is None:
                return _by_sighting(item, seen.job(name, None))
            # A job of the same name in anybody else's run proves nothing about this task.
            return _by_sighting(item, seen.job(name, run.run_id) if run and run.run_id else None)
        case ByCheck() as wanted:
            return _by_sighting(item, seen.check(wanted))
        case ByStatus() as wanted:
            return _by_sighting(item, seen.status(wanted))
        case ByWorkflow() as wanted:
            return _by_sighting(item, seen.workflow(wanted))
        case ByNoOpenIssues(labels=labels):
            return _by_no_open_issues(item, labels, seen.release)
        case Manual():
            return _by_hand(item, seen.release)
        case ByTag():
            return _by_tag(item, seen.release)
        case ByRelease():
            return by_release(item, seen.release)
        case ByAsset(pattern=pattern):
            return by_asset(item, pattern, seen.release)
        case ByMetric() | ByReadiness() | ByTask():
            return ItemStanding(item=item, state=State.OPEN)
        case _:
            assert_never(item.wanted)


def _by_run(item: Item, run: Run | None, sighting: Sighting | None) -> ItemStanding:
    if run is None:
        return ItemStanding(item=item, state=State.OPEN)
    if run.state in (RunState.REFUSED, RunState.UNCLEAR):
        return ItemStanding(item=item, state=State.FAILED, found=run.reason or run.state)
    if sighting is None:
        return ItemStanding(item=item, state=State.RUNNING, found="run asked for", url=run.url)
    return _by_sighting(item, sighting)


def _by_sighting(item: Item, sighting: Sighting | None) -> ItemStanding:
    if sighting is None:
        return ItemStanding(item=item, state=State.OPEN)
    what = f"{sighting.kind} {sighting.name}"
    if sighting.progress is Progress.SUCCESS:
        at = datetime.fromtimestamp(sighting.order[3], tz=UTC)
        return ItemStanding(
            item=item,
            state=State.DONE,
            evidence=Evidence(what=what, url=sighting.url, sha=sighting.sha, at=at),
            url=sighting.url,
        )
    state = State.FAILED if sighting.progress.is_over else State.RUNNING
    return ItemStanding(item=item, state=state, found=f"{what}: {sighting.progress}", url=sighting.url)


def _by_tag(item: Item, release: Release) -> ItemStanding:
    made, asked = release.tagged, release.tagging
    if made is not None and made.commit == release.target.sha:
        what = f"{made.tag}, {'signed' if made.is_signed else 'not signed'}"
        evidence = Evidence(what=what, url=made.url, sha=made.commit, at=made.at)
        return ItemStanding(item=item, state=State.DONE, evidence=evidence, url=made.url)
    if asked is None:
        return ItemStanding(item=item, state=State.OPEN)
    if asked.is_pending:
        return ItemStanding(item=item, state=State.RUNNING, found=f"{asked.tag} asked for")
    return ItemStanding(item=item, state=State.FAILED, found=f"{asked.tag} was not made: {asked.reason}")


def _by_hand(item: Item, release: Release) -> ItemStanding:
    """A person's word for the present target. Where the box was changed by nobody knows whom, it counts as open."""
    claim, tick = release.claims.get(item.id), release.ticks.get(item.id)
    if claim is not None:
        what = "ticked" if claim.is_ticked else "unticked"
        found = f"{what} in the issue, and GitHub has not told by whom: it does not count"
        return ItemStanding(item=item, state=State.OPEN, found=found, claim=claim)
    if tick is None or tick.sha != release.target.sha:
        return ItemStanding(item=item, state=State.OPEN)
    what = f"{tick.by.login}: {tick.note}" if tick.note else tick.by.login
    evidence = Evidence(what=what, url="", sha=tick.sha, at=tick.at, by=tick.by)
    return ItemStanding(item=item, state=State.DONE, evidence=evidence)


def _by_no_open_issues(item: Item, labels: Sequence[str], release: Release) -> ItemStanding:
    if release.issues_read_at is None:
        return ItemStanding(item=item, state=State.OPEN, found="nobody has looked at the issues yet")
    still_open = open_with(release, labels)
    if still_open:
        named = ", ".join(f"issue {issue.number}" for issue in still_open[:5])
        return ItemStanding(item=item, state=State.OPEN, found=f"{len(still_open)} open: {named}")
    what = f"no open issue labelled {', '.join(labels)}"
    evidence = Evidence(what=what, url="", sha=release.target.sha, at=release.issues_read_at)
    return ItemStanding(item=item, state=State.DONE, evidence=evidence)


def _waived(standing_: ItemStanding, release: Release) -> ItemStanding:
    """Tell of the item's waiver. What is done all the same is done."""
    waiver = release.waivers.get(standing_.item.id)
    if waiver is None or standing_.state is State.DONE:
        return standing_
    if not waiver.is_in_force:
        return replace(standing_, waiver=waiver)
    second = f" and {waiver.second.login}" if waiver.second else ""
    return replace(
        standing_,
        state=State.WAIVED,
        found=f"waived by {waiver.by.login}{second}: {waiver.reason}",
        url=None,
        waiver=waiver,
    )
