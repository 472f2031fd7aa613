"""`push` and `pull_request`: a branch that moved on, and pull requests that block or change the plan."""

from datetime import UTC, datetime

import pytest

from app.domain.inputs import Input, IssueHeard, PullChanged, PullHeard, Pushed, TagHeard
from app.domain.pulls import PullSeen
from app.domain.release.model import LabelledIssue
from app.domain.values import Sha
from tests.events.reading import DROPPED, SHARED, payload, read
from tests.given import REPO, SHA

PLAN = ".github/release-plan.md"
NOWHERE = "0" * 40

# -- push -----------------------------------------------------------------------------------------------------------


def test_a_push_tells_where_a_branch_stands_and_which_files_changed() -> None:
    paths = frozenset({"docs/new.md", "docs/old.md", PLAN})
    assert read("push", payload("push")) == [Pushed(repo=REPO, branch="main", sha=SHA, paths=paths)]


@pytest.mark.parametrize("branch", ["release/1.0.0", "refs/heads/odd", "ünder"])
def test_a_branch_may_have_any_name(branch: str) -> None:
    (pushed,) = read("push", payload("push", ref=f"refs/heads/{branch}"))
    assert isinstance(pushed, Pushed)
    assert pushed.branch == branch


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("forced", {"forced": True}),
        ("a new branch", {"created": True}),
        ("no commits told", {"commits": []}),
        ("commits left out", {"commits": DROPPED}),
        ("more than GitHub tells", {"commits": [{"added": ["a"]}] * 2_048}),
    ],
)
def test_where_not_all_files_are_told_any_may_have_changed(name: str, changes: dict[str, object]) -> None:
    (pushed,) = read("push", payload("push", **changes))
    assert isinstance(pushed, Pushed)
    assert pushed.paths is None, name


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("a deleted branch", {"deleted": True, "after": NOWHERE}),
        ("a ref of another kind", {"ref": "refs/notes/commits"}),
    ],
)
def test_what_is_no_branch_that_stands_somewhere_says_nothing(name: str, changes: dict[str, object]) -> None:
    assert read("push", payload("push", **changes)) == [], name


# -- tags ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "body"),
    [
        ("push", payload("push", ref="refs/tags/v1.0.0")),
        ("push", payload("push", ref="refs/tags/v1.0.0", deleted=True, after=NOWHERE)),
        ("create", payload("create")),
        ("delete", payload("delete")),
    ],
)
def test_a_tag_is_to_be_looked_at_whatever_became_of_it(event: str, body: bytes) -> None:
    assert read(event, body) == [TagHeard(repo=REPO, name="v1.0.0")]


@pytest.mark.parametrize("event", ["create", "delete"])
def test_a_branch_that_comes_or_goes_is_no_tag(event: str) -> None:
    assert read(event, payload(event, ref_type="branch")) == []


@pytest.mark.skipif(not SHARED.exists(), reason="GitHub's example payloads are not at hand")
@pytest.mark.parametrize(
    ("name", "tag"),
    [
        ("create.tag", "simple-tag"),
        ("create.tag.release", "v1.2.3"),
        ("delete.tag", "simple-tag"),
        ("push.tag.annotated", "v1.2.3"),
        ("push.tag.deleted", "simple-tag"),
    ],
)
def test_github_s_own_payloads_about_tags_are_understood(name: str, tag: str) -> None:
    (heard,) = read(name.partition(".")[0], (SHARED / f"{name}.json").read_bytes())
    assert isinstance(heard, TagHeard)
    assert heard.name == tag


@pytest.mark.skipif(not SHARED.exists(), reason="GitHub's example payloads are not at hand")
def test_github_s_own_example_of_a_new_branch_tells_where_it_stands() -> None:
    (pushed,) = read("push", (SHARED / "push.branch.created.json").read_bytes())
    assert isinstance(pushed, Pushed)
    assert (pushed.branch, pushed.sha, pushed.paths) == (
        "master",
        Sha("6113728f27ae82c7b1a177c8d03f9e96e0adf246"),
        None,
    )


# -- pull_request -----------------------------------------------------------------------------------------------------

SYNCHRONIZED = "pull_request.synchronize"
HEARD = IssueHeard(
    repo=REPO,
    issue=LabelledIssue(
        number=30,
        title="Say more in the plan",
        labels=("P0",),
        url="https://github.com/octo-org/app/pull/30",
        is_pull=True,
        is_open=True,
        updated_at=datetime(2026, 3, 10, 12, 0, 6, tzinfo=UTC),
    ),
)
PULL = PullHeard(
    repo=REPO,
    pull=PullSeen(number=30, sha=SHA, head="more", base="main", is_from_fork=False, labels=("P0",)),
)


@pytest.mark.parametrize("action", ["opened", "reopened", "synchronize"])
def test_new_commits_may_change_the_plan_and_its_labels_may_block(action: str) -> None:
    assert read("pull_request", payload(SYNCHRONIZED, action=action)) == [
        HEARD,
        PullChanged(repo=REPO, pull=30, head=SHA, base="main"),
        PULL,
    ]


@pytest.mark.parametrize("action", ["labeled", "unlabeled", "edited"])
def test_its_labels_and_where_it_goes_may_let_it_through_a_freeze(action: str) -> None:
    assert read("pull_request", payload(SYNCHRONIZED, action=action)) == [HEARD, PULL]


@pytest.mark.parametrize("action", ["assigned", ""])
def test_whatever_else_happens_only_its_labels_and_state_are_heard(action: str) -> None:
    assert read("pull_request", payload(SYNCHRONIZED, action=action)) == [HEARD]


@pytest.mark.parametrize("repo", [None, {"id": 8}])
def test_a_branch_of_a_fork_is_told_from_one_of_the_repository(repo: object) -> None:
    *_, heard = read("pull_request", payload(SYNCHRONIZED, action="edited", pull_request__head__repo=repo))
    assert isinstance(heard, PullHeard)
    assert heard.pull.is_from_fork


def test_a_pull_request_that_was_closed_is_open_no_more() -> None:
    (heard,) = read("pull_request", payload(SYNCHRONIZED, action="closed", pull_request__state="closed"))
    assert isinstance(heard, IssueHeard)
    assert not heard.issue.is_open


@pytest.mark.skipif(not SHARED.exists(), reason="GitHub's example payloads are not at hand")
@pytest.mark.parametrize(
    ("name", "is_open", "more"),
    [
        ("opened", True, [PullChanged, PullHeard]),
        ("synchronize", True, [PullChanged, PullHeard]),
        ("labeled", True, [PullHeard]),
        ("closed", False, []),
        ("closed.merged", False, []),
    ],
)
def test_github_s_own_examples_of_pull_requests_are_read(name: str, *, is_open: bool, more: list[type[Input]]) -> None:
    heard, *changed = read("pull_request", (SHARED / f"pull_request.{name}.json").read_bytes())
    assert isinstance(heard, IssueHeard)
    assert (heard.issue.is_pull, heard.issue.is_open) == (True, is_open)
    assert [type(one) for one in changed] == more
