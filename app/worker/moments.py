"""Times by key in memory: enough where one process does all the work."""

from datetime import datetime


class OwnMoments:
    """The port `Moments` for one process. What is lost with it is no more than a pause."""

    def __init__(self) -> None:
        self._kept: dict[str, datetime] = {}

    async def of(self, key: str) -> datetime | None:
        """Return the time that is kept under the key."""
        return self._kept.get(key)

    async def keep(self, key: str, at: datetime | None) -> None:
        """Keep a time under the key; None: none any more."""
        if at is None:
            self._kept.pop(key, None)
        else:
            self._kept[key] = at
