"""Whether the service lives, and whether it can take deliveries: for load balancers, containers and people.

It lives while it answers, and while its work goes on: where that stands still for CHECK_SECONDS, only a restart helps.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Final

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

Trouble = Callable[[], Awaitable[str | None]]
"""Says what keeps the service from taking deliveries, in words for people, or None. GitHub being down does not."""

Answers = Callable[[], Awaitable[None]]
"""Returns once those that work have their turn."""

CHECK_SECONDS: Final = 5.0

log = structlog.stdlib.get_logger()


async def _at_once() -> None:
    """Work where we are: who asks is answered."""


def health_routes(
    trouble: Trouble, answers: Answers = _at_once, *, check_seconds: float = CHECK_SECONDS
) -> list[Route]:
    """Return `GET /healthz` (200 while the service lives) and `GET /readyz` (200), or 503 with the reason."""

    async def alive(_: Request) -> Response:
        try:
            async with asyncio.timeout(check_seconds):
                await answers()
        except Exception as error:  # noqa: BLE001 - whatever it is, it does not live
            log.warning("work.stands_still", error=type(error).__name__)
            return _answer(HTTPStatus.SERVICE_UNAVAILABLE, "standing still", "what came is taken, and not worked on")
        return _answer(HTTPStatus.OK, "alive")

    async def ready(_: Request) -> Response:
        try:
            async with asyncio.timeout(check_seconds):
                reason = await trouble()
        except Exception:  # an error's own text may hold addresses and passwords
            log.exception("readiness.failed")
            reason = "the database cannot be reached"
        if reason is not None:
            return _answer(HTTPStatus.SERVICE_UNAVAILABLE, "not ready", reason)
        return _answer(HTTPStatus.OK, "ready")

    return [Route("/healthz", alive, methods=["GET", "HEAD"]), Route("/readyz", ready, methods=["GET", "HEAD"])]


def _answer(status: HTTPStatus, word: str, reason: str | None = None) -> Response:
    said = {"status": word} if reason is None else {"status": word, "reason": reason}
    return Response(json.dumps(said), status_code=status, media_type="application/json")
