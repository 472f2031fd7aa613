"""`/release <task>` and `/release run <task>...`: run tasks of the plan by dispatching their workflow."""

from app.domain.decision import Accepted, Decision, Refused
from app.domain.facts import Facts
from app.domain.messages import Message, NoRelease
from app.domain.policy import managers, refusal
from app.domain.release.events import Event
from app.domain.release.running import RunToAsk, runners, the_task, turn_of, want_run
from app.domain.slash import Args, Need, slash_command
from app.domain.values import Who


@slash_command(
    "run",
    usage="run <task...> [--force REASON...]",
    who=Who.DOER,
    needs=frozenset({Need.RELEASE, Need.WORKFLOW}),
    examples=("notarize", "2.3", "run sign notarize", "sign --force the build was checked by hand"),
)
def run(facts: Facts, args: Args) -> Decision:
    """Run one or more tasks of the plan; the word run may be left out.

    A task is named by its number, its short name, or a word that fits only it.
    A workflow that an item waits for is named by its file.
    All of them are asked for, or none. A task whose turn has not come is refused; a release manager may run it all
    the same with --force and a reason, which is kept as a waiver of its order.
    """
    if facts.release is None or facts.plan is None:
        return Refused(NoRelease(command="run"))
    forced = args.get("force")
    if forced is not None and (denied := refusal(facts.actor, managers(facts.plan), "run --force")):
        return Refused(denied)
    words = args["task"].split()
    command = "" if len(words) == 1 else "run "
    wanted: dict[str, tuple[tuple[Event, ...], RunToAsk]] = {}
    for word in words:
        task = the_task(facts.plan, facts.repo.full_name, word, command)
        if isinstance(task, Message):
            return Refused(task)
        if denied := refusal(facts.actor, runners(facts.plan, facts.repo.full_name, task), task.slug):
            return Refused(denied)
        before = turn_of(facts, facts.release, facts.plan, task, forced=forced)
        if isinstance(before, Message):
            return Refused(before)
        asked = want_run(facts, facts.release, facts.plan, task, is_retry=False)
        if isinstance(asked, Message):
            return Refused(asked)
        wanted[task.id] = (before, asked)
    return Accepted(
        events=tuple(event for before, asked in wanted.values() for event in (*before, asked.event)),
        effects=tuple(asked.effect for _, asked in wanted.values()),
        is_settled=False,
    )
