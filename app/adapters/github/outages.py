"""Who gets no answers: after some failures in a row they rest, and one call at a time finds out whether it is over.

Without that each piece of work would find out for itself, for half a minute where GitHub hangs.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from app.adapters.github.answers import Unreachable
from app.adapters.github.throttles import Budget

IN_A_ROW: Final = 5
"""Calls that fail one after another before GitHub is left alone for a while."""

TOLD_FOR: Final = timedelta(minutes=15)
"""How long after GitHub was to be asked again, and was not, trouble is told of: then nothing waits here any more, be it
that another process asks, or that nobody has to."""

_FIRST: Final = timedelta(seconds=5)
_LONGEST: Final = timedelta(seconds=60)
_DOUBLINGS: Final = 10
_NO_ANSWER: Final = "GitHub does not answer"


@dataclass(slots=True)
class _Trouble:
    failures: int = 0
    rests: int = 0
    until: datetime | None = None
    is_tried: bool = False  # a call is under way that will tell


class Outages:
    """Failures in a row, by budget. Any answer that is one ends them."""

    def __init__(self) -> None:
        self._troubles: dict[Budget, _Trouble] = {}

    def check(self, budget: Budget, now: datetime) -> None:
        """Raise Unreachable while the budget rests, or while another call finds out whether it still has to."""
        trouble = self._troubles.get(budget)
        if trouble is None or trouble.until is None:
            return
        if now < trouble.until:
            raise Unreachable(trouble.until, _NO_ANSWER)
        if trouble.is_tried:
            raise Unreachable(now + _FIRST, _NO_ANSWER)

    def begin(self, budget: Budget, now: datetime) -> bool:
        """Begin a call; return whether it is the one that finds out. Raises Unreachable like `check`."""
        self.check(budget, now)
        trouble = self._troubles.get(budget)
        if trouble is None or trouble.until is None:
            return False
        trouble.is_tried = True
        return True

    def end(self, budget: Budget, *, is_trial: bool) -> None:
        """End a call, whatever came of it."""
        if is_trial and (trouble := self._troubles.get(budget)) is not None:
            trouble.is_tried = False

    def failed(self, budget: Budget, now: datetime) -> bool:
        """Count a call that got no answer; return whether GitHub is left alone from now on, and was not before."""
        trouble = self._troubles.setdefault(budget, _Trouble())
        trouble.failures += 1
        if trouble.failures < IN_A_ROW or (trouble.until is not None and now < trouble.until):
            return False  # the calls that were under way when the rest began say nothing new
        trouble.until = now + min(_FIRST * 2 ** min(trouble.rests, _DOUBLINGS), _LONGEST)
        trouble.rests += 1
        return trouble.rests == 1

    def answered(self, budget: Budget) -> bool:
        """Note an answer; return whether there were none before, for so long that GitHub was left alone."""
        trouble = self._troubles.pop(budget, None)
        return trouble is not None and trouble.until is not None

    def resting(self, now: datetime) -> list[Budget]:
        """Return the budgets that get no answers, and are asked about."""
        untils = {budget: trouble.until for budget, trouble in self._troubles.items()}
        return [budget for budget, until in untils.items() if until is not None and now < until + TOLD_FOR]
