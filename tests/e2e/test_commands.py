"""One story per command: a signed comment in, what people see on GitHub out."""

import pytest
from inline_snapshot import external_file, snapshot

from tests.bot import INTRO, REPO, Bot

pytestmark = pytest.mark.anyio


def seen(name: str, text: str) -> None:
    """Compare what people see with the snapshot of that name: the whole of it, so that a change shows in the diff."""
    assert text == external_file(f"snapshots/{name}.md", format=".txt")


async def test_start_makes_the_issue_the_tracking_issue(bot: Bot) -> None:
    release = await bot.open_release("1.0.0")
    assert release.body.startswith(INTRO)
    seen("start-issue", release.body)
    (status,) = release.status_comments()
    seen("start-status", status)
    gate = bot.gate()
    assert (gate.status, gate.conclusion, gate.title) == snapshot(
        ("in_progress", None, "Not yet: 2 reasons, 0 % ready")
    )
    assert release.replies() == []


async def test_a_task_is_dispatched_and_its_boxes_tick_when_it_succeeds(bot: Bot) -> None:
    release = await bot.open_release("1.0.0")
    comment = await release.comment("/release docs", by="developer", seconds=1)
    assert release.reactions(comment) == ["eyes", "rocket"]
    assert bot.dispatches == [("release.yml", "build-docs")]
    assert release.ticked() == []
    await bot.pass_time(15)
    assert release.ticked() == ["Documentation built", "1.3 Build documentation"]
    seen("run-issue", release.body)
    assert release.replies() == []


async def test_retry_turns_a_red_run_green(bot: Bot) -> None:
    bot.github.outcome("release.yml", conclusion="failure", task="build-docs")
    release = await bot.open_release("1.0.0")
    await release.comment("/release docs", by="developer", seconds=15)
    assert bot.gate().conclusion == "failure"
    seen("retry-issue-failed", release.body)
    bot.github.outcomes.clear()
    comment = await release.comment("/release retry docs --failed", by="developer", seconds=15)
    assert release.reactions(comment) == ["eyes", "rocket"]
    assert "Documentation built" in release.ticked()
    assert bot.gate().conclusion is None
    assert len(bot.dispatches) == 1


async def test_cancel_stops_a_run(bot: Bot) -> None:
    release = await bot.open_release("1.0.0")
    await release.comment("/release docs", by="developer")
    comment = await release.comment("/release cancel docs", by="developer", seconds=10)
    assert release.reactions(comment) == ["eyes", "rocket"]
    (run,) = bot.dispatched
    assert run.conclusion == "cancelled"
    assert release.ticked() == []


async def test_status_links_the_status_comment(bot: Bot) -> None:
    release = await bot.open_release("1.0.0")
    await release.comment("/release status", by="reader")
    assert release.replies() == snapshot(
        [
            """\
The gate of `1.0.0` is ⏳ not green yet: [how it stands](https://github.com/white-room/daw/issues/1#issuecomment-3200000002).

What is missing, and what can be done about it: `/release why`\
"""
        ]
    )
    assert len(release.status_comments()) == 1


async def test_why_lists_every_reason_and_what_moves_it(bot: Bot) -> None:
    release = await bot.open_release("1.0.0")
    await release.comment("/release why", by="reader")
    (answer,) = release.replies()
    seen("why", answer)


async def test_help_lists_commands_and_tasks(bot: Bot) -> None:
    release = await bot.open_release("1.0.0")
    await release.comment("/release help", by="reader")
    await release.comment("/release help retry", by="reader")
    every, one = release.replies()
    seen("help", every)
    seen("help-retry", one)


async def test_several_commands_in_one_comment_are_answered_in_turn(bot: Bot) -> None:
    release = await bot.open_release("1.0.0")
    comment = await release.comment("Here we go:\n\n/release installers\n/release docs\n", by="developer")
    assert bot.dispatches == [("release.yml", "build-installers"), ("release.yml", "build-docs")]
    assert release.reactions(comment) == ["eyes", "rocket"]


async def test_a_command_in_another_issue_means_the_one_open_release(bot: Bot) -> None:
    await bot.open_release("1.0.0")
    other = bot.github.open_issue(REPO, "A bug", "It hurts", by="developer")
    bot.github.comment(REPO, other.number, "/release docs", by="developer")
    await bot.pass_time(2)
    assert bot.dispatches == [("release.yml", "build-docs")]


@pytest.mark.parametrize(
    ("text", "by"),
    [
        ("> /release docs", "developer"),
        ("```\n/release docs\n```", "developer"),
        ("`/release docs`", "developer"),
        ("<!-- /release docs -->", "developer"),
        ("see /release docs", "developer"),
        ("    /release docs", "developer"),
    ],
)
async def test_what_is_quoted_or_code_is_no_command(bot: Bot, text: str, by: str) -> None:
    release = await bot.open_release("1.0.0")
    calls = len(bot.github.calls)
    comment = await release.comment(text, by=by)
    assert (release.reactions(comment), bot.dispatches, len(bot.github.calls)) == ([], [], calls)


