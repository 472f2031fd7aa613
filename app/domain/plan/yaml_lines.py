"""YAML of a plan's front matter as plain values that know their lines, within strict bounds."""

from dataclasses import dataclass, field

import yaml

MAX_LINES = 2_000
MAX_CHARACTERS = 64_000
MAX_DEPTH = 8
MAX_NODES = 6_000
MAX_DIGITS = 15  # of a number; what a double holds exactly

Value = str | int | float | bool | None | list["Value"] | dict[str, "Value"]
Key = tuple[str, ...]

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAG = "tag:yaml.org,2002:"


class BadYaml(Exception):
    """The front matter cannot be read: the 1-based line inside it, a stable code, and why."""

    def __init__(self, line: int, code: str, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.code = code
        self.message = message


@dataclass(slots=True)
class Document:
    """The values, the 1-based line and the written text of each path in them, and keys that were said twice."""

    values: dict[str, Value] = field(default_factory=dict[str, Value])
    lines: dict[Key, int] = field(default_factory=dict[Key, int])
    written: dict[Key, str] = field(default_factory=dict[Key, str])  # `2.10` is a number that would lose its nought
    repeated: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])


def read_yaml(text: str) -> Document:
    """The mapping that the text holds. Aliases are refused, so that nothing can grow.

    Raises:
        BadYaml: when it is too large, too deep, no YAML, or no mapping.

    """
    if len(text) > MAX_CHARACTERS or text.count("\n") > MAX_LINES:
        raise BadYaml(
            1, "front-matter-too-large", f"front matter ends at {MAX_LINES} lines, {MAX_CHARACTERS} characters"
        )
    document = Document()
    try:
        _check_bounds(text)
        node = yaml.compose(text, Loader=_LOADER)
        if node is None:
            return document
        if not isinstance(node, yaml.MappingNode):
            raise BadYaml(1, "bad-yaml", "front matter is a list of `key: value` lines")
        document.values = _mapping(node, (), document)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        why = getattr(error, "problem", None) or "this is not YAML"
        line = getattr(mark, "line", 0)  # the fast loader has a Mark class of its own
        raise BadYaml(min(int(line), text.count("\n")) + 1, "bad-yaml", str(why)[:200]) from error
    except ValueError as error:  # e.g. a surrogate that is no character
        raise BadYaml(1, "bad-yaml", "this is not YAML") from error
    return document


def _check_bounds(text: str) -> None:
    """Look at the events first: they are read without recursion, so depth and aliases cost nothing."""
    depth = 0
    for nodes, event in enumerate(yaml.parse(text, Loader=_LOADER)):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise BadYaml(line, "yaml-alias", "anchors and aliases are not read in front matter: write the value out")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH or nodes > MAX_NODES:
            raise BadYaml(line, "front-matter-too-large", "front matter is nested too deep, or holds too much")


def _mapping(node: yaml.MappingNode, path: Key, document: Document) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for key_node, value_node in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            raise BadYaml(key_node.start_mark.line + 1, "bad-yaml", "a key has to be plain text")
        key = key_node.value
        line = key_node.start_mark.line + 1
        if key in values:
            document.repeated.append((key, line))
            continue
        document.lines[*path, key] = line
        values[key] = _value(value_node, (*path, key), document)
    return values


def _value(node: yaml.Node, path: Key, document: Document) -> Value:
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, document)
    if isinstance(node, yaml.SequenceNode):
        values: list[Value] = []
        for at, child in enumerate(node.value):
            document.lines[*path, str(at)] = child.start_mark.line + 1
            values.append(_value(child, (*path, str(at)), document))
        return values
    document.written[path] = str(node.value)
    return _scalar(node.tag.removeprefix(_TAG), str(node.value))


def _scalar(tag: str, text: str) -> Value:
    """A scalar by its plain reading. Dates and `10:30` stay text: YAML 1.1 would make a number of them."""
    if tag == "null":
        return None
    if tag == "bool":
        return text.casefold() in {"true", "yes", "on"}
    if tag == "int" and text.lstrip("+-").isdecimal() and len(text) <= MAX_DIGITS:
        return int(text)
    if tag == "float" and text[-1:].isdigit() and ":" not in text and "_" not in text:
        return float(text)
    return text
