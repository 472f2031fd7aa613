"""`issues`: ticks and labels by people, blockers that come and go, a tracking issue that is lost."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.domain.inputs import BodyEdited, Input, IssueGone, IssueHeard, Labelled
from app.domain.release.model import LabelledIssue
from app.domain.values import Person
from tests.events.reading import DROPPED, SHARED, payload, read
from tests.given import REPO

AT = datetime(2026, 3, 10, 12, 0, 3, tzinfo=UTC)
OCTOCAT = Person(id=1, login="octocat")
BOT = {"id": 2, "login": "go-no-go[bot]", "type": "Bot"}

CRASH = LabelledIssue(
    number=40,
    title="It crashes",
    labels=("bug", "P0"),
    url="https://github.com/octo-org/app/issues/40",
    is_pull=False,
    is_open=True,
    updated_at=AT,
)
EDITED = BodyEdited(
    repo=REPO,
    issue=12,
    by=OCTOCAT,
    is_person=True,
    before="We ship on Monday.",
    after="We ship on Tuesday.",
    at=AT,
)
LABELLED = Labelled(repo=REPO, issue=40, is_pull=False, label="P0", is_on=True, by=OCTOCAT, is_person=True, at=AT)


def of_kind(kind: type[Input], values: list[Input]) -> list[Input]:
    return [value for value in values if isinstance(value, kind)]


# -- labels and states: blockers -----------------------------------------------------------------------------------


@pytest.mark.parametrize("action", ["opened", "reopened", "labeled", "unlabeled", "milestoned", "pinned", ""])
def test_whatever_happens_to_an_issue_its_labels_and_state_are_heard(action: str) -> None:
    assert IssueHeard(repo=REPO, issue=CRASH) in read("issues", payload("issues.labeled", action=action))


def test_a_closed_issue_is_open_no_more() -> None:
    (heard,) = read("issues", payload("issues.labeled", action="closed", issue__state="closed"))
    assert isinstance(heard, IssueHeard)
    assert not heard.issue.is_open


def test_no_more_labels_are_read_than_an_issue_may_have() -> None:
    many = [{"name": f"label {number}"} for number in range(200)]
    heard = read("issues", payload("issues.labeled", issue__labels=many))[0]
    assert isinstance(heard, IssueHeard)
    assert len(heard.issue.labels) == 100


@pytest.mark.parametrize(
    ("action", "how"), [("deleted", "it was deleted"), ("transferred", "it was moved to another repository")]
)
def test_an_issue_that_is_gone_is_open_no_more_and_may_have_tracked_a_release(action: str, how: str) -> None:
    heard, gone = read("issues", payload("issues.labeled", action=action, label=DROPPED))
    assert isinstance(heard, IssueHeard)
    assert not heard.issue.is_open
    assert gone == IssueGone(repo=REPO, issue=40, how=how, at=AT)


# -- labels as commands ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("action", "is_on"), [("labeled", True), ("unlabeled", False)])
def test_a_label_is_told_with_whoever_set_it(action: str, *, is_on: bool) -> None:
    told = read("issues", payload("issues.labeled", action=action))
    assert of_kind(Labelled, told) == [replace(LABELLED, is_on=is_on)]


def test_d18_a_label_by_a_bot_is_known_as_one() -> None:
    (labelled,) = of_kind(Labelled, read("issues", payload("issues.labeled", sender=BOT)))
    assert isinstance(labelled, Labelled)
    assert not labelled.is_person


@pytest.mark.parametrize("label", [DROPPED, None])
def test_an_issue_that_was_labelled_with_nothing_is_only_heard_of(label: object) -> None:
    assert of_kind(Labelled, read("issues", payload("issues.labeled", label=label))) == []


# -- edits --------------------------------------------------------------------------------------------------------


def test_an_edit_is_told_with_both_texts() -> None:
    assert of_kind(BodyEdited, read("issues", payload("issues.edited"))) == [EDITED]


def test_an_edit_by_a_bot_is_known_as_one() -> None:
    (edited,) = of_kind(BodyEdited, read("issues", payload("issues.edited", sender=BOT)))
    assert isinstance(edited, BodyEdited)
    assert (edited.is_person, edited.by.login) == (False, "go-no-go[bot]")


def test_an_issue_that_was_emptied_has_an_empty_text() -> None:
    (edited,) = of_kind(BodyEdited, read("issues", payload("issues.edited", issue__body=None)))
    assert isinstance(edited, BodyEdited)
    assert edited.after == ""


@pytest.mark.parametrize("changes", [DROPPED, None, {"body": {}}])
def test_an_edit_of_which_the_old_text_is_not_told_is_one_all_the_same(changes: object) -> None:
    (edited,) = of_kind(BodyEdited, read("issues", payload("issues.edited", changes=changes)))
    assert isinstance(edited, BodyEdited)
    assert edited.before is None


def test_a_new_title_is_no_edit_of_the_body() -> None:
    assert of_kind(BodyEdited, read("issues", payload("issues.edited", changes={"title": {"from": "x"}}))) == []


@pytest.mark.parametrize("action", ["opened", "closed", "labeled", "pinned", ""])
def test_other_actions_are_no_edits(action: str) -> None:
    assert of_kind(BodyEdited, read("issues", payload("issues.edited", action=action))) == []


@pytest.mark.skipif(not SHARED.exists(), reason="GitHub's example payloads are not at hand")
@pytest.mark.parametrize(("name", "is_person"), [("checkbox", True), ("checkbox_by_bot", False)])
def test_github_s_own_example_of_a_clicked_box_is_an_edit(name: str, *, is_person: bool) -> None:
    body = (SHARED / f"issues.edited.{name}.json").read_bytes()
    (edited,) = of_kind(BodyEdited, read("issues", body))
    assert isinstance(edited, BodyEdited)
    assert edited.is_person == is_person
    assert edited.before is not None
    assert edited.before != edited.after
    assert "[x]" in edited.after
