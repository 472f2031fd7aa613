"""Routes of the files of releases: told of by the API, taken by its host for uploads, handed out by the file store."""

import hashlib
import hmac

from app.sim.doing import assets as doing
from app.sim.doing.assets import File
from app.sim.http.paging import page
from app.sim.http.request import Request, Route
from app.sim.http.routes.releases import the_release
from app.sim.shapes import releases as shapes
from app.sim.state import Asset, GitHubRelease, Repo
from app.sim.wire import Answer, found, text
from app.sim.world import World

FOLDER = "github-production-release-asset"


def list_assets(request: Request) -> Answer:
    """GET .../releases/{release_id}/assets."""
    release = the_release(request)
    return page(request, list(release.assets.values()), lambda one: shapes.asset(request.repo, release, one))


def _asset(request: Request) -> tuple[GitHubRelease, Asset]:
    number = request.number("asset_id")
    holder = found(next((one for one in request.repo.releases.values() if number in one.assets), None))
    request.args = {**request.args, "release_id": str(holder.id)}
    return the_release(request), holder.assets[number]


def get_asset(request: Request) -> Answer:
    """GET .../releases/assets/{asset_id}: what it is, or where its bytes are to be had for the next minutes."""
    release, one = _asset(request)
    if request.accept != "application/octet-stream":
        return Answer(body=shapes.asset(request.repo, release, one))
    one.downloads += 1
    signed = f"{one.id}?sig={_signature(request.world, request.repo, one)}"
    url = f"{request.world.store}/{FOLDER}/{request.repo.id}/{signed}"
    return Answer(status=302, headers={"location": url})


def _signature(world: World, repo: Repo, one: Asset) -> str:
    """Return what stands for the credentials in a file's address."""
    return hmac.new(world.seed.encode(), f"{repo.id}/{one.id}".encode(), hashlib.sha256).hexdigest()


def download(request: Request) -> Answer:
    """GET a file's bytes from the store; who has its address may."""
    number, place = request.number("asset_id"), request.number("repository_id")
    repo = found(next((one for one in request.world.repos.values() if one.id == place), None))
    release = found(next((one for one in repo.releases.values() if number in one.assets), None))
    one = release.assets[number]
    if request.query.get("sig") != _signature(request.world, repo, one):
        return Answer(status=403)
    return Answer(body=one.data, headers={"content-type": one.content_type})


def upload_asset(request: Request) -> Answer:
    """POST the bytes of a file to .../releases/{release_id}/assets?name= at the host for uploads."""
    release = the_release(request)
    file = File(
        name=request.query.get("name", ""),
        label=request.query.get("label"),
        data=request.raw,
        content_type=request.content_type,
        is_cut=request.is_cut,
    )
    one = doing.upload(request.world, release, file, request.actor)
    return Answer(status=201, body=shapes.asset(request.repo, release, one))


def update_asset(request: Request) -> Answer:
    """PATCH .../releases/assets/{asset_id}: name and label."""
    release, one = _asset(request)
    doing.rename(request.world, release, one, text(request.body, "name"), text(request.body, "label"))
    return Answer(body=shapes.asset(request.repo, release, one))


def delete_asset(request: Request) -> Answer:
    """DELETE .../releases/assets/{asset_id}."""
    doing.delete(*_asset(request))
    return Answer(status=204)


_ALL = "/repos/{owner}/{repo}/releases/{release_id}/assets"
_ONE = "/repos/{owner}/{repo}/releases/assets/{asset_id}"
ROUTES = (
    Route("GET", _ALL, list_assets, "contents:read"),
    Route("POST", _ALL, upload_asset, "contents:write", site="uploads"),
    Route("GET", _ONE, get_asset, "contents:read"),
    Route("PATCH", _ONE, update_asset, "contents:write"),
    Route("DELETE", _ONE, delete_asset, "contents:write"),
    Route("GET", f"/{FOLDER}/{{repository_id}}/{{asset_id}}", download, None, auth="none", site="store"),
)
