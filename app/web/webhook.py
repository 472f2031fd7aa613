"""The door: GitHub's deliveries, checked, stored and committed, and only then thanked for.

202  stored and committed
200  that delivery id is here already: nothing is done
400  headers missing or malformed, or the body is no JSON object, or one out of all proportion
401  signature missing or not ours (SHA-1 never counts)
408  the body did not come in time, or too many others came meanwhile
413  more than 25 MB, GitHub's own limit
503  it could not be stored, or too much waits for that: GitHub shows it as failed, and it can be redelivered

https://docs.github.com/en/webhooks/webhook-events-and-payloads
"""

import json
import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Final, cast

import structlog
from pydantic_core import from_json
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.ports import UNMETERED, Clock, Delivery, Inbox, Meter
from app.web.intake import Intake, Refusal

Verify = Callable[[bytes, str | None], bool]
"""Whether a body carries our signature, from the header `X-Hub-Signature-256`. Never raises."""

LARGEST_ID: Final = 2**63 - 1

_EVENT: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")
_DELIVERY: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}")
_STRING: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)  # also one that is cut off

MOST_BRACKETS: Final = 100_000
MOST_COMMAS: Final = 1_000_000
"""What a payload may hold: a push of 2,048 commits has some ten thousand brackets, and 25 MB of paths fewer commas.

Each empty object takes some hundred times its two bytes once it is read: 25 MB of them would take gigabytes.
"""

log = structlog.stdlib.get_logger()


def webhook_routes(
    inbox: Inbox,
    verify: Verify,
    wake: Callable[[str], None],
    clock: Clock,
    *,
    intake: Intake | None = None,
    meter: Meter = UNMETERED,
) -> list[Route]:
    """Return the route `POST /webhook`. `wake` is called with `inbox:<key>` once a delivery is stored."""
    taking = intake or Intake()

    async def receive(request: Request) -> Response:
        came_at = clock.now()
        with structlog.contextvars.bound_contextvars(**_said(request)):
            answer = await _taken(request)
        meter.acknowledged(answer.status_code, (clock.now() - came_at).total_seconds())
        return answer

    async def _taken(request: Request) -> Response:
        body = await taking.read(request)
        if isinstance(body, Refusal):
            return _refuse(body)
        if not verify(body, request.headers.get("x-hub-signature-256")):
            return _refuse(Refusal(HTTPStatus.UNAUTHORIZED, "the signature is not ours"))
        delivery = _delivery(request, body, clock)
        if isinstance(delivery, Refusal):
            return _refuse(delivery)
        with taking.waiting(body) as has_room:
            if not has_room:
                behind = "the database does not keep up: redeliver it later"
                return _refuse(Refusal(HTTPStatus.SERVICE_UNAVAILABLE, behind))
            try:
                is_new = await inbox.store(delivery)
            except Exception:
                log.exception("delivery.not_stored")
                return _answer(HTTPStatus.SERVICE_UNAVAILABLE, "failed", "it could not be stored: redeliver it later")
        log.info("delivery.stored" if is_new else "delivery.repeated")
        if not is_new:
            return _answer(HTTPStatus.OK, "repeated")
        wake(f"inbox:{delivery.key}")
        return _answer(HTTPStatus.ACCEPTED, "stored")

    return [Route("/webhook", receive, methods=["POST"])]


def _said(request: Request) -> dict[str, str]:
    """Return what a request says of itself in headers, as far as it is well formed: anybody may have sent it."""
    event, name = request.headers.get("x-github-event", ""), request.headers.get("x-github-delivery", "")
    found = {"github_event": event} if _EVENT.fullmatch(event) else {}
    return found | ({"delivery": name} if _DELIVERY.fullmatch(name) else {})


def _delivery(request: Request, body: bytes, clock: Clock) -> Delivery | Refusal:
    """Return the delivery that a signed request carries."""
    headers = request.headers
    event, name = headers.get("x-github-event", ""), headers.get("x-github-delivery", "")
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if not _EVENT.fullmatch(event):
        return Refusal(HTTPStatus.BAD_REQUEST, "the X-GitHub-Event header is missing or malformed")
    if not _DELIVERY.fullmatch(name):
        return Refusal(HTTPStatus.BAD_REQUEST, "the X-GitHub-Delivery header is missing or malformed")
    if media_type != "application/json":
        return Refusal(HTTPStatus.BAD_REQUEST, "set the webhook's content type to application/json")
    if not _is_bounded(body):
        return Refusal(HTTPStatus.BAD_REQUEST, "the body holds more than any delivery of GitHub's")
    try:
        payload = from_json(body, allow_inf_nan=False, cache_strings="keys")
    except ValueError:  # bad UTF-8, half a surrogate pair and nesting without end are among them
        return Refusal(HTTPStatus.BAD_REQUEST, "the body is not JSON")
    if not isinstance(payload, dict):
        return Refusal(HTTPStatus.BAD_REQUEST, "the body is not a JSON object")
    key = key_of(cast("dict[str, object]", payload))
    return Delivery(id=name, event=event, key=key, payload=body, received_at=clock.now())


def _is_bounded(body: bytes) -> bool:
    """Whether reading it takes no more memory than a few times its size: looked at before it is read as JSON."""
    if body.count(b"{") + body.count(b"[") <= MOST_BRACKETS and body.count(b",") <= MOST_COMMAS:
        return True
    bare = _STRING.sub(b"", body)  # people's texts may hold as many as they like
    return bare.count(b"{") + bare.count(b"[") <= MOST_BRACKETS and bare.count(b",") <= MOST_COMMAS


def key_of(payload: dict[str, object]) -> str:
    """Return in whose turn a payload is handled: its repository's, else its installation's, else the App's."""
    for part, prefix in (("repository", "repo"), ("installation", "installation")):
        held = payload.get(part)
        if isinstance(held, dict):
            number = cast("dict[str, object]", held).get("id")
            if type(number) is int and 0 < number <= LARGEST_ID:  # True is an int, and no id
                return f"{prefix}:{number}"
    return "app"


def _refuse(refusal: Refusal) -> Response:
    log.warning("delivery.refused", status=int(refusal.status), reason=refusal.reason)
    answer = _answer(refusal.status, "refused", refusal.reason)
    if refusal.is_unread:
        answer.headers["connection"] = "close"  # or the server would go on reading what nobody wants
    return answer


def _answer(status: HTTPStatus, word: str, reason: str | None = None) -> Response:
    said = {"status": word} if reason is None else {"status": word, "reason": reason}
    return Response(json.dumps(said), status_code=status, media_type="application/json")
