"""What a task does, in words for people."""

import pytest

from app.domain.plan.model import Action, ByTask, CreateTag, Dispatch, Publish
from app.domain.plan.words import action_in_words, wanted_in_words
from app.domain.values import TaskId


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (None, "done by people"),
        (CreateTag(), "creates the tag"),
        (Publish(), "publishes the release"),
        (Publish(assets=("a", "b")), "publishes the release with a, b"),
        (Dispatch(workflow="ci.yml", inputs={}), "dispatches ci.yml"),
        (Dispatch(workflow="ci.yml", inputs={"task": "x"}), "dispatches ci.yml with task=x"),
    ],
)
def test_an_action_is_said(action: Action | None, words: str) -> None:
    assert action_in_words(action) == words


def test_a_roll_up_is_said() -> None:
    assert wanted_in_words(ByTask(task=TaskId("1.1"))) == "task 1.1"
