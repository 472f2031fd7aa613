"""Webhooks that never came are found in GitHub's log, asked for again, and handled once."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from tests.bot import REPO, Bot, running_bot

pytestmark = pytest.mark.anyio

LOG = "/app/hook/deliveries"


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Bot]:
    async with running_bot(tmp_path, has_healer=True) as running:
        yield running


def lose(bot: Bot, status: int = 503) -> list[str]:
    """All that GitHub has sent and nobody took; returns the ids."""
    posts = bot.github.take()
    for post in posts:
        bot.github.delivered(post, status)
    return [post.id for post in posts]


async def heal(bot: Bot) -> None:
    """Have the service look now, as it does every few minutes, and deliver what it asked for."""
    bot.service.scheduler.wake("heal:deliveries")
    await bot.settle()


def asked_for(bot: Bot) -> int:
    return len([call for call in bot.github.calls if call.method == "POST" and call.path.startswith(LOG)])


async def test_a_command_that_never_came_is_asked_for_and_run_once(bot: Bot) -> None:
    release = await bot.open_release("1.0.0")
    comment = bot.github.comment(REPO, release.issue, "/release docs", by="developer")
    lost = lose(bot)
    assert len(lost) >= 1
    await heal(bot)
    await bot.pass_time(3)
    assert bot.dispatches == [("release.yml", "build-docs")]
    assert release.reactions(comment.id) == ["eyes", "rocket"]
    assert asked_for(bot) == len(lost)
    for _ in range(3):
        bot.clock.advance(700)
        await heal(bot)
    assert (len(bot.dispatches), asked_for(bot)) == (1, len(lost))


async def test_what_we_took_although_github_heard_no_answer_is_not_asked_for(bot: Bot) -> None:
    release = await bot.open_release("1.0.0")
    bot.github.comment(REPO, release.issue, "/release docs", by="developer")
    for post in bot.github.take():
        await bot.http.post("/webhook", content=post.body, headers=post.headers)
        bot.github.delivered(post, 0)  # our 202 came too late for it
    await heal(bot)
    await bot.pass_time(3)
    assert (asked_for(bot), bot.dispatches) == (0, [("release.yml", "build-docs")])


async def test_many_lost_ones_come_back_as_no_storm_each_once(bot: Bot) -> None:
    await bot.open_release("1.0.0")
    for number in range(75):
        bot.github.open_issue(REPO, f"Issue {number}", by="reader")
    lost = lose(bot)
    await heal(bot)
    assert (len(lost), asked_for(bot)) == (75, 60)
    bot.clock.advance(61)
    await heal(bot)
    assert asked_for(bot) == 75
    bot.clock.advance(7200)
    await heal(bot)
    assert asked_for(bot) == 75


async def test_one_that_fails_again_is_asked_for_ever_later_until_github_sends_no_more(bot: Bot) -> None:
    release = await bot.open_release("1.0.0")
    bot.github.comment(REPO, release.issue, "/release docs", by="developer")
    (lost,) = lose(bot)
    counts: list[int] = []
    with capture_logs() as log:
        for seconds in (0, 61, 600, 600, 3000, 7200, 7200, 7200, 6 * 3600, 52 * 3600, 2 * 3600, 5 * 3600):
            bot.clock.advance(seconds)
            bot.service.scheduler.wake("heal:deliveries")
            await bot.service.scheduler.idle()
            assert set(lose(bot)) <= {lost}
            counts.append(asked_for(bot))
    assert counts == [1, 1, 2, 2, 3, 3, 3, 4, 5, 6, 6, 6]
    assert [one["event"] for one in log].count("delivery.lost_for_good") == 1
    assert bot.dispatches == []


async def test_what_was_lost_while_our_address_was_closed_for_half_a_day_comes_back(bot: Bot) -> None:
    release = await bot.open_release("1.0.0")
    bot.github.comment(REPO, release.issue, "/release docs", by="developer")
    for _ in range(24):
        lose(bot)
        bot.clock.advance(1800)
        bot.service.scheduler.wake("heal:deliveries")
        await bot.service.scheduler.idle()
    lose(bot)
    bot.clock.advance(6 * 3600)
    await heal(bot)
    await bot.pass_time(3)
    assert bot.dispatches == [("release.yml", "build-docs")]


async def test_a_restart_goes_on_where_it_was_and_asks_for_nothing_twice(bot: Bot) -> None:
    release = await bot.open_release("1.0.0")
    bot.github.comment(REPO, release.issue, "/release docs", by="developer")
    lose(bot)
    bot.service.scheduler.wake("heal:deliveries")
    await bot.service.scheduler.idle()
    assert asked_for(bot) == 1
    await bot.stop()  # what was asked for has not come yet
    reads = len([call for call in bot.github.calls if call.path == LOG])
    await bot.start()
    await bot.settle()
    await bot.pass_time(3)
    assert len([call for call in bot.github.calls if call.path == LOG]) == reads + 1  # it looks at its start
    assert (asked_for(bot), bot.dispatches) == (1, [("release.yml", "build-docs")])


async def test_it_looks_by_itself_every_five_minutes(bot: Bot) -> None:
    release = await bot.open_release("1.0.0")
    await bot.pass_time(1)
    bot.github.comment(REPO, release.issue, "/release docs", by="developer")
    lose(bot, 0)
    bot.clock.advance(301)
    for _ in range(200):
        await asyncio.sleep(0.01)
        await bot.pass_time(0.5)
        if bot.dispatches:
            break
    assert bot.dispatches == [("release.yml", "build-docs")]


async def test_what_is_older_than_github_keeps_is_told_and_not_asked_for(bot: Bot) -> None:
    release = await bot.open_release("1.0.0")
    bot.github.comment(REPO, release.issue, "/release docs", by="developer")
    (lost,) = lose(bot)
    bot.clock.advance(71.5 * 3600)
    with capture_logs() as log:
        await heal(bot)
    assert [one["event"] for one in log if one["event"].startswith("delivery")] == ["delivery.lost_for_good"]
    assert asked_for(bot) == 0
    assert lost


async def test_a_rate_limit_is_waited_for(bot: Bot) -> None:
    release = await bot.open_release("1.0.0")
    bot.github.comment(REPO, release.issue, "/release docs", by="developer")
    lose(bot)
    bot.github.fault("GET", f"^{LOG}", status=429, headers={"retry-after": "900"})
    await heal(bot)
    reads = len([call for call in bot.github.calls if call.path == LOG])
    bot.clock.advance(600)
    await heal(bot)
    assert len([call for call in bot.github.calls if call.path == LOG]) == reads  # nobody was asked
    bot.clock.advance(301)
    await heal(bot)
    await bot.pass_time(3)
    assert bot.dispatches == [("release.yml", "build-docs")]
