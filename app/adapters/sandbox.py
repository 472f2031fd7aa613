"""Templates that others wrote: what they can do is bounded before they run, and counted while they do.

A template may show values and choose among them: text, `{{ value }}`, `if`, `for`, `set`, a few filters and tests.
Nothing in it can call or compute. Each turn of a loop counts for all that stands in it, each filter and comparison
for what it looks at, and `join` for each character that it makes. `notes_apart` is the second wall behind this one.
"""

import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sized
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final, cast

from jinja2 import Environment, StrictUndefined, TemplateError, TemplateSyntaxError, Undefined, nodes, pass_environment
from jinja2.filters import FILTERS as JINJA
from jinja2.filters import make_attrgetter
from jinja2.sandbox import SandboxedEnvironment
from jinja2.tests import TESTS as JINJA_TESTS
from markupsafe import Markup

from app.adapters.wording import neutralised, safe, spaced

SOURCE_LIMIT: Final = 64_000
"""Characters of a template."""

OUTPUT_LIMIT: Final = 100_000
"""Characters that a template may write: GitHub takes 125,000 as a release's text."""

STEPS: Final = 500_000
"""What a template may do: nodes in turns of loops, what filters and comparisons look at, characters joined."""

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
_OF_TEXTS: Final = frozenset({"capitalize", "lower", "title", "trim", "upper"})  # they would make a text of anything
_OF_LISTS: Final = frozenset(_FILTERS) - _OF_TEXTS - {"default", "length"}
_TESTS: Final = (
    *("defined", "undefined", "none", "boolean", "true", "false", "number", "integer", "string", "mapping", "sequence"),
    *("in", "==", "eq", "equalto", "!=", "ne", "<", "lt", "lessthan", "<=", "le", ">", "gt", "greaterthan", ">=", "ge"),
)  # `odd` and `divisibleby` are missing: of a text they make another, of any length
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
_WEIGHED: Final = "_weighed"


@dataclass(slots=True)
class Budget:
    """What is left of the steps that a template may take, in one run or in several."""

    left: int = STEPS


# Unset while a template is compiled: a constant expression is not worked out then, for whatever counts raises.
_budget: ContextVar[Budget] = ContextVar("budget")


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

    def __init__(self, *, output: int = OUTPUT_LIMIT) -> None:
        self._output = output
        self._words = SandboxedEnvironment(
            autoescape=True, finalize=_shown, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        self._words.globals.clear()
        filters: dict[str, Any] = self._words.filters
        filters.clear()
        filters.update({name: _counted(name, _join if name == "join" else JINJA[name]) for name in _FILTERS})
        filters.update({_BOUNDED: _turns, _WEIGHED: _weighed})
        tests: dict[str, Any] = self._words.tests
        tests.clear()
        tests.update({name: _counted_test(JINJA_TESTS[name]) for name in _TESTS})

    def write(self, source: str, values: Mapping[str, object], budget: Budget | None = None) -> str:
        """Return what a template makes of values: plain texts, numbers, lists and mappings. Raises BadTemplate."""
        if len(source) > SOURCE_LIMIT:
            raise BadTemplate(0, f"a template of more than {SOURCE_LIMIT:,} characters is not read")
        try:
            tree = self._words.parse(source)
            _check(tree, 0)
            _bound(tree)
            code = self._words.compile(tree, _NAME, _NAME)
            template = self._words.template_class.from_code(self._words, code, {})
            return self._run(template.generate(dict(values)), budget or Budget())
        except TooLong:
            raise
        except BadTemplate as error:
            raise BadTemplate(error.line or _line_of(error), error.why) from error
        except TemplateSyntaxError as error:
            raise BadTemplate(error.lineno, _said(error)) from error
        except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError, AttributeError) as error:
            raise BadTemplate(_line_of(error), _said(error)) from error
        except (RecursionError, SyntaxError, MemoryError) as error:
            raise BadTemplate(0, "it is nested too deep, or needs too much memory") from error

    def _run(self, pieces: Iterator[str], budget: Budget) -> str:
        token = _budget.set(budget)
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
            _budget.reset(token)


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
    """Let loops and comparisons count, and take a separator that stands in the template for its text."""
    for loop in list(tree.find_all(nodes.For)):
        size = sum(1 for _ in loop.find_all(nodes.Node))
        loop.iter = _filtered(loop.iter, _BOUNDED, nodes.Const(size))
    for comparison in list(tree.find_all(nodes.Compare)):
        comparison.expr = _filtered(comparison.expr, _WEIGHED)
        for operand in comparison.ops:
            operand.expr = _filtered(operand.expr, _WEIGHED)
    for joined in tree.find_all(nodes.Filter):
        if joined.name == "join":
            joined.args[:1] = [_own(arg) for arg in joined.args[:1]]
            for pair in joined.kwargs:
                pair.value = _own(pair.value) if pair.key == "d" else pair.value


