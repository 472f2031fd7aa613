"""Reads a GraphQL document: one query and its fragments, as much of the language as the App uses."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

_TOKEN: Final = re.compile(r'(?:[\s,]+|#.*)|(\.\.\.|[{}():!\[\]=@]|-?\d+|\$?\w+|"[^"\\\n]*")')


class BadDocument(Exception):
    """The document cannot be read, or asks for what is not there. The text is for people."""


@dataclass(frozen=True, slots=True)
class Variable:
    """A value that comes along with the document."""

    name: str


Value: TypeAlias = Variable | str | int | bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field that is asked for, under its own name or another."""

    name: str
    key: str  # its name in the answer
    args: Mapping[str, Value] = field(default_factory=dict[str, Value])
    included: Mapping[str, Value] = field(default_factory=dict[str, Value])  # include or skip, and by what
    selections: "tuple[Selection, ...]" = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Fields that are asked for of one type only; of a fragment where they stand elsewhere."""

    type: str | None  # None: it is the fragment's
    fragment: str | None
    selections: "tuple[Selection, ...]" = ()


Selection: TypeAlias = Field | Spread


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A query with its fragments."""

    name: str
    variables: Mapping[str, str]  # by name, each with its type as written
    selections: tuple[Selection, ...]
    fragments: Mapping[str, Spread]


def read_document(text: str) -> Document:
    """Read a document. Raises BadDocument for what is not understood here."""
    return _Reader(_tokens(text)).document()


def _tokens(text: str) -> Iterator[str]:
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise BadDocument(f"Parse error on {text[at : at + 10]!r}")
        at = found.end()
        if found[1]:
            yield found[1]
    yield ""


class _Reader:
    """Goes through the tokens once."""

    def __init__(self, tokens: Iterator[str]) -> None:
        self._tokens = tokens
        self._next = next(tokens)

    def document(self) -> Document:
        name, variables, selections = "", {}, ()
        fragments: dict[str, Spread] = {}
        while self._next:
            match self._take():
                case "query":
                    name = self._take()
                    variables = self._variables()
                    selections = self._selections()
                case "fragment":
                    named = self._take()
                    self._expect("on")
                    fragments[named] = Spread(type=self._take(), fragment=None, selections=self._selections())
                case other:
                    raise BadDocument(f"Parse error on {other!r}")
        if not selections:
            raise BadDocument("A query attribute must be specified and must be a string.")
        return Document(name=name, variables=variables, selections=selections, fragments=fragments)

    def _sees(self, token: str) -> bool:
        return self._next == token

    def _take(self) -> str:
        taken, self._next = self._next, next(self._tokens, "")
        if not taken:
            raise BadDocument("Unexpected end of document")
        return taken

    def _expect(self, token: str) -> None:
        if self._take() != token:
            raise BadDocument(f"Parse error: expected {token!r}")

    def _variables(self) -> dict[str, str]:
        found: dict[str, str] = {}
        if not self._sees("("):
            return found
        self._take()
        while not self._sees(")"):
            name = self._take().removeprefix("$")
            self._expect(":")
            found[name] = self._take() + (self._take() if self._sees("!") else "")
        self._take()
        return found

    def _selections(self) -> tuple[Selection, ...]:
        found: list[Selection] = []
        self._expect("{")
        while not self._sees("}"):
            found.append(self._selection())
        self._take()
        return tuple(found)

    def _selection(self) -> Selection:
        name = self._take()
        if name == "...":
            named = self._take()
            if named != "on":
                return Spread(type=None, fragment=named)
            return Spread(type=self._take(), fragment=None, selections=self._selections())
        key = name
        if self._sees(":"):
            self._take()
            name = self._take()
        args = self._args()
        included: dict[str, Value] = {}
        while self._sees("@"):
            self._take()
            directive = self._take()
            included[directive] = self._args()["if"]
        selections = self._selections() if self._sees("{") else ()
        return Field(name=name, key=key, args=args, included=included, selections=selections)

    def _args(self) -> dict[str, Value]:
        found: dict[str, Value] = {}
        if not self._sees("("):
            return found
        self._take()
        while not self._sees(")"):
            name = self._take()
            self._expect(":")
            found[name] = _value(self._take())
        self._take()
        return found


_WORDS: Final[Mapping[str, Value]] = {"true": True, "false": False, "null": None}


def _value(token: str) -> Value:
    if token.startswith("$"):
        return Variable(token[1:])
    if token.startswith('"'):
        return token[1:-1]
    return int(token) if token.lstrip("-").isdigit() else _WORDS.get(token, token)
