"""One thing that the doctor has looked at: how it stands, what was found, and what to do about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

SERVICE = ""
"""What a check is about when it is about the service itself, and no account or repository."""


class State(StrEnum):
    """How a thing stands. What could not be read is unknown, never ok."""

    OK = "ok"
    WARNING = "warning"
    UNKNOWN = "unknown"
    FAILED = "failed"


class CheckName(StrEnum):
    """Everything that is looked at."""

    DATABASE = "database"
    SIGNING_KEY = "signing_key"
    APP = "app"
    CLOCK = "clock"
    WEBHOOK = "webhook"
    DELIVERIES = "deliveries"
    PARKED = "parked"
    LAG = "lag"
    INSTALLATION = "installation"
    PERMISSIONS = "permissions"
    EVENTS = "events"
    REPOSITORY = "repository"
    PLAN = "plan"
    WORKFLOW = "workflow"
    TAG_RULES = "tag_rules"
    GATE_RULES = "gate_rules"
    ENVIRONMENT = "environment"
    ROLES = "roles"
    FOREIGN_GATE = "foreign_gate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """How one thing stands."""

    name: CheckName
    state: State
    found: str
    todo: str = ""
    links: tuple[str, ...] = ()
    about: str = SERVICE  # owner/name, an account's login, or the service


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """All that was looked at, at one time."""

    at: datetime
    checks: tuple[Check, ...]

    @property
    def worst(self) -> State:
        """The worst state of any check."""
        return worst(self.checks)


_ORDER = (State.OK, State.WARNING, State.UNKNOWN, State.FAILED)


def worst(checks: Iterable[Check]) -> State:
    """Return the worst state of these; ok for none."""
    return max((check.state for check in checks), key=_ORDER.index, default=State.OK)


def unread(name: CheckName, why: str, about: str = SERVICE) -> Check:
    """Return that something could not be read."""
    return Check(name=name, state=State.UNKNOWN, found=f"It could not be read: {why}", about=about)
