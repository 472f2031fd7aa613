"""What an HTTP answer of GitHub's means: taken, a rate limit, a no with its reason, or nobody knows."""

import contextlib
import http
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final, cast

from app.ports import CallAnswer, GitHubError, Missing, Rejected, Throttled, Unclear

MESSAGE_LIMIT: Final = 300

_FORBIDDEN: Final = 403
_TOO_MANY: Final = 429
_GONE: Final = (404, 410)
_TIMED_OUT: Final = 408
_MOVED: Final = 300
_NOT_MODIFIED: Final = 304
_REFUSED: Final = 400
_NO: Final = range(300, 500)
_SERVER_ERRORS: Final = 500
_READ_OF_AN_ERROR: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer. Header names are lower-case. It may carry a token, so it shows only its status."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class Unreachable(Throttled):
    """GitHub cannot be asked just now, so nothing was asked and nothing done: try again at `retry_at`."""

    def __init__(self, retry_at: datetime, why: str = "no installation token could be had") -> None:
        super().__init__(retry_at)
        self.args = (f"{why}; trying again at {retry_at.isoformat()}",)


def is_rate_limit(answer: Answer) -> bool:
    """Return whether it is a primary or secondary limit: 429, or a 403 that says so by header or words.

    https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit
    """
    if answer.status == _TOO_MANY:
        return True
    if answer.status != _FORBIDDEN:
        return False
    if "retry-after" in answer.headers or answer.headers.get("x-ratelimit-remaining") == "0":
        return True
    said = answer.body[:_READ_OF_AN_ERROR].lower()
    return b"secondary rate limit" in said or b"abuse detection" in said or b"rate limit exceeded" in said


def is_of_the_hour(answer: Answer) -> bool:
    """Return whether a rate limit is that of the hour, which REST and GraphQL have apart; else both have to wait."""
    return answer.headers.get("x-ratelimit-remaining") == "0" and "retry-after" not in answer.headers


def wait_of(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """Return how long GitHub says to wait, or None where it does not say."""
    if (seconds := _number(headers.get("retry-after"))) is not None:
        return timedelta(seconds=seconds)
    return spent_until(headers, now)


def spent_until(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """Return how long no call is left of this hour's; None where some are, or GitHub does not say.

    The hour ends by GitHub's clock, which each answer tells: by ours it might end over and over again.
    """
    reset = _number(headers.get("x-ratelimit-reset"))
    if headers.get("x-ratelimit-remaining") != "0" or reset is None:
        return None
    told = date_of(headers) or now
    return timedelta(seconds=min(reset - told.timestamp() + 1, 10.0**6))


def date_of(headers: Mapping[str, str]) -> datetime | None:
    """Return the time that GitHub tells along with an answer, in whole seconds; None where it tells none."""
    try:
        told = parsedate_to_datetime(headers.get("date", ""))
    except ValueError:
        return None
    return told if told.tzinfo else told.replace(tzinfo=UTC)


def is_unclear(answer: Answer) -> bool:
    """Return whether the answer leaves open if anything was done."""
    return answer.status >= _SERVER_ERRORS or answer.status == _TIMED_OUT


def kind_of(answer: Answer) -> CallAnswer:
    """Return what kind of answer it is, for the figures."""
    if is_rate_limit(answer):
        return CallAnswer.THROTTLED
    if is_unclear(answer):
        return CallAnswer.FAILED
    if answer.status in _GONE:
        return CallAnswer.MISSING
    if answer.status == _NOT_MODIFIED:
        return CallAnswer.UNCHANGED
    if answer.status >= _REFUSED:
        return CallAnswer.REFUSED
    return CallAnswer.MOVED if answer.status >= _MOVED else CallAnswer.DONE


def error_of(answer: Answer, asked: str) -> GitHubError:
    """Return the error that an answer other than a rate limit stands for; `asked` names the call in it."""
    if answer.status in _NO and not is_unclear(answer):
        kind = Missing if answer.status in _GONE else Rejected
        return kind(answer.status, message_of(answer))
    return Unclear(f"{asked}: {answer.status} from GitHub")


def message_of(answer: Answer) -> str:
    """Return GitHub's own reason, on one line and bounded: its message and what the first of its errors says."""
    said: object = None
    with contextlib.suppress(ValueError, RecursionError):  # a proxy's HTML: the status says it
        said = json.loads(answer.body) if len(answer.body) <= _READ_OF_AN_ERROR else None
    if not isinstance(said, dict):
        return _phrase(answer.status)
    fields = cast("dict[str, object]", said)
    message, detail = _line(fields.get("message")), _first_error(fields.get("errors"))
    return (f"{message}: {detail}" if message and detail else message or detail) or _phrase(answer.status)


def _first_error(errors: object) -> str:
    """`errors` is a list of objects or of strings, or one string."""
    first: object = cast("list[object]", errors)[0] if isinstance(errors, list) and errors else cast("object", errors)
    if not isinstance(first, dict):
        return _line(first)
    fields = cast("dict[str, object]", first)
    if message := _line(fields.get("message")):
        return message
    return " ".join(part for name in ("resource", "field", "code") if (part := _line(fields.get(name))))


def _line(value: object) -> str:
    if not isinstance(value, str):
        return ""
    words = " ".join("".join(c if c.isprintable() else " " for c in value[: 2 * MESSAGE_LIMIT]).split())
    return words if len(words) <= MESSAGE_LIMIT else words[: MESSAGE_LIMIT - 1] + "…"


def _phrase(status: int) -> str:
    try:
        return http.HTTPStatus(status).phrase
    except ValueError:
        return "an unknown answer"


def _number(text: str | None) -> int | None:
    """Read at most ten digits: no header makes a figure too large to count with."""
    is_short = text is not None and len(text) <= 10  # noqa: PLR2004 - the ten of the line above
    return int(text) if text and is_short and text.isascii() and text.isdigit() else None
