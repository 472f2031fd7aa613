"""From words to a decision: which command, which release, and whether the actor may."""

import re
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.domain.answering import Understood, choose_release, decide, understand
from app.domain.decision import Accepted, Decision, Refused
from app.domain.messages import (
    BadArguments,
    Message,
    NoRelease,
    NoSuchRelease,
    NotAllowed,
    NotYet,
    OwnStep,
    SeveralReleases,
    TaskChoice,
    UnknownCommand,
)
from app.domain.release.effects import DispatchRun
from app.domain.release.model import Release
from app.domain.slash import MAX_TEXT, Commands, Invocation, SlashCommand
from app.domain.values import Allowed, ReleaseId, Role
from handlers.commands import load_commands
from tests.given import PLAN, facts, release, with_source

COMMANDS = load_commands()
FIRST = release()
SECOND = replace(FIRST, id=ReleaseId("r2"), issue=13, version="1.1.0", tag="v1.1.0")


def understood(text: str) -> Understood:
    found = understand(COMMANDS, Invocation(text, 1))
    assert isinstance(found, Understood)
    return found


def chosen(text: str, *releases: Release, issue: int) -> Release | Message | None:
    return choose_release(releases, issue, understood(text), COMMANDS)


def decided(text: str, role: Role | None = Role.MAINTAIN) -> Decision:
    return decide(understood(text), with_source(facts(FIRST, role=role)), COMMANDS)


# -- which command -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "command", "word"),
    [
        ("status", "status", None),
        ("STATUS", "status", None),
        ("run sign", "run", None),
        ("retry sign --failed", "retry", None),
        ("sign", "run", "sign"),
        ("2.3", "run", "2.3"),
        ("statsu", "run", "statsu"),  # whether there is such a task is for the plan to say
        ("sign notarize", "run", "sign"),
    ],
)
def test_a_word_that_is_no_command_is_taken_for_a_task(text: str, command: str, word: str | None) -> None:
    found = understood(text)
    assert (found.command.name, found.word) == (command, word)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", UnknownCommand(word="", nearest=())),
        ("retyr sign --failed", UnknownCommand(word="retyr", nearest=("retry", "retarget"))),
    ],
)
def test_what_cannot_be_meant_is_answered_with_the_nearest_command(text: str, expected: Message) -> None:
    assert understand(COMMANDS, Invocation(text, 1)) == expected


@pytest.mark.parametrize(
    ("text", "usage"),
    [
        ("run", "run <task...> [--force REASON...]"),
        ("status now", "status"),
        ("sign --failed", "run <task...> [--force REASON...]"),
        ("start 1.0.0 --paln x", "start <version> [--plan NAME] [--target REF]"),
    ],
)
def test_arguments_that_do_not_fit_are_answered_with_the_usage(text: str, usage: str) -> None:
    answer = understand(COMMANDS, Invocation(text, 1))
    assert isinstance(answer, BadArguments)
    assert answer.usage == usage


def test_without_a_command_for_tasks_a_word_is_just_unknown() -> None:
    assert understand(Commands(()), Invocation("sign", 1)) == UnknownCommand(word="sign", nearest=())


# -- which release -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("named", ["1.1.0", "v1.1.0"])
def test_the_release_that_is_named_is_meant_wherever_it_is_named(named: str) -> None:
    assert chosen(f"status --release {named}", FIRST, SECOND, issue=12) is SECOND


def test_a_release_may_be_named_by_a_tag_of_another_form() -> None:
    odd = replace(SECOND, tag="app-1.1.0")
    assert chosen("status --release app-1.1.0", FIRST, odd, issue=12) is odd


def test_a_release_that_is_not_open_is_answered_with_those_that_are() -> None:
    expected = NoSuchRelease(version="9.9", open_versions=("1.0.0", "1.1.0"))
    assert chosen("status --release 9.9", FIRST, SECOND, issue=12) == expected


def test_in_a_tracking_issue_its_own_release_is_meant() -> None:
    assert chosen("status", FIRST, SECOND, issue=13) is SECOND


def test_elsewhere_the_only_open_release_is_meant() -> None:
    assert chosen("status", FIRST, issue=99) is FIRST


def test_elsewhere_with_several_open_somebody_must_say_which() -> None:
    assert chosen("status", FIRST, SECOND, issue=99) == SeveralReleases(versions=("1.0.0", "1.1.0"))


@pytest.mark.parametrize("text", ["start 2.0.0", "help"])
def test_a_command_that_needs_no_release_is_about_none_elsewhere(text: str) -> None:
    assert chosen(text, FIRST, SECOND, issue=99) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("status", NoRelease(command="status")),
        ("sign", NoRelease(command="sign")),
        ("statsu", UnknownCommand(word="statsu", nearest=("status", "start"))),
    ],
)
def test_with_no_release_open_a_mistyped_command_is_told_apart_from_a_task(text: str, expected: Message) -> None:
    assert chosen(text, issue=12) == expected


# -- safety first ------------------------------------------------------------------------------------------

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


# -- what comes of it -----------------------------------------------------------------------------------------


def test_a_task_runs_by_its_name_alone() -> None:
    decision = decided("installers")
    assert isinstance(decision, Accepted)
    assert [effect.task for effect in decision.effects if isinstance(effect, DispatchRun)] == ["1.1"]


def test_a_name_that_fits_several_tasks_is_asked_back() -> None:
    decision = decided("build")
    assert isinstance(decision, Refused)
    assert isinstance(decision.reason, TaskChoice)


@pytest.mark.parametrize("role", [None, Role.READ, Role.WRITE])
def test_a_mistyped_word_is_told_as_that_whoever_typed_it(role: Role | None) -> None:
    assert decided("statsu", role) == Refused(UnknownCommand(word="statsu", nearest=("status", "start")))
    assert decided("instalers", role) == Refused(UnknownCommand(word="instalers", nearest=("build-installers",)))


def test_a_workflow_that_an_item_links_to_is_no_mistyped_word() -> None:
    denied = NotAllowed(command="nightly", allowed=Allowed(least=Role.WRITE), found=Role.READ, is_unread=False)
    assert decided("nightly", Role.READ) == Refused(denied)


@pytest.mark.parametrize("word", ["tag", "publish", "announce", "blocker", "hotfix", "incident", "note"])
def test_a_command_that_is_still_to_come_is_told_as_that(word: str) -> None:
    plan = replace(PLAN, phases=())
    assert decide(understood(word), facts(FIRST, plan=plan), COMMANDS) == Refused(NotYet(word=word))


def test_a_task_of_the_plan_goes_before_a_command_that_is_still_to_come() -> None:
    decision = decided("tag")
    assert isinstance(decision, Refused)
    assert isinstance(decision.reason, OwnStep)


def test_without_a_plan_a_word_is_not_looked_up() -> None:
    at = facts(FIRST, role=Role.MAINTAIN)
    assert PLAN is at.plan
    assert decide(understood("sign"), replace(at, plan=None), COMMANDS) == Refused(NoRelease(command="run"))
