"""`issue_comment`: a person's new comment may hold commands; what was edited or deleted is only looked at again."""

import pytest

from app.domain.inputs import Commented, TextChanged
from tests.events.reading import DROPPED, payload, read
from tests.given import REPO

CREATED = "issue_comment.created"
BOT = {"id": 2, "login": "go-no-go[bot]", "type": "Bot"}


def test_a_person_s_new_comment_is_read() -> None:
    (said,) = read("issue_comment", payload(CREATED))
    assert isinstance(said, Commented)
    assert (said.repo, said.issue, said.comment, said.text) == (REPO, 12, 900, "/release status")
    assert (said.by.id, said.by.login, said.is_pull) == (1, "octocat", False)
    assert said.url == "https://github.com/octo-org/app/issues/12#issuecomment-900"


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
def test_commands_come_from_people_only(name: str, changes: dict[str, object]) -> None:
    assert read("issue_comment", payload(CREATED, **changes)) == [], name


def test_an_edited_comment_is_a_changed_text_and_no_command() -> None:
    edited = payload(CREATED, action="edited", comment__body="/release start 9.9.9")
    assert read("issue_comment", edited) == [
        TextChanged(repo=REPO, issue=12, comment=900, text="/release start 9.9.9"),
    ]


def test_a_comment_that_was_emptied_is_not_one_that_was_deleted() -> None:
    emptied = payload(CREATED, action="edited", comment__body=None)
    assert read("issue_comment", emptied) == [TextChanged(repo=REPO, issue=12, comment=900, text="")]


def test_a_deleted_comment_has_no_text_any_more_whoever_deleted_it() -> None:
    deleted = payload(CREATED, action="deleted", comment__user=BOT)
    assert read("issue_comment", deleted) == [TextChanged(repo=REPO, issue=12, comment=900, text=None)]


def test_actions_of_tomorrow_mean_nothing() -> None:
    assert read("issue_comment", payload(CREATED, action="pinned")) == []
    assert read("issue_comment", payload(CREATED, action=DROPPED)) == []
