"""A process that dies leaves nothing undone: the next one takes up the inbox, the ledger and the show."""

from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from app.adapters.scheduler.local import LocalScheduler
from app.ports import UNTRACED, Span
from app.ports.telemetry import Noted as Value
from tests.bot import REPO, Bot, running_bot

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


class Noted:
    """A tracer that notes which work was begun."""

    def __init__(self) -> None:
        self.done: set[str] = set()

    def span(self, name: str, **about: Value) -> AbstractContextManager[Span]:
        self.done.add(f"{name.removeprefix('work ')}:{about.get('key')}")
        return UNTRACED.span(name)


def alarms(bot: Bot) -> set[str]:
    assert isinstance(bot.service.scheduler, LocalScheduler)
    return set(bot.service.scheduler.alarms)


async def test_every_alarm_is_set_again_after_a_restart_or_its_work_is_done_at_once(tmp_path: Path) -> None:
    noted = Noted()
    async with running_bot(tmp_path, has_doctor=True, has_healer=True, tracer=noted) as bot:
        release = await bot.open_release("1.0.0")
        await release.comment("/release hold a bad feeling --until 2026-03-02T18:00Z")
        await release.comment("/release docs --force it may run", by="release-manager", seconds=2)
        bot.github.fault("POST", "/comments$", status=502, times=1)
        bot.github.comment(REPO, release.issue, "/release status", by="reader")
        bot.github.fault("GET", "/commits/", status=502, times=99)
        bot.github.comment(REPO, release.issue, "/release retarget", by="release-manager")
        await bot.settle()
        await bot.service.scheduler.sweep()
        await bot.settle()
        before = alarms(bot)
        kinds = {key.partition(":")[0] for key in before}
        assert kinds >= {"inbox", "ledger", "poll", "show", "tags", "missed", "heal", "doctor"}
        await bot.stop()
        noted.done.clear()
        await bot.start()
        await bot.settle()
        assert before - alarms(bot) - noted.done == set()
        bot.github.faults.clear()
        await bot.pass_time(60)
