"""Answers a GraphQL document from things that know their fields: exactly what is asked for, and nothing unknown."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias, TypeVar, cast

from app.sim.graphql.reading import BadDocument, Document, Field, Selection, Value, Variable
from app.sim.wire import Json

T = TypeVar("T")

Args: TypeAlias = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Thing:
    """Something of a GraphQL type, with what each of its fields is worked out by."""

    type: str
    fields: Mapping[str, Callable[[Args], object]]


def answer(document: Document, variables: Args, root: Thing) -> Json:
    """Return the data. Raises BadDocument for a field or variable that is not there."""
    unknown = [name for name, kind in document.variables.items() if kind.endswith("!") and variables.get(name) is None]
    if unknown:
        raise BadDocument(f"Variable ${unknown[0]} of type {document.variables[unknown[0]]} was provided invalid value")
    return _Answering(document, variables).of(root, document.selections)


def connection(kind: str, things: Sequence[T], made: Callable[[T], Thing], args: Args) -> Thing:
    """Return a page of things, as `first` and `after` say."""
    first, after = args.get("first"), args.get("after")
    if not isinstance(first, int) or not 0 < first <= 100:  # noqa: PLR2004  GitHub's own limit
        raise BadDocument("You must provide a `first` or `last` value of at most 100 to properly paginate.")
    start = int(cast("str", after)) if after else 0
    end = start + first
    page = Thing(
        "PageInfo",
        {
            "hasNextPage": lambda _: end < len(things),
            "endCursor": lambda _: str(min(end, len(things))) if things[start:end] else None,
        },
    )
    fields: dict[str, Callable[[Args], object]] = {
        "nodes": lambda _: [made(one) for one in things[start:end]],
        "pageInfo": lambda _: page,
        "totalCount": lambda _: len(things),
    }
    return Thing(kind, fields)


class _Answering:
    def __init__(self, document: Document, variables: Args) -> None:
        self._document = document
        self._variables = variables

    def of(self, thing: Thing, selections: Sequence[Selection]) -> Json:
        found: Json = {}
        for one in selections:
            if isinstance(one, Field):
                if self._is_in(one):
                    found[one.key] = self._field(thing, one)
                continue
            spread = self._document.fragments.get(one.fragment) if one.fragment else one
            if spread is None:
                raise BadDocument(f"Fragment {one.fragment} was used, but not defined")
            if spread.type == thing.type:
                found |= self.of(thing, spread.selections)
        return found

    def _is_in(self, one: Field) -> bool:
        return all(bool(self._value(by)) is (name == "include") for name, by in one.included.items())

    def _field(self, thing: Thing, one: Field) -> object:
        if one.name == "__typename":
            return thing.type
        if one.name not in thing.fields:
            raise BadDocument(f"Field '{one.name}' doesn't exist on type '{thing.type}'")
        value = thing.fields[one.name]({name: self._value(arg) for name, arg in one.args.items()})
        return self._shown(value, one)

    def _shown(self, value: object, one: Field) -> object:
        if isinstance(value, Thing):
            return self.of(value, one.selections)
        if isinstance(value, list):
            return [self._shown(each, one) for each in cast("list[object]", value)]
        return value

    def _value(self, value: Value) -> object:
        if not isinstance(value, Variable):
            return value
        if value.name not in self._document.variables:
            raise BadDocument(f"Variable ${value.name} is used by {self._document.name} but not declared")
        return self._variables.get(value.name)
