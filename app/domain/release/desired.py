"""What GitHub should show of a release: the views of its issue, its status comment and its gate, from state alone."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final
from urllib.parse import quote

from app.domain.checklist import Broken, Placed, find_block, put_block
from app.domain.plan.model import CreateTag, Manual, Phase, Plan, Severity
from app.domain.release.gate import GateState, Verdict
from app.domain.release.items import ItemStanding
from app.domain.release.model import Release, WaitingJob
from app.domain.release.offers import Offers, waiting_workflows
from app.domain.release.readiness import OVERALL, Readiness, counted_phases, percent
from app.domain.release.reasons import explain, in_short
from app.domain.release.said import Waiver
from app.domain.release.standing import TaskStanding
from app.domain.release.tagged import tag_command
from app.domain.release.views import (
    CONCLUSIONS,
    Detail,
    FigureView,
    Formula,
    GateView,
    IssueView,
    ItemView,
    Overview,
    PhaseView,
    RunView,
    Shows,
    StatusView,
    Step,
    TaskView,
    WaitingJobView,
)

BODY_LIMIT: Final = 65_536
"""The longest issue or comment body that GitHub takes, in characters; we count UTF-16 units, which are never fewer."""

GATE_ID: Final = "gate"
"""By which a commit's gate is found again among our check runs: there is one, whatever the number of releases."""

_STEPS_SHOWN = 3
_RUNNING_SHOWN = 10


def issue_view(plan: Plan, release: Release, verdict: Verdict, site: str) -> IssueView:
    """Return what the tracking issue shows, in full. `site` is GitHub's own address, e.g. `https://github.com`."""
    offers = Offers(verdict.standing, verdict.order, _own_steps(release, verdict))
    return IssueView(
        overview=_overview(plan, release, verdict, site),
        phases=tuple(_phases(plan, verdict, offers)),
        summary=tuple(_task(task, offers) for task in verdict.standing.summary),
    )


def status_view(plan: Plan, release: Release, verdict: Verdict, site: str, late: int = 0) -> StatusView:
    """Return what the sticky status comment shows; `late` is by how many minutes GitHub's webhooks come late."""
    return StatusView(
        overview=_overview(plan, release, verdict, site),
        started_by=release.started_by.login,
        started_at=release.started_at,
        signoffs=tuple(release.signoffs.values()),
        waivers=tuple(_waivers(plan, release)),
        forced=tuple((t.label if (t := plan.task(task)) else task, why) for task, why in release.forced.items()),
        warnings=tuple(p for p in plan.problems if p.severity is Severity.WARNING),
        late=late,
    )


def gate_view(plan: Plan, release: Release, verdict: Verdict, site: str) -> GateView:
    """Return what the check run `release/gate` shows. It is completed only once it is green or something is wrong."""
    conclusion = CONCLUSIONS[verdict.state]
    return GateView(
        overview=_overview(plan, release, verdict, site),
        status="completed" if conclusion else "in_progress",
        conclusion=conclusion,
        external_id=GATE_ID,
    )


# -- the size limit ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class TooLong:
    """Even the shortest block does not fit beside what people wrote: `people` characters of theirs, of `limit`."""

    people: int
    limit: int = BODY_LIMIT


def fit(body: str, view: IssueView, write: Callable[[IssueView], str]) -> Placed | TooLong:
    """Put the fullest block into the body that GitHub still takes. Text that people wrote is never cut."""
    for detail in Detail:
        placed = put_block(body, write(at_detail(view, detail)))
        if length(placed.body) <= BODY_LIMIT:
            return placed
    found = find_block(body)
    return TooLong(people=length(body if isinstance(found, Broken) else found.before + found.after))


def at_detail(view: IssueView, detail: Detail) -> IssueView:
    """Return the same view with less of the plan in it."""
    phases = tuple(replace(phase, shows=_shows(phase, detail)) for phase in view.phases)
    return replace(view, phases=phases, detail=detail, summary=() if detail else view.summary)


