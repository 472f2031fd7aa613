"""`/release help [command]`: what can be said, from the registry itself."""

from app.domain.decision import Accepted, Decision, Refused
from app.domain.facts import Facts
from app.domain.messages import Help, HelpOne, UnknownCommand
from app.domain.plan.model import Dispatch
from app.domain.release.running import workflows_of
from app.domain.slash import Args, slash_command
from app.domain.values import Who


@slash_command("help", usage="help [command]", who=Who.EVERYBODY, examples=("help", "help start"))
def help_(facts: Facts, args: Args) -> Decision:
    """List the commands and the tasks that can be run, or explain one command."""
    word = args.get("command")
    if word is None:
        if facts.plan is None:
            return Accepted(answer=Help(commands=facts.commands, tasks=()))
        tasks = tuple((t.slug, t.label) for t in facts.plan.tasks() if isinstance(t.action, Dispatch))
        workflows = workflows_of(facts.plan.items(), facts.repo.full_name)
        return Accepted(answer=Help(commands=facts.commands, tasks=tasks, workflows=workflows))
    one = next((c for c in facts.commands if c.usage.split()[0] == word.lower()), None)
    if one is None:
        return Refused(UnknownCommand(word=word, nearest=tuple(c.usage for c in facts.commands)))
    return Accepted(answer=HelpOne(command=one))
