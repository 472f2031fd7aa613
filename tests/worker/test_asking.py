"""Commands in a comment and commands by a label: the same asking, with a key that is the same under every delivery."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.inputs import Commented, Labelled
from app.domain.release.effects import React, Unlabel
from app.domain.slash import Invocation
from app.worker.asking import Asking, asked_by_label, asked_in_comment
from tests.given import NOW, REPO, TESS


def comment(text: str) -> Commented:
    return Commented(repo=REPO, issue=12, is_pull=False, comment=900, by=TESS, text=text, at=NOW)


def label(name: str, *, is_on: bool = True, seconds: float = 0) -> Labelled:
    at = NOW + timedelta(seconds=seconds)
    return Labelled(repo=REPO, issue=12, is_pull=False, label=name, is_on=is_on, by=TESS, is_person=True, at=at)


def by_label(name: str, *, seconds: float = 0) -> Asking:
    asking = asked_by_label(label(name, seconds=seconds))
    assert asking is not None
    return asking


def test_a_comment_asks_for_each_of_its_commands() -> None:
    asking = asked_in_comment(comment("Well done.\n\n/release status\n/release sign"))
    assert asking is not None
    assert [invocation.text for invocation in asking.invocations] == ["status", "sign"]
    assert (asking.key, asking.comment, asking.label, asking.at, asking.by) == ("comment:900", 900, None, NOW, TESS)


def test_a_comment_without_a_command_asks_for_nothing() -> None:
    assert asked_in_comment(comment("Looks good to me.\n\n> /release go")) is None


@pytest.mark.parametrize(
    ("name", "text"),
    [("release:sign", "run sign"), ("Release: 2.1 ", "run 2.1"), ("RELEASE:build installers", "run build installers")],
)
def test_a_label_asks_for_the_task_that_it_names(name: str, text: str) -> None:
    asking = by_label(name)
    assert asking.invocations == (Invocation(text, 1),)
    assert (asking.comment, asking.label) == (None, name)


@pytest.mark.parametrize(
    "labelled",
    [label("bug"), label("release"), label("release:"), label("release: "), label("release:sign", is_on=False)],
)
def test_any_other_label_asks_for_nothing(labelled: Labelled) -> None:
    assert asked_by_label(labelled) is None


def test_d1_a_label_has_one_key_however_often_it_is_told_and_another_when_it_is_put_on_again() -> None:
    assert by_label("release:sign").key == by_label("release:sign").key
    keys = {by_label("release:sign").key, by_label("release:sign", seconds=1).key, by_label("release:notarize").key}
    assert len(keys) == 3


def test_the_outcome_is_shown_where_it_was_asked_for() -> None:
    commented = asked_in_comment(comment("/release status"))
    assert commented is not None
    yes = React(repo=REPO, comment=900, content="rocket", turn="k")
    for is_accepted, wanted in ((True, yes), (False, replace(yes, content="-1"))):
        (reaction,) = commented.heard(is_accepted=is_accepted, key="k")
        assert reaction == wanted
        assert reaction.ledger_key == f"react:{REPO.id}:k"  # the first outcome of a command is the one that stays
    for is_accepted in (True, False):
        (effect,) = by_label("release:sign").heard(is_accepted=is_accepted, key="k")
        assert effect == Unlabel(repo=REPO, issue=12, label="release:sign", key="k")
