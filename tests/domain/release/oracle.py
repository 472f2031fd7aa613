"""The gate's conditions once more, word by word and as naively as can be: what the machine holds the gate against."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from app.domain.plan.model import (
    ByCheck,
    ByNoOpenIssues,
    ByReadiness,
    ByRun,
    ByTask,
    CreateTag,
    Item,
    Manual,
    Plan,
    Severity,
    Task,
)
from app.domain.release.events import Event
from app.domain.release.events_course import PlanAdopted, ReleaseAbandoned, Retargeted
from app.domain.release.events_said import (
    GoSaid,
    HoldLifted,
    HoldPlaced,
    NoGoSaid,
    SignedOff,
    Vetoed,
    Withdrawn,
)
from app.domain.release.model import Progress, Release, RunState, Sight
from app.domain.values import Sha


def unmet(plan: Plan, log: Sequence[Event], release: Release) -> Iterator[str]:
    """Yield what keeps the gate from being green: of people from the log itself, of GitHub from what was seen."""
    moves = [at for at, event in enumerate(log) if isinstance(event, Retargeted)]
    yield from _unmet_here(plan, log[moves[-1] + 1 if moves else 1 :], release.target.sha)
    held: set[int] = set()
    for event in log:
        if isinstance(event, HoldPlaced):
            held.add(event.by.id)
        elif isinstance(event, HoldLifted):
            held.discard(event.holder)
    if held:
        yield "a hold"
    if any(isinstance(event, ReleaseAbandoned) for event in log):
        yield "given up"
    yield from _unmet_around(plan, release)
    yield from _unmet_items(plan, release)


def _unmet_here(plan: Plan, log: Sequence[Event], sha: Sha) -> Iterator[str]:
    """Yield what people have not said, or said against it, since the target is this one."""
    words: dict[int, SignedOff | Vetoed | Withdrawn] = {}
    is_go = False
    for event in log:
        if isinstance(event, SignedOff | Vetoed | Withdrawn):
            words[event.by.id] = event
        elif isinstance(event, PlanAdopted):  # a yes was given to another plan
            words = {by: word for by, word in words.items() if not isinstance(word, SignedOff)}
            is_go = False
        elif isinstance(event, GoSaid | NoGoSaid):
            is_go = isinstance(event, GoSaid) and event.sha == sha
    signed = {word.role for word in words.values() if isinstance(word, SignedOff) and word.sha == sha}
    yield from (f"no sign-off of {role}" for role in plan.gate.signoffs if role not in signed)
    if any(isinstance(word, Vetoed) for word in words.values()):
        yield "a veto"
    if not is_go:
        yield "no go"


def _unmet_around(plan: Plan, release: Release) -> Iterator[str]:
    if any(problem.severity is Severity.ERROR for problem in plan.problems):
        yield "a plan error"
    if plan.gate.blockers and release.issues_read_at is None:
        yield "nobody has looked for blockers"
    for number, issue in release.issues.items():
        if issue.is_open and {*issue.labels} & {*plan.gate.blockers}:
            yield f"blocker {number}"


def _unmet_items(plan: Plan, release: Release) -> Iterator[str]:
    """Compare the figures with the thresholds, in whole numbers."""
    counted: dict[str, list[bool]] = {}
    for phase in plan.phases:
        if any(isinstance(task.action, CreateTag) for task in phase.tasks):
            break
        for task in phase.tasks:
            for item in task.items:
                if isinstance(item.wanted, ByTask | ByReadiness):
                    continue
                is_done, waiver = _is_done(item, task, release), release.waivers.get(item.id)
                if waiver is not None and not is_done and (waiver.second is not None or not waiver.needs_second):
                    counted.setdefault(item.priority, [])
                    continue
                counted.setdefault(item.priority, []).append(is_done)
                if _has_failed(item, task, release):
                    yield f"{item.id} has failed"
    if not counted:
        yield "nothing counts"
    shares = {p: Fraction(100 * sum(done), len(done)) for p, done in counted.items() if done}
    weights = {p: Fraction(plan.gate.weights.get(p, 1)) for p in shares}
    overall = sum((weights[p] * share for p, share in shares.items()), Fraction(0))
    shares["overall"] = overall / sum(weights.values()) if weights else Fraction(100)
    for scope, wanted in plan.gate.thresholds.items():
        if shares.get(scope, Fraction(100)) < wanted:
            yield f"{scope} is at {shares[scope]}"


def _is_done(item: Item, task: Task, release: Release) -> bool:
    match item.wanted:
        case Manual():
            tick = release.ticks.get(item.id)
            return tick is not None and tick.sha == release.target.sha and item.id not in release.claims
        case ByNoOpenIssues(labels=labels):
            found = [i for i in release.issues.values() if i.is_open and {*i.labels} & {*labels}]
            return release.issues_read_at is not None and not found
        case _:
            return _progress(item, task, release) is Progress.SUCCESS


def _has_failed(item: Item, task: Task, release: Release) -> bool:
    run = release.runs.get(task.id)
    if isinstance(item.wanted, ByRun) and run is not None and run.state in (RunState.REFUSED, RunState.UNCLEAR):
        return True
    progress = _progress(item, task, release)
    return progress not in (None, Progress.SUCCESS, Progress.QUEUED, Progress.RUNNING)


def _progress(item: Item, task: Task, release: Release) -> Progress | None:
    """How far GitHub says that what the item waits for has come, at this very commit."""
    run = release.runs.get(task.id)
    for seen in release.sightings.values():
        if seen.sha != release.target.sha:
            continue
        if isinstance(item.wanted, ByCheck) and (seen.kind, seen.name) == (Sight.CHECK, item.wanted.name):
            return seen.progress
        if isinstance(item.wanted, ByRun) and run is not None and seen.key == f"run:{run.run_id}":
            return seen.progress if run.state is RunState.STARTED else None
    return None
