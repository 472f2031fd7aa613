"""Routes of tag objects; the refs that point at them are in `refs`."""

from app.sim.doing.tags import Tagger, make_tag, tagger_of
from app.sim.http.request import Request, Route
from app.sim.shapes import tags as shapes
from app.sim.wire import Answer, Refusal, found, moment, obj, text, wanted

KINDS = ("commit", "tree", "blob")


def _tagger(request: Request) -> Tagger:
    own = tagger_of(request.actor.user, request.world.now())
    said = obj(request.body, "tagger")
    if not said:
        return own
    date = text(said, "date")
    at = own.at if date is None else moment(date, "date")
    return Tagger(name=wanted(said, "name"), email=wanted(said, "email"), at=at)


def create_tag(request: Request) -> Answer:
    """POST .../git/tags: the object only, no ref. Trees and blobs are no objects of the simulation."""
    name, message = wanted(request.body, "tag"), wanted(request.body, "message")
    sha, kind = wanted(request.body, "object"), wanted(request.body, "type")
    if kind not in KINDS:
        raise Refusal(422, f"Invalid request.\n\n{kind} is not a member of {list(KINDS)}.")
    if kind != "commit" or sha not in request.repo.commits:
        raise Refusal(422, "Could not verify object")
    made = make_tag(request.world, request.repo, name, sha, message, _tagger(request))
    body = shapes.tag(request.repo, made)
    return Answer(status=201, body=body, headers={"Location": str(body["url"])})


def get_tag(request: Request) -> Answer:
    """GET .../git/tags/{tag_sha}: by the object's full sha only."""
    return Answer(body=shapes.tag(request.repo, found(request.repo.tags.get(request.args["tag_sha"]))))


_GIT = "/repos/{owner}/{repo}/git"
ROUTES = (
    Route("POST", _GIT + "/tags", create_tag, "contents:write"),
    Route("GET", _GIT + "/tags/{tag_sha}", get_tag, "contents:read"),
)
