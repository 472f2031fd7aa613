"""Events, effects, releases and what was shown, to JSON and back."""

from functools import cache
from typing import Annotated, Any, Generic, TypeVar

from pydantic import Field, TypeAdapter

from app.domain.release.chain import canonical
from app.domain.release.effects import Effect
from app.domain.release.events import Event
from app.domain.release.model import Release
from app.ports import Shown

T = TypeVar("T")


class Codec(Generic[T]):
    """JSON of one kind of value. Tagged unions are told apart by `kind`; unknown keys are passed over."""

    def __init__(self, adapter: TypeAdapter[T]) -> None:
        self._adapter = adapter

    def encode(self, value: T) -> str:
        """Return compact JSON, quick to make."""
        return self._adapter.dump_json(value).decode()

    def encode_canonically(self, value: T) -> str:
        """Return the one JSON text that a hash may cover."""
        return canonical(self._adapter.dump_python(value, mode="json"))

    def decode(self, text: str) -> T:
        """Return the value. Raises ValueError for anything else."""
        return self._adapter.validate_json(text)


@cache
def event_codec() -> Codec[Event]:
    """The codec of a log's events."""
    tagged: TypeAdapter[Any] = TypeAdapter(Annotated[Event, Field(discriminator="kind")])
    return Codec(tagged)


@cache
def effect_codec() -> Codec[Effect]:
    """The codec of the ledger's effects."""
    tagged: TypeAdapter[Any] = TypeAdapter(Annotated[Effect, Field(discriminator="kind")])
    return Codec(tagged)


@cache
def release_codec() -> Codec[Release]:
    """The codec of a release's fold."""
    return Codec(TypeAdapter(Release))


@cache
def shown_codec() -> Codec[Shown]:
    """The codec of what was last written to GitHub."""
    return Codec(TypeAdapter(Shown))
