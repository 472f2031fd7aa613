"""D30: one bad change must not break the bot unseen: every command on each build, and a look at itself each hour."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import structlog
from structlog.testing import capture_logs

from handlers.commands import load_commands
from tests.bot import REPO, Bot, TrackedRelease, running_bot

pytestmark = pytest.mark.anyio

SAID = {
    "help": ("help", "reader"),
    "status": ("status", "reader"),
    "why": ("why", "reader"),
    "report": ("report", "reader"),
    "notes": ("notes", "release-manager"),
    "hold": ("hold not yet", "release-manager"),
    "resume": ("resume", "release-manager"),
    "run": ("run docs", "developer"),
    "cancel": ("cancel docs", "developer"),
    "retry": ("retry docs", "developer"),
    "check": ("check nothing-like-that", "release-manager"),
    "uncheck": ("uncheck nothing-like-that", "release-manager"),
    "waive": ("waive nothing-like-that no time", "release-manager"),
    "unwaive": ("unwaive nothing-like-that", "release-manager"),
    "approve": ("approve", "release-manager"),
    "veto": ("veto it is not good", "release-manager"),
    "withdraw": ("withdraw", "release-manager"),
    "no-go": ("no-go it is not good", "release-manager"),
    "go": ("go", "release-manager"),
    "retarget": ("retarget", "release-manager"),
    "replan": ("replan", "release-manager"),
    "note": ("note It is faster", "developer"),
    "tag": ("tag --confirm v1.0.0", "release-manager"),
    "publish": ("publish --confirm v1.0.0", "release-manager"),
    "finish": ("finish", "release-manager"),
    "abandon": ("abandon enough of it", "release-manager"),
}
"""A word for each command in an order in which it makes sense, beside `start`, and who says it."""


async def test_d30_every_command_there_is_is_taken_from_a_signed_webhook_to_an_answer(tmp_path: Path) -> None:
    names = {command.name for command in load_commands()}
    assert {"start", *SAID} >= names, f"no word for {names - {'start', *SAID}}"
    merge = (structlog.contextvars.merge_contextvars,)
    async with running_bot(tmp_path) as bot:
        with capture_logs(processors=merge) as log:
            release = await bot.open_release("1.0.0")
            for name in (name for name in SAID if name in names):
                said, by = SAID[name]
                comment = await release.comment(f"/release {said}", by=by, seconds=4)
                assert set(release.reactions(comment)) >= {"eyes"}, name
                assert {"rocket", "-1"} & set(release.reactions(comment)), f"{name} was not answered"
            await bot.pass_time(40)
        decided = {one["command"] for one in log if one["event"] == "command.decided"}
        assert names - decided == set()
        broken = {"delivery.parked", "effect.broken", "effect.failed", "work.failed", "delivery.postponed"}
        assert [one for one in log if one["event"] in broken] == []


def failed(bot: Bot) -> set[str]:
    assert bot.service.checkups.latest is not None
    return {one.name.value for one in bot.service.checkups.latest.checks if one.state != "ok"}


async def broken_permissions(bot: Bot, _: TrackedRelease) -> None:
    bot.room.installation.permissions.pop("checks")


async def broken_webhook(bot: Bot, _: TrackedRelease) -> None:
    bot.github.open_issue(REPO, "Nobody hears of this", by="reader")
    for post in bot.github.take():
        bot.github.delivered(post, 503)


async def broken_plan(bot: Bot, _: TrackedRelease) -> None:
    plan = "---\nno-such-key: 1\n---\n# Release\n\n- [ ] Done\n"
    bot.github.commit(REPO, {".github/release-plan.md": plan}, branch="main", by="developer", message="oops")


async def broken_workflow(bot: Bot, _: TrackedRelease) -> None:
    bot.github.commit(
        REPO, {".github/workflows/release.yml": "on: push"}, branch="main", by="developer", message="oops"
    )


async def broken_key(bot: Bot, _: TrackedRelease) -> None:
    bot.github.fault("GET", "^/app$", status=401, times=99)


@pytest.mark.parametrize(
    ("break_it", "expected"),
    [
        (broken_permissions, "permissions"),
        (broken_webhook, "deliveries"),
        (broken_plan, "plan"),
        (broken_workflow, "workflow"),
        (broken_key, "app"),
    ],
)
async def test_d30_the_hourly_look_at_itself_notices_what_broke_and_writes_nothing(
    tmp_path: Path, break_it: Callable[[Bot, TrackedRelease], Awaitable[None]], expected: str
) -> None:
    async with running_bot(tmp_path, has_doctor=True) as bot:
        release = await bot.open_release()
        await bot.pass_time(2)
        assert expected not in failed(bot)
        await break_it(bot, release)
        await bot.pass_time(10)
        await bot.service.scheduler.stop()  # nobody else works now: whatever is written was written by the look
        before = len(bot.github.calls)
        await bot.service.checkups.examine("service")
        await bot.service.checkups.examine(str(bot.room.repo.id))
        asked = bot.github.calls[before:]
        assert {call.method for call in asked if not call.path.endswith("/access_tokens")} == {"GET"}
        assert expected in failed(bot)
        text = (await bot.http.get("/metrics")).text
        assert f'check="{expected}",state="ok"' not in text
