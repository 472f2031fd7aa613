"""Files of releases: uploaded, renamed, deleted, and what GitHub refuses. No event tells of them."""

import hashlib
from dataclasses import dataclass

from app.sim.state import Actor, Asset, GitHubRelease
from app.sim.wire import Refusal, invalid
from app.sim.world import World

MOST_ASSETS = 1000
FROZEN = "Cannot upload assets to an immutable release"


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file on its way to a release."""

    name: str
    data: bytes
    content_type: str = "application/octet-stream"
    label: str | None = None
    has_digest: bool = True
    is_cut: bool = False  # the connection breaks off: only a starter stays


def upload(world: World, release: GitHubRelease, file: File, actor: Actor) -> Asset:
    """Add a file. Refused with 422 where the name is taken, even by a starter, or the release is immutable."""
    if release.immutable:
        raise Refusal(422, FROZEN)
    if not file.name or "/" in file.name:
        raise invalid("ReleaseAsset", "name", "invalid" if file.name else "missing_field")
    if any(one.name == file.name for one in release.assets.values()):
        raise invalid("ReleaseAsset", "name", "already_exists")
    if len(release.assets) >= MOST_ASSETS:
        raise invalid("ReleaseAsset", "base", "custom", f"A release has at most {MOST_ASSETS} assets")
    if not file.data:
        raise Refusal(400, "Bad Content-Length: must be greater than 0")
    if len(file.data) >= world.largest_asset:
        raise invalid("ReleaseAsset", "size", "custom", "size must be less than or equal to 2147483647")
    now = world.now()
    one = Asset(
        id=world.next_id("asset"),
        name=file.name,
        label=file.label,
        content_type=file.content_type,
        data=b"" if file.is_cut else file.data,
        digest=f"sha256:{hashlib.sha256(file.data).hexdigest()}" if file.has_digest and not file.is_cut else None,
        state="starter" if file.is_cut else "uploaded",
        uploader=actor.user,
        created_at=now,
        updated_at=now,
    )
    release.assets[one.id] = one
    return one


def rename(world: World, release: GitHubRelease, one: Asset, name: str | None, label: str | None) -> None:
    """Give a file another name or label."""
    _refuse_frozen(release)
    if name is not None and any(each.name == name for each in release.assets.values() if each is not one):
        raise invalid("ReleaseAsset", "name", "already_exists")
    one.name, one.label = name or one.name, one.label if label is None else label
    one.updated_at = world.now()


def delete(release: GitHubRelease, one: Asset) -> None:
    """Delete a file."""
    _refuse_frozen(release)
    del release.assets[one.id]


def _refuse_frozen(release: GitHubRelease) -> None:
    if release.immutable:
        raise Refusal(422, "Cannot change the assets of an immutable release")
