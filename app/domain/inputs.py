"""What a delivery says, translated: the few things a webhook can mean to a release."""

from dataclasses import dataclass

from app.domain.release.model import Sighting
from app.domain.values import Person, Repo


@dataclass(frozen=True, slots=True, kw_only=True)
class Commented:
    """A person wrote a new comment; it may hold commands."""

    repo: Repo
    issue: int
    is_pull: bool
    comment: int
    url: str
    by: Person
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighted:
    """Something on GitHub that a plan may wait for has a state."""

    repo: Repo
    sighting: Sighting


@dataclass(frozen=True, slots=True, kw_only=True)
class TextChanged:
    """An issue's body or a comment was changed, by whomever: what we show there may have to be put right."""

    repo: Repo
    issue: int
    comment: int | None  # None: the issue's own body
    text: str | None  # as it is now; None where it was deleted


@dataclass(frozen=True, slots=True, kw_only=True)
class RecheckAsked:
    """Somebody pressed the gate's re-check button, or GitHub's own re-run link."""

    repo: Repo
    release: str  # what we gave the check as external id: not to be trusted before it is looked up


Input = Commented | Sighted | TextChanged | RecheckAsked
