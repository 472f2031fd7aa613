"""`/release retry <task>`: run a task again, whole or only its failed jobs."""

from app.domain.decision import Accepted, Decision, Refused
from app.domain.facts import Facts
from app.domain.messages import AlreadyRunning, Message, NoRelease, NothingToRetry
from app.domain.plan.model import Plan, Task
from app.domain.policy import refusal
from app.domain.release.effects import RerunRun
from app.domain.release.events import RerunRequested
from app.domain.release.evidence import sighting_of
from app.domain.release.model import Progress, Release, RunState
from app.domain.release.running import runners, the_task, turn_of, want_run
from app.domain.slash import Args, Need, slash_command
from app.domain.values import Who


@slash_command(
    "retry",
    usage="retry <task> [--failed]",
    who=Who.DOER,
    needs=frozenset({Need.RELEASE, Need.WORKFLOW}),
    examples=("retry notarize", "retry sign --failed"),
)
def retry(facts: Facts, args: Args) -> Decision:
    """Run a task again that ended, or that never got a run.

    With --failed only the failed jobs of its last run are run again.
    """
    if facts.release is None or facts.plan is None:
        return Refused(NoRelease(command="retry"))
    task = the_task(facts.plan, facts.repo.full_name, args["task"], "retry ")
    if isinstance(task, Message):
        return Refused(task)
    if denied := refusal(facts.actor, runners(facts.plan, facts.repo.full_name, task), f"retry {task.slug}"):
        return Refused(denied)
    return _again(facts, facts.release, facts.plan, task, failed_only=args.has("failed"))


def _again(facts: Facts, release: Release, plan: Plan, task: Task, *, failed_only: bool) -> Decision:
    run = release.runs.get(task.id)
    if run is None:
        return Refused(NothingToRetry(task=task.label, slug=task.slug, is_failed_only=False))
    if run.state is RunState.REQUESTED:
        return Refused(AlreadyRunning(task=task.label, slug=task.slug, url=run.url))
    if isinstance(turn := turn_of(facts, release, plan, task, forced=None), Message):
        return Refused(turn)  # it had come, and what came before is not done any more
    seen = sighting_of(release, run)
    if (
        run.run_id is None or run.state is not RunState.STARTED
    ):  # refused or unclear: there is no run to run again, so a new one is dispatched
        wanted = want_run(facts, release, plan, task, is_retry=True)
        if isinstance(wanted, Message):
            return Refused(wanted)
        return Accepted(events=(wanted.event,), effects=(wanted.effect,), is_settled=False)
    if seen is None or not seen.progress.is_over:
        return Refused(AlreadyRunning(task=task.label, slug=task.slug, url=run.url))
    if failed_only and seen.progress is Progress.SUCCESS:
        return Refused(NothingToRetry(task=task.label, slug=task.slug, is_failed_only=True))
    event = RerunRequested(
        task=task.id, run_id=run.run_id, failed_only=failed_only, by=facts.actor.person, at=facts.now
    )
    effect = RerunRun(
        repo=release.repo,
        task=task.id,
        run_id=run.run_id,
        after_attempt=seen.order[1],
        failed_only=failed_only,
        comment=facts.comment,
        issue=facts.issue,
    )
    return Accepted(events=(event,), effects=(effect,), is_settled=False)
