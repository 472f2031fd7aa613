"""What the tag guard says, as typed values."""

import re
from dataclasses import dataclass
from typing import Literal

from app.domain.guard.outcomes import RunLeft
from app.domain.guard.verdict import Flaw, Wrong
from app.domain.messages import Message
from app.domain.values import Sha

_FIT_TO_TYPE = re.compile(r"[0-9A-Za-z._/+-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class TagLine:
    """A tag, and what is wrong with it or what it lacks."""

    name: str
    at: Sha | None  # its commit; of one that was deleted: where it stood; None: it names no commit
    wrong: tuple[Wrong, ...]
    flaws: tuple[Flaw, ...]
    kept: Sha | None = None  # the commit at which it was accepted
    restored: Sha | None = None  # what it has to point at again to be as it was
    version: str | None = None  # of the release whose tag it is
    target: Sha | None = None  # the commit of that release
    is_deleting: bool = False

    @property
    def is_of_red_gate(self) -> bool:
        """Whether a release is to be made of its commit, and only the gate is in the way."""
        return Wrong.RED_GATE in self.wrong

    @property
    def ref(self) -> str:
        """The tag for a command line; empty for a name that a shell might take for more than a name."""
        is_plain = _FIT_TO_TYPE.fullmatch(self.name) and not self.name.startswith("-")
        return f"refs/tags/{self.name}" if is_plain else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TagIncidents(Message):
    """Release tags that may not stand: no green gate stands behind them, or they were moved or deleted."""

    tags: tuple[TagLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TagIncidentsTitle(Message):
    """The title of the issue that is opened for tags where no release is open."""

    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TagUnjudged(Message):
    """A release tag that the guard could not judge for long, since GitHub did not give what it needs."""

    name: str
    object: Sha
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TagRemarks(Message):
    """Release tags at commits whose gate is green that are not as the bot's own are."""

    tags: tuple[TagLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TagNotDeleted(Message):
    """A tag that was to be deleted and was not, with what is to be done."""

    tag: TagLine
    why: Literal["green", "kept", "unread"]  # its gate has turned green, GitHub keeps it, its gate was not to be read
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TagNotDeletedTitle(Message):
    """The title of the issue that is opened for such a tag where no release is open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TagRunsNotCancelled(Message):
    """Runs that a bad tag has started and that could not be cancelled, with what is to be done."""

    tag: str
    runs: tuple[RunLeft, ...]  # none: it could not be read which there are
    reason: str  # then


@dataclass(frozen=True, slots=True, kw_only=True)
class TagRunsNotCancelledTitle(Message):
    """The title of the issue that is opened for such runs where no release is open."""
