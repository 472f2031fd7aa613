"""Sorts what somebody typed after a command into the places of its usage line."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.domain.slash.comment import MAX_TEXT
from app.domain.slash.usage import RELEASE, Args, BadArgs, Flag, Word, read_usage

_QUOTES = {'"': '"”“', "“": '”“"', "„": '“”"', "«": "»", "'": "'’", "‘": "’'", "`": "`"}  # noqa: RUF001  # as phones type
_FLAG = re.compile(r"(?:--|—|–-?)(?P<name>[A-Za-z][\w-]*)")  # noqa: RUF001  # and the dashes they make of two
_SHOWN = 40  # characters of a word that an answer repeats


class _Misfit(Exception):
    """The words do not fit the usage line; the text says why. Never leaves this file."""


@dataclass(frozen=True, slots=True)
class _Typed:
    """A word as it was typed, and what it says without its quotes."""

    raw: str
    text: str

    @property
    def flag(self) -> str | None:
        """The name behind the dashes; None for a plain word, as a quoted one always is."""
        found = _FLAG.fullmatch(self.raw)
        return found["name"].lower() if found else None

    @property
    def shown(self) -> str:
        return self.text if len(self.text) <= _SHOWN else self.text[: _SHOWN - 1] + "…"


def parse_args(usage: str, text: str) -> Args | BadArgs:
    """Read the text after a command's word by its usage line. Never raises, whatever the text.

    Quotes group words; `--flag=x` is `--flag x`; `--` makes all behind it plain words. A flag may stand anywhere,
    and every command takes `--release VERSION`. A malformed usage line raises ValueError.
    """
    grammar = read_usage(usage)
    if len(text) > MAX_TEXT:
        return BadArgs(problem=f"more than {MAX_TEXT:,} characters are too many", usage=usage)
    try:
        plain, flags = _split(grammar.flags, tuple(_typed(text)))
        values = _place(grammar.words, plain)
        _check(grammar.flags, flags)
    except _Misfit as misfit:
        return BadArgs(problem=str(misfit), usage=usage)
    release = flags.pop(RELEASE.name, None)
    return Args(values=values, flags=flags, release=release)


def parse_generously(usage: str, text: str) -> Args | BadArgs:
    """Read the text of a command for safety: whatever does not fit its options is part of the reason.

    A release must stop when somebody says so, however they put it; only a text past the limit is refused.
    """
    strict = parse_args(usage, text)
    grammar = read_usage(usage)
    if isinstance(strict, Args) or len(text) > MAX_TEXT:
        return strict
    plain: list[str] = []
    flags: dict[str, str | None] = {}
    typed = tuple(_typed(text))
    at = 0
    while at < len(typed):
        name, at = typed[at].flag, at + 1
        flag = grammar.flags.get(name) if name is not None and name not in flags else None
        if flag is None or flag.value is None or at == len(typed) or not typed[at].text:
            plain.append(typed[at - 1].raw)
            continue
        flags[flag.name], at = typed[at].text, at + 1
    release = flags.pop(RELEASE.name, None)
    values = {grammar.words[0].name: " ".join(plain)} if plain and grammar.words else {}
    return Args(values=values, flags=flags, release=release)


def _typed(text: str) -> Iterator[_Typed]:
    """Cut a text into words. A quote opens before a word and closes after one, else it is a letter like any other."""
    at, is_literal = 0, False
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        flag = None if is_literal else _FLAG.match(text, at)
        if flag and text[flag.end() : flag.end() + 1] == "=":
            yield _Typed(flag[0], flag[0])
            at = flag.end() + 1
            continue
        quoted_to = _closing(text, at)
        end = quoted_to or next((index for index in range(at, len(text)) if text[index].isspace()), len(text))
        word = _Typed(text[at:end], text[at + 1 : end - 1].strip() if quoted_to else text[at:end])
        is_literal = is_literal or word.raw == "--"
        yield word
        at = end


def _closing(text: str, at: int) -> int | None:
    """Return where the quote that opens here ends, or None."""
    closing = _QUOTES.get(text[at], "")
    for index in range(at + 1, len(text) if closing else 0):
        if text[index] in closing and (index + 1 == len(text) or text[index + 1].isspace()):
            return index + 1
    return None


def _split(known: Mapping[str, Flag], typed: Sequence[_Typed]) -> tuple[list[_Typed], dict[str, str | None]]:
    """Take the flags out of the words."""
    plain: list[_Typed] = []
    flags: dict[str, str | None] = {}
    at = 0
    while at < len(typed):
        word, name = typed[at], typed[at].flag
        at += 1
        if word.raw == "--":
            plain.extend(typed[at:])
            break
        if name is None:
            plain.append(word)
            continue
        flag = known.get(name)
        if flag is None:
            msg = f"there is no option {word.shown}; put quotes around it where it is part of the text"
            raise _Misfit(msg)
        if name in flags:
            msg = f"--{name} is given twice"
            raise _Misfit(msg)
        flags[name], at = _value(flag, typed, at)
    return plain, flags


def _value(flag: Flag, typed: Sequence[_Typed], at: int) -> tuple[str | None, int]:
    """Return the flag's value and where reading goes on."""
    if flag.value is None:
        return None, at
    if flag.is_rest:
        return _joined(typed[at:]), len(typed)
    if at == len(typed) or typed[at].flag or typed[at].raw == "--":
        msg = f"--{flag.name} needs its {flag.value}"
        raise _Misfit(msg)
    return typed[at].text, at + 1


def _place(words: Sequence[Word], plain: Sequence[_Typed]) -> dict[str, str]:
    values: dict[str, str] = {}
    for index, word in enumerate(words):
        if index >= len(plain):
            if word.is_optional:
                break
            msg = f"{word} is missing"
            raise _Misfit(msg)
        values[word.name] = _joined(plain[index:]) if word.is_rest else plain[index].text
        if not values[word.name]:
            msg = f"{word} is empty"
            raise _Misfit(msg)
    if len(plain) > len(words) and not (words and words[-1].is_rest):
        msg = f'"{plain[len(words)].shown}" is one word too many'
        raise _Misfit(msg)
    return values


def _check(known: Mapping[str, Flag], flags: Mapping[str, str | None]) -> None:
    """Refuse a required flag that is missing and a value of nothing."""
    for name, flag in known.items():
        if name not in flags and not flag.is_optional:
            msg = f"{flag} is missing"
            raise _Misfit(msg)
        if flags.get(name) == "":
            msg = f"--{name} needs its {flag.value}"
            raise _Misfit(msg)


def _joined(words: Sequence[_Typed]) -> str:
    """Return words as one text: as typed, but for the quotes around all of it."""
    return words[0].text if len(words) == 1 else " ".join(word.raw for word in words)
