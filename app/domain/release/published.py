"""The publishing of a release: that it was asked for, what it waits for, and what was made public."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.values import Person, Sha


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A file of the release, with its bytes checked."""

    name: str
    size: int  # bytes
    digest: str  # SHA-256


@dataclass(frozen=True, slots=True, kw_only=True)
class Publishing:
    """Somebody asked for the release to be published. Until there is a reason why it was not, that is going on."""

    tag: str
    sha: Sha
    by: Person
    asked: str  # the id of the command
    comment: int | None  # where to react with the outcome
    issue: int
    is_adopting: bool  # a draft that somebody else made may be taken over
    at: datetime
    missing: tuple[str, ...] = ()  # files that are waited for
    draft_url: str = ""
    reason: str = ""

    @property
    def is_pending(self) -> bool:
        """Whether nobody knows yet what comes of it."""
        return not self.reason

    @property
    def is_waiting(self) -> bool:
        """Whether it waits for files."""
        return self.is_pending and bool(self.missing)


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """The release as it was read back from GitHub: public, with every file checked."""

    tag: str
    commit: Sha
    number: int  # GitHub's id of the release
    url: str
    assets: tuple[Served, ...]
    is_prerelease: bool
    is_latest: bool
    is_immutable: bool
    at: datetime


def publish_command(tag: str) -> str:
    """Return the command that publishes, without `/release`."""
    return f"publish --confirm {tag}"
