"""Pull requests of the simulated GitHub, what their branches do to them, and how commits compare."""

from typing import cast

import pytest

from app.sim import Refusal, Room, SimGitHub
from tests.sim.conftest import AppClient

pytestmark = pytest.mark.anyio


def table(value: object) -> dict[str, object]:
    return cast("dict[str, object]", value)


def events(github: SimGitHub) -> list[str]:
    return [f"{post.event}.{post.action}" if post.action else post.event for post in github.take()]


@pytest.fixture
def number(github: SimGitHub, room: Room) -> int:
    """A pull request from `topic` to main."""
    github.commit(room.repo, {"a.txt": "one\ntwo\n", "README.md": None}, "Topic", by="developer", branch="topic")
    github.take()
    return github.open_pull(room.repo, "Topic", head="topic", by="developer").number


async def test_a_pull_request_is_opened_and_read(github: SimGitHub, room: Room, number: int, api: AppClient) -> None:
    (post,) = github.take()
    assert (post.event, post.action, post.payload["number"]) == ("pull_request", "opened", number)
    assert table(post.payload["pull_request"])["mergeable"] is None
    shown = (await api("GET", f"pulls/{number}")).json()
    assert (shown["state"], shown["merged"], shown["mergeable"]) == ("open", False, True)
    assert (shown["head"]["ref"], shown["head"]["sha"]) == ("topic", github.head(room.repo, "topic"))
    assert (shown["base"]["ref"], shown["base"]["sha"]) == ("main", github.head(room.repo))
    assert shown["head"]["repo"]["id"] == shown["base"]["repo"]["id"] == room.repo.id
    assert (shown["commits"], shown["changed_files"], shown["additions"], shown["deletions"]) == (1, 2, 2, 1)
    assert "merge_commit_sha" not in shown
    old = await api("GET", f"pulls/{number}", headers={"X-GitHub-Api-Version": "2022-11-28"})
    assert old.json()["merge_commit_sha"] is None
    github.open_issue(room.repo, "No pull request", by="developer")
    assert (await api("GET", f"pulls/{number + 1}")).status_code == 404
    assert (await api("GET", "pulls/99")).status_code == 404


async def test_its_files_are_listed_in_pages(github: SimGitHub, room: Room, number: int, api: AppClient) -> None:
    github.commit(room.repo, {"main.txt": "not of the pull request"}, by="developer")
    changed = {"b.bin": b"\0\1", "d.bin": b"\xff", "c.txt": "no end of line", ".github/release-plan.md": "# New\n"}
    github.commit(room.repo, changed, by="developer", branch="topic")
    first = await api("GET", f"pulls/{number}/files?per_page=3")
    second = await api("GET", "/" + first.links["next"]["url"].split("/", 3)[3])
    files = {one["filename"]: one for one in first.json() + second.json()}
    assert {name: (one["status"], one["additions"], one["deletions"]) for name, one in files.items()} == {
        ".github/release-plan.md": ("modified", 1, 5),
        "README.md": ("removed", 0, 1),
        "a.txt": ("added", 2, 0),
        "b.bin": ("added", 0, 0),
        "c.txt": ("added", 1, 0),
        "d.bin": ("added", 0, 0),
    }
    assert files["a.txt"]["patch"] == "@@ -0,0 +1,2 @@\n+one\n+two"
    assert files["c.txt"]["patch"].endswith("+no end of line\n\\ No newline at end of file")
    assert "patch" not in files["b.bin"]
    assert "patch" not in files["d.bin"]
    assert (await api("GET", "pulls/99/files")).status_code == 404


async def test_its_labels_words_and_state_are_told_as_its_own(
    github: SimGitHub, room: Room, number: int, api: AppClient
) -> None:
    github.take()
    github.label(room.repo, number, "blocker", by="developer")
    await api("POST", f"issues/{number}/labels", {"labels": ["by the App"]})
    github.unlabel(room.repo, number, "blocker", by="developer")
    github.edit_issue(room.repo, number, title="Better", body="Why", by="developer")
    github.close_issue(room.repo, number, by="developer")
    github.reopen_issue(room.repo, number, by="developer")
    github.lock_issue(room.repo, number, by="developer")
    posts = github.take()
    assert [post.action for post in posts] == [
        "labeled",
        "labeled",
        "unlabeled",
        "edited",
        "closed",
        "reopened",
        "locked",
    ]
    assert {post.event for post in posts} == {"pull_request"}
    assert [table(post.payload["label"])["name"] for post in posts[:3]] == ["blocker", "by the App", "blocker"]
    assert posts[3].payload["changes"] == {"title": {"from": "Topic"}, "body": {"from": ""}}
    assert (await api("GET", f"issues/{number}")).json()["state_reason"] is None


