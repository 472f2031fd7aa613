"""What every worker has at hand: the release log, plans, GitHub, words, turns and time; and the one way to commit."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from app.ports import ChecksShown, Clock, Entry, GitHub, Releases, Renderer, Scheduler
from app.worker.draft import Draft
from app.worker.lag import Lag
from app.worker.plans import Plans

POLL_AFTER: Final = timedelta(seconds=60)
"""A run of which nothing is heard for so long is asked after."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workbench:
    """The ports that the workers share."""

    releases: Releases
    checks: ChecksShown
    plans: Plans
    github: GitHub
    renderer: Renderer
    scheduler: Scheduler
    clock: Clock
    site: str  # GitHub as people see it, e.g. `https://github.com`
    app: int  # our App's id
    api_url: str = "https://api.github.com"
    lag: Lag = field(default_factory=Lag)  # of webhooks

    async def write(self, draft: Draft, *, deliveries: Sequence[str] = (), entries: Sequence[Entry] = ()) -> None:
        """Commit a draft and wake whoever has work from it. Raises Conflict, and then nothing is written."""
        await self.releases.commit(draft.commit(deliveries=deliveries, entries=entries), self.clock.now())
        for key in draft.ledger_keys:
            self.scheduler.wake(f"ledger:{key}")
        for release in draft.changed:
            self.scheduler.wake(f"show:{release}")
            self.scheduler.wake_at(f"poll:{release}", self.clock.now() + POLL_AFTER)
        for key in draft.contested:
            self.scheduler.wake(key)
        for repo in draft.begun:
            self.scheduler.wake(f"doctor:{repo}")
        for repo in draft.retagged:
            self.scheduler.wake(f"tags:{repo}")
        for repo in {r.repo.id for r in draft.all if r.id in draft.changed and r.waiting}:
            self.scheduler.wake(f"deploy:{repo}")
        for release in draft.refreshed:
            self.scheduler.wake(f"poll:{release}")
