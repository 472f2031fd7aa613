"""Routes of releases, and of whether they can be changed once they are published."""

from app.sim.doing import releases as doing
from app.sim.doing.releases import Said
from app.sim.http.paging import page
from app.sim.http.request import Request, Route
from app.sim.shapes import releases as shapes
from app.sim.state import GitHubRelease
from app.sim.wire import Answer, Json, flag, found, not_found, text


def _sees(request: Request, one: GitHubRelease) -> bool:
    """Whether the caller sees it: drafts are for those who may push."""
    return not one.draft or (request.token is not None and request.token.permissions.get("contents") == "write")


def the_release(request: Request) -> GitHubRelease:
    """Return the release that the path names by its id, where the caller sees it."""
    one = found(request.repo.releases.get(request.number("release_id")))
    if not _sees(request, one):
        raise not_found()
    return one


def _shape(request: Request, one: GitHubRelease) -> Json:
    return shapes.release(request.repo, one, request.uploads)


def _said(request: Request) -> Said:
    body = request.body
    return Said(
        tag=text(body, "tag_name"),
        target=text(body, "target_commitish"),
        name=text(body, "name"),
        body=text(body, "body"),
        draft=flag(body, "draft") if "draft" in body else None,
        prerelease=flag(body, "prerelease") if "prerelease" in body else None,
        make_latest=text(body, "make_latest") or "true",
    )


def list_releases(request: Request) -> Answer:
    """GET .../releases, newest first, drafts among them for those who may push."""
    seen = [one for one in reversed(request.repo.releases.values()) if _sees(request, one)]
    return page(request, seen, lambda one: _shape(request, one))


def create_release(request: Request) -> Answer:
    """POST .../releases."""
    one = doing.create(request.world, request.repo, _said(request), request.actor)
    return Answer(status=201, body=_shape(request, one))


def get_release(request: Request) -> Answer:
    """GET .../releases/{release_id}."""
    return Answer(body=_shape(request, the_release(request)))


def get_by_tag(request: Request) -> Answer:
    """GET .../releases/tags/{tag}: never a draft."""
    return Answer(body=_shape(request, found(doing.published(request.repo, request.args["tag"]))))


def get_latest(request: Request) -> Answer:
    """GET .../releases/latest."""
    return Answer(body=_shape(request, found(doing.latest(request.repo))))


def update_release(request: Request) -> Answer:
    """PATCH .../releases/{release_id}: `draft: false` publishes a draft."""
    one = the_release(request)
    doing.update(request.world, request.repo, one, _said(request), request.actor)
    return Answer(body=_shape(request, one))


def delete_release(request: Request) -> Answer:
    """DELETE .../releases/{release_id}."""
    doing.delete(request.world, request.repo, the_release(request), request.actor)
    return Answer(status=204)


def get_immutable(request: Request) -> Answer:
    """GET .../immutable-releases: 404 where releases can be changed."""
    if not request.repo.immutable_releases:
        raise not_found()
    return Answer(body={"enabled": True, "enforced_by_owner": False})


def set_immutable(request: Request) -> Answer:
    """PUT or DELETE .../immutable-releases, for what is published from now on."""
    request.repo.immutable_releases = request.method == "PUT"
    return Answer(status=204)


_REPO = "/repos/{owner}/{repo}"
_ONE = _REPO + "/releases/{release_id}"
_IMMUTABLE = _REPO + "/immutable-releases"
ROUTES = (
    Route("GET", _REPO + "/releases", list_releases, "contents:read"),
    Route("POST", _REPO + "/releases", create_release, "contents:write"),
    Route("GET", _REPO + "/releases/latest", get_latest, "contents:read"),
    Route("GET", _REPO + "/releases/tags/{tag*}", get_by_tag, "contents:read"),
    Route("GET", _ONE, get_release, "contents:read"),
    Route("PATCH", _ONE, update_release, "contents:write"),
    Route("DELETE", _ONE, delete_release, "contents:write"),
    Route("GET", _IMMUTABLE, get_immutable, "administration:read"),
    Route("PUT", _IMMUTABLE, set_immutable, "administration:write"),
    Route("DELETE", _IMMUTABLE, set_immutable, "administration:write"),
)
