"""Releases and their files: found, drafted, filled, checked and made public."""

from collections.abc import Sequence
from typing import Final
from urllib.parse import quote

from app.adapters.github.office import Office, at, segments
from app.adapters.github.shapes import ASSET, ASSETS, RELEASE, RELEASES, shaped
from app.domain.values import Repo
from app.ports import HostedAsset, HostedRelease, Missing, NewDraft

_BYTES: Final = "application/octet-stream"


class Hosting(Office):
    """What GitHub hosts as releases."""

    async def hosted_releases(self, repo: Repo) -> Sequence[HostedRelease]:
        """Return the latest 1,000 releases, newest first, drafts among them."""
        pages = await self._pages(repo, f"{at(repo)}/releases?")
        return [one.seen() for page in pages for one in shaped(RELEASES, page)]

    async def hosted_release(self, repo: Repo, release: int) -> HostedRelease:
        """Read one release."""
        return shaped(RELEASE, await self._caller(repo).getitem(f"{at(repo)}/releases/{release}")).seen()

    async def published_release(self, repo: Repo, tag: str) -> HostedRelease | None:
        """Return the published release of a tag; None where there is none. GitHub finds no draft by its tag."""
        try:
            answer = await self._caller(repo).getitem(f"{at(repo)}/releases/tags/{segments(tag)}")
        except Missing:
            return None
        return shaped(RELEASE, answer).seen()

    async def create_draft(self, repo: Repo, draft: NewDraft) -> HostedRelease:
        """Create a draft. GitHub takes several for one tag: the caller looks before."""
        data = {
            "tag_name": draft.tag,
            "target_commitish": draft.sha,
            "name": draft.name,
            "body": draft.body,
            "draft": True,
            "prerelease": draft.is_prerelease,
            "make_latest": "false",
        }
        writer = await self._writer(repo, for_people=True)
        answer = await writer.post(f"{at(repo)}/releases", data=data)
        return shaped(RELEASE, answer).seen()

    async def write_release_body(self, repo: Repo, release: int, body: str) -> HostedRelease:
        """Replace what a release says."""
        writer = await self._writer(repo, for_people=True)
        return shaped(RELEASE, await writer.patch(f"{at(repo)}/releases/{release}", data={"body": body})).seen()

    async def publish_release(
        self, repo: Repo, release: int, tag: str, body: str, *, is_first: bool, is_latest: bool
    ) -> None:
        """Make a draft public at that tag with that text, `is_first` as a prerelease.

        GitHub makes a missing tag: look before.
        """
        latest = "true" if is_latest else "false"
        # the tag goes along: somebody may have given the draft another one in this moment
        data = {"tag_name": tag, "body": body, "draft": False, "prerelease": is_first, "make_latest": latest}
        writer = await self._writer(repo, for_people=True)
        await writer.patch(f"{at(repo)}/releases/{release}", data=data)

    async def latest_release(self, repo: Repo) -> int | None:
        """Return the id of the release that is marked as the latest; None where there is none."""
        try:
            answer = await self._caller(repo).getitem(f"{at(repo)}/releases/latest")
        except Missing:
            return None
        return shaped(RELEASE, answer).seen().id

    async def mark_latest(self, repo: Repo, release: int, *, is_latest: bool) -> None:
        """Mark a public release as the latest, or take that mark from it."""
        data = {"make_latest": "true" if is_latest else "false"}
        writer = await self._writer(repo, for_people=True)
        await writer.patch(f"{at(repo)}/releases/{release}", data=data)

    async def delete_draft(self, repo: Repo, release: int) -> None:
        """Delete a draft; one that is not there is no error."""
        try:
            writer = await self._writer(repo, for_people=True)
            await writer.delete(f"{at(repo)}/releases/{release}")
        except Missing:
            return

    async def assets_of(self, repo: Repo, release: int) -> Sequence[HostedAsset]:
        """Return the files of a release, at most 1,000."""
        pages = await self._pages(repo, f"{at(repo)}/releases/{release}/assets?")
        return [one.seen() for page in pages for one in shaped(ASSETS, page)]

    async def upload_asset(self, repo: Repo, release: HostedRelease, name: str, data: bytes) -> HostedAsset:
        """Upload a file. Unclear may leave one behind that is not whole, and holds the name."""
        url = f"{release.upload_url}?name={quote(name, safe='')}"
        writer = await self._writer(repo, for_people=True)
        return shaped(ASSET, await writer.upload(url, data)).seen()

    async def delete_asset(self, repo: Repo, asset: int) -> None:
        """Delete a file of a release; one that is not there is no error."""
        try:
            writer = await self._writer(repo, for_people=True)
            await writer.delete(f"{at(repo)}/releases/assets/{asset}")
        except Missing:
            return

    async def asset_bytes(self, repo: Repo, asset: int, limit: int) -> bytes:
        """Download a file of at most `limit` bytes. Raises Rejected(413) over it."""
        return await self._caller(repo).download(f"{at(repo)}/releases/assets/{asset}", limit, _BYTES)

    async def asset_digest(self, repo: Repo, asset: int, limit: int) -> str:
        """Return the SHA-256 of a file of at most `limit` bytes, downloaded piece by piece. Raises Rejected(413)."""
        return await self._caller(repo).digest(f"{at(repo)}/releases/assets/{asset}", limit, _BYTES)
