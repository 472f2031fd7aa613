"""Which item is meant: its id, or words that stand in one item only; else what to offer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.plan.find_item import MAX_OFFERS, ItemOf, NoItem, SeveralItems, find_item, item_of
from app.domain.plan.model import ByTask
from app.domain.values import ItemId, TaskId
from tests.domain.plan.reading import read
from tests.given import TEAM

PLAN = read(
    """
    # Release

    ### 1.1 Notes

    - [ ] Release notes drafted
    - [ ] Release notes   drafted and read
    - [ ] `CHANGELOG.md` names every change
    - [ ] The ÄPP starts
    - [ ] Ok

    ### 1.2 Site

    - [ ] Release notes published
    - [ ] The site shows the version <!-- gonogo: id=SITE -->
    """,
    version="1.0.0",
)


def found(word: str) -> list[str]:
    """The ids of the items that answer to the word."""
    match find_item(PLAN, word):
        case ItemOf(item=item):
            return [item.id]
        case SeveralItems(items=items):
            return [item.id for item in items]
        case NoItem():
            return []


@pytest.mark.parametrize(
    ("word", "ids"),
    [
        ("1.1.1", ["1.1.1"]),
        (" 1.1.1 ", ["1.1.1"]),
        ("SITE", ["SITE"]),
        ("site", ["SITE"]),  # an id, though the word stands in other items, too
        ("CHANGELOG.md", ["1.1.3"]),
        ("changelog", ["1.1.3"]),
        ("names  every", ["1.1.3"]),
        ("the äpp starts", ["1.1.4"]),
        ("and read", ["1.1.2"]),
        ("Release notes drafted", ["1.1.1"]),  # the whole of one goes before a part of another
        ("release NOTES  drafted AND read", ["1.1.2"]),
        ("release notes", ["1.1.1", "1.1.2", "1.2.1"]),
        ("the", ["1.1.4", "SITE"]),
    ],
)
def test_an_item_answers_to_its_id_and_to_words_that_stand_only_in_it(word: str, ids: list[str]) -> None:
    assert found(word) == ids


@pytest.mark.parametrize("word", ["", " ", "Ok", "ok", "of", "1.1", "1.1.9", "nothing of the kind", "x" * 10_000])
def test_what_no_item_answers_to_is_not_guessed(word: str) -> None:
    """Two letters stand in too many words to mean one; a whole id may be as short as it likes."""
    assert found(word) == []


@pytest.mark.parametrize(
    ("word", "nearest"),
    [("1.1.6", "1.1.5"), ("sitee", "SITE"), ("release notes publishd", "1.2.1"), ("Ok", "1.1.5")],
)
def test_the_nearest_items_are_offered(word: str, nearest: str) -> None:
    answer = find_item(PLAN, word)
    assert isinstance(answer, NoItem)
    assert nearest in [item.id for item in answer.nearest]
    assert len(answer.nearest) <= MAX_OFFERS


def test_an_item_comes_with_its_task() -> None:
    answer = find_item(TEAM, "user guide")
    assert isinstance(answer, ItemOf)
    assert (answer.item.id, answer.task.id, answer.task.owner) == ("1.2.1", "1.2", "Writer")


def test_an_item_of_the_summary_is_one_like_all_others() -> None:
    """It has a box, and whoever means it is told that its task settles it."""
    answer = find_item(TEAM, "1.1 Review")
    assert isinstance(answer, ItemOf)
    assert (answer.item.id, answer.item.wanted) == ("summary.1", ByTask(task=TaskId("1.1")))
    assert item_of(TEAM, ItemId("summary.2")) == find_item(TEAM, "1.2 manual")


def test_an_exact_id_is_looked_up_as_it_is_written() -> None:
    exact = item_of(PLAN, ItemId("SITE"))
    assert exact is not None
    assert exact.item.text == "The site shows the version"
    assert item_of(PLAN, "site") is None


@given(st.text())
def test_every_word_gets_an_answer(word: str) -> None:
    assert isinstance(find_item(PLAN, word), ItemOf | NoItem | SeveralItems)
