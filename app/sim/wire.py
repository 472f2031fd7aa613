"""What goes over the wire: JSON objects, answers, and the refusals GitHub words for us."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import TypeAlias, TypeVar, cast

T = TypeVar("T")

Json: TypeAlias = dict[str, object]
"""A JSON object, at the edge: read through `text`, `flag`, `number` and `objects`."""

DOCS = "https://docs.github.com/rest"
API = "https://api.github.com"
UPLOADS = "https://uploads.github.com"
STORE = "https://release-assets.githubusercontent.com"
WEB = "https://github.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a route answers; `body` None means no body at all, bytes go out as they are."""

    status: int = 200
    body: object = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


class Refusal(Exception):
    """GitHub says no, with its status, its message and its list of errors."""

    def __init__(self, status: int, message: str, errors: Sequence[object] = ()) -> None:
        super().__init__(f"{status} {message}")
        self.status = status
        self.message = message
        self.errors = tuple(errors)

    def body(self) -> Json:
        """Return the JSON of the answer."""
        said: Json = {"message": self.message}
        if self.errors:
            said["errors"] = list(self.errors)
        return {**said, "documentation_url": DOCS, "status": str(self.status)}


class Moved(Refusal):
    """GitHub points to another address."""

    def __init__(self, to: str) -> None:
        super().__init__(301, "Moved Permanently")
        self.to = to

    def body(self) -> Json:
        """Return the JSON of the answer."""
        return {**super().body(), "url": self.to}


def not_found() -> Refusal:
    """Return the 404 that GitHub also uses for what a token may not see."""
    return Refusal(404, "Not Found")


def invalid(resource: str, fieldname: str, code: str, message: str | None = None) -> Refusal:
    """Return the 422 of a field that does not pass."""
    error: Json = {"resource": resource, "field": fieldname, "code": code}
    if message is not None:
        error["message"] = message
    return Refusal(422, "Validation Failed", [error])


@lru_cache(maxsize=1024)
def stamp(at: datetime) -> str:
    """Return a moment as GitHub's API writes it."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def stamp_or_none(at: datetime | None) -> str | None:
    """Return a moment as GitHub's API writes it, or None."""
    return None if at is None else stamp(at)


_ENCODER = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)


def dumps(value: object) -> str:
    """Return JSON as GitHub writes it: without spaces, characters as they are."""
    return _ENCODER.encode(value)


def text(body: Json, key: str) -> str | None:
    """Return a string of a request's body, None where it is not there."""
    value = body.get(key)
    if value is None or isinstance(value, str):
        return value
    raise Refusal(422, f"Invalid request.\n\nFor 'properties/{key}', {value!r} is not a string.")


def wanted(body: Json, key: str) -> str:
    """Return a string that a request's body must have."""
    value = text(body, key)
    if value is None:
        raise Refusal(422, f'Invalid request.\n\n"{key}" wasn\'t supplied.')
    return value


def moment(value: str, name: str) -> datetime:
    """Return a moment that a request names, in UTC where it names no zone. Refused with 422 where it is none."""
    try:
        at = datetime.fromisoformat(value)
    except ValueError as error:
        raise Refusal(422, f"Invalid value for '{name}': {value!r} is not a date") from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def flag(body: Json, key: str, *, default: bool = False) -> bool:
    """Return a boolean of a request's body."""
    value = body.get(key, default)
    if isinstance(value, bool):
        return value
    raise Refusal(422, f"Invalid request.\n\nFor 'properties/{key}', {value!r} is not a boolean.")


def obj(body: Json, key: str) -> Json:
    """Return an object of a request's body, an empty one where it is not there."""
    value = body.get(key)
    if value is None:
        return {}
    if isinstance(value, dict):
        return cast("Json", value)
    raise Refusal(422, f"Invalid request.\n\nFor 'properties/{key}', {value!r} is not an object.")


def whole(body: Json, key: str) -> int | None:
    """Return a whole number of a request's body, None where it is not there."""
    value = body.get(key)
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    raise Refusal(422, f"Invalid request.\n\nFor 'properties/{key}', {value!r} is not an integer.")


def array(body: Json, key: str) -> list[object]:
    """Return a list of a request's body, an empty one where it is not there."""
    value = body.get(key)
    if value is None:
        return []
    if isinstance(value, list):
        return cast("list[object]", value)
    raise Refusal(422, f"Invalid request.\n\nFor 'properties/{key}', {value!r} is not an array.")


def found(thing: T | None) -> T:
    """Return the thing, or answer 404."""
    if thing is None:
        raise not_found()
    return thing
