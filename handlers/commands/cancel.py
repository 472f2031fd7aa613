"""`/release cancel <task>`: stop a task's run."""

from app.domain.decision import Accepted, Decision, Refused
from app.domain.facts import Facts
from app.domain.messages import Message, NoRelease, NothingToCancel, RunRequestRefused
from app.domain.policy import refusal
from app.domain.release.effects import CancelRun
from app.domain.release.events import CancelRequested
from app.domain.release.evidence import sighting_of
from app.domain.release.model import RunState
from app.domain.release.running import runners, the_task
from app.domain.slash import Args, Need, slash_command
from app.domain.values import Who


@slash_command("cancel", usage="cancel <task>", who=Who.DOER, needs=frozenset({Need.RELEASE}))
def cancel(facts: Facts, args: Args) -> Decision:
    """Stop the run of a task that is going on."""
    if facts.release is None or facts.plan is None:
        return Refused(NoRelease(command="cancel"))
    task = the_task(facts.plan, facts.repo.full_name, args["task"], "cancel ")
    if isinstance(task, Message):
        return Refused(task)
    if denied := refusal(facts.actor, runners(facts.plan, facts.repo.full_name, task), f"cancel {task.slug}"):
        return Refused(denied)
    run = facts.release.runs.get(task.id)
    if run is not None and run.state is RunState.REQUESTED:
        reason = "GitHub has not said yet that it started; ask again as soon as it shows as running"
        return Refused(RunRequestRefused(task=task.label, verb="cancel", reason=reason))
    seen = sighting_of(facts.release, run) if run else None
    if run is None or run.run_id is None or (seen and seen.progress.is_over):
        return Refused(NothingToCancel(task=task.label))
    return Accepted(
        events=(CancelRequested(task=task.id, run_id=run.run_id, by=facts.actor.person, at=facts.now),),
        effects=(
            CancelRun(
                repo=facts.release.repo,
                task=task.id,
                run_id=run.run_id,
                attempt=seen.order[1] if seen else 1,
                comment=facts.comment,
                issue=facts.issue,
            ),
        ),
        is_settled=False,
    )
