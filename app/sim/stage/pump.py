"""Carries webhooks from the simulated GitHub to the service, in order, as they come."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final, TypeAlias

from app.ports import Clock
from app.sim.stage.scene import Spot
from app.sim.stage.setting import Stage
from app.sim.webhooks import WebhookPost

Post: TypeAlias = Callable[[bytes, Mapping[str, str]], Awaitable[int]]
"""Delivers one webhook and returns the HTTP status. Raises OSError, or what its HTTP client raises, without answer."""

TRIES: Final = 20
_LOOKS_EVERY: Final = 0.05  # seconds
_REST: Final = 0.5  # seconds between two tries
_TAKEN: Final = range(200, 300)


async def pump(stage: Stage, post: Post) -> None:
    """Deliver webhooks until cancelled; looking for them is also what makes time pass on the simulated GitHub.

    A delivery that is not taken is tried again for some seconds, then the page says so and the next one has its turn.
    """
    while True:
        for webhook in stage.github.take():
            await _deliver(webhook, post, stage.clock, stage.spot)
        await stage.clock.sleep(_LOOKS_EVERY)


async def _deliver(webhook: WebhookPost, post: Post, clock: Clock, spot: Spot) -> None:
    said = ""
    for attempt in range(TRIES):
        if attempt:
            await clock.sleep(_REST)
        try:
            status = await post(webhook.body, webhook.headers)
        except Exception as error:  # noqa: BLE001  any HTTP client may stand behind it, each with errors of its own
            said = f"gave no answer ({type(error).__name__})"
            continue
        if status in _TAKEN:
            return
        said = f"answered {status}"
    spot.trouble(f"The service {said} to the webhook {webhook.event} {webhook.action or ''}".rstrip() + ".")
