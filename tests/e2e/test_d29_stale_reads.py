"""GitHub answers from before what we wrote: asked again a few times, and nothing is decided on or done twice for it."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import cast

import pytest

from app.sim.wire import Json
from tests.bot import REPO, Bot, running_bot
from tests.e2e.test_tagging import CONFIRM, PLAN, green, no_tag, the_tag

pytestmark = pytest.mark.anyio


@pytest.fixture
async def tagging(tmp_path: Path) -> AsyncIterator[Bot]:
    async with running_bot(tmp_path, plan=PLAN) as running:
        yield running


def without(key: str, is_left_out: Callable[[Json], bool]) -> Callable[[Json], Json]:
    """Leave out of a list what it does not show yet."""

    def bend(body: Json) -> Json:
        shown = [one for one in cast("list[Json]", body[key]) if not is_left_out(one)]
        return {**body, key: shown, "total_count": len(shown)}

    return bend


async def test_d29_a_run_that_is_not_listed_yet_is_looked_for_and_not_started_again(bot: Bot) -> None:
    release = await bot.open_release("1.0.0")
    bot.github.fault("POST", "/dispatches$", status=502, after_doing=True)
    behind = bot.github.fault("GET", r"/workflows/release\.yml/runs$", bend=without("workflow_runs", bool), times=4)
    comment = bot.github.comment(REPO, release.issue, "/release docs", by="release-manager").id
    for webhook in bot.github.take():
        await bot.post(webhook)
    await bot.pass_time(200, step=5, is_deaf=True)  # nor does a webhook tell of the run
    assert behind.times == 0
    assert (bot.dispatches, release.reactions(comment)) == ([("release.yml", "build-docs")], ["eyes", "rocket"])
    assert "Documentation built" in release.ticked()


async def test_d29_a_body_from_before_our_write_is_not_merged_with(bot: Bot) -> None:
    release = await bot.open_release("1.0.0")
    stale = bot.github.stale_issue(REPO, release.issue, reads=4)
    bot.github.collaborate(REPO, "octocat", "write")
    bot.github.status(REPO, bot.github.head(REPO), "legal/ok", "success", by="octocat")
    await bot.pass_time(60, step=5)
    assert stale.reads < 0
    assert release.ticked() == ["Licences are cleared"]
    assert release.body.count("<!-- gonogo:begin") == 1


async def test_d29_no_tag_is_made_while_the_gate_cannot_be_seen_and_one_after(tagging: Bot) -> None:
    bot = tagging
    release = await green(bot)
    ours = without("check_runs", lambda one: one["name"] == "release/gate")
    behind = bot.github.fault("GET", rf"/commits/{bot.github.head(REPO)}/check-runs$", bend=ours, times=8)
    comment = await release.comment(CONFIRM, seconds=1)
    assert no_tag(bot)
    await bot.pass_time(120, step=5)
    assert behind.times == 0
    assert the_tag(bot).object == bot.github.head(REPO)
    assert len(bot.room.repo.tags) == 1
    assert release.reactions(comment) == ["eyes", "rocket"]
    assert bot.gate().conclusion == "success"  # and there is but one


async def test_d29_a_listing_that_does_not_know_of_the_latest_check_takes_nothing_back(tagging: Bot) -> None:
    bot = tagging
    release = await green(bot)
    sha = bot.github.head(REPO)
    bot.github.check(REPO, sha, "lint", app="github-actions", conclusion="failure")
    latest = max(check.id for check in bot.room.repo.checks_at[sha] if check.name == "lint")
    known = without("check_runs", lambda one: one["id"] == latest)
    bot.github.fault("GET", f"/commits/{sha}/check-runs$", bend=known, times=99)
    await bot.pass_time(400, step=20)
    assert (release.ticked(), bot.gate().conclusion) == ([], "failure")
    comment = await release.comment(CONFIRM, seconds=1)
    await bot.pass_time(30, step=5)
    assert release.reactions(comment) == ["eyes", "-1"]
    assert no_tag(bot)
