"""How late GitHub's webhooks come to a repository, told to people in steps so that it changes what they see seldom."""

from datetime import datetime, timedelta
from typing import Final

STEPS: Final = (1, 2, 5, 10, 30, 60)
"""Minutes that are told; less is no delay, and more is told as the last."""

GOOD_FOR: Final = timedelta(minutes=30)
"""How long the latest webhook says how it stands."""

_MOST: Final = 1_000  # repositories that are remembered


class Lag:
    """The delay of the latest webhook of each repository."""

    def __init__(self) -> None:
        self._latest: dict[int, tuple[datetime, float]] = {}

    def note(self, repo: int, seconds: float, now: datetime) -> None:
        """Note how long after its cause a webhook came."""
        self._latest.pop(repo, None)
        self._latest[repo] = (now, seconds)
        if len(self._latest) > _MOST:
            del self._latest[next(iter(self._latest))]

    def minutes(self, repo: int, now: datetime) -> int:
        """Return by how many minutes, at least, webhooks are late; 0 where they are not, or nobody knows."""
        at, seconds = self._latest.get(repo, (now, 0.0))
        late = seconds / 60 if now - at <= GOOD_FOR else 0
        return max((step for step in STEPS if step <= late), default=0)
