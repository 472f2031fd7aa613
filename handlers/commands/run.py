"""`/release <task>` and `/release run <task>...`: run tasks of the plan by dispatching their workflow."""

from app.domain.decision import Accepted, Decision, Refused
from app.domain.facts import Facts
from app.domain.messages import Message, NoRelease
from app.domain.release.running import RunToAsk, the_task, want_run
from app.domain.slash import Args, Need, slash_command
from app.domain.values import Role


@slash_command(
    "run",
    usage="run <task...>",
    who=Role.WRITE,
    needs=frozenset({Need.RELEASE, Need.WORKFLOW}),
    examples=("notarize", "2.3", "run sign notarize"),
)
def run(facts: Facts, args: Args) -> Decision:
    """Run one or more tasks of the plan; the word run may be left out.

    A task is named by its number, its short name, or a word that fits only it.
    A workflow that an item waits for is named by its file.
    All of them are asked for, or none.
    """
    if facts.release is None or facts.plan is None:
        return Refused(NoRelease(command="run"))
    words = args["task"].split()
    command = "" if len(words) == 1 else "run "
    wanted: list[RunToAsk] = []
    for word in words:
        task = the_task(facts.plan, facts.repo.full_name, word, command)
        if isinstance(task, Message):
            return Refused(task)
        asked = want_run(facts, facts.release, facts.plan, task, is_retry=False)
        if isinstance(asked, Message):
            return Refused(asked)
        if all(w.event.task != asked.event.task for w in wanted):
            wanted.append(asked)
    return Accepted(
        events=tuple(w.event for w in wanted),
        effects=tuple(w.effect for w in wanted),
        is_settled=False,
    )