async def test_a_push_to_its_head_moves_it(github: SimGitHub, room: Room, number: int, api: AppClient) -> None:
    before = github.head(room.repo, "topic")
    github.take()
    after = github.commit(room.repo, {"b.txt": "b"}, by="developer", branch="topic").sha
    posts = [post for post in github.take() if post.event in {"push", "pull_request"}]
    assert [(post.event, post.action) for post in posts] == [("push", None), ("pull_request", "synchronize")]
    assert (posts[1].payload["before"], posts[1].payload["after"]) == (before, after)
    assert (await api("GET", f"pulls/{number}")).json()["head"]["sha"] == after
    github.close_issue(room.repo, number, by="developer")
    github.take()
    latest = github.commit(room.repo, {"c.txt": "c"}, by="developer", branch="topic").sha
    assert "pull_request.synchronize" not in events(github)
    assert (await api("GET", f"pulls/{number}")).json()["head"]["sha"] == after
    github.reopen_issue(room.repo, number, by="developer")
    assert (await api("GET", f"pulls/{number}")).json()["head"]["sha"] == latest


async def test_merging_moves_the_base_and_ends_it(github: SimGitHub, room: Room, number: int, api: AppClient) -> None:
    base = github.commit(room.repo, {"main.txt": "meanwhile"}, by="devops").sha
    head = github.head(room.repo, "topic")
    github.take()
    merged = github.merge_pull(room.repo, number, by="tech-lead")
    assert github.head(room.repo) == merged.sha
    assert merged.parents == (base, head)
    assert "README.md" not in merged.files
    assert {"main.txt", "a.txt"} <= merged.files.keys()
    posts = [post for post in github.take() if post.event in {"push", "pull_request"}]
    assert [(post.event, post.action) for post in posts] == [("push", None), ("pull_request", "closed")]
    pushed = cast("list[dict[str, object]]", posts[0].payload["commits"])
    assert [one["id"] for one in pushed] == [head, merged.sha]
    pull = table(posts[1].payload["pull_request"])
    assert (pull["merged"], pull["merge_commit_sha"]) == (True, merged.sha)
    assert table(pull["merged_by"])["login"] == "tech-lead"
    shown = (await api("GET", f"pulls/{number}")).json()
    assert (shown["state"], shown["merged"], shown["changed_files"]) == ("closed", True, 2)
    assert (await api("GET", f"issues/{number}")).json()["pull_request"]["merged_at"] == shown["merged_at"]
    for again in (github.merge_pull, github.reopen_issue):
        with pytest.raises(Refusal):
            again(room.repo, number, by="tech-lead")
    assert (await api("PATCH", f"issues/{number}", {"state": "open"})).status_code == 422


async def test_pushing_its_commits_to_the_base_merges_it(
    github: SimGitHub, room: Room, number: int, api: AppClient
) -> None:
    github.take()
    github.push_branch(room.repo, "main", github.head(room.repo, "topic"), by="devops")
    assert [one for one in events(github) if one.startswith("pull")] == ["pull_request.closed"]
    shown = (await api("GET", f"pulls/{number}")).json()
    assert (shown["merged"], shown["merged_by"]["login"], shown["commits"]) == (True, "devops", 1)


async def test_without_its_branch_it_is_closed(github: SimGitHub, room: Room, number: int, api: AppClient) -> None:
    github.take()
    github.delete_ref(room.repo, "refs/heads/topic", by="developer")
    assert events(github) == ["delete", "push", "pull_request.closed"]
    shown = (await api("GET", f"pulls/{number}")).json()
    assert (shown["state"], shown["merged"]) == ("closed", False)
    with pytest.raises(Refusal, match="Validation Failed"):
        github.reopen_issue(room.repo, number, by="developer")


