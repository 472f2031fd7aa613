"""An App's webhook as its owner sees it: where it points, and the log of what was delivered there."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime

from app.sim.webhooks import WebhookPost

MOST_KEPT = 1000
"""How many deliveries the log holds; GitHub keeps three days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """One try to deliver a webhook."""

    id: int
    post: WebhookPost
    at: datetime
    duration: float  # seconds
    status_code: int  # 0 where there was no answer
    is_again: bool

    @property
    def is_ok(self) -> bool:
        """Whether the receiver took it."""
        return 200 <= self.status_code < 300  # noqa: PLR2004  HTTP's range of success

    @property
    def status(self) -> str:
        """The outcome in GitHub's words."""
        if self.status_code == 0:
            return "failed to connect to host"
        return "OK" if self.is_ok else f"Invalid HTTP Response: {self.status_code}"


@dataclass(slots=True, kw_only=True)
class Hook:
    """Where an App's webhook points, and what came of each try, oldest first."""

    url: str
    content_type: str = "json"
    insecure_ssl: str = "0"
    log: deque[Delivered] = field(default_factory=lambda: deque[Delivered](maxlen=MOST_KEPT))
