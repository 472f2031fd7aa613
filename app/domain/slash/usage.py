"""Reads what was typed after a command by the usage line that help shows: the usage is the grammar."""

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

_PART = re.compile(
    r"""(?P<open>\[)?
        (?: --(?P<flag>[a-z][a-z-]*) (?:[ ](?P<value>[A-Z][A-Z_]*)(?P<long>\.\.\.)?)?
          | (?P<bracket><)? (?P<word>[a-z][a-z-]*)(?P<rest>\.\.\.)? (?(bracket)>) )
        (?(open)\])(?:[ ]|\Z)""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A place for one word, or with `is_rest` for all that is left."""

    name: str
    is_optional: bool
    is_rest: bool

    def __str__(self) -> str:
        return f"<{self.name}>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """An option: `value` is the name of the value it takes; with `is_rest` that is the rest of the line."""

    name: str
    value: str | None = None
    is_optional: bool = True
    is_rest: bool = False

    def __str__(self) -> str:
        return f"--{self.name} {self.value}" if self.value else f"--{self.name}"


RELEASE = Flag(name="release", value="VERSION")
"""Every command takes it: outside the tracking issue it names the release that is meant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """A usage line, understood."""

    line: str
    words: tuple[Word, ...]
    flags: Mapping[str, Flag]


@dataclass(frozen=True, slots=True, kw_only=True)
class Args:
    """What was typed, by the names of the usage line. A flag without a value stands in `flags` with None."""

    values: Mapping[str, str]
    flags: Mapping[str, str | None]
    release: str | None = None

    def __getitem__(self, name: str) -> str:
        """Return a word that the usage line requires. Raises KeyError for one that was left out."""
        return self.values[name]

    def get(self, name: str) -> str | None:
        """Return a word or a flag's value; None where it was left out."""
        return self.values.get(name, self.flags.get(name))

    def has(self, name: str) -> bool:
        """Tell whether a word or flag was given."""
        return name in self.values or name in self.flags


@dataclass(frozen=True, slots=True, kw_only=True)
class BadArgs:
    """Why the typed text does not fit. `problem` quotes it: it is to be neutralised like all foreign text."""

    problem: str
    usage: str


@cache
def read_usage(line: str) -> Usage:
    """Understand a usage line such as `start <version> [--plan NAME]`; its first word is the command's name.

    `<x>` is one word, `<x...>` the rest of the line, `[x]` and `[x...]` the same but not required, `[--flag]` an
    option, `[--flag VALUE]` and `[--flag VALUE...]` one with a value; without brackets it is required.
    Raises ValueError for anything else.
    """
    _, _, grammar = line.partition(" ")
    words: list[Word] = []
    flags = {RELEASE.name: RELEASE}
    at = 0
    while at < len(grammar):
        part = _PART.match(grammar, at)
        if not part or (part["word"] and bool(part["open"]) == bool(part["bracket"])):
            msg = f"usage {line!r}: cannot read {grammar[at:]!r}"
            raise ValueError(msg)
        at = part.end()
        is_optional = part["open"] is not None
        if part["flag"]:
            flag = Flag(
                name=part["flag"], value=part["value"], is_optional=is_optional, is_rest=part["long"] is not None
            )
            if flag.name in flags:
                msg = f"usage {line!r}: --{flag.name} is taken"
                raise ValueError(msg)
            flags[flag.name] = flag
        else:
            words.append(Word(name=part["word"], is_optional=is_optional, is_rest=part["rest"] is not None))
    _check(line, words, flags)
    return Usage(line=line, words=tuple(words), flags=flags)


def _check(line: str, words: list[Word], flags: Mapping[str, Flag]) -> None:
    """Refuse a usage line that could be read in two ways."""
    names = [word.name for word in words]
    is_ambiguous = (
        len({*names, *flags}) < len(names) + len(flags)
        or any(word.is_rest for word in words[:-1])
        or any(before.is_optional and not after.is_optional for before, after in itertools.pairwise(words))
    )
    if is_ambiguous:
        msg = f"usage {line!r}: names must differ, required words come first, a rest comes last"
        raise ValueError(msg)
