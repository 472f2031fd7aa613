"""The part of GitHub Actions' expressions that release workflows use in `if:`, `name:` and `run-name:`.

Understood: string, number and boolean literals; `inputs.x`, `github.x`, `github.event.inputs.x`, `matrix.x`;
`==`, `!=`, `!`, `&&`, `||`, parentheses; `contains`, `startsWith`, `endsWith`, `format` without escapes;
`always()`, `success()`, `failure()`, `cancelled()`. Everything else raises Unsupported: no guess is made.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

Value: TypeAlias = str | float | bool | None

_TOKEN = re.compile(r"\s*(?:('(?:[^']|'')*')|(-?\d+(?:\.\d+)?)|([A-Za-z_][\w.-]*)|(&&|\|\||==|!=|[!(),]))")
_HOLE = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_STATES = frozenset({"always", "success", "failure", "cancelled"})


class Unsupported(ValueError):
    """An expression that the simulation does not understand."""


@dataclass(slots=True)
class _Parser:
    """Recursive descent over the tokens; values as GitHub compares them, strings without regard to case."""

    source: str
    names: Mapping[str, Value]
    states: Mapping[str, bool]
    tokens: list[str] = field(default_factory=list[str])
    at: int = 0

    def run(self) -> Value:
        """Evaluate the whole of it."""
        position = 0
        while self.source[position:].strip():
            match = _TOKEN.match(self.source, position)
            if match is None:
                raise self._unsupported()
            self.tokens.append(match[0].strip())
            position = match.end()
        value = self._or()
        if self.at != len(self.tokens):
            raise self._unsupported()
        return value

    def _unsupported(self) -> Unsupported:
        return Unsupported(f"the simulation does not understand the expression {self.source!r}")

    def _take(self, *wanted: str) -> str | None:
        if self.at < len(self.tokens) and self.tokens[self.at] in wanted:
            self.at += 1
            return self.tokens[self.at - 1]
        return None

    def _or(self) -> Value:
        left = self._and()
        while self._take("||"):
            right = self._and()
            left = left or right
        return left

    def _and(self) -> Value:
        left = self._equality()
        while self._take("&&"):
            right = self._equality()
            left = left and right
        return left

    def _equality(self) -> Value:
        left = self._unary()
        while sign := self._take("==", "!="):
            left = (_fold(left) == _fold(self._unary())) == (sign == "==")
        return left

    def _unary(self) -> Value:
        if self._take("!"):
            return not self._unary()
        if self._take("("):
            value = self._or()
            if not self._take(")"):
                raise self._unsupported()
            return value
        return self._primary()

    def _primary(self) -> Value:
        if self.at >= len(self.tokens):
            raise self._unsupported()
        token = self.tokens[self.at]
        self.at += 1
        if token.startswith("'"):
            return token[1:-1].replace("''", "'")
        if token[0].isdigit() or token[0] == "-":
            return float(token)
        if token in {"true", "false", "null"}:
            return {"true": True, "false": False}.get(token)
        if self._take("("):
            return self._call(token)
        if token.split(".", 1)[0] in {"inputs", "github", "matrix"}:
            return self.names.get(token.replace("github.event.inputs.", "inputs."))
        raise self._unsupported()

    def _call(self, name: str) -> Value:
        values: list[Value] = []
        while not self._take(")"):
            values.append(self._or())
            if not self._take(",") and self.tokens[self.at : self.at + 1] != [")"]:
                raise self._unsupported()
        if name in _STATES and not values:
            return self.states.get(name, name == "always")
        words = [as_text(value) for value in values]
        if name == "format" and words:
            return re.sub(r"\{(\d)\}", lambda hole: words[int(hole[1]) + 1], words[0])
        if len(words) != 2:  # noqa: PLR2004  the three functions left take two arguments
            raise self._unsupported()
        whole, part = (word.lower() for word in words)
        match name:
            case "contains":
                return part in whole
            case "startsWith":
                return whole.startswith(part)
            case "endsWith":
                return whole.endswith(part)
            case _:
                raise self._unsupported()


def _fold(value: Value) -> Value:
    return value.lower() if isinstance(value, str) else value


def as_text(value: Value) -> str:
    """Return a value as `${{ }}` writes it into text."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float():
            return f"{value:g}"
        case _:
            return str(value)


def evaluate(source: str, names: Mapping[str, Value], states: Mapping[str, bool] | None = None) -> Value:
    """Return the value of an expression, with or without `${{ }}` around it. Raises Unsupported."""
    inner = _HOLE.fullmatch(source.strip())
    return _Parser(inner[1] if inner else source, names, states or {}).run()


def fill(template: str, names: Mapping[str, Value]) -> str:
    """Return text with each `${{ }}` in it evaluated. Raises Unsupported."""
    return _HOLE.sub(lambda hole: as_text(evaluate(hole[1], names)), template)


def asks_state(source: str) -> bool:
    """Whether a condition calls one of the state functions, which switches off the implied `success()`."""
    return any(f"{name}(" in source for name in _STATES)
