"""How commits lead to one another: what one has behind it that another has not."""

from collections.abc import Iterable

from app.sim.state import Commit, Repo


def peeled(repo: Repo, sha: str) -> str:
    """Return the commit that a ref's sha stands for: a tag object's commit, a commit itself."""
    while sha in repo.tags:
        sha = repo.tags[sha].object
    return sha


def ancestors(repo: Repo, *shas: str) -> set[str]:
    """Return all commits that lead to these, themselves included; what is not in the repository leads nowhere."""
    seen: set[str] = set()
    waiting = list(shas)
    while waiting:
        sha = waiting.pop()
        if sha not in seen and sha in repo.commits:
            seen.add(sha)
            waiting.extend(repo.commits[sha].parents)
    return seen


def is_forward(repo: Repo, before: str, after: str) -> bool:
    """Whether a ref that moves so only goes forward."""
    seen: set[str] = set()
    waiting = [after]
    while waiting:
        sha = waiting.pop()
        if sha == before:
            return True
        if sha not in seen and sha in repo.commits:
            seen.add(sha)
            waiting.extend(repo.commits[sha].parents)
    return False


def only_in(repo: Repo, sha: str, without: Iterable[str]) -> list[Commit]:
    """Return the commits that lead to one and to none of the others, oldest first: parents before children."""
    seen = ancestors(repo, *without)
    found: list[Commit] = []
    waiting = [(sha, False)]
    while waiting:
        at, are_parents_done = waiting.pop()
        if are_parents_done:
            found.append(repo.commits[at])
        elif at not in seen:
            seen.add(at)
            waiting.append((at, True))
            waiting.extend((parent, False) for parent in reversed(repo.commits[at].parents))
    return found


def merge_base(repo: Repo, one: str, other: str) -> Commit | None:
    """Return the nearest commit that both come from, or None where they have nothing in common."""
    known = ancestors(repo, one)
    seen: set[str] = set()
    waiting = [other]
    for sha in waiting:
        if sha in known:
            return repo.commits[sha]
        new = [parent for parent in repo.commits[sha].parents if parent not in seen]
        seen.update(new)
        waiting.extend(new)  # nearer ones come first: the list grows while it is walked
    return None
