"""What people have said of a release: ticks, waivers, sign-offs, vetoes, holds, the manager's call."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.values import Person, Sha


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A person's word that an item is done, given for one commit."""

    by: Person
    at: datetime
    sha: Sha  # the target it was given for, or that a release manager has taken it over to
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A box that was found changed in the issue, and GitHub has not told by whom. It counts for nothing."""

    is_ticked: bool
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """An item left undone on purpose. One of the first priority is in force once a second person has said so."""

    by: Person
    reason: str
    at: datetime
    needs_second: bool
    second: Person | None = None

    @property
    def is_in_force(self) -> bool:
        """Whether the item is left out of the figures."""
        return self.second is not None or not self.needs_second


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOff:
    """A named role's yes to one commit."""

    role: str
    by: Person
    at: datetime
    sha: Sha


@dataclass(frozen=True, slots=True, kw_only=True)
class Veto:
    """Somebody's no to one commit."""

    by: Person
    reason: str
    at: datetime
    sha: Sha


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A stop that somebody placed. It ends at `until` by itself, where it has one."""

    by: Person
    reason: str
    at: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """The release manager's go or no-go, for one commit."""

    is_go: bool
    by: Person
    at: datetime
    sha: Sha
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forced:
    """The order of a task, waived: it may be run before its time."""

    by: Person
    reason: str
    at: datetime
