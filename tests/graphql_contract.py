"""Holds GraphQL documents and answers against the part of GitHub's schema in `schema.graphql`.

It proves that each field and argument exists on its type, that variables have the type of the argument they go into,
and that answers have the shape of what was asked for. It does not prove what GitHub's resolvers do.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import cast

from app.sim.graphql.reading import BadDocument, Document, Field, Selection, Variable, read_document

_BLOCK = re.compile(
    r"^(type|interface|enum|scalar) (\w+)(?: implements ([\w &]+?))?(?: \{(.*?)^\})?$", re.MULTILINE | re.DOTALL
)
_FIELD = re.compile(r"^  (\w+)(?:\(([^)]*)\))?: (\S+)$", re.MULTILINE)
_SCALARS = {"String": str, "Int": int, "Boolean": bool}


@dataclass(frozen=True, slots=True)
class FieldType:
    """A field's type as written, and those of its arguments."""

    type: str
    args: Mapping[str, str]

    @property
    def named(self) -> str:
        """The type's name, without what makes lists and required values of it."""
        return self.type.strip("[]!")


@dataclass(slots=True)
class Schema:
    """Types by name."""

    fields: dict[str, dict[str, FieldType]] = field(default_factory=dict[str, dict[str, FieldType]])
    kinds: dict[str, set[str]] = field(default_factory=dict[str, set[str]])  # interface -> what implements it
    enums: dict[str, set[str]] = field(default_factory=dict[str, set[str]])

    def fits(self, of: str, condition: str) -> bool:
        """Whether something of a type may be of another one."""
        return of == condition or condition in self.kinds.get(of, ())


@cache
def schema() -> Schema:
    """Read the schema."""
    found = Schema()
    for kind, name, above, body in _BLOCK.findall(Path(__file__).with_name("schema.graphql").read_text("utf-8")):
        if kind == "enum":
            found.enums[name] = set(body.split())
        elif kind != "scalar":
            found.fields[name] = {
                one: FieldType(type_, dict(arg.split(": ") for arg in args.split(", ") if arg))
                for one, args, type_ in _FIELD.findall(body)
            }
            for interface in filter(None, above.split(" & ")):
                found.kinds.setdefault(interface, set()).add(name)
    return found


def problems_of_document(text: str) -> list[str]:
    """Return what of a document GitHub's schema does not have."""
    try:
        document = read_document(text)
    except BadDocument as bad:
        return [str(bad)]
    return list(_asked(document, "Query", document.selections))


def _asked(document: Document, on: str, selections: tuple[Selection, ...]) -> Iterator[str]:
    known = schema()
    for one in selections:
        if isinstance(one, Field):
            if one.name == "__typename":
                continue
            type_ = known.fields[on].get(one.name)
            if type_ is None:
                yield f"{on} has no field {one.name}"
                continue
            yield from _arguments(document, f"{on}.{one.name}", one, type_)
            if (type_.named in known.fields) is not bool(one.selections):
                yield f"{on}.{one.name}: fields of {type_.named} are asked for, or none are"
            yield from _asked(document, type_.named, one.selections)
            continue
        spread = document.fragments[one.fragment] if one.fragment else one
        if spread.type is None or not known.fits(on, spread.type):
            yield f"{on} is never a {spread.type}"
        else:
            yield from _asked(document, spread.type, spread.selections)


def _arguments(document: Document, where: str, one: Field, type_: FieldType) -> Iterator[str]:
    for name, value in one.args.items():
        wanted = type_.args.get(name)
        if wanted is None:
            yield f"{where} has no argument {name}"
        elif isinstance(value, Variable):
            declared = document.variables.get(value.name, "nothing")
            if declared.rstrip("!") != wanted.rstrip("!") or (wanted.endswith("!") and not declared.endswith("!")):
                yield f"{where}: ${value.name} is {declared}, and {name} takes {wanted}"
        elif wanted.rstrip("!") in schema().enums and value not in schema().enums[wanted.rstrip("!")]:
            yield f"{where}: there is no {value}"
    yield from (
        f"{where} needs {name}" for name, kind in type_.args.items() if kind[-1] == "!" and name not in one.args
    )


def problems_of_graphql(sent: bytes, got: bytes) -> list[str]:
    """Return what does not fit in a question, and in its answer where it has no errors."""
    body, said = cast("dict[str, object]", json.loads(sent)), cast("dict[str, object]", json.loads(got))
    text = str(body["query"])
    problems = problems_of_document(text)
    if problems or said.get("errors"):
        return problems
    document = read_document(text)
    return list(_told(document, "Query", document.selections, said.get("data"), "data"))


def _told(document: Document, on: str, selections: tuple[Selection, ...], value: object, where: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{where} is no object"
        return
    told = cast("dict[str, object]", value)
    for one in selections:
        if isinstance(one, Field):
            if one.key in told and one.name != "__typename":
                type_ = schema().fields[on][one.name].type
                yield from _one(document, type_, one, told[one.key], f"{where}.{one.key}")
            elif one.key not in told and not one.included:
                yield f"{where}.{one.key} is missing"
            continue
        spread = document.fragments[one.fragment] if one.fragment else one
        keys = {each.key for each in spread.selections if isinstance(each, Field)}
        if spread.type is not None and keys & told.keys():
            yield from _told(document, spread.type, spread.selections, told, where)


def _one(document: Document, type_: str, one: Field, value: object, where: str) -> Iterator[str]:
    if value is None:
        yield from [f"{where} is null"] if type_.endswith("!") else []
        return
    bare = type_.removesuffix("!")
    if bare.startswith("["):
        if not isinstance(value, list):
            yield f"{where} is no list"
            return
        values = cast("list[object]", value)
        for at, each in enumerate(values):
            yield from _one(document, bare[1:-1], one, each, f"{where}[{at}]")
    elif bare in schema().fields:
        yield from _told(document, bare, one.selections, value, where)
    elif bare in schema().enums:
        yield from [f"{where}: there is no {value}"] if value not in schema().enums[bare] else []
    elif not isinstance(value, _SCALARS.get(bare, str)):
        yield f"{where} is no {bare}"
