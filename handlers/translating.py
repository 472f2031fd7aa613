"""The spec of an event handler: which GitHub event it is for, and how a payload's bytes become what they mean."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from app.domain.inputs import Input
from handlers.payloads import Part

P = TypeVar("P", bound=Part)


@dataclass(frozen=True, slots=True)
class EventHandler:
    """A GitHub event, and a pure function from a delivery's raw JSON to what it means to a release.

    `read` raises pydantic.ValidationError where a field that we read is amiss.
    """

    event: str
    read: Callable[[bytes], tuple[Input, ...]]


def github_event(event: str, model: type[P]) -> Callable[[Callable[[P], Iterable[Input]]], EventHandler]:
    """Make a translation the handler of an event; a file in `handlers/events/` that holds one is found there."""

    def wrap(translate: Callable[[P], Iterable[Input]]) -> EventHandler:
        def read(body: bytes) -> tuple[Input, ...]:
            return tuple(translate(model.model_validate_json(body)))

        return EventHandler(event=event, read=read)

    return wrap
