"""From words to a decision: which command, which release, and whether the actor may."""

from dataclasses import replace

import pytest

from app.domain.answering import Understood, choose_release, decide, understand
from app.domain.decision import Accepted, Decision, Refused
from app.domain.messages import (
    BadArguments,
    Message,
    NoRelease,
    NoSuchRelease,
    NotAllowed,
    NotRunnable,
    NotYet,
    ReleaseOver,
    SeveralReleases,
    TaskChoice,
    UnknownCommand,
)
from app.domain.plan.reader import read_plan
from app.domain.release.effects import DispatchRun
from app.domain.release.events_course import ReleaseAbandoned, ReleaseFinished
from app.domain.release.model import Release
from app.domain.slash import Commands, Invocation
from app.domain.values import Allowed, ReleaseId, Role
from handlers.commands import load_commands
from tests.given import (
    MANAGER,
    NOW,
    PLAN,
    facts,
    release,
    with_source,
)

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


@pytest.mark.parametrize("word", ["hold", "veto", "no-go"])
def test_stopping_is_not_lost_to_a_wrong_version_in_the_tracking_issue(word: str) -> None:
    assert chosen(f"{word} --release 9.9", FIRST, SECOND, issue=12) is FIRST
    assert chosen(f"{word} --release 1.1.0", FIRST, SECOND, issue=12) is SECOND
    assert isinstance(chosen(f"{word} --release 9.9", FIRST, SECOND, issue=99), NoSuchRelease)


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


@pytest.mark.parametrize(("text", "is_about_it"), [("status", True), ("hold", True), ("sign", True), ("help", False)])
def test_in_the_issue_of_a_release_that_is_over_no_other_one_is_meant(text: str, *, is_about_it: bool) -> None:
    over = release(ReleaseAbandoned(by=MANAGER, reason="1.0.1 takes its place", at=NOW))
    found = choose_release([SECOND], 12, understood(text), COMMANDS, over)
    assert found == (ReleaseOver(version="1.0.0", how="abandoned") if is_about_it else None)


def test_in_the_issue_of_a_release_that_is_over_another_one_may_be_named_or_started() -> None:
    over = release(ReleaseFinished(by=MANAGER, reason="", at=NOW))
    assert choose_release([SECOND], 12, understood("status --release 1.1.0"), COMMANDS, over) is SECOND
    assert choose_release([SECOND], 12, understood("start 1.2.0"), COMMANDS, over) is None
    assert choose_release([], 12, understood("status"), COMMANDS, over) == ReleaseOver(version="1.0.0", how="finished")


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


@pytest.mark.parametrize("word", ["announce", "blocker", "hotfix", "incident"])
def test_a_command_that_is_still_to_come_is_told_as_that(word: str) -> None:
    plan = replace(PLAN, phases=())
    assert decide(understood(word), facts(FIRST, plan=plan), COMMANDS) == Refused(NotYet(word=word))


def test_a_task_of_the_plan_goes_before_a_command_that_is_still_to_come() -> None:
    plan = read_plan("# Ship\n\n## Announce\n\n- [ ] Announced\n", version="1.0.0")
    decision = decide(understood("announce"), facts(FIRST, plan=plan), COMMANDS)
    assert isinstance(decision, Refused)
    assert isinstance(decision.reason, NotRunnable)


def test_without_a_plan_a_word_is_not_looked_up() -> None:
    at = facts(FIRST, role=Role.MAINTAIN)
    assert PLAN is at.plan
    assert decide(understood("sign"), replace(at, plan=None), COMMANDS) == Refused(NoRelease(command="run"))
