"""Releases as GitHub hosts them, with their files, and the values that cross."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.domain.values import Repo, Sha


@dataclass(frozen=True, slots=True, kw_only=True)
class HostedAsset:
    """A file of a release. One that is not whole is what an upload left that broke off: a name without content."""

    id: int
    name: str
    size: int  # bytes
    digest: str | None  # SHA-256 in lower-case hexadecimal digits; None where GitHub has worked out none
    is_whole: bool
    created_at: datetime
    by: str  # login of who uploaded it; empty where GitHub does not tell


@dataclass(frozen=True, slots=True, kw_only=True)
class HostedRelease:
    """A release, or the draft of one."""

    id: int
    tag: str
    url: str  # of its page
    upload_url: str  # where its files are to be sent, without a query
    body: str
    author: str  # login
    is_draft: bool
    is_prerelease: bool
    is_immutable: bool
    published_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDraft:
    """A draft that is to be."""

    tag: str
    sha: Sha
    name: str
    body: str
    is_prerelease: bool


class ReleaseHost(Protocol):
    """Releases of a repository as one installation of the App may use them. Every method raises GitHubError."""

    async def hosted_releases(self, repo: Repo) -> Sequence[HostedRelease]:
        """Return the latest 1,000 releases, newest first, drafts among them."""
        ...

    async def hosted_release(self, repo: Repo, release: int) -> HostedRelease:
        """Read one release."""
        ...

    async def published_release(self, repo: Repo, tag: str) -> HostedRelease | None:
        """Return the published release of a tag; None where there is none."""
        ...

    async def create_draft(self, repo: Repo, draft: NewDraft) -> HostedRelease:
        """Create a draft. GitHub takes several for one tag: the caller looks before."""
        ...

    async def write_release_body(self, repo: Repo, release: int, body: str) -> HostedRelease:
        """Replace what a release says."""
        ...

    async def publish_release(
        self, repo: Repo, release: int, tag: str, body: str, *, is_first: bool, is_latest: bool
    ) -> None:
        """Make a draft public at that tag with that text, `is_first` as a prerelease.

        GitHub makes a missing tag: look before.
        """
        ...

    async def latest_release(self, repo: Repo) -> int | None:
        """Return the id of the release that is marked as the latest; None where there is none."""
        ...

    async def mark_latest(self, repo: Repo, release: int, *, is_latest: bool) -> None:
        """Mark a public release as the latest, or take that mark from it."""
        ...

    async def delete_draft(self, repo: Repo, release: int) -> None:
        """Delete a draft; one that is not there is no error. The caller has seen that it is one, and ours."""
        ...

    async def assets_of(self, repo: Repo, release: int) -> Sequence[HostedAsset]:
        """Return the files of a release, at most 1,000."""
        ...

    async def upload_asset(self, repo: Repo, release: HostedRelease, name: str, data: bytes) -> HostedAsset:
        """Upload a file. Unclear may leave one behind that is not whole, and holds the name."""
        ...

    async def delete_asset(self, repo: Repo, asset: int) -> None:
        """Delete a file of a release; one that is not there is no error."""
        ...

    async def asset_bytes(self, repo: Repo, asset: int, limit: int) -> bytes:
        """Download a file of at most `limit` bytes. Raises Rejected(413) over it."""
        ...

    async def asset_digest(self, repo: Repo, asset: int, limit: int) -> str:
        """Return the SHA-256 of a file of at most `limit` bytes, downloaded piece by piece. Raises Rejected(413)."""
        ...
