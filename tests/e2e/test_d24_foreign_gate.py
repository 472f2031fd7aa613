"""Whoever may push can set a status, and any App a check run, under the gate's own name: D24."""

from pathlib import Path

import pytest
from inline_snapshot import snapshot

from app.domain.release.events_foreign import ForeignGateSeen
from app.sim.state import CheckRun
from tests.bot import REPO, Bot, running_bot

pytestmark = pytest.mark.anyio


def ours(bot: Bot) -> list[CheckRun]:
    checks = bot.room.repo.checks_at[bot.github.head(REPO)]
    return [one for one in checks if one.name == "release/gate" and one.suite.app is bot.room.app]


async def seen(bot: Bot) -> list[tuple[str, str, bool]]:
    (release,) = await bot.service.releases.open_ids()
    events = await bot.service.releases.events(release)
    return [
        (event.sighting.source, event.sighting.progress.value, event.contradicts)
        for event in events
        if isinstance(event, ForeignGateSeen)
    ]


async def test_d24_a_forged_status_is_written_down_told_once_and_answered(tmp_path: Path) -> None:
    async with running_bot(tmp_path) as bot:
        release = await bot.open_release()
        before = len(ours(bot))
        replies = len(release.replies())
        for _ in range(2):
            bot.github.status(REPO, bot.github.head(REPO), "Release/Gate", "success", by="developer")
            await bot.pass_time(10)
        assert await seen(bot) == [("developer", "success", True)]
        (told,) = release.replies()[replies:]
        assert told == snapshot("""\
⚠️ A commit status by `developer` speaks as `release/gate` at `0dfb00f` and says `success`. The gate itself is not green, and only the check run of this App counts. It was posted again, so that it is the newest.

Find out who set it. GitHub's rules go by it only where they name no App: `gonogo doctor` tells, and `gonogo protect` mends.\
""")
        assert len(ours(bot)) == before + 2  # each time ours is the newest again
        assert ours(bot)[-1].conclusion == ours(bot)[0].conclusion


async def test_d24_another_apps_check_run_is_not_the_gate(tmp_path: Path) -> None:
    async with running_bot(tmp_path) as bot:
        release = await bot.open_release()
        replies = len(release.replies())
        bot.github.check(REPO, bot.github.head(REPO), "release/gate", app="impostor", conclusion="success")
        await bot.pass_time(10)
        assert await seen(bot) == [("impostor", "success", True)]
        (told,) = release.replies()[replies:]
        assert "Another App's check run by `impostor`" in told
        everybodys = [c for c in bot.room.repo.checks_at[bot.github.head(REPO)] if c.name == "release/gate"]
        assert everybodys[-1].suite.app is bot.room.app
        assert everybodys[-1].conclusion != "success"


async def test_d24_what_agrees_with_the_gate_is_written_down_and_nobody_is_bothered(tmp_path: Path) -> None:
    async with running_bot(tmp_path) as bot:
        release = await bot.open_release()
        replies = len(release.replies())
        bot.github.status(REPO, bot.github.head(REPO), "release/gate", "pending", by="developer")
        await bot.pass_time(10)
        assert await seen(bot) == [("developer", "queued", False)]
        assert release.replies()[replies:] == []
        bot.github.status(REPO, bot.github.head(REPO), "release/gate", "success", by="developer")
        await bot.pass_time(10)
        assert len(release.replies()[replies:]) == 1


async def test_d24_our_own_check_runs_are_nobody_elses(tmp_path: Path) -> None:
    async with running_bot(tmp_path) as bot:
        await bot.open_release()
        await bot.pass_time(60)
        assert await seen(bot) == []
        assert len(ours(bot)) == 1


async def test_d24_two_bots_at_war_over_the_name_come_to_an_end(tmp_path: Path) -> None:
    async with running_bot(tmp_path) as bot:
        release = await bot.open_release()
        before, replies = len(ours(bot)), len(release.replies())
        for _ in range(12):
            bot.github.status(REPO, bot.github.head(REPO), "release/gate", "success", by="developer")
            await bot.pass_time(5)
        assert len(ours(bot)) == before + 5
        assert len(release.replies()) == replies + 1
        await bot.pass_time(3700, step=60)
        bot.github.status(REPO, bot.github.head(REPO), "release/gate", "success", by="developer")
        await bot.pass_time(5)
        assert len(ours(bot)) == before + 6


async def test_d24_a_status_of_which_github_never_told_is_found_by_the_hourly_look(tmp_path: Path) -> None:
    async with running_bot(tmp_path, has_doctor=True) as bot:
        release = await bot.open_release()
        before, replies = len(ours(bot)), len(release.replies())
        bot.github.status(REPO, bot.github.head(REPO), "release/gate", "success", by="developer")
        bot.github.take()  # lost on the way
        await bot.pass_time(7300, step=60)
        assert await seen(bot) == [("developer", "success", True)]
        assert len(release.replies()) == replies + 1
        assert len(ours(bot)) == before + 1


async def test_d24_where_nothing_is_released_nobody_speaks_for_the_commit(tmp_path: Path) -> None:
    async with running_bot(tmp_path) as bot:
        await bot.open_release()
        first = bot.github.head(REPO)
        bot.github.commit(REPO, {"a.txt": "a"}, by="developer")
        bot.github.status(REPO, bot.github.head(REPO), "release/gate", "success", by="developer")
        await bot.pass_time(10)
        assert await seen(bot) == []
        assert bot.gate(first).suite.app is bot.room.app


async def test_d24_a_github_that_fails_meanwhile_is_asked_again(tmp_path: Path) -> None:
    async with running_bot(tmp_path) as bot:
        await bot.open_release()
        before = len(ours(bot))
        bot.github.fault("POST", "/check-runs$", status=403, message="no", times=1)
        bot.github.status(REPO, bot.github.head(REPO), "release/gate", "success", by="developer")
        await bot.pass_time(10)
        assert len(ours(bot)) == before
        await bot.pass_time(70, step=5)
        assert len(ours(bot)) == before + 1
