"""Routes of branches and tags."""

from app.sim.doing import git as doing
from app.sim.doing.ruling import RuleViolation
from app.sim.history import is_forward, peeled
from app.sim.http.request import Request, Route
from app.sim.shapes import git as shapes
from app.sim.wire import Answer, Refusal, flag, found, wanted


def _full(request: Request) -> str:
    return f"refs/{request.args['ref']}"


def get_ref(request: Request) -> Answer:
    """GET .../git/ref/{ref}, such as heads/main; only a whole name fits."""
    name = _full(request)
    return Answer(body=shapes.ref(request.repo, name, found(request.repo.refs.get(name))))


def matching_refs(request: Request) -> Answer:
    """GET .../git/matching-refs/{ref}: all that begin so, perhaps none."""
    prefix = _full(request)
    refs = request.repo.refs
    return Answer(body=[shapes.ref(request.repo, name, refs[name]) for name in sorted(refs) if name.startswith(prefix)])


def _sha(request: Request, name: str) -> str:
    sha = wanted(request.body, "sha")
    if sha not in request.repo.commits and sha not in request.repo.tags:
        raise Refusal(422, "Object does not exist")
    if sha in request.repo.tags and not name.startswith("refs/tags/"):
        raise Refusal(422, "Reference cannot be created")  # a branch stands at commits only
    return sha


def create_ref(request: Request) -> Answer:
    """POST .../git/refs."""
    name = wanted(request.body, "ref")
    if not name.startswith(("refs/heads/", "refs/tags/")) or name.endswith("/"):
        raise Refusal(422, "Reference name is not valid")
    sha = _sha(request, name)
    if name in request.repo.refs:
        raise Refusal(422, "Reference already exists")
    try:
        doing.set_ref(request.world, request.repo, name, sha, request.actor)
    except RuleViolation as violation:
        if request.world.is_terse:
            raise Refusal(422, "Reference update failed") from violation
        raise
    return Answer(status=201, body=shapes.ref(request.repo, name, sha))


def update_ref(request: Request) -> Answer:
    """PATCH .../git/refs/{ref}: forward only, unless forced."""
    name = _full(request)
    before = request.repo.refs.get(name)
    if before is None:
        raise Refusal(422, "Reference does not exist")
    sha = _sha(request, name)
    forward = is_forward(request.repo, peeled(request.repo, before), peeled(request.repo, sha))
    if not flag(request.body, "force") and not forward:
        raise Refusal(422, "Update is not a fast forward")
    doing.set_ref(request.world, request.repo, name, sha, request.actor)
    return Answer(body=shapes.ref(request.repo, name, sha))


def delete_ref(request: Request) -> Answer:
    """DELETE .../git/refs/{ref}."""
    doing.delete_ref(request.world, request.repo, _full(request), request.actor)
    return Answer(status=204)


_GIT = "/repos/{owner}/{repo}/git"
ROUTES = (
    Route("GET", _GIT + "/ref/{ref*}", get_ref, "contents:read"),
    Route("GET", _GIT + "/matching-refs/{ref*}", matching_refs, "contents:read"),
    Route("POST", _GIT + "/refs", create_ref, "contents:write"),
    Route("PATCH", _GIT + "/refs/{ref*}", update_ref, "contents:write"),
    Route("DELETE", _GIT + "/refs/{ref*}", delete_ref, "contents:write"),
)
