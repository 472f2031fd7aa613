"""Who has been told to wait: while a budget is used up, GitHub is not asked at its expense."""

from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple

from app.adapters.github.answers import Answer, spent_until, wait_of
from app.ports import Throttled

_SHORTEST: Final = timedelta(seconds=1)
_UNTOLD: Final = timedelta(seconds=60)  # GitHub asks for at least a minute where it names no time, longer each time
_LONGEST: Final = timedelta(minutes=65)  # a primary limit resets within the hour; more than that is a broken header
_DOUBLINGS: Final = 4
_QUIET: Final = timedelta(minutes=1)  # of calls that met no limit, until the next one counts as the first again


class Budget(NamedTuple):
    """What calls are counted against: GitHub counts REST and GraphQL apart, and each installation for itself.

    `token` is the App asking for that installation's token: what comes of it concerns no other installation.
    """

    installation: int  # 0: the App itself
    kind: Literal["rest", "graphql", "token"]


class Throttles:
    """Rate limits by budget. One installation's limit touches no other's."""

    def __init__(self) -> None:
        self._until: dict[Budget, datetime] = {}
        self._in_a_row: dict[Budget, int] = {}

    def check(self, budget: Budget, now: datetime) -> None:
        """Raise Throttled while the budget has to wait."""
        if (until := self._until.get(budget)) is not None and now < until:
            raise Throttled(until)

    def hit(self, budget: Budget, answer: Answer, now: datetime, *, is_shared: bool) -> Throttled:
        """Note that GitHub refused for a rate limit, `is_shared` by REST and GraphQL; return the error to raise.

        It says how long to wait, or does not: then a minute, twice as long each time, until a minute without a limit.
        """
        pause = wait_of(answer.headers, now)
        if pause is None:
            pause = _UNTOLD * 2 ** min(self._untold(budget, now), _DOUBLINGS)
        until = now + min(max(pause, _SHORTEST), _LONGEST)
        for one in _together(budget) if is_shared else (budget,):
            # answers to calls made side by side may name different times: the latest holds
            self._until[one] = max(until, self._until.get(one, until))
        return Throttled(self._until[budget])

    def _untold(self, budget: Budget, now: datetime) -> int:
        """Count a refusal without a time, and return how many have come one after another before it."""
        last = self._until.get(budget)
        times = self._in_a_row.get(budget, 0) if last is not None and now < last + _QUIET else 0
        if last is not None and now < last:
            times = max(times - 1, 0)  # it was asked before the wait began, beside the one that has begun it
        self._in_a_row[budget] = times + 1
        return times

    def note(self, budget: Budget, answer: Answer, now: datetime) -> None:
        """Take an answer that told that it was the last one of this hour: the next would be refused."""
        if (wait := spent_until(answer.headers, now)) is not None:
            until = now + min(max(wait, _SHORTEST), _LONGEST)
            self._until[budget] = max(until, self._until.get(budget, until))

    def waiting(self, now: datetime) -> dict[Budget, datetime]:
        """Return the budgets that have to wait, and until when."""
        return {budget: until for budget, until in self._until.items() if now < until}


def _together(budget: Budget) -> tuple[Budget, ...]:
    if budget.kind == "token":
        return (budget,)
    return (Budget(budget.installation, "rest"), Budget(budget.installation, "graphql"))
