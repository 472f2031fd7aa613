"""Templates that others wrote: what they can do is bounded before they run, and counted while they do.

A template may show values and choose among them: text, `{{ value }}`, `if`, `for`, `set` and a few filters. Nothing in
it can call, compute or copy text, so it cannot grow, and each turn of a loop and each look at a list counts.
"""

import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sized
from contextvars import ContextVar
from typing import Any, Final, cast

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, nodes
from jinja2.filters import FILTERS as JINJA
from jinja2.sandbox import SandboxedEnvironment

from app.adapters.wording import neutralised

SOURCE_LIMIT: Final = 64_000
"""Characters of a template."""

OUTPUT_LIMIT: Final = 100_000
"""Characters that a template may write: GitHub takes 125,000 as a release's text."""

STEPS: Final = 500_000
"""Turns of loops, and entries that filters looked at, in one run."""

_NAME: Final = "<template>"
_DEEPEST: Final = 24  # nodes within one another
_FILTERS: Final = (
    "capitalize",
    "default",
    "first",
    "join",
    "last",
    "length",
    "lower",
    "map",
    "reject",
    "rejectattr",
    "reverse",
    "select",
    "selectattr",
    "sort",
    "title",
    "trim",
    "unique",
    "upper",
)
_OF_TEXTS: Final = frozenset({"capitalize", "default", "length", "lower", "title", "trim", "upper"})
_OF_LISTS: Final = frozenset(_FILTERS) - _OF_TEXTS
_ALLOWED: Final[tuple[type[nodes.Node], ...]] = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Getattr,
    nodes.Getitem,
    nodes.Const,
    nodes.If,
    nodes.For,
    nodes.Assign,
    nodes.CondExpr,
    nodes.Filter,
    nodes.Test,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Keyword,
)
_BOUNDED: Final = "_bounded"
_steps: ContextVar[list[int]] = ContextVar("steps")


class BadTemplate(Exception):
    """A template that cannot be used: the 1-based line, 0 where none can be told, and why."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(f"line {line}: {why}" if line else why)
        self.line = line
        self.why = why


class TooLong(BadTemplate):
    """It writes more than there is room for."""


class Sandbox:
    """Runs such templates. Whatever they show is neutralised, but for Markdown that was made on purpose."""

    def __init__(self, *, output: int = OUTPUT_LIMIT, steps: int = STEPS) -> None:
        self._output = output
        self._steps = steps
        self._words = SandboxedEnvironment(
            autoescape=True, finalize=_shown, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        self._words.globals.clear()
        filters: dict[str, Any] = {name: _counted(name, JINJA[name]) for name in _FILTERS}
        known: dict[str, Any] = self._words.filters
        known.clear()
        known.update(filters)
        known[_BOUNDED] = _turns

    def write(self, source: str, values: Mapping[str, object]) -> str:
        """Return what a template makes of values: plain texts, numbers, lists and mappings. Raises BadTemplate."""
        if len(source) > SOURCE_LIMIT:
            raise BadTemplate(0, f"a template of more than {SOURCE_LIMIT:,} characters is not read")
        try:
            tree = self._words.parse(source)
            _check(tree, 0)
            _bound(tree)
            code = self._words.compile(tree, _NAME, _NAME)
            template = self._words.template_class.from_code(self._words, code, {})
            return self._run(template.generate(dict(values)))
        except TooLong:
            raise
        except BadTemplate as error:
            raise BadTemplate(error.line or _line_of(error), error.why) from error
        except TemplateSyntaxError as error:
            raise BadTemplate(error.lineno, _said(error)) from error
        except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError, AttributeError) as error:
            raise BadTemplate(_line_of(error), _said(error)) from error
        except (RecursionError, SyntaxError, MemoryError) as error:
            raise BadTemplate(0, "it is nested too deep") from error

    def _run(self, pieces: Iterator[str]) -> str:
        token = _steps.set([self._steps])
        try:
            written: list[str] = []
            room = self._output
            for piece in pieces:
                room -= len(piece)
                if room < 0:
                    raise TooLong(0, f"it writes more than {self._output:,} characters")
                written.append(piece)
            return "".join(written)
        finally:
            _steps.reset(token)


def _check(node: nodes.Node, depth: int) -> None:
    """Refuse what a template is not to do, before anything of it runs."""
    line = getattr(node, "lineno", 0)
    if not isinstance(node, _ALLOWED):
        raise BadTemplate(line, f"a template cannot do this here ({type(node).__name__.lower()})")
    if depth > _DEEPEST:
        raise BadTemplate(line, "it is nested too deep")
    if isinstance(node, nodes.For) and node.recursive:
        raise BadTemplate(line, "a loop cannot call itself")
    if isinstance(node, nodes.Filter) and (node.name not in _FILTERS or node.dyn_args or node.dyn_kwargs):
        raise BadTemplate(line, f"there is no filter {node.name}: there are {', '.join(_FILTERS)}")
    if isinstance(node, nodes.Getattr) and node.attr.startswith("_"):
        raise BadTemplate(line, f"there is no {node.attr}")
    for child in node.iter_child_nodes():
        _check(child, depth + 1)


def _bound(tree: nodes.Template) -> None:
    """Let each loop count its turns."""
    for loop in list(tree.find_all(nodes.For)):
        loop.iter = nodes.Filter(loop.iter, _BOUNDED, [], [], None, None, lineno=loop.lineno)


def _spend(steps: int) -> None:
    left = _steps.get()
    left[0] -= steps
    if left[0] < 0:
        raise BadTemplate(0, "it takes more steps than a template may")


def _turns(values: Iterable[object]) -> Iterator[object]:
    if isinstance(values, str):
        raise BadTemplate(0, "a loop goes through a list, and this is a text")
    for value in values:
        _spend(1)
        yield value


def _counted(name: str, do: Callable[..., object]) -> Callable[..., object]:
    """Return a filter that counts what it looks at, and takes lists as lists."""

    def counting(first: object, *more: object, **kwargs: object) -> object:
        value = more[0] if more and _is_context(first) else first
        if name in _OF_LISTS and isinstance(value, str):
            raise BadTemplate(0, f"the filter {name} takes a list, and this is a text")
        _spend(1 + (len(value) if isinstance(value, Sized) else 0))
        done = do(first, *more, **kwargs)
        return list(_turns(cast("Iterable[object]", done))) if isinstance(done, Iterator) else done

    for mark in ("jinja_pass_arg", "jinja_async_variant"):
        if hasattr(do, mark):
            setattr(counting, mark, getattr(do, mark))
    return counting


def _is_context(value: object) -> bool:
    return type(value).__module__.startswith("jinja2")


def _shown(value: object) -> object:
    """Return what a template shows: a text or a number. What is a list or a part of the program is a mistake."""
    if value is None:
        return ""
    if isinstance(value, StrictUndefined):
        return str(value)  # which raises
    if not isinstance(value, str | int):
        raise BadTemplate(0, "only texts and numbers can be shown: go through a list with a loop")
    return neutralised(value)


def _line_of(error: BaseException) -> int:
    """Return the template's line in an error's traceback, which Jinja has rewritten to it."""
    lines = [line for frame, line in traceback.walk_tb(error.__traceback__) if frame.f_code.co_filename == _NAME]
    return lines[-1] if lines else 0


def _said(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
