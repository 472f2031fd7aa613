"""CI moves the checklist: in any order, any number of times, or asked for where the webhook never came."""

import random
from pathlib import Path

import pytest

from app.sim.webhooks import WebhookPost
from tests.bot import REPO, Bot, TrackedRelease, running_bot

pytestmark = pytest.mark.anyio


async def green_ci(bot: Bot) -> None:
    """Everything the small plan waits for beside its runs."""
    sha = bot.github.head(REPO)
    bot.github.check(REPO, sha, "lint", app="github-actions", conclusion="success")
    bot.github.status(REPO, sha, "legal/ok", "success", by="octocat")


async def test_checks_and_statuses_tick_what_waits_for_them(bot: Bot) -> None:
    bot.github.collaborate(REPO, "octocat", "write")
    release = await bot.open_release("1.0.0")
    await green_ci(bot)
    await bot.pass_time(8)
    assert release.ticked() == ["Linter is quiet", "Licences are cleared"]


@pytest.mark.parametrize("conclusion", ["failure", "neutral", "skipped", "cancelled", "timed_out", "action_required"])
async def test_only_success_ticks(bot: Bot, conclusion: str) -> None:
    release = await bot.open_release("1.0.0")
    bot.github.check(REPO, bot.github.head(REPO), "lint", app="github-actions", conclusion=conclusion)
    await bot.pass_time(8)
    assert release.ticked() == []


async def test_a_check_that_turns_red_takes_its_tick_back(bot: Bot) -> None:
    release = await bot.open_release("1.0.0")
    sha = bot.github.head(REPO)
    bot.github.check(REPO, sha, "lint", app="github-actions", conclusion="success")
    await bot.pass_time(8)
    assert release.ticked() == ["Linter is quiet"]
    bot.github.check(REPO, sha, "lint", app="github-actions", conclusion="failure")
    await bot.pass_time(8)
    assert release.ticked() == []
    assert bot.gate().conclusion == "failure"


async def test_a_check_on_another_commit_ticks_nothing(bot: Bot) -> None:
    release = await bot.open_release("1.0.0")
    other = bot.github.commit(REPO, {"more.txt": "more"}, by="developer").sha
    bot.github.check(REPO, other, "lint", app="github-actions", conclusion="success")
    await bot.pass_time(8)
    assert release.ticked() == []


