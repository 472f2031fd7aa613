"""A plan's front matter: found at the top, read as YAML, held against the published schema, told with lines.

A GitHub issue template has front matter of its own. A file whose front matter says `about` is one: then GitHub's
keys (about, title, labels, assignees, type, projects) are left alone, and so is any other unknown key with plain
text as its value, unless it looks like one of ours misspelled.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import cast

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from app.domain.plan.model import Problem, Severity
from app.domain.plan.yaml_lines import BadYaml, Document, Key, Value, read_yaml

GITHUB_KEYS = frozenset({"about", "title", "labels", "assignees", "type", "projects"})
MAX_MESSAGE = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontMatter:
    """What the front matter says, as far as it is valid, and the file line and written text of each path in it."""

    values: Mapping[str, Value] = field(default_factory=dict[str, Value])
    written: Mapping[Key, str] = field(default_factory=dict[Key, str])
    lines: Mapping[Key, int] = field(default_factory=dict[Key, int])
    problems: tuple[Problem, ...] = ()
    body: int = 0  # 0-based index of the first line after it

    def line(self, *path: str) -> int:
        """The file line of the path, or of the nearest thing above it."""
        above = (path[:length] for length in range(len(path), 0, -1))
        return next((self.lines[part] for part in above if part in self.lines), 1)


@cache
def schema() -> Mapping[str, Value]:
    """The JSON Schema of the front matter, as published."""
    text = files("app.domain.plan").joinpath("plan.schema.json").read_text(encoding="utf-8")
    return cast("Mapping[str, Value]", json.loads(text))


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(schema())


def read_front_matter(lines: Sequence[str]) -> FrontMatter:
    """The front matter of a file that starts with a `---` line and has a second one. Never raises."""
    if not lines or lines[0].rstrip() != "---":
        return FrontMatter()
    end = next((at for at, line in enumerate(lines) if at and line.rstrip() in {"---", "..."}), None)
    if end is None:
        return FrontMatter()
    try:
        document = read_yaml("\n".join(lines[1:end]))
    except BadYaml as error:
        return FrontMatter(problems=(_error(error.line + 1, error.code, error.message),), body=end + 1)
    return _validated(document, end + 1)


def _validated(document: Document, body: int) -> FrontMatter:
    lines = {path: line + 1 for path, line in document.lines.items()}
    front = FrontMatter(lines=lines, body=body)
    problems = [_error(line + 1, "repeated-key", f"`{key[:60]}` is said twice") for key, line in document.repeated]
    values = {key: value for key, value in document.values.items() if not _is_the_templates(key, document.values)}
    broken: set[str] = set()
    for error in _validator().iter_errors(values):  # pyright: ignore[reportUnknownMemberType] -- partly untyped stubs
        for path, code, message in _told(error):
            problems.append(_error(front.line(*path), code, message[:MAX_MESSAGE]))
            broken.update(path[:1])
    good = {key: value for key, value in values.items() if key not in broken}
    return FrontMatter(values=good, written=document.written, lines=lines, problems=tuple(problems), body=body)


def _is_the_templates(key: str, values: Mapping[str, Value]) -> bool:
    """Whether an unknown key is the issue template's own and not one of ours misspelled."""
    ours = _keys_at(())
    if "about" not in values or key in ours:
        return False
    return not isinstance(values[key], list | dict) and not get_close_matches(key[:60], ours, n=1, cutoff=0.8)


def _told(error: ValidationError) -> Iterator[tuple[Key, str, str]]:
    path = tuple(str(part) for part in error.absolute_path)
    where = ".".join(path)[:100] or "front matter"
    match error.validator:
        case "additionalProperties" if isinstance(error.instance, dict):
            known = _keys_at(path)
            for key in cast("dict[str, object]", error.instance):
                if key not in known:
                    near = get_close_matches(key[:60], known, n=1)
                    hint = f"did you mean `{near[0]}`?" if near else f"known are {', '.join(sorted(known))}"
                    yield (*path, key), "unknown-key", f"`{key[:60]}` is not known in {where}: {hint}"
        case "dependentRequired" if isinstance(error.instance, dict):
            for key in sorted(GITHUB_KEYS & set(cast("dict[str, object]", error.instance))):
                yield (key,), "unknown-key", f"`{key}` belongs to issue templates, and those also say `about`"
        case "type" if error.validator_value == "array" and isinstance(error.instance, str):
            yield path, "bad-value", f"`{where}` wants a list: `[{error.instance[:60]}]`"
        case _:
            yield path, "bad-value", f"`{where}`: {error.message}"


def _keys_at(path: Key) -> frozenset[str]:
    """The keys that the schema knows in the mapping at this path."""
    at = _mapping(schema())
    for part in path:
        named = _mapping(at.get("properties")).get(part)
        at = _mapping(named if named is not None else at.get("additionalProperties", at.get("items")))
    return frozenset(_mapping(at.get("properties")))


def _mapping(value: object) -> Mapping[str, object]:
    return cast("Mapping[str, object]", value) if isinstance(value, dict) else {}


def _error(line: int, code: str, message: str) -> Problem:
    return Problem(line=line, severity=Severity.ERROR, code=code, message=message)
