"""Who may ask GitHub now: nobody before their rate limit allows it, nobody who gets no answers, and a few at once.

What goes wrong for one installation is counted for that one alone, so that it never slows another.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final

import structlog

from app.adapters.github.answers import Answer, is_of_the_hour, is_rate_limit
from app.adapters.github.outages import Outages
from app.adapters.github.seats import Seats
from app.adapters.github.throttles import Budget, Throttles
from app.ports import Clock, Throttled, Unclear

_log: Final = structlog.stdlib.get_logger()


class Door:
    """Every call with credentials goes through it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._throttles = Throttles()
        self._outages = Outages()
        self._seats = Seats()

    def check(self, budget: Budget) -> None:
        """Raise Throttled where a call would not be let in."""
        now = self._clock.now()
        self._throttles.check(budget, now)
        self._outages.check(budget, now)

    @asynccontextmanager
    async def open_to(self, budget: Budget) -> AsyncGenerator[None]:
        """Let a call in, and look at what became of it. Raises Throttled where it is not let in."""
        self.check(budget)
        if budget.installation and budget.kind != "token":  # who asks for a token has a seat, and the App has no limit
            await self._seats.take(budget.installation)
            self._throttles.check(budget, self._clock.now())
        is_trial = self._outages.begin(budget, self._clock.now())
        try:
            yield
        except Unclear:
            if self._outages.failed(budget, self._clock.now()):
                _log.error("github.does_not_answer", installation=budget.installation, what=budget.kind)
            raise
        finally:
            self._outages.end(budget, is_trial=is_trial)

    def answered(self, budget: Budget, answer: Answer) -> None:
        """Take an answer. Raises Throttled where it is a rate limit."""
        now = self._clock.now()
        if self._outages.answered(budget):
            _log.warning("github.answers_again", installation=budget.installation, what=budget.kind)
        if is_rate_limit(answer):
            raise self.limited(budget, answer, is_shared=not is_of_the_hour(answer))
        self._throttles.note(budget, answer, now)

    def limited(self, budget: Budget, answer: Answer, *, is_shared: bool) -> Throttled:
        """Take that an answer is a rate limit, `is_shared` by REST and GraphQL, and return the error to raise."""
        error = self._throttles.hit(budget, answer, self._clock.now(), is_shared=is_shared)
        until = error.retry_at.isoformat()
        _log.warning("github.rate_limit", installation=budget.installation, what=budget.kind, until=until)
        return error

    def troubles(self) -> dict[int, str]:
        """Return the installations (0: the App) that cannot be asked just now, and why: `throttled` or `no_answer`."""
        now = self._clock.now()
        found = {budget.installation: "throttled" for budget in self._throttles.waiting(now)}
        return found | {budget.installation: "no_answer" for budget in self._outages.resting(now)}