async def test_an_edited_or_deleted_comment_runs_nothing(bot: Bot) -> None:
    release = await bot.open_release("1.0.0")
    comment = await release.comment("hello", by="developer")
    bot.github.edit_comment(REPO, comment, "/release docs", by="developer")
    await bot.pass_time(2)
    bot.github.delete_comment(REPO, comment, by="developer")
    await bot.pass_time(2)
    assert (bot.dispatches, release.replies()) == ([], [])


@pytest.mark.parametrize(
    ("text", "by", "name"),
    [
        ("/release instalers", "developer", "typo"),
        ("/release stauts", "reader", "typo-command"),
        ("/release build", "developer", "ambiguous"),
        ("/release 1.2", "developer", "not-runnable"),
        ("/release 2.1", "developer", "own-step"),
        ("/release tag", "developer", "tag-unconfirmed"),
        ("/release docs", "reader", "not-allowed"),
        ("/release go", "release-manager", "not-yet"),
        ("/release start 2.0.0", "release-manager", "issue-taken"),
        ("/release retry docs", "developer", "nothing-to-retry"),
        ("/release cancel docs", "developer", "nothing-to-cancel"),
        ("/release docs --froce", "developer", "bad-arguments"),
        ("/release docs --release 9.9.9", "developer", "no-such-release"),
        ("/release", "developer", "bare"),
    ],
)
async def test_what_cannot_be_done_is_answered_once_with_the_way_on(bot: Bot, text: str, by: str, name: str) -> None:
    release = await bot.open_release("1.0.0")
    comment = await release.comment(text, by=by)
    assert release.reactions(comment) == ["eyes", "-1"]
    (answer,) = release.replies()
    seen(f"refused-{name}", answer)
    assert bot.dispatches == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("/release start 1.0.0 --plan nightly", "no-plan"),
        ("/release start 1.0.0 --target mian", "unknown-ref"),
        ("/release start 1..0", "bad-version"),
        ("/release why", "no-release"),
        ("/release docs", "no-release-task"),
    ],
)
async def test_without_a_release_the_way_to_one_is_named(bot: Bot, text: str, name: str) -> None:
    issue = bot.github.open_issue(REPO, "Release", "", by="release-manager")
    bot.github.comment(REPO, issue.number, text, by="release-manager")
    await bot.pass_time(2)
    (answer,) = [c.body for c in bot.room.repo.comments.values() if c.user.type == "Bot"]
    seen(f"refused-{name}", answer.partition("\n\n<!-- gonogo")[0])


async def test_an_outsider_gets_a_reaction_and_no_words(bot: Bot) -> None:
    release = await bot.open_release("1.0.0")
    comment = await release.comment("/release docs\n/release bogus", by="outsider")
    assert (release.reactions(comment), release.replies(), bot.dispatches) == (["eyes", "-1"], [], [])


async def test_answers_come_in_the_order_of_the_commands(bot: Bot) -> None:
    release = await bot.open_release("1.0.0")
    await release.comment("/release bogus\n/release why --froce", by="developer")
    first, second = release.replies()
    assert "bogus" in first
    assert "--froce" in second


async def test_a_release_of_that_version_in_another_issue_is_named(bot: Bot) -> None:
    await bot.open_release("1.0.0")
    second = await bot.open_release("1.0.0")
    assert second.replies() == snapshot(
        [
            """\
Release `1.0.0` is tracked in #1 already: go on there.

To move it to another commit, say `/release retarget <ref>` there. To end it: `/release finish` or `/release abandon <reason>`\
"""
        ]
    )
    assert "gonogo:begin" not in second.body


async def test_two_releases_at_once_want_to_be_named(bot: Bot) -> None:
    await bot.open_release("1.0.0")
    await bot.open_release("1.1.0")
    other = bot.github.open_issue(REPO, "A bug", "", by="developer")
    bot.github.comment(REPO, other.number, "/release docs", by="developer")
    await bot.pass_time(1)
    bot.github.comment(REPO, other.number, "/release docs --release 1.1.0", by="developer")
    await bot.pass_time(1)
    answers = [c.body for c in bot.room.repo.comments.values() if c.issue is other and c.user.type == "Bot"]
    assert [a.partition("\n\n<!-- gonogo")[0] for a in answers] == snapshot(
        [
            """\
Several releases are open here. Say which one is meant by putting this behind the command, or comment on its tracking issue:

- `--release 1.0.0`
- `--release 1.1.0`\
"""
        ]
    )
    assert bot.dispatches == [("release.yml", "build-docs")]


async def test_the_bot_never_answers_itself_or_another_bot(bot: Bot) -> None:
    release = await bot.open_release("1.0.0")
    await release.comment("/release help")
    before = len(bot.room.repo.comments)
    bot.github.add_user("other[bot]", "Bot")
    comment = await release.comment("/release docs", by="other[bot]")
    await bot.pass_time(5)
    assert (len(bot.room.repo.comments), release.reactions(comment), bot.dispatches) == (before + 1, [], [])


async def test_a_renamed_account_is_not_taken_for_who_it_was(bot: Bot) -> None:
    release = await bot.open_release("1.0.0")
    bot.github.comment(REPO, release.issue, "/release docs", by="developer")
    # Before the bot asks, the login belongs to somebody else: the name has the role, the writer has not.
    imposter = bot.github.add_user("imposter")
    bot.github.users["developer"] = imposter
    imposter.login = "developer"
    await bot.pass_time(2)
    assert bot.dispatches == []
