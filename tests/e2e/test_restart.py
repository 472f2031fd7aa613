"""A process that dies leaves nothing undone: the next one takes up the inbox, the ledger and the show."""

from pathlib import Path

import pytest

from tests.bot import REPO, running_bot

pytestmark = pytest.mark.anyio


async def test_a_stored_delivery_is_handled_after_a_restart(tmp_path: Path) -> None:
    async with running_bot(tmp_path) as bot:
        release = await bot.open_release("1.0.0")
        bot.github.comment(REPO, release.issue, "/release docs", by="developer")
        await bot.service.scheduler.stop()  # nobody works any more, and the door is still open
        for webhook in bot.github.take():
            assert await bot.post(webhook) == 202
        await bot.stop()
        await bot.start()
        await bot.pass_time(20)
        assert bot.dispatches == [("release.yml", "build-docs")]
        assert "Documentation built" in release.ticked()


async def test_the_same_delivery_fifty_times_dispatches_once(tmp_path: Path) -> None:
    async with running_bot(tmp_path) as bot:
        release = await bot.open_release("1.0.0")
        bot.github.comment(REPO, release.issue, "/release docs", by="developer")
        (webhook,) = [w for w in bot.github.take() if w.event == "issue_comment"]
        statuses = await bot.post_at_once([webhook] * 50)
        await bot.pass_time(10)
        assert sorted(statuses) == [200] * 49 + [202]
        assert bot.dispatches == [("release.yml", "build-docs")]
