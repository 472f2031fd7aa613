"""What a command is, and finding one by its word."""

import pkgutil

import pytest

import handlers.commands
from app.domain.decision import Accepted, Decision
from app.domain.facts import Facts
from app.domain.slash import Args, Commands, Need, SlashCommand, slash_command
from app.domain.values import Who
from handlers.commands import load_commands


def command(name: str, *aliases: str, is_safety: bool = False) -> SlashCommand:
    @slash_command(name, usage=f"{name} [note...]", who=Who.DOER, aliases=aliases, is_safety=is_safety)
    def decide(facts: Facts, args: Args) -> Decision:  # noqa: ARG001  # the shape of every command
        """Do it."""
        return Accepted()

    return decide


def test_a_command_is_made_of_a_function_and_its_docstring() -> None:
    @slash_command(
        "retry",
        usage="retry <task> [--failed]",
        who=Who.MANAGER,
        needs=frozenset({Need.RELEASE}),
        examples=("retry sign",),
    )
    def retry(facts: Facts, args: Args) -> Decision:  # noqa: ARG001  # the shape of every command
        """Run a task again.

        With `--failed`
        only its failed jobs.
        """
        return Accepted()

    assert retry.summary == "Run a task again."
    assert retry.details == "With `--failed`\nonly its failed jobs."
    assert (retry.name, retry.who, retry.needs) == ("retry", Who.MANAGER, {Need.RELEASE})
    assert retry.examples == ("retry sign",)
    assert retry.parse("sign --failed") == Args(values={"task": "sign"}, flags={"failed": None})


def test_a_usage_of_another_name_is_refused() -> None:
    with pytest.raises(ValueError, match="does not begin with 'hold'"):
        slash_command("hold", usage="holds", who=Who.DOER)


def test_a_malformed_usage_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="cannot read"):
        slash_command("hold", usage="hold {x}", who=Who.DOER)


def test_a_command_without_help_is_refused() -> None:
    def silent(facts: Facts, args: Args) -> Decision:  # noqa: ARG001  # the shape of every command
        return Accepted()

    with pytest.raises(ValueError, match="no docstring"):
        slash_command("silent", usage="silent", who=Who.DOER)(silent)


def test_commands_are_sorted_and_found_by_name_and_alias() -> None:
    why, status = command("why"), command("status", "state")
    commands = Commands([why, status])
    assert list(commands) == [status, why]
    assert len(commands) == 2
    assert commands.find("WHY") is why
    assert commands.find("State") is status
    assert commands.find("where") is None


@pytest.mark.parametrize("word", ["HALT!", "halt:", "stop…", "Stop--"])
def test_only_a_command_for_safety_is_found_with_something_behind_its_word(word: str) -> None:
    halt = command("halt", "stop", is_safety=True)
    assert Commands([halt]).find(word) is halt
    assert Commands([command("halt", "stop")]).find(word) is None


def test_a_question_is_no_command_for_safety() -> None:
    assert Commands([command("halt", is_safety=True)]).find("halt?") is None


@pytest.mark.parametrize(("text", "values"), [("--x y", {"note": "--x y"}), ("y", {"note": "y"})])
def test_a_command_for_safety_takes_whatever_is_said(text: str, values: dict[str, str]) -> None:
    assert command("halt", is_safety=True).parse(text) == Args(values=values, flags={})


def test_a_command_that_only_asks_is_for_everybody() -> None:
    assert {c.name for c in load_commands() if c.is_question} == {"help", "report", "status", "why"}


@pytest.mark.parametrize("second", [command("why"), command("because", "WHY")])
def test_two_commands_cannot_answer_to_one_word(second: SlashCommand) -> None:
    with pytest.raises(ValueError, match=r"(?i)two commands answer to 'why'"):
        Commands([command("why"), second])


def test_near_words_are_commands_aliases_and_tasks() -> None:
    commands = Commands([command("status", "state"), command("retry")])
    assert commands.nearest("statsu") == ("status", "state")
    assert commands.nearest("NOTARISE", ["Notarize", "sign"]) == ("Notarize",)
    assert commands.nearest("zzz", ["sign"]) == ()
    assert commands.nearest("x" * 100_000, ["sign"]) == ()


def test_every_file_of_the_folder_is_a_command() -> None:
    files = {f"handlers.commands.{entry.name}" for entry in pkgutil.iter_modules(handlers.commands.__path__)}
    assert {command.decide.__module__ for command in load_commands()} == files