def length(text: str) -> int:
    """Return the length in UTF-16 code units: at least what GitHub counts, however it counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _shows(phase: PhaseView, detail: Detail) -> Shows:
    if phase.is_active:
        return "items" if detail < Detail.BRIEF else "tasks" if detail < Detail.COUNTED else "counts"
    if detail >= Detail.OTHERS_COUNTED:
        return "counts"
    is_brief = detail >= (Detail.FINISHED_BRIEF if phase.is_done else Detail.OTHERS_BRIEF)
    return "tasks" if is_brief else "items"


# -- the overview --------------------------------------------------------------------------------------------


def _overview(plan: Plan, release: Release, verdict: Verdict, site: str) -> Overview:
    home = f"{site.rstrip('/')}/{quote(release.repo.full_name)}"
    sha = release.target.sha
    offers = Offers(verdict.standing, verdict.order)
    counted = [verdict.standing.tasks[task.id] for phase in counted_phases(plan) for task in phase.tasks]
    steps = (_step(task, offers, is_running=False) for task in offers.way(counted).now.values())
    by_hand = [item for task in counted for item in task.items if _waits_for_a_person(item)]
    running = (_step(t, offers, is_running=True) for t in verdict.standing.tasks.values() if t.is_running)
    return Overview(
        name=plan.name,
        version=release.version,
        tag=release.tag,
        tagged=release.tagged,
        tagging=release.tagging,
        published=release.published,
        publishing=release.publishing,
        sha=sha,
        commit_url=f"{home}/commit/{sha}",
        branch=release.target.branch,
        plan_path=release.plan_path,
        plan_url=f"{home}/blob/{sha}/{quote(release.plan_path)}",
        issue=release.issue,
        issue_url=f"{home}/issues/{release.issue}",
        gate=verdict.state,
        reasons=in_short(explain(verdict)),
        figures=tuple(_figures(plan, verdict.readiness)),
        formula=_formula(plan, verdict.readiness),
        running=tuple(islice(running, _RUNNING_SHOWN)),
        steps=tuple(islice(steps, _STEPS_SHOWN)),
        workflows=waiting_workflows(counted, release.repo.full_name)[:_STEPS_SHOWN],
        by_hand=len(by_hand),
        first_by_hand=by_hand[0].item.id if by_hand else "",
        waiting_waivers=sum(not waiver.is_in_force for waiver in release.waivers.values()),
        unclaimed=len(release.claims),
        waiting_jobs=tuple(_waiting_jobs(release, home)),
        holds=bool(release.holds),
        has_moved_on=release.head is not None,
        drift=release.drift.changes if release.drift else (),
        repair=release.repair,
        closed=release.closed,
        stamp=release.stamp,
        as_of=release.changed_at,
    )


def _own_steps(release: Release, verdict: Verdict) -> dict[str, str]:
    """Return the commands of the bot's own steps that can be taken now, by the kind of the task's action."""
    may_tag = verdict.state is GateState.SUCCESS and release.tagged is None and release.closed is None
    if not may_tag or (release.tagging is not None and release.tagging.is_pending):
        return {}
    return {CreateTag().kind: tag_command(release.tag)}


def _waiting_jobs(release: Release, home: str) -> Iterator[WaitingJobView]:
    """Yield the runs that wait to be let in, one for each environment."""
    jobs: dict[tuple[int, str], WaitingJob] = {}
    for job in release.waiting.values():
        jobs.setdefault((job.run_id, job.environment.casefold()), job)
    for job in islice(jobs.values(), _RUNNING_SHOWN):
        url = f"{home}/actions/runs/{job.run_id}"
        yield WaitingJobView(environment=job.environment, run_id=job.run_id, url=url, since=job.since)


def _waivers(plan: Plan, release: Release) -> Iterator[tuple[str, Waiver]]:
    texts = {item.id: item.text for item in plan.items()}
    for item, waiver in release.waivers.items():
        yield f"{item} {texts.get(item, '')}".strip(), waiver


def _figures(plan: Plan, readiness: Readiness) -> Iterator[FigureView]:
    thresholds = plan.gate.thresholds
    for figure in readiness.figures:
        yield FigureView(
            scope=figure.priority,
            percent=percent(figure.percent),
            wanted=_wanted(thresholds.get(figure.priority)),
            is_met=figure.percent >= thresholds.get(figure.priority, 0),
            done=figure.done,
            counted=figure.counted,
            waived=figure.waived,
        )
    yield FigureView(
        scope=OVERALL,
        percent=percent(readiness.overall),
        wanted=_wanted(thresholds.get(OVERALL)),
        is_met=readiness.overall >= thresholds.get(OVERALL, 0),
    )


def _wanted(threshold: float | None) -> str | None:
    return None if threshold is None else f"{threshold:g}"


def _formula(plan: Plan, readiness: Readiness) -> Formula:
    weights = [(figure.priority, readiness.weights.get(figure.priority, 1.0)) for figure in readiness.figures]
    phases = counted_phases(plan)
    return Formula(
        weights=tuple((priority, f"{weight:g}") for priority, weight in weights),
        total=f"{sum(weight for _, weight in weights):g}",
        phases=tuple(phase.title for phase in phases),
        are_all=len(phases) == len(plan.phases),
    )


def _waits_for_a_person(item: ItemStanding) -> bool:
    return isinstance(item.item.wanted, Manual) and not item.state.is_settled


def _step(task: TaskStanding, offers: Offers, *, is_running: bool) -> Step:
    command = None if is_running else offers.command(task)
    return Step(label=task.task.label, command=command, run=_run(task, offers))


# -- phases, tasks, items ---------------------------------------------------------------------------------------


def _phases(plan: Plan, verdict: Verdict, offers: Offers) -> Iterator[PhaseView]:
    is_first_open = True
    for phase in plan.phases:
        view = _phase(phase, verdict, offers)
        is_active = is_first_open if not view.is_done else False
        is_first_open = is_first_open and view.is_done
        is_running = any(task.run and task.run.is_running for task in view.tasks)
        yield replace(view, is_active=is_active or is_running)


def _phase(phase: Phase, verdict: Verdict, offers: Offers) -> PhaseView:
    tasks = [verdict.standing.tasks[task.id] for task in phase.tasks]
    return PhaseView(
        title=phase.title,
        done=sum(task.done for task in tasks),
        waived=sum(task.waived for task in tasks),
        total=sum(len(task.items) for task in tasks),
        is_active=False,
        tasks=tuple(_task(task, offers) for task in tasks),
        opens_after=next((b.phase for task in tasks if (b := verdict.order.before(task)).criteria), ""),
    )


def _task(task: TaskStanding, offers: Offers) -> TaskView:
    return TaskView(
        label=task.task.label,
        owner=task.task.owner,
        duration=task.task.duration,
        done=task.done,
        waived=task.waived,
        total=len(task.items),
        command=offers.command(task) if offers.may_run(task) else offers.own_step(task),
        run=_run(task, offers),
        items=tuple(_item(item) for item in task.items),
    )


def _run(task: TaskStanding, offers: Offers) -> RunView | None:
    run = task.run
    if run is None:
        return None
    return RunView(
        attempt=run.attempt,
        state=run.state,
        progress=task.progress,
        is_running=task.is_running,
        by=run.by.login,
        at=run.at,
        url=task.run_url,
        reason=run.reason,
        command=offers.command(task),
    )


def _item(item: ItemStanding) -> ItemView:
    return ItemView(
        id=item.item.id,
        text=item.item.text,
        depth=item.item.depth,
        state=item.state,
        is_ticked=item.is_boxed,
        wanted=item.item.wanted,
        found=item.evidence.what if item.evidence else item.found,
        at=item.evidence.at if item.evidence else None,
        asked_waiver=item.waiver if item.waiver is not None and not item.waiver.is_in_force else None,
        url=item.url,
    )
