"""Commits, branches and tags: changes and the events they send."""

from collections.abc import Mapping
from dataclasses import replace

from app.sim.doing import actions, pulls, ruling
from app.sim.history import is_forward, only_in, peeled
from app.sim.shapes import git as shapes
from app.sim.state import Actor, Commit, Repo
from app.sim.wire import WEB, Json, Refusal
from app.sim.world import World

ZERO = "0" * 40
MOST_PUSHED = 20
"""How many commits a push event names. GitHub names more today, but not all either: who reads it must expect that."""


def commit_of(repo: Repo, name: str) -> Commit | None:
    """Return the commit that a branch, a tag, a full ref or a (shortened) sha names."""
    name = name.removeprefix("refs/")
    for ref in (f"refs/heads/{name}", f"refs/tags/{name}", f"refs/{name}"):
        if ref in repo.refs:
            return repo.commits[peeled(repo, repo.refs[ref])]
    if name in repo.commits:
        return repo.commits[name]
    if len(name) >= 7:  # noqa: PLR2004  the shortest abbreviation that GitHub takes
        matches = [sha for sha in repo.commits if sha.startswith(name)]
        if len(matches) == 1:
            return repo.commits[matches[0]]
    return None


def commit(
    world: World, repo: Repo, branch: str, files: Mapping[str, str | bytes | None], message: str, actor: Actor
) -> Commit:
    """Make a commit on top of a branch (or of the default one), not yet pushed; a file that is None goes away."""
    head = repo.refs.get(f"refs/heads/{branch}") or repo.refs.get(f"refs/heads/{repo.default_branch}")
    tree = dict(repo.commits[head].files) if head else {}
    for path, data in files.items():
        if data is None:
            tree.pop(path, None)
        else:
            tree[path] = data.encode() if isinstance(data, str) else data
    return add_commit(world, repo, tree, message, (head,) if head else (), actor)


def add_commit(
    world: World, repo: Repo, tree: Mapping[str, bytes], message: str, parents: tuple[str, ...], actor: Actor
) -> Commit:
    """Make a commit of a whole tree, not yet pushed."""
    new = Commit(
        sha=world.digest("commit", message),
        tree=shapes.tree_sha(tree),
        message=message,
        parents=parents,
        author=actor.user,
        at=world.now(),
        files=dict(tree),
    )
    repo.commits[new.sha] = new
    return new


def as_made(repo: Repo, commit: Commit, sha: str) -> Commit:
    """Give a commit that is not pushed yet the id that git itself gave it; where it holds the same, nobody can tell."""
    made = repo.commits[sha] = replace(repo.commits.pop(commit.sha), sha=sha)
    return made


def set_ref(world: World, repo: Repo, ref: str, sha: str, actor: Actor, *, silent: bool = False) -> None:
    """Create or move a ref, a tag's to a commit or to a tag object; `silent` sends no event and starts no workflow.

    The rules may refuse it.
    """
    before = repo.refs.get(ref)
    if before == sha:
        return
    if before is not None:
        _refuse_locked(repo, ref)
    ruling.allow(world, repo, ruling.Move(ref=ref, before=before, after=sha), actor)
    repo.refs[ref] = sha
    if ref == f"refs/heads/{repo.default_branch}" and repo.parent is None:  # a fork's workflows are off at first
        actions.register(world, repo)
    if silent:
        return
    if before is None:
        world.emit(repo, "create", {**_named(ref), **_about(repo)}, actor)
    world.emit(repo, "push", _push(repo, ref, before or ZERO, sha, actor), actor)
    if before is not None:
        pulls.pushed(world, repo, ref, before, actor)
    actions.pushed(world, repo, ref, actor)


def delete_ref(world: World, repo: Repo, ref: str, actor: Actor, *, silent: bool = False) -> None:
    """Delete a ref; `silent` sends no event. The rules may refuse it."""
    before = repo.refs.get(ref)
    if before is None:
        raise Refusal(422, "Reference does not exist")
    _refuse_locked(repo, ref)
    ruling.allow(world, repo, ruling.Move(ref=ref, before=before, after=None), actor)
    del repo.refs[ref]
    if silent:
        return
    world.emit(repo, "delete", {**_named(ref), "pusher_type": "user"}, actor)
    world.emit(repo, "push", _push(repo, ref, before, ZERO, actor), actor)
    pulls.branch_deleted(world, repo, ref, actor)


def _refuse_locked(repo: Repo, ref: str) -> None:
    """Refuse to move or delete the tag of an immutable release."""
    if any(one.immutable and ref == f"refs/tags/{one.tag}" for one in repo.releases.values()):
        raise Refusal(422, "Cannot change a tag that an immutable release stands on")


def _named(ref: str) -> Json:
    _, kind, name = ref.split("/", 2)
    return {"ref": name, "ref_type": "branch" if kind == "heads" else "tag"}


def _about(repo: Repo) -> Json:
    return {"master_branch": repo.default_branch, "description": None, "pusher_type": "user"}


def _pushed(repo: Repo, ref: str, before: str, after: str) -> list[Json]:
    """Return the latest of the commits that a push brings, oldest first; a new branch brings what no other has."""
    if after == ZERO or ref.startswith("refs/tags/"):
        return []
    others = [sha for name, sha in repo.refs.items() if name != ref and name.startswith("refs/heads/")]
    brought = only_in(repo, after, others if before == ZERO else [before])
    return [shapes.pushed_commit(repo, one) for one in brought[-MOST_PUSHED:]]


def _base(repo: Repo, sha: str) -> str | None:
    """Return the branch that stands where a new tag does: the default one before others."""
    default = f"refs/heads/{repo.default_branch}"
    there = [ref for ref, head in repo.refs.items() if head == sha and ref.startswith("refs/heads/")]
    return default if default in there else next(iter(there), None)


def _push(repo: Repo, ref: str, before: str, after: str, actor: Actor) -> Json:
    created, deleted, is_tag = before == ZERO, after == ZERO, ref.startswith("refs/tags/")
    commit_sha = peeled(repo, after)
    head = None if deleted else shapes.pushed_commit(repo, repo.commits[commit_sha])
    moved = not (created or deleted) and is_forward(repo, before, after)
    span = ref.removeprefix("refs/tags/") if is_tag and created else f"{before[:12]}...{after[:12]}"
    return {
        "ref": ref,
        "before": before,
        "after": after,
        "pusher": {"name": actor.user.login, "email": shapes.email(actor.user)},
        "created": created,
        "deleted": deleted,
        "forced": not (created or deleted or moved),
        "base_ref": _base(repo, commit_sha) if is_tag and created else None,
        "compare": f"{WEB}/{repo.full_name}/compare/{span}",
        "commits": _pushed(repo, ref, before, after),
        "head_commit": head,
    }