async def play(bot: Bot, order: random.Random | None) -> TrackedRelease:
    """Run a task and CI; with a random order, deliveries are held back, doubled and shuffled."""
    bot.github.collaborate(REPO, "octocat", "write")
    release = await bot.open_release("1.0.0")
    bot.github.comment(REPO, release.issue, "/release docs", by="developer")
    await bot.pass_time(1)
    held: list[WebhookPost] = []
    await green_ci(bot)
    for _ in range(60):
        bot.clock.advance(0.5)
        bot.github.tick()
        held += bot.github.take()
    if order is not None:
        held += order.sample(held, k=len(held) // 2)
        order.shuffle(held)
    for webhook in held:
        await bot.post(webhook)
    await bot.pass_time(20)
    return release


@pytest.mark.parametrize("seed", range(6))
async def test_deliveries_shuffled_and_doubled_end_in_the_same_body(tmp_path: Path, seed: int) -> None:
    (tmp_path / "straight").mkdir()
    (tmp_path / "shuffled").mkdir()
    async with running_bot(tmp_path / "straight") as bot:
        straight = (await play(bot, None)).body
    async with running_bot(tmp_path / "shuffled") as bot:
        shuffled = (await play(bot, random.Random(seed))).body  # noqa: S311 - a seed to be told and replayed
        assert bot.dispatches == [("release.yml", "build-docs")]
    assert shuffled == straight
    assert "- [x] Documentation built" in straight


async def test_what_no_webhook_told_is_asked_for(bot: Bot) -> None:
    bot.github.collaborate(REPO, "octocat", "write")
    release = await bot.open_release("1.0.0")
    await release.comment("/release docs", by="developer", seconds=1)
    await green_ci(bot)
    await bot.pass_time(120, step=1, is_deaf=True)  # CI goes on, and none of its deliveries arrives
    assert {"Documentation built", "Linter is quiet", "Licences are cleared"} <= set(release.ticked())


async def test_five_hundred_completions_make_ten_body_writes_at_most(bot: Bot) -> None:
    release = await bot.open_release("1.0.0")
    await bot.pass_time(10)
    sha, before = bot.github.head(REPO), len(bot.github.calls)
    for number in range(500):
        conclusion = "success" if number % 2 else "failure"
        bot.github.check(REPO, sha, "lint", app="github-actions", conclusion=conclusion)
        if number % 25 == 24:
            await bot.post_at_once(bot.github.take())
            await bot.pass_time(1)
    await bot.pass_time(15)
    calls = bot.github.calls[before:]
    assert 2 <= sum(c.method == "PATCH" and c.path.endswith(f"/issues/{release.issue}") for c in calls) <= 10
    assert sum(c.method == "PATCH" and "/issues/comments/" in c.path for c in calls) <= 10
    assert release.ticked() == ["Linter is quiet"]


async def test_a_release_at_rest_is_asked_after_for_nothing(bot: Bot) -> None:
    """Every answer is one that GitHub need not repeat (304), which it does not count."""
    await bot.open_release("1.0.0")
    await bot.pass_time(660, step=10)
    calls, used = len(bot.github.calls), bot.room.installation.used
    await bot.pass_time(600, step=10)
    asked = bot.github.calls[calls:]
    assert len(asked) > 10
    assert {(call.method, call.status) for call in asked} == {("GET", 304)}
    assert bot.room.installation.used == used


async def test_a_delivery_that_concerns_no_release_costs_no_call(bot: Bot) -> None:
    await bot.open_release("1.0.0")
    await bot.pass_time(10)
    calls = len(bot.github.calls)
    sha = bot.github.head(REPO)
    bot.github.check(REPO, sha, "something else", app="github-actions", conclusion="success")
    bot.github.status(REPO, sha, "other", "success", by="developer")
    issue = bot.github.open_issue(REPO, "A bug", "It hurts", by="developer")
    bot.github.comment(REPO, issue.number, "me too", by="reader")
    bot.github.commit(REPO, {"more.txt": "more"}, by="developer", branch="feature")
    await bot.pass_time(10)
    assert len(bot.github.calls) == calls


async def test_that_the_branch_moves_on_is_shown_once_and_costs_nothing_after_that(bot: Bot) -> None:
    release = await bot.open_release("1.0.0")
    bot.github.commit(REPO, {"more.txt": "more"}, by="developer")
    await bot.pass_time(10)
    assert "`main` has moved on. To release what stands there now: `/release retarget`" in release.body
    calls = len(bot.github.calls)
    for number in range(5):
        bot.github.commit(REPO, {"more.txt": f"more {number}"}, by="developer")
    await bot.pass_time(10)
    assert len(bot.github.calls) == calls


async def test_a_warm_command_costs_four_calls(bot: Bot) -> None:
    release = await bot.open_release("1.0.0")
    await release.comment("/release installers", by="developer", seconds=20)
    calls = len(bot.github.calls)
    bot.github.comment(REPO, release.issue, "/release docs", by="developer")
    await bot.settle()  # no time passes: what is shown follows later, gathered with whatever else changes
    assert [(c.method, c.path.removeprefix(f"/repos/{REPO}")) for c in bot.github.calls[calls:]] == [
        ("POST", "/issues/comments/3200000004/reactions"),
        ("GET", "/git/ref/heads/main"),
        ("POST", "/actions/workflows/release.yml/dispatches"),
        ("POST", "/issues/comments/3200000004/reactions"),
    ]


async def test_a_block_that_somebody_broke_is_put_right_and_their_own_words_stay(bot: Bot) -> None:
    release = await bot.open_release("1.0.0")
    whole = release.body
    cut = whole.replace("<!-- gonogo:end -->", "") + "\r\nMine, at the end. \\1 \\g<0>\r\n"
    bot.github.edit_issue(REPO, release.issue, by="developer", body=cut)
    await bot.pass_time(10)
    assert release.body.count("<!-- gonogo:end -->") == 1
    assert "Mine, at the end. \\1 \\g<0>\r\n" in release.body
    assert release.body.startswith(whole.partition("<!-- gonogo:begin")[0])


async def test_a_status_comment_that_was_thrown_away_comes_back_once(bot: Bot) -> None:
    release = await bot.open_release("1.0.0")
    (comment,) = [c.id for c in bot.room.repo.comments.values() if "gonogo:status" in c.body]
    bot.github.delete_comment(REPO, comment, by="owner")
    await bot.pass_time(10)
    assert len(release.status_comments()) == 1