def _filtered(value: nodes.Node, name: str, *args: nodes.Expr) -> nodes.Filter:
    return nodes.Filter(cast("nodes.Expr", value), name, list(args), [], None, None, lineno=value.lineno)


def _own(arg: nodes.Expr) -> nodes.Expr:
    is_text = isinstance(arg, nodes.Const) and isinstance(arg.value, str)
    return nodes.MarkSafe(arg, lineno=arg.lineno) if is_text else arg


def _spend(steps: int) -> None:
    budget = _budget.get()
    budget.left -= steps
    if budget.left < 0:
        raise BadTemplate(0, "it takes more steps than a template may")


def _size(value: object) -> int:
    return len(cast("Sized", value)) if isinstance(value, str | list | tuple | Mapping) else 0


def _turns(values: Iterable[object], size: int = 1) -> Iterator[object]:
    """Go through a list, each turn for the price of the nodes of the loop."""
    if isinstance(values, str):
        raise BadTemplate(0, "a loop goes through a list, and this is a text")
    for value in values:
        _spend(size)
        yield value


def _weighed(value: object) -> object:
    _spend(1 + _size(value))
    return value


def _counted(name: str, do: Callable[..., object]) -> Callable[..., object]:
    """Return a filter that counts what it looks at, and takes lists as lists and texts as texts."""
    is_told = hasattr(do, "jinja_pass_arg")  # the first argument is Jinja's own

    def counting(*all_args: object, **kwargs: object) -> object:
        value, *args = all_args[is_told:]
        args += kwargs.values()
        if name in _OF_LISTS and isinstance(value, str):
            raise BadTemplate(0, f"the filter {name} takes a list, and this is a text")
        if name in _OF_TEXTS and not isinstance(value, str | int | Undefined):
            raise BadTemplate(0, f"the filter {name} takes a text, and this is none")
        if name == "map" and "default" in kwargs:
            raise BadTemplate(0, "the filter map takes no default")
        # an attribute is looked for part by part in each entry
        parts = 1 + sum(arg.count(".") + arg.count(",") for arg in args if isinstance(arg, str))
        _spend(1 + _size(value) * (parts if name in _OF_LISTS else 1) + sum(map(_size, args)))
        done = do(*all_args, **kwargs)
        return list(_turns(cast("Iterable[object]", done))) if isinstance(done, Iterator) else done

    for mark in ("jinja_pass_arg", "jinja_async_variant"):
        if hasattr(do, mark):
            setattr(counting, mark, getattr(do, mark))
    return counting


def _counted_test(do: Callable[..., object]) -> Callable[..., object]:
    def counting(*args: object) -> object:
        _spend(1 + sum(map(_size, args)))
        return do(*args)

    return counting


@pass_environment
def _join(environment: Environment, values: Iterable[object], d: object = "", attribute: str | None = None) -> Markup:
    """Join what may be shown, each entry and what stands between them as it would be shown alone."""
    between = d if isinstance(d, Markup) else spaced(str(d))
    entries = values if attribute is None else map(make_attrgetter(environment, attribute), values)
    shown: list[Markup] = []
    for entry in entries:
        shown.append(_shown(entry))
        _spend(len(shown[-1]) + len(between))
    return safe(between).join(shown)


def _shown(value: object) -> Markup:
    """Return what a template shows: a text or a number. What is a list or a part of the program is a mistake."""
    if value is None:
        return safe("")
    if isinstance(value, StrictUndefined):
        str(value)  # which raises
    if not isinstance(value, str | int):
        raise BadTemplate(0, "only texts and numbers can be shown: go through a list with a loop")
    return neutralised(value)


def _line_of(error: BaseException) -> int:
    """Return the template's line in an error's traceback, which Jinja has rewritten to it."""
    lines = [line for frame, line in traceback.walk_tb(error.__traceback__) if frame.f_code.co_filename == _NAME]
    return lines[-1] if lines else 0


def _said(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
