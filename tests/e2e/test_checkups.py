"""The service looks after itself: at its start and every hour, told in the log and to Prometheus."""

from pathlib import Path

import pytest
from inline_snapshot import snapshot
from structlog.testing import capture_logs

from app.domain.doctor.check import State
from app.protecting import protect
from tests.bot import REPO, Bot, running_bot

pytestmark = pytest.mark.anyio
SITE = "https://github.com"


def found(bot: Bot) -> dict[str, str]:
    assert bot.service.checkups.latest is not None
    return {f"{one.about}:{one.name}": one.state.value for one in bot.service.checkups.latest.checks}


async def metrics(bot: Bot) -> list[str]:
    answer = await bot.http.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    return [line for line in answer.text.splitlines() if line.startswith("gonogo_doctor")]


async def test_the_service_is_examined_at_its_start(tmp_path: Path) -> None:
    with capture_logs() as log:
        async with running_bot(tmp_path, has_doctor=True) as bot:
            await bot.settle()
            assert found(bot)[":database"] == "ok"
            assert found(bot)["white-room:permissions"] == "ok"
    told = [(one["check"], one["state"]) for one in log if one["event"] == "doctor.found"]
    assert told == [("signing_key", "warning")]


async def test_each_hour_it_looks_again_and_at_repositories_with_releases(tmp_path: Path) -> None:
    async with running_bot(tmp_path, has_doctor=True) as bot:
        await bot.settle()
        assert f"{REPO}:tag_rules" not in found(bot)
        await bot.open_release()
        assert found(bot)[f"{REPO}:tag_rules"] == "failed"
        assert (await protect(bot.service.github, SITE, REPO, apply=True)).is_well
        await bot.pass_time(3600, step=60)
        assert found(bot)[f"{REPO}:tag_rules"] == "ok"
        assert bot.service.checkups.latest is not None
        assert bot.service.checkups.latest.worst is State.WARNING


async def test_prometheus_gets_each_check_with_its_state(tmp_path: Path) -> None:
    async with running_bot(tmp_path, has_doctor=True) as bot:
        await bot.settle()
        lines = await metrics(bot)
        assert lines == snapshot(
            [
                'gonogo_doctor_check{about="",check="database",state="ok"} 1.0',
                'gonogo_doctor_check{about="",check="parked",state="ok"} 1.0',
                'gonogo_doctor_check{about="",check="signing_key",state="warning"} 1.0',
                'gonogo_doctor_check{about="",check="app",state="ok"} 1.0',
                'gonogo_doctor_check{about="",check="clock",state="ok"} 1.0',
                'gonogo_doctor_check{about="",check="webhook",state="ok"} 1.0',
                'gonogo_doctor_check{about="",check="deliveries",state="ok"} 1.0',
                'gonogo_doctor_check{about="",check="lag",state="ok"} 1.0',
                'gonogo_doctor_check{about="white-room",check="installation",state="ok"} 1.0',
                'gonogo_doctor_check{about="white-room",check="permissions",state="ok"} 1.0',
                'gonogo_doctor_check{about="white-room",check="events",state="ok"} 1.0',
                "gonogo_doctor_last_checkup_timestamp_seconds 1.772442e+09",
            ]
        )
        assert bot.room.webhook_secret not in "\n".join(lines)


async def test_what_was_found_two_hours_ago_is_no_more_told(tmp_path: Path) -> None:
    async with running_bot(tmp_path) as bot:
        await bot.service.checkups.examine("service")
        bot.clock.advance(2 * 3600)  # another process has looked meanwhile
        assert await metrics(bot) == ["gonogo_doctor_last_checkup_timestamp_seconds 0.0"]


async def test_before_the_first_look_nothing_is_claimed(tmp_path: Path) -> None:
    async with running_bot(tmp_path) as bot:
        assert await metrics(bot) == ["gonogo_doctor_last_checkup_timestamp_seconds 0.0"]


async def test_a_github_that_is_down_at_the_start_is_unknown_until_the_next_look(tmp_path: Path) -> None:
    async with running_bot(tmp_path) as bot:
        bot.github.fault("GET", "^/app", status=502, times=99)
        await bot.service.checkups.examine("service")
        assert found(bot)[":app"] == "unknown"
        bot.github.faults.clear()
        bot.clock.advance(5)  # after so many failures GitHub is left alone for a while
        await bot.service.checkups.examine("service")
        assert found(bot)[":app"] == "ok"


async def test_d27_a_suspended_app_is_seen_and_what_was_asked_meanwhile_is_done_afterwards(tmp_path: Path) -> None:
    async with running_bot(tmp_path, has_doctor=True) as bot:
        release = await bot.open_release()
        app = bot.room.installation
        bot.github.comment(REPO, release.issue, "/release docs", by="release-manager")
        (asked,) = bot.github.take()
        app.suspended = True  # and our token of it is good for nothing from now on
        bot.github.tokens.clear()
        calls = len(bot.github.calls)
        await bot.post(asked)
        await bot.pass_time(600, step=10)
        tokens = [call for call in bot.github.calls[calls:] if call.path.endswith("/access_tokens")]
        assert len(tokens) <= 11  # one a minute, and no more
        assert (
            f'gonogo_github_waits{{installation="{app.id}",why="suspended"}} 1.0'
            in (await bot.http.get("/metrics")).text
        )
        await bot.service.checkups.examine("service")
        assert found(bot)["white-room:installation"] == "failed"
        assert bot.dispatches == []
        app.suspended = False
        await bot.pass_time(90, step=5)
        assert bot.dispatches == [("release.yml", "build-docs")]
        assert "gonogo_github_waits{" not in (await bot.http.get("/metrics")).text
