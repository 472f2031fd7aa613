"""`gonogo deliveries` as people and scripts meet it, beside a service that runs and without one."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
import typer
from structlog.testing import capture_logs
from typer.testing import CliRunner, Result

from app.adapters.db.migrate import upgrade
from app.cli_deliveries import add_deliveries
from app.ports import MOST_TROUBLED, Replayed, Troubled
from app.replaying import replay_in, troubled_in
from tests.bot import INTRO, REPO, Bot, TrackedRelease, running_bot
from tests.clock import NOON

pytestmark = pytest.mark.anyio


def gonogo(url: str, *arguments: str) -> Result:
    """Type a command; it is another process in life, so it knows the database alone."""
    cli = typer.Typer(pretty_exceptions_enable=False)
    cli.callback()(lambda: None)
    add_deliveries(cli, lambda: troubled_in(url), lambda delivery: replay_in(url, delivery))
    with capture_logs():
        return CliRunner().invoke(cli, ["deliveries", *arguments], terminal_width=200)


def address(folder: Path) -> str:
    return f"sqlite:///{folder / 'gonogo.db'}"


async def parked(bot: Bot) -> tuple[TrackedRelease, str]:
    """A command whose delivery was given up, since GitHub would not say where its branch stands."""
    issue = bot.github.open_issue(REPO, "Release 1.0.0", INTRO, by="release-manager")
    await bot.settle()
    bot.github.fault("GET", "/commits/", status=403, message="Resource not accessible \x1b[2J", times=99)
    bot.github.comment(REPO, issue.number, "/release start 1.0.0", by="release-manager")
    (delivery,) = [post.id for post in bot.github.outbox if post.event == "issue_comment"]
    await bot.pass_time(20)
    bot.github.faults.clear()
    release = TrackedRelease(bot=bot, issue=issue.number)
    assert release.body == INTRO
    return release, delivery


async def test_a_parked_delivery_is_listed_with_its_reason_and_replayed_while_the_service_runs(tmp_path: Path) -> None:
    url = address(tmp_path)
    async with running_bot(tmp_path, has_doctor=True) as bot:
        release, delivery = await parked(bot)
        listed = await asyncio.to_thread(gonogo, url)
        assert listed.exit_code == 0
        assert f"parked  {delivery}  issue_comment  repo:{bot.room.repo.id}" in listed.output
        assert "Rejected: 403 Resource not accessible" in listed.output
        assert "\x1b" not in listed.output
        (told,) = json.loads((await asyncio.to_thread(gonogo, url, "--json")).output)["deliveries"]
        assert (told["id"], told["state"], told["attempts"]) == (delivery, "parked", 3)
        await bot.service.checkups.examine("service")
        assert bot.service.checkups.latest is not None
        (check,) = [one for one in bot.service.checkups.latest.checks if one.name == "parked"]
        assert (check.state, check.found) == ("warning", "1 deliveries were given up, 0 are being tried again.")
        assert "gonogo deliveries" in check.todo
        done = await asyncio.to_thread(gonogo, url, "replay", delivery)
        assert (done.exit_code, done.output.startswith("Put back")) == (0, True)
        bot.clock.advance(31)  # by its own sweep: nobody has told the service
        for _ in range(400):
            await asyncio.sleep(0.01)  # the sweep reads the database in its own time
            await bot.pass_time(0.5)
            if release.status_comments():
                break
        assert len(release.status_comments()) == 1
        again = await asyncio.to_thread(gonogo, url, "replay", delivery)
        assert (again.exit_code, again.output) == (1, "It was handled already.\n")
        await bot.pass_time(35)
        assert len(release.status_comments()) == 1
        assert len([said for said in release.replies() if delivery in said]) == 1  # the apology, said once
        assert "Every delivery was handled" in (await asyncio.to_thread(gonogo, url)).output


async def test_what_is_replayed_while_no_service_runs_is_handled_at_the_next_start(tmp_path: Path) -> None:
    async with running_bot(tmp_path) as bot:
        release, delivery = await parked(bot)
        await bot.stop()
        assert (await asyncio.to_thread(gonogo, address(tmp_path), "replay", delivery)).exit_code == 0
        await bot.start()
        await bot.pass_time(5)
        assert len(release.status_comments()) == 1


async def test_one_that_is_tried_again_is_told_as_failing_and_needs_no_replay(tmp_path: Path) -> None:
    async with running_bot(tmp_path) as bot:
        await bot.open_release("1.0.0")
        bot.github.fault("GET", "/commits/", status=502, times=3)
        bot.github.comment(REPO, 1, "/release retarget", by="release-manager")
        await bot.settle()
        (told,) = json.loads((await asyncio.to_thread(gonogo, address(tmp_path), "--json")).output)["deliveries"]
        assert (told["state"], told["attempts"], told["parked_at"]) == ("failing", 1, None)
        listed = (await asyncio.to_thread(gonogo, address(tmp_path))).output
        assert "failing" in listed
        assert "1 try" in listed
        assert "replay" not in listed
        refused = await asyncio.to_thread(gonogo, address(tmp_path), "replay", told["id"])
        assert (refused.exit_code, "tried again by itself" in refused.output) == (1, True)
        await bot.pass_time(30)


def test_a_delivery_that_nobody_knows_is_told(tmp_path: Path) -> None:
    upgrade(address(tmp_path))
    refused = gonogo(address(tmp_path), "replay", "no-such-id")
    assert (refused.exit_code, "no such delivery" in refused.output) == (1, True)


NAUGHTY = Troubled(
    id="one",
    event="push",
    key="repo:7",
    received_at=NOON,
    attempts=3,
    error="\x1b[2J \x9b31m \u202e [red]no[/red] \ud83d",
    parked_at=NOON,
)


def listed(found: Sequence[Troubled], *arguments: str) -> str:
    cli = typer.Typer(pretty_exceptions_enable=False)
    cli.callback()(lambda: None)
    add_deliveries(cli, lambda: found, lambda _: Replayed.UNKNOWN)
    done = CliRunner().invoke(cli, ["deliveries", *arguments])
    assert done.exit_code == 0
    return done.output


@pytest.mark.parametrize("arguments", [(), ("--json",)])
def test_what_came_from_outside_drives_no_terminal(arguments: tuple[str, ...]) -> None:
    said = listed([NAUGHTY], *arguments)
    assert "[red]no[/red]" in said
    assert all(character.isprintable() or character == "\n" for character in said)


def test_a_list_that_is_not_whole_says_so() -> None:
    assert "the first 1,000: there may be more" in listed([NAUGHTY] * MOST_TROUBLED)
    assert json.loads(listed([NAUGHTY] * MOST_TROUBLED, "--json"))["is_cut"]
    assert not json.loads(listed([NAUGHTY], "--json"))["is_cut"]


def test_a_database_that_cannot_be_used_is_told_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "gonogo.db").write_bytes(b"no database" * 100)
    refused = gonogo(address(tmp_path))
    assert (refused.exit_code, "cannot be used: file is not a database" in refused.output) == (2, True)


def test_without_a_database_it_says_what_to_do(tmp_path: Path) -> None:
    refused = gonogo(address(tmp_path))
    assert (refused.exit_code, "gonogo db upgrade" in refused.output) == (2, True)
    assert not (tmp_path / "gonogo.db").exists()
