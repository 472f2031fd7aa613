"""What is said of a release's own tag."""

from dataclasses import dataclass
from typing import Literal

from app.domain.messages import Message
from app.domain.release.no_tag import Problem
from app.domain.release.views import ReasonView
from app.domain.values import Sha


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongTag(Message):
    """What was typed out is not the release's tag."""

    typed: str
    tag: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlreadyTagged(Message):
    """The tag was made before."""

    tag: str
    url: str
    commit: Sha
    is_signed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TagPending(Message):
    """The tag is being made: what would come in its way has to wait."""

    tag: str
    command: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TagStands(Message):
    """The release cannot move to another commit, or have another tag: its tag stands."""

    tag: str
    url: str
    commit: Sha
    version: str
    command: Literal["retarget", "replan"]
    other: str  # the commit, or the tag, that was wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class TagStays(Message):
    """The release was given up after its tag was made."""

    tag: str
    url: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TagIsMade(Message):
    """The tag was made, read back, and is what it was to be."""

    tag: str
    url: str
    commit: Sha
    object: Sha
    is_signed: bool
    is_over: bool  # the release has ended meanwhile


@dataclass(frozen=True, slots=True, kw_only=True)
class TagNotMade(Message):
    """The tag was not made, why, and what to do."""

    tag: str
    commit: Sha
    problem: Problem
    detail: str  # what was found, or GitHub's own words
    reasons: tuple[ReasonView, ...] = ()  # why the gate is not green, where it is that
