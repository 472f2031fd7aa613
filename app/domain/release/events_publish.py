"""What became of publishing a release, as events of its log."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from app.domain.release.published import Served
from app.domain.values import Person, Sha


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishRequested:
    """Somebody asked for the release to be published, typed its tag out, and the gate was green."""

    tag: str
    sha: Sha
    by: Person
    asked: str  # the id of the command
    comment: int | None
    issue: int
    is_adopting: bool
    at: datetime
    kind: Literal["publish_requested"] = "publish_requested"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishWaiting:
    """The draft is there, and files are not: other ones than were waited for before."""

    missing: tuple[str, ...]
    draft_url: str
    at: datetime
    kind: Literal["publish_waiting"] = "publish_waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishRefused:
    """The release was not published, or nobody knows whether it was."""

    reason: str
    at: datetime
    kind: Literal["publish_refused"] = "publish_refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasePublished:
    """The release is public, and what was read back is what was checked."""

    tag: str
    commit: Sha
    number: int  # GitHub's id of the release
    url: str
    assets: tuple[Served, ...]
    is_prerelease: bool
    is_latest: bool
    is_immutable: bool
    at: datetime
    kind: Literal["release_published"] = "release_published"


PublishEvent = PublishRequested | PublishWaiting | PublishRefused | ReleasePublished
"""What became of publishing the release."""
