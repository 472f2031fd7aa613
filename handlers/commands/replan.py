"""`/release replan`: take up the plan's new text."""

from app.domain.decision import Accepted, Decision, Refused
from app.domain.facts import Facts, PlanSource
from app.domain.messages import NoRelease, PlanTaken, PlanUnchanged
from app.domain.plan.drift import stayed
from app.domain.release.ending import stop_runs
from app.domain.release.events_course import PlanAdopted
from app.domain.release.sources import no_source
from app.domain.release.tagging import stays_put
from app.domain.slash import Args, Need, slash_command
from app.domain.values import Who


@slash_command("replan", usage="replan", who=Who.MANAGER, needs=frozenset({Need.RELEASE, Need.NEW_TARGET}))
def replan(facts: Facts, _args: Args) -> Decision:
    """Take up the plan as it stands where targets come from now. The commit stays the same.

    What was ticked, waived and run for items that stayed is kept; runs of tasks that did not stay are stopped.
    Sign-offs and the go fall, for they were given to another plan.
    """
    if facts.release is None or facts.plan is None:
        return Refused(NoRelease(command="replan"))
    source, release = facts.source, facts.release
    if not isinstance(source, PlanSource):
        return Refused(no_source(source, release))
    if source.blob == release.plan_blob:
        return Refused(PlanUnchanged(path=source.path, ref=source.target.branch or source.target.sha))
    is_same_tag = release.tagged is not None and release.tagged.tag == source.plan.tag
    if not is_same_tag and (no := stays_put(release, "replan", source.plan.tag)):
        return Refused(no)
    kept = stayed(facts.plan, source.plan)
    # A workflow that was run by its file's name is no task of the plan, and stays what it is.
    files = (task for task in release.runs if facts.plan.task(task) is None)
    tasks = {**{file: file for file in files}, **kept.tasks}
    adopted = PlanAdopted(
        plan_path=source.path,
        plan_blob=source.blob,
        plan_text=source.text,
        tag=source.plan.tag,
        people={**source.people, **release.people},  # who was named once stays the same account
        items=kept.items,
        tasks=tasks,
        by=facts.actor.person,
        at=facts.now,
        said_at=facts.said_at,
    )
    return Accepted(
        events=(adopted,),
        effects=stop_runs(release, tasks),
        answer=PlanTaken(path=source.path, blob=source.blob, changes=source.changes, errors=len(source.plan.errors)),
        is_refresh=True,
    )
