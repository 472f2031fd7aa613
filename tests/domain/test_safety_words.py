"""Who wants a release stopped is understood however they put it; what lets it go on is taken by the very word."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.domain.answering import Understood, understand
from app.domain.messages import BadArguments
from app.domain.slash import MAX_TEXT, Invocation, SlashCommand
from handlers.commands import load_commands

COMMANDS = load_commands()


def understood(text: str) -> Understood:
    found = understand(COMMANDS, Invocation(text, 1))
    assert isinstance(found, Understood)
    return found


SAFETY = tuple(command for command in COMMANDS if command.is_safety)


@pytest.mark.parametrize(
    ("text", "command", "reason"),
    [
        ("hold", "hold", None),
        ("hold!", "hold", None),
        ("HOLD:", "hold", None),
        ("Hold!!! the build is red", "hold", "the build is red"),
        ("hold:the build is red", "hold", "the build is red"),
        ("hold—the build is red", "hold", "the build is red"),
        ("hold, please", "hold", "please"),
        ("STOP", "hold", None),
        ("pause… for lunch", "hold", "for lunch"),
        ("hold --unitl 2h", "hold", "--unitl 2h"),
        ("hold --force it", "hold", "--force it"),
        ("hold --until", "hold", "--until"),
        ('hold ""', "hold", '""'),
        ("veto!", "veto", None),
        ("veto: it crashes", "veto", "it crashes"),
        ("no-go", "no-go", None),
        ("no-go!", "no-go", None),
        ("nogo", "no-go", None),
        ("NoGo. Too slow", "no-go", "Too slow"),
        ("no go", "no-go", None),
        ("NO GO!", "no-go", None),
        ("no go because it crashes", "no-go", "because it crashes"),
        ("no go: it crashes", "no-go", "it crashes"),
        ("no-go:it crashes", "no-go", "it crashes"),
    ],
)
def test_who_wants_a_release_stopped_is_understood_however_they_put_it(
    text: str, command: str, reason: str | None
) -> None:
    found = understood(text)
    assert (found.command.name, found.word, found.args.get("reason")) == (command, None, reason)


@pytest.mark.parametrize("text", ["hold broken --until 2h", "hold --until 2h broken", "hold --until=2h broken"])
def test_an_option_is_still_one(text: str) -> None:
    found = understood(text)
    assert (found.args.get("reason"), found.args.get("until")) == ("broken", "2h")


@pytest.mark.parametrize(
    "text", ["hold x --until 2h --y", "hold --y x --until=2h", "hold --until 2h --release 1.0.0 --y x"]
)
def test_an_option_is_still_one_beside_what_is_none(text: str) -> None:
    found = understood(text)
    assert found.args.get("until") == "2h"
    assert set((found.args.get("reason") or "").split()) == {"x", "--y"}


@pytest.mark.parametrize("text", ["go!", "go:", "go.", "approve!", "resume!", "no gossip", "no-go-area", "holdup"])
def test_another_command_is_taken_by_its_very_word(text: str) -> None:
    assert understood(text).word == text.partition(" ")[0]  # a task of that name, if anything


@pytest.mark.parametrize(
    "text",
    [
        "go now",
        "go --force",
        "resume it",
        "withdraw it",
        "finish now",
        "waive 1.1.1",
        "abandon",
        "check",
        "approve --x",
    ],
)
def test_another_command_takes_only_what_its_usage_says(text: str) -> None:
    assert isinstance(understand(COMMANDS, Invocation(text, 1)), BadArguments)


WORDS = re.compile(r"[^\W_]+")


@given(st.sampled_from(SAFETY), st.sampled_from([" ", ": ", ":", "! ", "!!! ", ", "]), st.text(max_size=900))
@example(SAFETY[0], " ", "--until")
@example(SAFETY[0], " ", "--until --until --until")
@example(SAFETY[0], " ", "--release --until '")
@example(SAFETY[0], " ", "-- --until 2h")
def test_whatever_follows_a_command_for_safety_is_accepted_and_kept(
    command: SlashCommand, between: str, text: str
) -> None:
    comment = re.sub(r"\s", " ", f"{command.name}{between}{text}").strip()  # as the comment's reader hands it on
    found = understood(comment)
    assert found.command is command
    args = found.args
    kept = " ".join(map(str, (*args.values.values(), *args.flags, *args.flags.values(), args.release, "release")))
    said = WORDS.findall(comment.removeprefix(command.name).casefold())
    assert set(said) <= set(WORDS.findall(kept.casefold()))


@pytest.mark.parametrize("command", SAFETY)
def test_only_a_text_past_the_limit_is_refused(command: SlashCommand) -> None:
    assert isinstance(understand(COMMANDS, Invocation(f"{command.name} {'x' * MAX_TEXT}", 1)), Understood)
    too_long = understand(COMMANDS, Invocation(f"{command.name} {'x' * (MAX_TEXT + 1)}", 1))
    assert isinstance(too_long, BadArguments)


def test_the_commands_for_safety_are_those_that_stop_a_release() -> None:
    assert {command.name for command in SAFETY} == {"hold", "veto", "no-go"}
