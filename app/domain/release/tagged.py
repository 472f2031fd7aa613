"""The release's own tag: that it was asked for, and what came of it."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.values import Person, Sha


def tag_command(tag: str) -> str:
    """Return what makes a tag, without `/release`."""
    return f"tag --confirm {tag}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tagging:
    """Somebody asked for the tag. Until there is a reason for which it was not made, it is being made."""

    tag: str
    sha: Sha
    by: Person
    at: datetime
    reason: str = ""

    @property
    def is_pending(self) -> bool:
        """Whether nobody knows yet what comes of it."""
        return not self.reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Tagged:
    """The tag as it was read back from GitHub. It is never made again, and the release stays at its commit."""

    tag: str
    object: Sha  # the tag's own, which the ref points at
    commit: Sha
    is_signed: bool
    url: str
    at: datetime
