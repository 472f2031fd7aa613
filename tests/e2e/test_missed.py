"""What GitHub told of and nobody heard is found by asking: a job that waits, a release that others published."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from app.sim.state import WorkflowRun
from tests.bot import REPO, Bot, running_bot
from tests.e2e.test_d28_deployments import FILES, PLAN

pytestmark = pytest.mark.anyio


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Bot]:
    async with running_bot(tmp_path, plan=PLAN, files=FILES) as running:
        running.github.guard(REPO, "production", running.room.app)
        yield running


async def deploy_unheard(bot: Bot, ref: str = "main") -> WorkflowRun:
    """A run that waits, of which GitHub told and nobody heard."""
    run = bot.github.dispatch(REPO, "deploy.yml", ref, by="developer")
    await bot.pass_time(8, is_deaf=True)
    assert {job.status for job in run.latest} == {"waiting"}
    return run


async def look(bot: Bot) -> None:
    """Have the service look now, as it does every five minutes."""
    bot.service.scheduler.wake(f"missed:{bot.room.repo.id}")
    await bot.settle()
    await bot.pass_time(8)


def reviews(bot: Bot) -> int:
    return sum(1 for c in bot.github.calls if c.path.endswith("/deployment_protection_rule") and c.status == 204)


async def test_a_job_whose_question_was_lost_waits_for_the_gate_and_goes_in_once_it_is_green(bot: Bot) -> None:
    release = await bot.open_release()
    run = await deploy_unheard(bot)
    bot.clock.advance(121)
    await look(bot)
    assert "waits to be let into `production`" in release.body
    await release.comment("/release build-docs", seconds=15)
    await release.comment("/release go", seconds=10)
    await bot.pass_time(20)
    assert {job.conclusion for job in run.latest} == {"success"}
    after = reviews(bot)
    await look(bot)
    assert reviews(bot) == after
    assert "waits to be let into" not in release.body


async def test_a_job_at_a_commit_that_nobody_releases_is_turned_away_too(bot: Bot) -> None:
    await bot.open_release()
    bot.github.push_branch(REPO, "side", bot.github.head(REPO), by="developer")
    bot.github.commit(REPO, {"x.txt": "x"}, branch="side", by="developer", message="x")
    await bot.settle()
    run = await deploy_unheard(bot, "side")
    bot.clock.advance(121)
    await look(bot)
    assert {job.conclusion for job in run.latest} == {"failure"}


async def test_a_question_that_was_heard_is_not_asked_again(bot: Bot) -> None:
    release = await bot.open_release()
    bot.github.dispatch(REPO, "deploy.yml", "main", by="developer")
    await bot.pass_time(8)
    bot.clock.advance(121)
    with capture_logs() as log:
        await look(bot)
    assert [one for one in log if one["event"] == "deployment.unheard"] == []
    await release.comment("/release abandon enough", seconds=10)
    await bot.pass_time(20)


async def test_an_environment_is_asked_about_once_however_many_wait_for_it(bot: Bot) -> None:
    release = await bot.open_release()
    for _ in range(3):
        await deploy_unheard(bot)
    bot.clock.advance(121)
    bot.github.calls.clear()
    await look(bot)
    asked = [call for call in bot.github.calls if call.path.endswith("/production/deployment_protection_rules")]
    assert len(asked) == 1
    await release.comment("/release abandon enough", seconds=10)
    await bot.pass_time(20)


async def test_an_environment_that_is_not_ours_is_left_alone(bot: Bot) -> None:
    await bot.open_release()
    bot.room.repo.environments["production"].rules.clear()
    run = bot.github.dispatch(REPO, "deploy.yml", "main", by="developer")
    await bot.pass_time(30, is_deaf=True)
    bot.clock.advance(121)
    await look(bot)
    assert reviews(bot) == 0
    assert run.conclusion == "success"


async def test_a_release_that_somebody_published_unheard_is_told_once(bot: Bot) -> None:
    release = await bot.open_release()
    other = bot.github.draft_release(REPO, "v1.0.0", by="developer")
    bot.github.publish_release(REPO, other.id, by="developer")
    await bot.settle(is_deaf=True)
    for _ in range(3):
        await look(bot)
    assert len([said for said in release.replies() if "developer has published" in said]) == 1
    await bot.stop()
    await bot.start()
    await look(bot)
    assert len([said for said in release.replies() if "developer has published" in said]) == 1


async def test_what_cannot_be_asked_is_asked_again_and_hides_nothing_else(bot: Bot) -> None:
    release = await bot.open_release()
    other = bot.github.draft_release(REPO, "v1.0.0", by="developer")
    bot.github.publish_release(REPO, other.id, by="developer")
    await bot.settle(is_deaf=True)
    bot.github.fault("GET", "/actions/runs$", status=403)
    with capture_logs() as log:
        await look(bot)
    assert [one["event"] for one in log if one["event"].startswith("missed")] == ["missed.not_looked_at"]
    assert len([said for said in release.replies() if "developer has published" in said]) == 1
