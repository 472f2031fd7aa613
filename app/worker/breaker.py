"""A circuit breaker for answers: whatever goes wrong, an issue is never flooded with our comments."""

from collections import OrderedDict, deque
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

LIMIT: Final = 12
"""New comments of ours in one issue within a minute; more are not written. Reactions and the sticky comment go on."""

_SPAN: Final = timedelta(minutes=1)
_KEPT: Final = 10_000  # issues


class Passage(Enum):
    """Whether a comment may be written."""

    OPEN = "open"
    LAST = "last"  # one more, that says that no more follow
    CLOSED = "closed"


class Breaker:
    """Counts comments by repository and issue, in memory: after a restart it starts anew."""

    def __init__(self) -> None:
        self._written: OrderedDict[tuple[int, int], deque[datetime]] = OrderedDict()

    def ask(self, repo: int, issue: int, now: datetime) -> Passage:
        """Say whether one more comment may be written."""
        written = len(self._of(repo, issue, now))
        return Passage.OPEN if written < LIMIT else Passage.LAST if written == LIMIT else Passage.CLOSED

    def count(self, repo: int, issue: int, now: datetime) -> None:
        """Count a comment that was written: one that GitHub had no room for is tried again, and counts once."""
        self._of(repo, issue, now).append(now)

    def _of(self, repo: int, issue: int, now: datetime) -> deque[datetime]:
        written = self._written.setdefault((repo, issue), deque())
        self._written.move_to_end((repo, issue))
        if len(self._written) > _KEPT:
            self._written.popitem(last=False)
        while written and now - written[0] >= _SPAN:
            written.popleft()
        return written
