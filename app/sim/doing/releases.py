"""Releases and drafts: changes, what GitHub refuses, and the events they send."""

from dataclasses import dataclass

from app.sim.doing import git
from app.sim.shapes import releases as shapes
from app.sim.state import Actor, GitHubRelease, Repo
from app.sim.wire import Json, Refusal, invalid
from app.sim.world import World

LATEST = frozenset({"true", "false", "legacy"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What is said of a release; None leaves it as it is."""

    tag: str | None = None
    target: str | None = None
    name: str | None = None
    body: str | None = None
    draft: bool | None = None
    prerelease: bool | None = None
    make_latest: str = "true"


def refused(field: str, message: str) -> Refusal:
    """Return the 422 of a release that GitHub explains in words of its own."""
    return invalid("Release", field, "custom", message)


def published(repo: Repo, tag: str) -> GitHubRelease | None:
    """Return the published release of a tag."""
    return next((one for one in repo.releases.values() if one.tag == tag and not one.draft), None)


def latest(repo: Repo) -> GitHubRelease | None:
    """Return the latest release: the one that was made so, else the newest that is neither draft nor prerelease."""
    full = [one for one in repo.releases.values() if not one.draft and not one.prerelease]
    made = next((one for one in full if one.id == repo.latest_release), None)
    return made or max(full, key=lambda one: (one.created_at, one.id), default=None)


def create(world: World, repo: Repo, said: Said, actor: Actor) -> GitHubRelease:
    """Make a release or a draft; of drafts there may be several with one tag."""
    now = world.now()
    if not said.tag:
        raise invalid("Release", "tag_name", "missing_field")
    one = GitHubRelease(
        id=world.next_id("release"),
        tag=said.tag,
        target=said.target or repo.default_branch,
        name=said.name,
        body=said.body,
        draft=True,
        prerelease=bool(said.prerelease),
        author=actor.user,
        created_at=now,
        updated_at=now,
        slug=f"untagged-{world.digest('draft')[:20]}",
    )
    _refuse_burned(repo, one.tag)
    if not said.draft:
        _publish(world, repo, one, said.make_latest, actor)
    repo.releases[one.id] = one
    tell(world, repo, one, "created", actor)
    if not one.draft:
        _tell_published(world, repo, one, actor)
    return one


def update(world: World, repo: Repo, one: GitHubRelease, said: Said, actor: Actor) -> None:
    """Change a release; a draft that is no draft any more is published."""
    if one.immutable and said.tag not in (None, one.tag):
        raise refused("tag_name", "Cannot change the tag of an immutable release")
    if said.draft and one.immutable:
        raise refused("draft", "Cannot make an immutable release a draft")
    changes: Json = {}
    for key, before, after in (("name", one.name, said.name), ("body", one.body, said.body)):
        if after is not None and after != before:
            changes[key] = {"from": before or ""}
    one.name = one.name if said.name is None else said.name
    one.body = one.body if said.body is None else said.body
    one.tag, one.target = said.tag or one.tag, said.target or one.target
    was_prerelease = one.prerelease
    one.prerelease = one.prerelease if said.prerelease is None else said.prerelease
    one.updated_at = world.now()
    if one.draft and said.draft is False:
        _refuse_burned(repo, one.tag)
        # GitHub has been seen to pass over what is said of the latest in the very call that publishes a draft.
        _publish(world, repo, one, "true" if said.make_latest in LATEST else said.make_latest, actor)
        _tell_published(world, repo, one, actor)
        return
    if not one.draft and said.make_latest == "true" and not one.prerelease:
        repo.latest_release = one.id
    elif not one.draft and said.make_latest == "false" and repo.latest_release == one.id:
        repo.latest_release = _newest_beside(repo, one)
    if said.draft and not one.draft:
        one.draft, one.published_at = True, None
        tell(world, repo, one, "unpublished", actor)
        return
    tell(world, repo, one, "edited", actor, changes=changes)
    if was_prerelease and not one.prerelease and not one.draft:
        tell(world, repo, one, "released", actor)


def delete(world: World, repo: Repo, one: GitHubRelease, actor: Actor) -> None:
    """Delete a release; its tag stays, and the name of an immutable one is never free again."""
    del repo.releases[one.id]
    tell(world, repo, one, "deleted", actor)


def tell(world: World, repo: Repo, one: GitHubRelease, action: str, actor: Actor, **more: object) -> None:
    """Send a release event."""
    payload: Json = {"action": action, **more, "release": shapes.release_in_webhook(repo, one)}
    world.emit(repo, "release", payload, actor)


def _tell_published(world: World, repo: Repo, one: GitHubRelease, actor: Actor) -> None:
    tell(world, repo, one, "published", actor)
    tell(world, repo, one, "prereleased" if one.prerelease else "released", actor)


def _refuse_burned(repo: Repo, tag: str) -> None:
    if tag in repo.burned_tags and published(repo, tag) is None:
        raise refused("tag_name", "tag_name was used by an immutable release")


def _publish(world: World, repo: Repo, one: GitHubRelease, make_latest: str, actor: Actor) -> None:
    if make_latest not in LATEST:
        raise invalid("Release", "make_latest", "invalid")
    if published(repo, one.tag) is not None:
        raise invalid("Release", "tag_name", "already_exists")
    ref = f"refs/tags/{one.tag}"
    if ref not in repo.refs:
        commit = git.commit_of(repo, one.target)
        if commit is None:
            raise invalid("Release", "target_commitish", "invalid")
        try:
            git.set_ref(world, repo, ref, commit.sha, actor)
        except Refusal as refusal:
            raise _no_tag(refusal) from refusal
    one.draft, one.published_at = False, world.now()
    one.immutable = repo.immutable_releases
    if one.immutable:
        repo.burned_tags.add(one.tag)
    if make_latest == "true" and not one.prerelease:
        repo.latest_release = one.id
    elif make_latest == "false" and repo.latest_release is None:
        repo.latest_release = _newest_beside(repo, one)


def _newest_beside(repo: Repo, one: GitHubRelease) -> int | None:
    others = [each for each in repo.releases.values() if each is not one and not each.draft and not each.prerelease]
    newest = max(others, key=lambda each: each.created_at, default=None)
    return newest.id if newest else None


def _no_tag(why: Refusal) -> Refusal:
    """Return the 422 of a release whose tag a ruleset does not let be made."""
    message = f"pre_receive {why.message}"
    errors: list[object] = [
        {"resource": "Release", "code": "custom", "field": "pre_receive", "message": message},
        {"resource": "Release", "code": "custom", "message": "Published releases must have a valid tag"},
    ]
    return Refusal(422, "Validation Failed", errors)
