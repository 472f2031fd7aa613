"""An App's word on a job that waits for an environment: let in, turned away, or only told something."""

from dataclasses import dataclass

from app.sim.doing import progress
from app.sim.state import App, Job, Repo, Rule, WorkflowRun
from app.sim.wire import Refusal
from app.sim.world import World

MOST_REPORTS = 10
LONGEST_COMMENT = 1024
STATES = frozenset({"approved", "rejected"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What an App says: a word with or without reasons, or, where it says neither, a report and no more."""

    app: App
    environment: str
    state: str | None
    comment: str | None


def review(world: World, repo: Repo, run: WorkflowRun, said: Review) -> None:
    """Take an App's review of all jobs of a run that wait for it at an environment.

    Refused with 403 for an App that guards no such environment, with 422 where nothing waits for its word, and for
    words that GitHub does not take.
    """
    app, state, comment = said.app, said.state, said.comment
    if state is not None and state not in STATES:
        raise Refusal(422, f"Invalid request.\n\n{state} is not a member of approved, rejected.")
    if state is None and not comment:
        raise Refusal(422, 'Invalid request.\n\n"comment" wasn\'t supplied.')
    if comment is not None and len(comment) > LONGEST_COMMENT:
        raise Refusal(422, f"Validation Failed: the comment is longer than {LONGEST_COMMENT} characters.")
    place = repo.environments.get(said.environment.lower())
    if place is None:
        raise Refusal(404, "Not Found")
    waiting = _waiting(world, run, said)
    if not waiting:
        if all(rule.app is not app for rule in place.rules):
            raise Refusal(403, "Resource not accessible by integration")
        raise Refusal(422, "Validation Failed", ["There are no pending deployment requests to approve or reject"])
    if state is None:
        _report(waiting, comment or "")
        return
    for job, rule in waiting:
        _answer(world, repo, run, job, rule, is_let=state == "approved")


def _waiting(world: World, run: WorkflowRun, said: Review) -> list[tuple[Job, Rule]]:
    """Return the jobs that wait for the App there, each with its rule."""
    return [
        (job, rule)
        for job in run.latest
        if job.status == "waiting"
        and job.deployment is not None
        # GitHub asks an App a moment before it takes its answer
        and (world.now() - job.created_at).total_seconds() >= world.pace.asking
        for rule in job.deployment.waits_for
        if rule.app is said.app and job.deployment.environment.name.lower() == said.environment.lower()
    ]


def _report(waiting: list[tuple[Job, Rule]], comment: str) -> None:
    for job, rule in waiting:
        said = job.deployment.reports.setdefault(rule.id, []) if job.deployment else []
        if len(said) >= MOST_REPORTS:
            raise Refusal(422, "Validation Failed", [f"At most {MOST_REPORTS} status reports are taken."])
        said.append(comment)


def _answer(world: World, repo: Repo, run: WorkflowRun, job: Job, rule: Rule, *, is_let: bool) -> None:
    if job.deployment is None:
        return
    if not is_let:
        progress.turn_away(world, repo, run, job)
        return
    job.deployment.waits_for.remove(rule)
    if not job.deployment.waits_for:
        progress.let_in(world, repo, run, job)
