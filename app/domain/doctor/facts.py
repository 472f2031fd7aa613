"""What GitHub says of our App: its registration, its installations, its webhook and what was delivered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AppFacts:
    """The App as it is registered."""

    id: int
    slug: str
    owner: str
    is_of_organization: bool
    permissions: Mapping[str, str]  # asked for of every installation
    events: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallationFacts:
    """The App on one account, with what was granted there."""

    id: int
    account: str
    is_of_organization: bool
    permissions: Mapping[str, str]
    events: frozenset[str]
    suspended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HookFacts:
    """Where GitHub sends webhooks."""

    url: str
    content_type: str
    has_secret: bool
    is_insecure: bool  # certificates are not checked


@dataclass(frozen=True, slots=True, kw_only=True)
class HookDelivery:
    """One try to deliver one webhook."""

    guid: str  # the same for every try
    at: datetime
    seconds: float  # until the answer
    status_code: int
    event: str
    repository: int | None
    is_throttled: bool = field(default=False)
    number: int = field(default=0)  # of this try, at GitHub; higher for a later one

    @property
    def is_taken(self) -> bool:
        """Whether we took it."""
        return 200 <= self.status_code < 300  # noqa: PLR2004 - HTTP's range of success


@dataclass(frozen=True, slots=True)
class HookLog:
    """The tries of the time asked for, newest first; cut where there are more of them than are read."""

    tries: tuple[HookDelivery, ...]
    is_cut: bool = False
