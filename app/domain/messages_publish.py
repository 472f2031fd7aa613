"""What is said of publishing a release."""

from dataclasses import dataclass

from app.domain.messages import Message
from app.domain.release.no_publish import Unpublished
from app.domain.release.views import ReasonView


@dataclass(frozen=True, slots=True, kw_only=True)
class NotTagged(Message):
    """A release cannot be published before its tag is made."""

    tag: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlreadyPublished(Message):
    """The release was published before."""

    tag: str
    url: str
    assets: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishPending(Message):
    """The release is being published already."""

    tag: str
    missing: tuple[str, ...]  # files that are waited for
    draft_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseIsPublished(Message):
    """The release is public, was read back, and is what was checked."""

    tag: str
    url: str
    assets: tuple[str, ...]
    is_prerelease: bool
    is_latest: bool
    is_immutable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseNotPublished(Message):
    """The release was not published, why, and what to do."""

    tag: str
    version: str
    problem: Unpublished
    detail: str
    names: tuple[str, ...]
    url: str
    reasons: tuple[ReasonView, ...] = ()  # why the gate is not green, where it is that


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedByOthers(Message):
    """Somebody else has published a release for the tag of an open release."""

    tag: str
    url: str
    by: str
    is_green: bool
