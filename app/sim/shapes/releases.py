"""The JSON of releases and their assets."""

from app.sim.shapes.accounts import user
from app.sim.state import Asset, GitHubRelease, Repo
from app.sim.wire import API, UPLOADS, WEB, Json, stamp, stamp_or_none


def _place(one: GitHubRelease) -> str:
    """Return what the release is called in addresses: a draft has no tag yet."""
    return one.slug if one.draft else one.tag


def asset_in_webhook(repo: Repo, release: GitHubRelease, one: Asset) -> Json:
    """Return an asset's JSON as webhooks carry it; the description of those does not know its digest."""
    return {
        "url": f"{API}/repos/{repo.full_name}/releases/assets/{one.id}",
        "id": one.id,
        "node_id": f"RA_{one.id}",
        "name": one.name,
        "label": one.label,
        "uploader": user(one.uploader),
        "content_type": one.content_type,
        "state": one.state,
        "size": len(one.data),
        "download_count": one.downloads,
        "created_at": stamp(one.created_at),
        "updated_at": stamp(one.updated_at),
        "browser_download_url": f"{WEB}/{repo.full_name}/releases/download/{_place(release)}/{one.name}",
    }


def asset(repo: Repo, release: GitHubRelease, one: Asset) -> Json:
    """Return an asset's JSON."""
    return {**asset_in_webhook(repo, release, one), "digest": one.digest}


def _release(repo: Repo, one: GitHubRelease, uploads: str) -> Json:
    url = f"{API}/repos/{repo.full_name}"
    own = f"{url}/releases/{one.id}"
    return {
        "url": own,
        "assets_url": f"{own}/assets",
        "upload_url": f"{uploads}/repos/{repo.full_name}/releases/{one.id}/assets{{?name,label}}",
        "html_url": f"{WEB}/{repo.full_name}/releases/tag/{_place(one)}",
        "id": one.id,
        "author": user(one.author),
        "node_id": f"RE_{one.id}",
        "tag_name": one.tag,
        "target_commitish": one.target,
        "draft": one.draft,
        "prerelease": one.prerelease,
        "created_at": stamp(one.created_at),
        "published_at": stamp_or_none(one.published_at),
        "tarball_url": None if one.draft else f"{url}/tarball/{one.tag}",
        "zipball_url": None if one.draft else f"{url}/zipball/{one.tag}",
    }


def release(repo: Repo, one: GitHubRelease, uploads: str = UPLOADS) -> Json:
    """Return a release's JSON; `uploads` is where its files are to be sent."""
    return {
        **_release(repo, one, uploads),
        "name": one.name,
        "body": one.body,
        "immutable": one.immutable,
        "updated_at": stamp(one.updated_at),
        "assets": [asset(repo, one, each) for each in one.assets.values()],
    }


def release_in_webhook(repo: Repo, one: GitHubRelease) -> Json:
    """Return a release's JSON as webhooks carry it: without what their description does not know, and no starters."""
    return {
        **_release(repo, one, UPLOADS),
        "name": one.name or "",
        "body": one.body or "",
        "assets": [asset_in_webhook(repo, one, each) for each in one.assets.values() if each.state == "uploaded"],
    }
