"""`issue_comment`: a person's new comment may hold commands; what was edited or deleted is only looked at again."""

from datetime import UTC, datetime

import pytest

from app.domain.inputs import CommentChanged, Commented
from app.domain.values import Person
from tests.events.reading import DROPPED, payload, read
from tests.given import REPO

CREATED = "issue_comment.created"
BOT = {"id": 2, "login": "go-no-go[bot]", "type": "Bot"}
ADMIN = {"id": 3, "login": "admin", "type": "User"}
OCTOCAT = Person(id=1, login="octocat")


def changed(before: str | None, text: str | None, by: Person = OCTOCAT) -> CommentChanged:
    return CommentChanged(repo=REPO, issue=12, comment=900, by=by, before=before, text=text)


def test_a_person_s_new_comment_is_read() -> None:
    (said,) = read("issue_comment", payload(CREATED))
    assert said == Commented(
        repo=REPO,
        issue=12,
        is_pull=False,
        comment=900,
        by=OCTOCAT,
        text="/release status",
        at=datetime(2026, 3, 10, 12, 0, 2, tzinfo=UTC),
    )


def test_a_comment_on_a_pull_request_is_known_as_one() -> None:
    pull = {"url": "https://api.github.com/repos/octo-org/app/pulls/12"}
    (said,) = read("issue_comment", payload(CREATED, issue__pull_request=pull))
    assert isinstance(said, Commented)
    assert said.is_pull


def test_a_comment_without_text_says_nothing() -> None:
    (said,) = read("issue_comment", payload(CREATED, comment__body=None))
    assert isinstance(said, Commented)
    assert said.text == ""


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("a bot", {"comment__user": BOT, "sender": BOT}),
        ("an organisation", {"comment__user__type": "Organization"}),
        ("somebody through an App", {"comment__performed_via_github_app": {"id": 9, "slug": "other-bot"}}),
        ("somebody else than the sender", {"sender__id": 3}),
        ("an account that is gone", {"comment__user": None}),
    ],
)
def test_d18_commands_come_from_people_only(name: str, changes: dict[str, object]) -> None:
    assert read("issue_comment", payload(CREATED, **changes)) == [], name


def test_d5_an_edited_comment_is_a_changed_text_and_no_command() -> None:
    edited = payload(
        CREATED,
        action="edited",
        comment__body="/release start 9.9.9",
        changes={"body": {"from": "Looks good."}},
        sender=ADMIN,
    )
    assert read("issue_comment", edited) == [
        changed("Looks good.", "/release start 9.9.9", Person(id=3, login="admin")),
    ]


@pytest.mark.parametrize("changes", [DROPPED, None, {}, {"body": {}}, {"title": {"from": "x"}}])
def test_an_edit_of_which_the_old_text_is_not_told_is_one_all_the_same(changes: object) -> None:
    (edited,) = read("issue_comment", payload(CREATED, action="edited", changes=changes))
    assert isinstance(edited, CommentChanged)
    assert edited.text == "/release status"
    assert edited.before in (None, "/release status")


def test_a_comment_that_was_emptied_is_not_one_that_was_deleted() -> None:
    emptied = payload(CREATED, action="edited", comment__body=None, changes={"body": {"from": "x"}})
    assert read("issue_comment", emptied) == [changed("x", "")]


def test_d5_a_deleted_comment_has_no_text_any_more_whoever_deleted_it() -> None:
    deleted = payload(CREATED, action="deleted", comment__user=BOT)
    assert read("issue_comment", deleted) == [changed("/release status", None)]


def test_actions_of_tomorrow_mean_nothing() -> None:
    assert read("issue_comment", payload(CREATED, action="pinned")) == []
    assert read("issue_comment", payload(CREATED, action=DROPPED)) == []
