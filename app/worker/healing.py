"""Webhooks that never came: found in GitHub's log of what it could not deliver, and asked for again.

GitHub sends nothing again by itself. It keeps three days of what it sent, and sends one of them again when asked, under
the same id: so what is here already is never asked for, and what comes twice all the same is taken once.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

import structlog

from app.ports import Clock, GitHubError, Rejected, Scheduler, Throttled
from app.ports.lost import DeliveryLog, LostDeliveries, LostDelivery, Progress

_log: Final = structlog.stdlib.get_logger()
DELIVERIES: Final = "deliveries"
EVERY: Final = timedelta(minutes=5)
WINDOW: Final = timedelta(days=3)
"""How far back GitHub sends again: https://docs.github.com/en/webhooks/using-webhooks/redelivering-webhooks"""

MOST_ASKED: Final = 60
"""So many are asked for in one look, and a look is a minute after the other: what was lost comes back as no storm."""

MOST_PAGES: Final = 10
"""So many pages of the log are read in one look; the next goes on where it ended."""

AGAIN_AFTER: Final = (timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6))
"""One that does not come although it was asked for is asked for again after these times, the last for as long as
GitHub sends: our address may be closed for a day, and GitHub itself out of order for hours."""

_SOON: Final = timedelta(minutes=1)
_OVERLAP: Final = timedelta(minutes=15)  # a try may be listed a while after it was made
_MARGIN: Final = timedelta(hours=1)  # one that is about to leave the window is let go


def heal_key(what: str) -> str:
    """Return the key under which it is looked for."""
    return f"heal:{what}"


class Healer:
    """Finds lost webhooks and asks for them, each once at a time."""

    def __init__(
        self,
        log: DeliveryLog,
        lost: LostDeliveries,
        scheduler: Scheduler,
        clock: Clock,
        *,
        most_pages: int = MOST_PAGES,
    ) -> None:
        self._github = log
        self._lost = lost
        self._scheduler = scheduler
        self._clock = clock
        self._most_pages = most_pages

    async def logs(self) -> Sequence[str]:
        """Return what is to be looked after: the log."""
        return (DELIVERIES,)

    async def heal(self, what: str) -> None:
        """Look through the log from where the last look ended, ask for what is due, and come back."""
        now = self._clock.now()
        wait = EVERY
        try:
            if not await self._look():
                wait = _SOON
            if not await self._ask():
                wait = _SOON
        except Throttled as error:
            wait = max(error.retry_at - now, _SOON)
        except GitHubError as error:
            _log.warning("healing.failed", error=str(error))
            wait = _SOON
        next_at = await self._lost.next_due()
        at = self._clock.now() + wait
        if next_at is not None and wait == EVERY:
            at = max(min(at, next_at), self._clock.now() + _SOON)
        self._scheduler.wake_at(heal_key(what), at)

    async def _look(self) -> bool:
        """Read what failed since the last pass; False where there is more of it. Raises GitHubError."""
        now = self._clock.now()
        progress: Progress = await self._lost.progress()
        since = now - WINDOW
        if progress.seen_until is not None:
            since = max(since, progress.seen_until - _OVERLAP)
        for _ in range(self._most_pages):
            try:
                page = await self._github.failed_deliveries(progress.following)
            except Rejected as error:
                if progress.following is None:
                    raise
                _log.warning("healing.began_anew", error=str(error))  # GitHub does not know that page any more
                await self._lost.note((), replace(progress, following=None), now)
                return False
            if progress.following is None:  # by GitHub's clock: ours may be an hour ahead of it
                newest = max((one.at for one in page.tries), default=progress.seen_until)
                progress = replace(progress, newest=newest)
            found = [one for one in page.tries if one.at >= since and not one.is_taken]
            is_over = page.following is None or any(one.at < since for one in page.tries)
            progress = Progress(seen_until=progress.newest) if is_over else replace(progress, following=page.following)
            new = await self._lost.note(found, progress, now)
            if new:
                _log.warning("deliveries.lost", number=new)
            if is_over:
                return True
        return False

    async def _ask(self) -> bool:
        """Ask for what is due; False where more is. Raises Throttled, and Unclear where GitHub is not to be reached."""
        now = self._clock.now()
        due = await self._lost.due(now, MOST_ASKED)
        for one in due:
            await self._ask_for(one)
        await self._lost.prune(now - WINDOW - _MARGIN)
        return len(due) < MOST_ASKED

    async def _ask_for(self, one: LostDelivery) -> None:
        now = self._clock.now()
        let_go_at = one.lost_at + WINDOW - _MARGIN
        is_too_late = now >= let_go_at
        next_at = min(now + AGAIN_AFTER[min(one.asked, len(AGAIN_AFTER) - 1)], let_go_at)
        # written down before it is asked for: whoever dies in between has asked for nothing, and asks after the wait
        is_mine = await self._lost.claim(one, None if is_too_late else next_at)
        if not is_mine:
            return
        with structlog.contextvars.bound_contextvars(delivery=one.guid, github_event=one.event):
            if is_too_late:
                _log.error("delivery.lost_for_good", lost_at=one.lost_at.isoformat())
                return
            try:
                await self._github.redeliver(one.number)
            except Rejected as error:
                _log.error("delivery.not_redelivered", error=str(error))
                return
            _log.info("delivery.asked_for", tries=one.asked + 1)
