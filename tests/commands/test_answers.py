"""`help`, `status`, `why`, and what every command of a release says where there is none."""

from dataclasses import replace

import pytest

from app.domain.decision import Accepted, Decision, Refused
from app.domain.facts import Facts
from app.domain.messages import (
    AlreadyRunning,
    CommandHelp,
    Help,
    HelpOne,
    NoRelease,
    OwnStep,
    StatusLink,
    UnknownCommand,
    UnknownTask,
    Why,
)
from app.domain.release.events import RunRefused
from app.domain.release.gate import judge
from app.domain.slash import BadArgs, SlashCommand
from app.domain.values import Role, TaskId
from handlers.commands import load_commands
from handlers.commands.cancel import cancel
from handlers.commands.help import help_
from handlers.commands.retry import retry
from handlers.commands.run import run
from handlers.commands.start import start
from handlers.commands.status import status
from handlers.commands.why import why
from tests.given import NOW, PLAN, SHA, facts, release, requested, started, with_source

HELP = tuple(CommandHelp(usage=c.usage, summary=c.summary, who=c.who) for c in load_commands())


def decide(command: SlashCommand, text: str, at: Facts) -> Decision:
    args = command.parse(text)
    assert not isinstance(args, BadArgs)
    return command.decide(replace(at, commands=HELP), args)


def test_help_lists_the_commands_and_the_tasks_that_can_be_run() -> None:
    tasks = (("build-installers", "1.1 Build installers"), ("build-docs", "1.3 Build documentation"))
    assert decide(help_, "", facts(release())) == Accepted(
        answer=Help(commands=HELP, tasks=tasks, workflows=("nightly.yml",))
    )


def test_help_without_a_release_lists_the_commands_alone() -> None:
    assert decide(help_, "", facts()) == Accepted(answer=Help(commands=HELP, tasks=()))


@pytest.mark.parametrize("word", ["retry", "RETRY"])
def test_help_explains_one_command(word: str) -> None:
    (row,) = [c for c in HELP if c.usage.startswith("retry")]
    assert decide(help_, word, facts()) == Accepted(answer=HelpOne(command=row))


def test_help_for_no_command_offers_those_there_are() -> None:
    expected = UnknownCommand(word="publish-it", nearest=tuple(c.usage for c in HELP))
    assert decide(help_, "publish-it", facts()) == Refused(expected)


def test_status_links_the_status_comment_and_asks_github_afresh() -> None:
    at = replace(facts(release()), status_url="https://github.com/octo-org/app/issues/12#issuecomment-1")
    link = StatusLink(version="1.0.0", url=at.status_url, verdict=judge(PLAN, release()))
    assert decide(status, "", at) == Accepted(answer=link, is_refresh=True)


def test_why_gives_every_reason_for_the_commit_being_released() -> None:
    verdict = judge(PLAN, release())
    assert verdict.reasons
    assert decide(why, "", facts(release())) == Accepted(answer=Why(version="1.0.0", sha=SHA, verdict=verdict))


ABOUT_A_RELEASE = {
    "abandon": "no more",
    "approve": "",
    "cancel": "1.1",
    "check": "1.1.1",
    "finish": "",
    "go": "",
    "hold": "",
    "no-go": "",
    "notes": "",
    "publish": "--confirm v1.0.0",
    "replan": "",
    "report": "",
    "resume": "",
    "retarget": "",
    "retry": "1.1",
    "run": "1.1",
    "status": "",
    "tag": "--confirm v1.0.0",
    "uncheck": "1.1.1",
    "unwaive": "1.1.1",
    "veto": "",
    "waive": "1.1.1 no time",
    "why": "",
    "withdraw": "",
}


def test_every_command_but_three_is_about_a_release() -> None:
    assert {command.name for command in load_commands()} - ABOUT_A_RELEASE.keys() == {"help", "note", "start"}


@pytest.mark.parametrize("command", [command for command in load_commands() if command.name in ABOUT_A_RELEASE])
def test_a_command_about_a_release_says_where_there_is_none(command: SlashCommand) -> None:
    text, none = ABOUT_A_RELEASE[command.name], Refused(NoRelease(command=command.name))
    assert decide(command, text, facts(role=Role.ADMIN)) == none
    assert decide(command, text, replace(facts(release()), plan=None)) == none


@pytest.mark.parametrize("command", [retry, cancel])
def test_a_task_that_is_not_there_is_answered_with_the_nearest(command: SlashCommand) -> None:
    answer = decide(command, "instalers", facts(release()))
    assert answer == Refused(UnknownTask(word="instalers", nearest=("build-installers",)))


def test_the_same_task_named_twice_is_run_once() -> None:
    decision = decide(run, "1.1 installers", facts(release()))
    assert isinstance(decision, Accepted)
    assert (len(decision.events), len(decision.effects)) == (1, 1)


def test_a_refused_run_is_not_retried_while_the_plan_says_otherwise() -> None:
    """The tag step was run under an older plan, say: the words of `run` hold for `retry` too."""
    refused = RunRefused(task=TaskId("2.1"), attempt=1, reason="no", at=NOW)
    answer = decide(retry, "2.1", facts(release(requested("2.1"), refused)))
    assert answer == Refused(OwnStep(task="2.1 Tag", step="tag", command="tag --confirm v1.0.0"))


def test_a_run_of_which_nothing_was_heard_can_be_cancelled() -> None:
    decision = decide(cancel, "1.1", facts(release(requested(), started())))
    assert isinstance(decision, Accepted)
    assert [e.kind for e in decision.effects] == ["cancel"]
    waits = decide(retry, "1.1", facts(release(requested(), started())))
    assert isinstance(waits, Refused)
    assert isinstance(waits.reason, AlreadyRunning)


def test_a_release_beside_others_may_be_started() -> None:
    at = replace(with_source(facts(issue=99)), others=(release(),))
    assert isinstance(decide(start, "2.0.0", at), Accepted)
