"""What came of what the guard had done about a tag."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class TagDeleted:
    """The tag is not there any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateIsGreen:
    """The gate of its commit was read anew and is green: nothing was done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TagOvertaken:
    """It points at something else by now, which is looked at by itself: nothing was done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TagNotDeletable:
    """GitHub keeps the tag, and why, in words for people."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TagUnread:
    """What stands behind the tag could not be read anew, or GitHub did not answer: nothing more is done about it."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLeft:
    """A run that goes on, and why GitHub does not stop it."""

    run: int
    url: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunsCancelled:
    """These runs were asked to stop, and those go on all the same."""

    runs: tuple[int, ...] = ()
    left: tuple[RunLeft, ...] = ()
    unread: str = ""  # why nobody knows which runs there are


TagOutcome = TagDeleted | GateIsGreen | TagOvertaken | TagNotDeletable | TagUnread
"""What came of deleting a tag."""

GuardOutcome = TagOutcome | RunsCancelled
"""What came of either."""
