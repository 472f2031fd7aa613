"""Clones: which pull request brought a commit, by the shape of the history alone."""

from app.domain.notes.history import Commit
from app.domain.notes.local import author_of, with_pulls
from app.domain.values import Sha


def made(sha: str, *parents: str, message: str = "x") -> Commit:
    return Commit(sha=Sha(sha), message=message, parents=tuple(Sha(parent) for parent in parents))


def pulls(*commits: Commit) -> dict[str, int]:
    return {commit.sha: commit.pull.number for commit in with_pulls(commits) if commit.pull}


def merge(sha: str, number: int, *parents: str) -> Commit:
    return made(sha, *parents, message=f"Merge pull request #{number} from a/b\n\nTitle")


def test_a_merge_brings_what_its_branch_has_and_nothing_of_its_own_line() -> None:
    history = (made("a"), made("b", "a"), made("x", "a"), made("y", "x"), merge("m", 7, "b", "y"), made("c", "m"))

    assert pulls(*history) == {"x": 7, "y": 7, "m": 7}


def test_a_branch_that_took_in_its_base_brings_its_own_commits_only() -> None:
    history = (made("a"), made("x", "a"), made("b", "a"), made("u", "x", "b"), made("y", "u"), merge("m", 7, "b", "y"))

    assert pulls(*history) == {"x": 7, "u": 7, "y": 7, "m": 7}


def test_a_commit_belongs_to_the_merge_that_brought_it_first() -> None:
    history = (
        made("a"),
        made("x", "a"),
        merge("m", 7, "a", "x"),
        made("y", "x"),
        merge("n", 8, "m", "y"),
    )

    assert pulls(*history) == {"x": 7, "m": 7, "y": 8, "n": 8}


def test_pull_requests_merged_on_another_line_are_theirs_alone() -> None:
    history = (
        made("a"),
        made("d1", "a"),
        made("x", "d1"),
        merge("d2", 7, "d1", "x"),
        made("b", "a"),
        made("t", "b", "d2", message="Merge branch 'dev'"),
    )

    assert pulls(*history) == {"x": 7, "d2": 7}


def test_ten_thousand_merges_take_no_longer_than_ten_thousand_looks() -> None:
    history = [made("m0")]
    for number in range(1, 10_000):
        history += [made(f"x{number}", "m0"), merge(f"m{number}", number, f"m{number - 1}", f"x{number}")]

    assert len(pulls(*history)) == 19_998


def test_githubs_own_addresses_tell_the_account() -> None:
    assert author_of("Ann", "7+ann@users.noreply.github.com").login == "ann"
    assert author_of("Ann", "ann@example.com").login is None
    assert author_of("x", "49699333+dependabot[bot]@users.noreply.github.com").is_bot
