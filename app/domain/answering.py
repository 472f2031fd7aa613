"""From the words of a command to a decision: which command, which release, who may, and what it answers."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, assert_never

from app.domain.decision import Accepted, Decision, Refused
from app.domain.facts import Facts
from app.domain.messages import (
    BadArguments,
    Message,
    NoRelease,
    NoSuchRelease,
    NothingToTakeBack,
    NotWaivable,
    NotYet,
    ReleaseOver,
    SaidBefore,
    SeveralReleases,
    UnknownCommand,
)
from app.domain.plan.find_item import ItemOf, find_item
from app.domain.plan.resolve import NoTask, resolve_task
from app.domain.policy import allowed, refusal
from app.domain.release.model import Release
from app.domain.release.running import workflow_task
from app.domain.slash import About, Args, BadArgs, Commands, Invocation, Need, SlashCommand
from app.domain.values import Sha, version_of

LATER: Final = frozenset(["announce", "blocker", "hotfix", "incident"])
"""Commands that people know of and this version does not have: said plainly, and not taken for typing errors."""

TASK_COMMAND: Final = "run"
"""The command that `/release <task>` is short for."""


_NO_GO: Final = re.compile(r"go\b[\s:;,.!-]*", re.IGNORECASE)
_GLUED: Final = re.compile(r"([\w-]+?)[:;,.!—…]+(.*)", re.DOTALL)  # `hold:the build is red`


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """A command with its arguments. `word` is the task's name where the command was left out."""

    command: SlashCommand
    args: Args
    word: str | None = None


def understand(commands: Commands, invocation: Invocation) -> Understood | Message:
    """Return the command that was meant; a word that is none is taken for a task to run."""
    command = commands.find(invocation.word)
    word, text = None, invocation.rest
    if command is None and invocation.word == "no" and (found := _NO_GO.match(invocation.rest)):
        command, text = commands.find("no-go"), invocation.rest[found.end() :]
    if command is None and (found := _GLUED.match(invocation.text)):
        meant = commands.find(found[1])
        command, text = (meant, found[2]) if meant is not None and meant.is_safety else (None, text)
    if command is None:
        command = commands.find(TASK_COMMAND)
        word, text = invocation.word, f"{invocation.word} {invocation.rest}"
    if command is None or not invocation.word:
        return UnknownCommand(word=invocation.word, nearest=())
    args = command.parse(text)
    if isinstance(args, BadArgs):
        if word is not None and (nearest := commands.nearest(word)):
            return UnknownCommand(word=word, nearest=nearest)
        return BadArguments(usage=args.usage, problem=args.problem)
    return Understood(command=command, args=args, word=word)


def choose_release(
    releases: Sequence[Release], issue: int, understood: Understood, commands: Commands, over: Release | None = None
) -> Release | Message | None:
    """Return the release a command is about: the one it names, its issue's, or the only open one.

    `over` is the release that the issue tracked last and that has ended.
    """
    named = understood.args.release
    here = next((r for r in releases if r.issue == issue), None)
    if named is not None:
        found = next((r for r in releases if named in (r.version, r.tag) or r.version == version_of(named)), None)
        if found is None and understood.command.is_safety:
            found = here  # stopping is not lost to a wrong version
        return found or NoSuchRelease(version=named, open_versions=tuple(r.version for r in releases))
    if here is not None:
        return here
    if Need.RELEASE not in understood.command.needs:
        return None
    if over is not None:
        # In an issue that tracked a release, no other one is meant.
        return ReleaseOver(version=over.version, how=over.closed.how if over.closed else "finished")
    if len(releases) > 1:
        return SeveralReleases(versions=tuple(r.version for r in releases))
    if releases:
        return releases[0]
    if understood.word is not None and (nearest := commands.nearest(understood.word)):
        return UnknownCommand(word=understood.word, nearest=nearest)
    return NoRelease(command=understood.word or understood.command.name)


def decide(understood: Understood, facts: Facts, commands: Commands) -> Decision:
    """Decide a command on the facts: first whether the actor may, then what it does."""
    command = understood.command
    if understood.word is not None and facts.plan is not None:
        # A mistyped word is told as that, also to those who could not have run a task of that name.
        found = resolve_task(facts.plan, understood.word)
        if isinstance(found, NoTask) and workflow_task(facts.plan, facts.repo.full_name, understood.word) is None:
            if understood.word.casefold() in LATER:
                return Refused(NotYet(word=understood.word))
            slugs = (task.slug for task in found.nearest)
            return Refused(
                UnknownCommand(word=understood.word, nearest=commands.nearest(understood.word, tuple(slugs)))
            )
    if denied := refusal(facts.actor, allowed(command.who, facts.plan), understood.word or command.name):
        return Refused(denied)
    if is_too_late(understood, facts):
        sha = facts.release.target.sha if facts.release is not None else Sha("")
        return Refused(SaidBefore(command=understood.word or command.name, sha=sha))
    return command.decide(facts, understood.args)


def is_too_late(understood: Understood, facts: Facts) -> bool:
    """Whether this was said before something that has been decided on already and makes it void.

    Deliveries come in any order. A word for safety counts whenever it comes.
    """
    release, command = facts.release, understood.command
    if release is None or command.is_question or command.is_safety:
        return False
    if release.moved_at is not None and facts.said_at < release.moved_at:
        return True
    words = release.words.get(about(understood, facts) or "", {})
    return any(facts.said_at < said_at for name, said_at in words.items() if name != command.name)


def stands_as_said(decision: Decision) -> bool:
    """Whether a word makes earlier ones void that come after it. One that took back what was still to come does."""
    return isinstance(decision, Accepted) or isinstance(decision.reason, NothingToTakeBack | NotWaivable)


def about(understood: Understood, facts: Facts) -> str | None:
    """Return what a command is a word about; None where order does not matter."""
    match understood.command.about:
        case About.CALL | About.HOLD as what:
            return what
        case About.SIGN_OFF as what:
            return f"{what}:{facts.actor.person.id}"
        case About.WAIVER as what:
            found = find_item(facts.plan, understood.args["item"]) if facts.plan is not None else None
            return f"{what}:{found.item.id}" if isinstance(found, ItemOf) else None
        case None:
            return None
        case _:
            assert_never(understood.command.about)
