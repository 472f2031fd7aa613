"""What every worker has at hand: the release log, plans, GitHub, words, turns and time; and the one way to commit."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Final

from app.domain.values import Repo
from app.ports import AlreadySettled, ChecksShown, Clock, Commit, Conflict, Entry, GitHub, Releases, Renderer, Scheduler
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

    async def draft_in(self, repo: Repo) -> Draft:
        """Return a draft with all open releases of a repository, as they stand."""
        return Draft(await self.releases.open_in(repo.id), self.renderer)

    async def decide(
        self,
        draft: Callable[[], Awaitable[Draft]],
        *,
        deliveries: Sequence[str] = (),
        entries: Sequence[Entry] = (),
        tries: int | None = None,
    ) -> bool:
        """Draft and commit; where a release has moved on meanwhile, draft anew from how things stand then.

        Returns whether it is written, be it by another worker that had the same delivery or entry; False only where
        every one of so many tries found that something had moved on.
        """
        for _ in count() if tries is None else range(tries):
            try:
                await self.write(await draft(), deliveries=deliveries, entries=entries)
            except AlreadySettled:
                return True
            except Conflict:
                continue
            return True
        return False

    async def write(self, draft: Draft, *, deliveries: Sequence[str] = (), entries: Sequence[Entry] = ()) -> None:
        """Commit a draft and wake whoever has work from it. Raises Conflict, and then nothing is written."""
        commit = draft.commit(deliveries=deliveries, entries=entries)
        if commit != Commit():
            await self.releases.commit(commit, self.clock.now())
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
        for repo in draft.refrozen:
            self.scheduler.wake(f"freeze:{repo}")
        for repo in {r.repo.id for r in draft.all if r.id in draft.changed and r.waiting}:
            self.scheduler.wake(f"deploy:{repo}")
        for release in draft.refreshed:
            self.scheduler.wake(f"poll:{release}")
