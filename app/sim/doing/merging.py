"""Merging a pull request: a commit of two parents on its base, or one that has all of it."""

from app.sim.diff import changes
from app.sim.doing import git, issues
from app.sim.history import merge_base
from app.sim.state import Actor, Commit, Issue, Repo
from app.sim.wire import Refusal
from app.sim.world import World


def merge(world: World, repo: Repo, issue: Issue, actor: Actor, *, is_squash: bool = False) -> Commit:
    """Merge a pull request. Where both sides changed a file, the head's stands: the simulation knows no conflicts."""
    pull = issue.pull
    base = None if pull is None else repo.refs.get(f"refs/heads/{pull.base}")
    if pull is None or base is None or issue.state != "open":
        raise Refusal(405, "Pull Request is not mergeable")
    common = merge_base(repo, base, pull.sha)
    tree = dict(repo.commits[base].files)
    for change in changes(common.files if common else {}, repo.commits[pull.sha].files):
        if change.after is None:
            tree.pop(change.path, None)
        else:
            tree[change.path] = change.after
    pull.base_sha = base
    if is_squash:
        new = git.add_commit(world, repo, tree, f"{issue.title} (#{issue.number})", (base,), actor)
        git.set_ref(world, repo, f"refs/heads/{pull.base}", new.sha, actor)
        pull.merged_at, pull.merged_by, pull.merge_sha = world.now(), actor.user, new.sha
        issues.set_state(world, repo, issue, "closed", actor)
        return new
    message = f"Merge pull request #{issue.number} from {pull.home.owner.login}/{pull.head}\n\n{issue.title}"
    new = git.add_commit(world, repo, tree, message, (base, pull.sha), actor)
    git.set_ref(world, repo, f"refs/heads/{pull.base}", new.sha, actor)
    return new
