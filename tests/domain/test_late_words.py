"""Deliveries come in any order: what was said before something that makes it void counts for nothing."""

from dataclasses import replace

import pytest

from app.domain.answering import Understood, decide, stands_as_said, understand
from app.domain.decision import Decision, Refused
from app.domain.messages import SaidBefore
from app.domain.release.events import Event
from app.domain.release.events_said import CommandAnswered
from app.domain.slash import Invocation
from app.domain.values import Person
from handlers.commands import load_commands
from tests.given import (
    NOW,
    OTHER_SHA,
    RUTH,
    SAM,
    SHA,
    TESS,
    all_signed,
    asks,
    go_said,
    held,
    later,
    retargeted,
    team_release,
)

COMMANDS = load_commands()


def understood(text: str) -> Understood:
    found = understand(COMMANDS, Invocation(text, 1))
    assert isinstance(found, Understood)
    return found


MOVED = replace(retargeted(), said_at=later(5))
READY = (*all_signed(), go_said())


def word(about: str | None, minutes: float, command: str = "another") -> CommandAnswered:
    """A command that was decided on, by when it was said."""
    return CommandAnswered(
        key=f"k{minutes}",
        delivery="d",
        command=command,
        text="x",
        by=RUTH,
        sha=SHA,
        refusal=None,
        at=NOW,
        said_at=later(minutes),
        about=about,
    )


def told(text: str, by: Person, minutes: float, *before: Event) -> Decision:
    """What comes of a command that was said so many minutes after noon."""
    at = replace(asks(by, team_release(*before)), said_at=later(minutes))
    return decide(understood(text), at, COMMANDS)


def is_void(decision: Decision) -> bool:
    return isinstance(decision, Refused) and isinstance(decision.reason, SaidBefore)


@pytest.mark.parametrize(
    "text", ["approve", "check 1.1.1", "waive 1.2.1 x", "go", "2.1", "resume", "retarget", "finish"]
)
def test_d6_what_was_said_before_the_release_moved_counts_for_nothing(text: str) -> None:
    by = TESS if text == "approve" else RUTH
    assert is_void(told(text, by, 4, MOVED))
    assert not is_void(told(text, by, 5, MOVED))
    assert not is_void(told(text, by, 4))


@pytest.mark.parametrize("text", ["hold", "veto", "no-go", "status", "why", "report", "help"])
def test_a_word_for_safety_and_a_question_count_whenever_they_come(text: str) -> None:
    assert not is_void(told(text, RUTH, 4, MOVED, word("call", 9), word("hold", 9), word(f"sign-off:{RUTH.id}", 9)))


@pytest.mark.parametrize(
    ("text", "by", "about"),
    [
        ("go", RUTH, "call"),
        ("resume", RUTH, "hold"),
        ("approve", TESS, f"sign-off:{TESS.id}"),
        ("withdraw", TESS, f"sign-off:{TESS.id}"),
        ("waive 1.2.1 no time", RUTH, "waiver:1.2.1"),
        ("unwaive 1.2.1", RUTH, "waiver:1.2.1"),
        ('waive "User GUIDE" no time', RUTH, "waiver:1.2.1"),
    ],
)
def test_a_word_is_void_where_another_about_the_same_was_said_later(text: str, by: Person, about: str) -> None:
    assert is_void(told(text, by, 4, *READY, held(SAM), word(about, 5)))
    assert not is_void(told(text, by, 5, *READY, held(SAM), word(about, 5)))
    assert not is_void(told(text, by, 4, *READY, held(SAM), word(f"{about}-2", 5)))
    assert not is_void(told(text, by, 4, *READY, held(SAM), word(about, 5, text.partition(" ")[0])))


@pytest.mark.parametrize(
    ("text", "is_kept"),
    [("withdraw", True), ("unwaive 1.2.1", True), ("resume", True), ("finish", False), ("2.1", False)],
)
def test_taking_back_what_is_still_to_come_stands_as_said(text: str, *, is_kept: bool) -> None:
    decision = told(text, RUTH, 4)
    assert isinstance(decision, Refused)
    assert stands_as_said(decision) == is_kept


def test_a_refusal_as_void_says_what_the_release_is_about_now() -> None:
    assert told("2.1", RUTH, 4, MOVED) == Refused(SaidBefore(command="2.1", sha=OTHER_SHA))
    assert told("run 2.1", RUTH, 4, MOVED) == Refused(SaidBefore(command="run", sha=OTHER_SHA))
