"""What a slash command is: a pure decision with the words that name it, explain it and say who may give it."""

import difflib
import inspect
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from app.domain.decision import Decision
from app.domain.facts import Facts
from app.domain.slash.args import parse_args, parse_generously
from app.domain.slash.usage import Args, BadArgs, read_usage
from app.domain.values import Who

Decide = Callable[[Facts, Args], Decision]

_TAILS = ":;,.!-—…"  # what people put behind a word in a hurry
_MAX_WORD = 60  # characters compared when a near word is looked for


class Need(StrEnum):
    """What must be gathered before a command can decide, beside the actor's role, which every one needs."""

    RELEASE = "release"  # the release that is meant, with its plan
    PLAN_SOURCE = "plan_source"  # a plan file and the commit a new release would take
    NEW_TARGET = "new_target"  # the plan file at the commit that a release may move to
    WORKFLOW = "workflow"  # what the workflows of the plan declare
    SHOWN = "shown"  # where the status comment stands
    LOG = "log"  # the release's whole log
    NOTES = "notes"  # the release's notes, gathered from GitHub


class About(StrEnum):
    """What a command is a word about, where one that was said later and says otherwise makes it void."""

    CALL = "call"
    HOLD = "hold"
    SIGN_OFF = "sign-off"  # of whoever says it
    WAIVER = "waiver"  # of the item that it names


@dataclass(frozen=True, slots=True, kw_only=True)
class SlashCommand:
    """One slash command. `who` says who may give it; one for safety is understood however it is put."""

    name: str
    usage: str
    who: Who
    needs: frozenset[Need]
    summary: str
    details: str
    examples: tuple[str, ...]
    aliases: tuple[str, ...]
    is_safety: bool
    about: About | None
    decide: Decide

    @property
    def is_question(self) -> bool:
        """Whether it asks and changes nothing."""
        return self.who is Who.EVERYBODY

    def parse(self, text: str) -> Args | BadArgs:
        """Read what was typed after the command's word."""
        return parse_generously(self.usage, text) if self.is_safety else parse_args(self.usage, text)


def slash_command(  # noqa: PLR0913 - what a command declares, all but its name by keyword
    name: str,
    *,
    usage: str,
    who: Who,
    needs: frozenset[Need] = frozenset(),
    examples: tuple[str, ...] = (),
    aliases: tuple[str, ...] = (),
    is_safety: bool = False,
    about: About | None = None,
) -> Callable[[Decide], SlashCommand]:
    """Make a command of a pure function. Its docstring is the help: the first line the summary, the rest the details.

    Raises ValueError where the usage line is malformed or of another name, or where there is no docstring.
    """
    if usage.partition(" ")[0] != name:
        msg = f"usage {usage!r} does not begin with {name!r}"
        raise ValueError(msg)
    read_usage(usage)

    def wrap(decide: Decide) -> SlashCommand:
        summary, _, details = (inspect.getdoc(decide) or "").partition("\n")
        if not summary:
            msg = f"command {name!r} has no docstring to show as its help"
            raise ValueError(msg)
        return SlashCommand(
            name=name,
            usage=usage,
            who=who,
            needs=needs,
            summary=summary,
            details=details.strip(),
            examples=examples,
            aliases=aliases,
            is_safety=is_safety,
            about=about,
            decide=decide,
        )

    return wrap


class Commands:
    """The commands there are, in the order of their names. Never changes."""

    __slots__ = ("_by_word", "_sorted")

    def __init__(self, commands: Iterable[SlashCommand]) -> None:
        """Take the commands. Raises ValueError where two answer to one word."""
        self._sorted = tuple(sorted(commands, key=lambda command: command.name))
        self._by_word: dict[str, SlashCommand] = {}
        for command in self._sorted:
            for word in (command.name, *command.aliases):
                if word.casefold() in self._by_word:
                    msg = f"two commands answer to {word!r}"
                    raise ValueError(msg)
                self._by_word[word.casefold()] = command

    def __iter__(self) -> Iterator[SlashCommand]:
        return iter(self._sorted)

    def __len__(self) -> int:
        return len(self._sorted)

    def find(self, word: str) -> SlashCommand | None:
        """Return the command of that name or alias, whatever its case. One for safety bears a `hold!`, or `hold:`."""
        exact = self._by_word.get(word.casefold())
        if exact is not None:
            return exact
        bare = self._by_word.get(word.casefold().rstrip(_TAILS))
        return bare if bare is not None and bare.is_safety else None

    def nearest(self, word: str, others: Iterable[str] = ()) -> tuple[str, ...]:
        """Return at most three words close to a mistyped one, best first: names, aliases and the others passed in."""
        known = {other.casefold(): other for other in others} | {
            folded: command.name if folded == command.name.casefold() else folded
            for folded, command in self._by_word.items()
        }
        found = difflib.get_close_matches(word.casefold()[:_MAX_WORD], known)
        return tuple(known[match] for match in found)
