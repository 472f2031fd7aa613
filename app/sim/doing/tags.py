"""Tag objects: making one. A ref must be set to it before anybody sees a tag."""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from app.sim.shapes import git as git_shapes
from app.sim.shapes import tags as shapes
from app.sim.state import Repo, Tag, User
from app.sim.wire import Refusal
from app.sim.world import World

_CRUD = re.compile(r"[<>\n\r\0]")
_NO_NAME = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|^[/.-]|/\.|[/.]$|\.lock$")
"""What git takes in no ref's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tagger:
    """Who a tag object names as its maker, and when."""

    name: str
    email: str
    at: datetime


def tagger_of(user: User, at: datetime) -> Tagger:
    """Return the tagger that GitHub records for an account that names none."""
    return Tagger(name=user.login, email=git_shapes.email(user), at=at)


def make_tag(world: World, repo: Repo, name: str, sha: str, message: str, tagger: Tagger) -> Tag:
    """Make a tag object of a commit, or of another tag object. Refused with 422 for what git would not take."""
    if _NO_NAME.search(name) or not name:
        raise Refusal(422, f"{name!r} is not a valid tag name")
    if sha not in repo.commits and sha not in repo.tags:
        raise Refusal(422, "Could not verify object")
    draft = Tag(
        sha="",
        tag=name,
        message=message,
        object=sha,
        type="tag" if sha in repo.tags else "commit",
        name=_CRUD.sub("", tagger.name).strip(),
        email=_CRUD.sub("", tagger.email).strip(),
        at=tagger.at.astimezone(UTC).replace(microsecond=0),
        reason=_reason(world, message, tagger.email),
    )
    made = replace(draft, sha=shapes.object_sha(draft))
    repo.tags[made.sha] = made
    return made


def _reason(world: World, message: str, email: str) -> str:
    """Return why GitHub does not call a tag verified: nobody's keys are registered here, and a bot can have none."""
    if shapes.signature_start(message) is None:
        return "unsigned"
    people = (user for user in world.users.values() if user.type == "User")
    return "unknown_key" if any(git_shapes.email(user) == email for user in people) else "no_user"
