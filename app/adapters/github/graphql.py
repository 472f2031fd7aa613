"""What a GraphQL answer of GitHub's means: it says no with a 200 and a list of errors."""

import json
from collections.abc import Mapping
from typing import Final, cast

from app.adapters.github.answers import MESSAGE_LIMIT, Answer
from app.ports import GitHubError, Missing, Rejected, Unclear

_STATUS: Final = {"NOT_FOUND": 404, "FORBIDDEN": 403, "INSUFFICIENT_SCOPES": 403}
_UNPROCESSABLE: Final = 422
_V3: Final = "/api/v3"


class RateLimited(Exception):
    """The points of this hour are used up, or a secondary limit was met. They are not those of the REST API."""


def address_of(api_url: str) -> str:
    """Return where GraphQL is asked: beside the REST API on github.com and on a GitHub Enterprise Server."""
    base = api_url.removesuffix("/")
    return f"{base.removesuffix(_V3)}/api/graphql" if base.endswith(_V3) else f"{base}/graphql"


def data_of(answer: Answer, asked: str) -> Mapping[str, object]:
    """Return the data of an answer with status 200; `asked` names the question in errors.

    Raises RateLimited, Missing, Rejected, and Unclear for what GitHub could not work out in time or said in a way that
    cannot be read. Data that comes along with errors does not count: what is missing in it is anybody's guess.
    """
    try:
        fields = _fields(json.loads(answer.body))
    except (ValueError, RecursionError) as exc:
        raise Unclear(f"{asked}: GitHub's answer could not be read") from exc
    errors = fields.get("errors")
    if isinstance(errors, list) and errors:
        raise _error(_fields(cast("list[object]", errors)[0]), asked)
    if not isinstance(data := fields.get("data"), dict):
        raise Unclear(f"{asked}: GitHub's answer has no data")
    return _fields(cast("object", data))


def _error(first: Mapping[str, object], asked: str) -> GitHubError | RateLimited:
    kind, message = first.get("type"), str(first.get("message", ""))[:MESSAGE_LIMIT]
    if kind == "RATE_LIMITED" or "rate limit" in message.casefold():
        return RateLimited(message)
    if kind is None and not first.get("extensions"):
        return Unclear(f"{asked}: {message}")  # "Something went wrong", "couldn't respond in time"
    status = _STATUS.get(str(kind), _UNPROCESSABLE)
    return Missing(status, message) if kind == "NOT_FOUND" else Rejected(status, message)


def _fields(value: object) -> Mapping[str, object]:
    return cast("Mapping[str, object]", value) if isinstance(value, dict) else {}
