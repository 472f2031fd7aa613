"""Pull requests and forks: what opens them, what a push to their branches does, and the events they send."""

from app.sim.doing import issues
from app.sim.doing.issues import Text
from app.sim.history import is_forward, only_in
from app.sim.state import Actor, Issue, Pull, Repo
from app.sim.wire import Json, Refusal, invalid
from app.sim.world import World


def fork(world: World, repo: Repo, actor: Actor) -> Repo:
    """Return somebody's fork of a repository, made with its branches as they stand where there is none yet.

    Repository and fork share their commits, as on GitHub, where either finds the other's by sha.
    """
    name = f"{actor.user.login}/{repo.name}"
    known = world.repos.get(name.lower())
    if known is not None:
        return known
    new = Repo(
        id=world.next_id("repo"),
        owner=actor.user,
        name=repo.name,
        private=repo.private,
        default_branch=repo.default_branch,
        created_at=world.now(),
        parent=repo,
        commits=repo.commits,
        refs={ref: sha for ref, sha in repo.refs.items() if ref.startswith("refs/heads/")},
    )
    world.repos[name.lower()] = new
    return new


def open_pull(world: World, repo: Repo, words: Text, pull: Pull, actor: Actor) -> Issue:
    """Open a pull request. Refused with 422 where a branch is not there, or brings nothing, or has one already."""
    head, base = pull.home.refs.get(f"refs/heads/{pull.head}"), repo.refs.get(f"refs/heads/{pull.base}")
    if head is None or base is None:
        raise invalid("PullRequest", "head" if head is None else "base", "invalid")
    if not only_in(repo, head, [base]):
        raise _refused(f"No commits between {pull.base} and {pull.head}")
    if any((one.home, one.head, one.base) == (pull.home, pull.head, pull.base) for _, one in _open(repo)):
        raise _refused(f"A pull request already exists for {pull.home.owner.login}:{pull.head}.")
    issue = issues.new_issue(world, repo, words, actor)
    pull.sha, pull.base_sha, issue.pull = head, base, pull
    issues.tell(world, repo, issue, "opened", actor)
    return issue


def _refused(message: str) -> Refusal:
    error: Json = {"resource": "PullRequest", "code": "custom", "message": message}
    return Refusal(422, "Validation Failed", [error])


def _open(repo: Repo) -> list[tuple[Issue, Pull]]:
    return [(one, one.pull) for one in repo.issues.values() if one.pull is not None and one.state == "open"]


def _of_branch(repo: Repo, ref: str) -> list[tuple[Repo, Issue, Pull]]:
    """Return the open pull requests whose head is a branch: those in its repository, and in the one that it forks."""
    places = [repo] if repo.parent is None else [repo, repo.parent]
    return [
        (place, issue, pull)
        for place in places
        for issue, pull in _open(place)
        if pull.home is repo and ref == f"refs/heads/{pull.head}"
    ]


def pushed(world: World, repo: Repo, ref: str, before: str, actor: Actor) -> None:
    """Move the pull requests whose head was pushed, and end as merged those whose base was pushed with their head."""
    after = repo.refs[ref]
    for place, issue, pull in _of_branch(repo, ref):
        pull.sha, pull.base_sha = after, place.refs.get(f"refs/heads/{pull.base}", pull.base_sha)
        issue.updated_at = world.now()
        issues.tell(world, place, issue, "synchronize", actor, before=before, after=after)
    for issue, pull in _open(repo):
        if ref == f"refs/heads/{pull.base}" and is_forward(repo, pull.sha, after):
            pull.merged_at, pull.merged_by, pull.merge_sha = world.now(), actor.user, after
            issues.set_state(world, repo, issue, "closed", actor)


def branch_deleted(world: World, repo: Repo, ref: str, actor: Actor) -> None:
    """Close the pull requests whose head is no more."""
    for place, issue, _ in _of_branch(repo, ref):
        issues.set_state(world, place, issue, "closed", actor)