async def test_a_pull_request_comes_from_a_fork(github: SimGitHub, room: Room, api: AppClient) -> None:
    fork = github.fork(room.repo, by="outsider")
    assert github.fork(room.repo, by="outsider") is fork
    github.commit(fork, {"a.txt": "a"}, by="outsider", branch="topic")
    assert github.take() == []
    one = github.open_pull(room.repo, "From outside", head="topic", by="outsider", fork=True)
    shown = (await api("GET", f"pulls/{one.number}")).json()
    assert (shown["head"]["repo"]["id"], shown["head"]["repo"]["owner"]["login"]) == (fork.id, "outsider")
    assert shown["head"]["repo"]["fork"] is True
    assert shown["base"]["repo"]["id"] == room.repo.id != fork.id
    github.commit(fork, {"b.txt": "b"}, by="outsider", branch="topic")
    assert events(github) == ["pull_request.opened", "pull_request.synchronize"]
    compared = (await api("GET", f"compare/main...{github.head(fork, 'topic')}")).json()
    assert (compared["status"], compared["ahead_by"]) == ("ahead", 2)
    assert (await api("GET", "/repos/outsider/daw")).status_code == 404
    github.commit(fork, {"c.txt": "c"}, by="outsider")
    assert github.runs(fork) == []
    github.merge_pull(room.repo, one.number, by="tech-lead")
    assert {"a.txt", "b.txt"} <= room.repo.commits[github.head(room.repo)].files.keys()


def test_a_pull_request_that_cannot_be_is_refused(github: SimGitHub, room: Room, number: int) -> None:
    github.push_branch(room.repo, "same", github.head(room.repo), by="developer")
    for head, base in (("none", "main"), ("topic", "none"), ("same", "main"), ("topic", "main")):
        with pytest.raises(Refusal, match="Validation Failed"):
            github.open_pull(room.repo, "x", head=head, base=base, by="developer")
    assert list(room.repo.issues) == [number]


async def test_commits_are_compared(github: SimGitHub, room: Room, number: int, api: AppClient) -> None:
    github.commit(room.repo, {"a.txt": "more\n"}, "More", by="developer", branch="topic")
    ahead = (await api("GET", "compare/main...topic")).json()
    assert (ahead["status"], ahead["ahead_by"], ahead["behind_by"], ahead["total_commits"]) == ("ahead", 2, 0, 2)
    assert [one["commit"]["message"] for one in ahead["commits"]] == ["Topic", "More"]
    assert [one["filename"] for one in ahead["files"]] == ["README.md", "a.txt"]
    assert (await api("GET", "compare/topic...main")).json()["status"] == "behind"
    assert (await api("GET", f"compare/{github.head(room.repo)}...main")).json()["status"] == "identical"
    github.commit(room.repo, {"main.txt": "main"}, by="developer")
    github.push_branch(room.repo, "release/1.0", github.head(room.repo), by="developer")
    apart = (await api("GET", "compare/release/1.0...topic?per_page=1&page=2")).json()
    assert (apart["status"], apart["ahead_by"], apart["behind_by"]) == ("diverged", 2, 1)
    assert [one["commit"]["message"] for one in apart["commits"]] == ["More"]
    assert apart["files"] == []
    assert apart["merge_base_commit"]["sha"] == ahead["base_commit"]["sha"]
    for names in ("main...none", "none...main", "main", f"main...{'0' * 40}", "main..topic"):
        assert (await api("GET", f"compare/{names}")).status_code == 404, names
    assert github.issue(room.repo, number).state == "open"


async def test_what_has_nothing_in_common_is_not_compared(github: SimGitHub, room: Room, api: AppClient) -> None:
    lone = github.add_repo("white-room/lone")
    github.add_user("owner")
    other = github.preload(lone, {"x": "x"}, "Elsewhere", by="owner")
    room.repo.commits[other.sha] = other
    answer = await api("GET", f"compare/main...{other.sha}")
    assert (answer.status_code, answer.json()["message"]) == (404, f"No common ancestor between main and {other.sha}.")
