"""Carries webhooks from the simulated GitHub to the service, in order, as they come."""

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Final, TypeAlias

from app.sim.stage.setting import Stage
from app.sim.webhooks import WebhookPost

Post: TypeAlias = Callable[[bytes, Mapping[str, str]], Awaitable[int]]
"""Delivers one webhook and returns the HTTP status; raises what its HTTP client raises where there is no answer."""

TRIES: Final = 20
_LOOKS_EVERY: Final = 0.05  # seconds
_REST: Final = 0.5  # seconds between two tries


async def pump(stage: Stage, post: Post) -> None:
    """Deliver webhooks until cancelled; looking for them is also what makes time pass on the simulated GitHub.

    A delivery without answer, or with a 5xx, is tried again for some seconds. Then the page says so, and the next one
    has its turn.
    """
    while True:
        for webhook in _taken(stage):
            said = await _deliver(stage, webhook, post)
            if said:
                what = f"{webhook.event} {webhook.action or ''}".strip()
                stage.telling.trouble(f"The service {said} to the webhook “{what}”.")
        await stage.clock.sleep(_LOOKS_EVERY)


def _taken(stage: Stage) -> list[WebhookPost]:
    try:
        return stage.github.take()
    except Exception as error:
        stage.telling.trouble(f"The simulated GitHub broke, and nothing moves any more: {error}")
        raise


async def _deliver(stage: Stage, webhook: WebhookPost, post: Post) -> str | None:
    """Return what went wrong, or None."""
    said = None
    for attempt in range(TRIES):
        if attempt:
            await stage.clock.sleep(_REST)
        try:
            status = await post(webhook.body, webhook.headers)
            stage.github.delivered(webhook, status)
        except Exception as error:  # noqa: BLE001  any HTTP client may stand behind `post`, each with its own errors
            said = f"gave no answer ({type(error).__name__})"
            stage.github.delivered(webhook, 0)
            continue
        if status < HTTPStatus.BAD_REQUEST:
            return None
        said = f"answered {status}"
        if status < HTTPStatus.INTERNAL_SERVER_ERROR:
            return said  # the same again would be refused again
    return said
