"""Releases small enough to read, for what the simulated GitHub cannot be made to do."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from app.domain.values import Repo
from app.ports import GitHubError, HostedAsset, HostedRelease, Missing, NewDraft, Rejected
from tests.given import NOW

URL = "https://github.com/octo-org/app/releases/tag"


@dataclass
class FakeHost:
    """One repository's releases. `errors[method]` are raised one per call, None for a call that goes well.

    `lost[method]` are raised after a draft was made or published.
    """

    releases: dict[int, HostedRelease] = field(default_factory=dict[int, HostedRelease])
    assets: dict[int, dict[int, HostedAsset]] = field(default_factory=dict[int, dict[int, HostedAsset]])
    data: dict[int, bytes] = field(default_factory=dict[int, bytes])
    errors: dict[str, list[GitHubError | None]] = field(default_factory=dict[str, list[GitHubError | None]])
    lost: dict[str, list[GitHubError]] = field(default_factory=dict[str, list[GitHubError]])
    calls: list[str] = field(default_factory=list[str])
    latest: int | None = None
    unlisted: int = 0  # so many listings do not show what was made yet
    is_slow: bool = False  # what was published is not shown as public yet

    def _called(self, method: str) -> None:
        self.calls.append(method)
        errors = self.errors.get(method, [])
        error = errors.pop(0) if errors else None
        if error is not None:
            raise error

    def _answered(self, method: str) -> None:
        if lost := self.lost.get(method):
            raise lost.pop(0)

    def put(self, release: int, name: str, data: bytes, *, has_digest: bool = True, by: str = "ci") -> HostedAsset:
        """Put a file into a release."""
        number = 100 + len(self.data)
        digest = hashlib.sha256(data).hexdigest() if has_digest else None
        one = HostedAsset(id=number, name=name, size=len(data), digest=digest, is_whole=True, created_at=NOW, by=by)
        self.assets[release][number] = one
        self.data[number] = data
        return one

    async def hosted_releases(self, repo: Repo) -> Sequence[HostedRelease]:
        del repo
        self._called("hosted_releases")
        if self.unlisted and self.releases:
            self.unlisted -= 1
            return []
        return list(reversed(self.releases.values()))

    async def hosted_release(self, repo: Repo, release: int) -> HostedRelease:
        del repo
        self._called("hosted_release")
        one = self.releases[release]
        return replace(one, is_draft=True) if self.is_slow else one

    async def published_release(self, repo: Repo, tag: str) -> HostedRelease | None:
        del repo
        self._called("published_release")
        return next((one for one in self.releases.values() if one.tag == tag and not one.is_draft), None)

    async def create_draft(self, repo: Repo, draft: NewDraft) -> HostedRelease:
        del repo
        self._called("create_draft")
        number = len(self.releases) + 1
        one = HostedRelease(
            id=number,
            tag=draft.tag,
            url=f"{URL}/untagged-{number}",
            upload_url="https://uploads.github.com/x",
            body=draft.body,
            author="go-no-go[bot]",
            is_draft=True,
            is_prerelease=draft.is_prerelease,
            is_immutable=False,
            published_at=None,
        )
        self.releases[number], self.assets[number] = one, {}
        self._answered("create_draft")
        return one

    async def write_release_body(self, repo: Repo, release: int, body: str) -> HostedRelease:
        del repo
        self._called("write_release_body")
        self.releases[release] = replace(self.releases[release], body=body)
        return self.releases[release]

    async def publish_release(
        self, repo: Repo, release: int, tag: str, body: str, *, is_first: bool, is_latest: bool
    ) -> None:
        del repo, is_latest
        self._called("publish_release")
        one = replace(self.releases[release], tag=tag, body=body, is_draft=False, is_prerelease=is_first)
        self.releases[release] = replace(one, published_at=NOW)
        self.latest = self.latest if is_first else release  # whatever was asked for along with it
        self._answered("publish_release")

    async def latest_release(self, repo: Repo) -> int | None:
        del repo
        self._called("latest_release")
        return self.latest

    async def mark_latest(self, repo: Repo, release: int, *, is_latest: bool) -> None:
        del repo
        self._called("mark_latest")
        self.latest = release if is_latest else None

    async def delete_draft(self, repo: Repo, release: int) -> None:
        del repo
        self._called("delete_draft")
        self.releases.pop(release, None)

    async def assets_of(self, repo: Repo, release: int) -> Sequence[HostedAsset]:
        del repo
        self._called("assets_of")
        if release not in self.assets:
            raise Missing(404, "Not Found")
        return list(self.assets[release].values())

    async def upload_asset(self, repo: Repo, release: HostedRelease, name: str, data: bytes) -> HostedAsset:
        del repo
        self._called("upload_asset")
        return self.put(release.id, name, data, by="gonogo[bot]")

    async def delete_asset(self, repo: Repo, asset: int) -> None:
        del repo
        self._called("delete_asset")
        for held in self.assets.values():
            held.pop(asset, None)

    async def asset_bytes(self, repo: Repo, asset: int, limit: int) -> bytes:
        del repo
        self._called("asset_bytes")
        if len(self.data[asset]) > limit:
            raise Rejected(413, "too large")
        return self.data[asset]

    async def asset_digest(self, repo: Repo, asset: int, limit: int) -> str:
        del repo, limit
        self._called("asset_digest")
        return hashlib.sha256(self.data[asset]).hexdigest()
