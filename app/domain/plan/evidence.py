"""What an item waits for: the words of the plan (`job=notarize (intel)`) as values, and what holds without any."""

import re
from collections.abc import Callable
from typing import Literal, assert_never

from app.domain.plan.model import (
    Action,
    ByAsset,
    ByCheck,
    ByJob,
    ByMetric,
    ByNoOpenIssues,
    ByReadiness,
    ByRelease,
    ByRun,
    ByStatus,
    ByTag,
    ByWorkflow,
    CreateTag,
    Dispatch,
    Manual,
    Publish,
    TaskKind,
    Wanted,
)

Operator = Literal["<", "<=", ">", ">=", "=="]

KINDS = "run, job=, check=, status=, workflow=, metric=, asset=, no-open-issues=, tag, release, readiness=, manual"
MAX_EXPRESSION = 500

_COMPARISON = re.compile(r"([A-Za-z0-9][\w.:/-]{0,99})[ \t]*(<=|>=|==|<|>|≤|≥)[ \t]*(-?\d{1,12}(?:\.\d{1,6})?)[ \t]*%?")
_OPERATORS: dict[str, Operator] = {"<": "<", "<=": "<=", "≤": "<=", ">": ">", ">=": ">=", "≥": ">=", "==": "=="}
_SCOPE = re.compile(r"P\d|overall")
_WORKFLOW_FILE = re.compile(r"[\w.-]{1,100}\.ya?ml")
_SHARE = re.compile(
    r"(P\d|overall)\b[A-Za-z \t]{0,40}(≥|>=|>|at least)[ \t]*(\d{1,3}(?:\.\d{1,2})?)[ \t]*%", re.IGNORECASE
)
_ALL_OF = re.compile(r"all (P\d) items\b[A-Za-z \t]{0,40}(?:complete|completed|done|verified)", re.IGNORECASE)


def parse_evidence(expression: str) -> Wanted | str:
    """The evidence that an expression asks for, or what is wrong with it in words for people."""
    text = expression.strip()
    if len(text) > MAX_EXPRESSION:
        return f"evidence is at most {MAX_EXPRESSION} characters long"
    bare = _BARE.get(text)
    if bare is not None:
        return bare
    kind, equals, value = text.partition("=")
    reader = _READERS.get(kind.strip())
    if reader is None or not equals:
        return f"`{text[:60]}` is no kind of evidence: say one of {KINDS}"
    if not value.strip():
        return f"`{kind.strip()}=` names nothing"
    return reader(value.strip())


def readiness_in_words(text: str) -> ByReadiness | None:
    """`P1 completion ≥90%`, `Overall score ≥95%`, `All P0 items verified complete` as the figures they ask for."""
    words = text.strip().rstrip(".")
    whole = _ALL_OF.fullmatch(words)
    if whole:
        return ByReadiness(scope=whole[1].upper(), operator=">=", limit=100.0)
    share = _SHARE.fullmatch(words)
    if share is None:
        return None
    scope = share[1].upper() if share[1].casefold() != "overall" else "overall"
    return ByReadiness(scope=scope, operator=_OPERATORS.get(share[2], ">="), limit=float(share[3]))


def default_evidence(kind: TaskKind, action: Action | None, text: str) -> Wanted:
    """What an item waits for when the plan does not say: its task's own run, tag or release, else a person."""
    if kind is not TaskKind.WORK:
        return readiness_in_words(text) or Manual()
    match action:
        case Dispatch():
            return ByRun()
        case CreateTag():
            return ByTag()
        case Publish():
            return ByRelease()
        case None:
            return Manual()
        case _:
            assert_never(action)


def _check(value: str) -> Wanted | str:
    name, app = _split_option(value, "app")
    if not name:
        return "`check=` names no check"
    return ByCheck(name=name, app=app) if app else ByCheck(name=name)


def _status(value: str) -> Wanted | str:
    context, by = _split_option(value, "by")
    return ByStatus(context=context, by=by) if context else "`status=` names no context"


def _workflow(value: str) -> Wanted | str:
    file = value.rsplit("/", 1)[-1]
    return ByWorkflow(workflow=file) if _WORKFLOW_FILE.fullmatch(file) else "`workflow=` wants a file, e.g. ci.yml"


def _metric(value: str) -> Wanted | str:
    found = _COMPARISON.fullmatch(value)
    if found is None:
        return "`metric=` wants a figure and a limit, e.g. coverage.lines>85"
    return ByMetric(name=found[1], operator=_OPERATORS[found[2]], limit=float(found[3]))


def _readiness(value: str) -> Wanted | str:
    found = _COMPARISON.fullmatch(value)
    if found is None or not _SCOPE.fullmatch(found[1]):
        return "`readiness=` wants a priority or `overall` and a limit, e.g. P1>=90"
    return ByReadiness(scope=found[1], operator=_OPERATORS[found[2]], limit=float(found[3]))


def _labels(value: str) -> Wanted | str:
    labels = tuple(dict.fromkeys(label.strip() for label in value.split(",") if label.strip()))
    return ByNoOpenIssues(labels=labels) if labels else "`no-open-issues=` names no label"


def _split_option(value: str, option: str) -> tuple[str, str | None]:
    """`lint app=sonar` as the name and what its option says; the option stands last."""
    before, found, after = f" {value}".rpartition(f" {option}=")
    if not found or not after.strip():
        return value, None
    return before.strip().rstrip(",").strip(), after.strip()


_BARE: dict[str, Wanted] = {"run": ByRun(), "tag": ByTag(), "release": ByRelease(), "manual": Manual()}

_READERS: dict[str, Callable[[str], Wanted | str]] = {
    "job": lambda value: ByJob(name=value),
    "check": _check,
    "status": _status,
    "workflow": _workflow,
    "metric": _metric,
    "asset": lambda value: ByAsset(pattern=value),
    "no-open-issues": _labels,
    "readiness": _readiness,
}
