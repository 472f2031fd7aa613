"""`issues`: only an edit matters, and it matters whoever made it."""

import pytest

from app.domain.inputs import TextChanged
from tests.events.reading import payload, read
from tests.given import REPO


def test_an_edited_issue_is_a_changed_text() -> None:
    assert read("issues", payload("issues.edited")) == [
        TextChanged(repo=REPO, issue=12, comment=None, text="We ship on Tuesday."),
    ]


def test_an_issue_that_was_emptied_has_an_empty_text() -> None:
    (changed,) = read("issues", payload("issues.edited", issue__body=None))
    assert isinstance(changed, TextChanged)
    assert changed.text == ""


@pytest.mark.parametrize("action", ["opened", "closed", "labeled", "pinned", ""])
def test_other_actions_mean_nothing(action: str) -> None:
    assert read("issues", payload("issues.edited", action=action)) == []
