"""Releases side by side: two of one repository and a hundred across repositories do not touch one another."""

from pathlib import Path

import pytest

from app.sim.scenario import white_room
from tests.bot import REPO, Bot, TrackedRelease, running_bot
from tests.e2e.plans import TEAM_PLAN

pytestmark = pytest.mark.anyio

MANY = 100


async def test_two_releases_of_a_repository_keep_what_is_theirs(tmp_path: Path) -> None:
    async with running_bot(tmp_path, plan=TEAM_PLAN) as bot:
        first = await bot.open_release("1.0.0")
        old = bot.github.head(REPO)
        bot.github.commit(REPO, {"next": "1"}, by="developer")
        second = await bot.open_release("2.0.0")
        await first.tick("1.1.1", by="writer")
        await second.tick("1.1.2", by="writer")
        await second.comment("/release hold not yet", by="writer", seconds=8)
        await first.comment("/release docs --force now", seconds=2)
        await second.comment("/release docs --force now", seconds=20)
        assert first.ticked() == ["The guide is read", "Documentation built"]
        assert second.ticked() == [
            "The notes are written",
            "Linter is quiet",
            "P1 completion ≥60%",
            "Documentation built",
        ]
        assert [run.sha for run in bot.dispatched] == [old, bot.github.head(REPO)]
        assert (bot.gate(old).conclusion, bot.gate().conclusion) == (None, "failure")
        assert (first.labels, second.labels) == (["gate:pending"], ["gate:failure", "gate:held"])
        stranger = bot.github.open_issue(REPO, "Which one", "", by="developer")
        bot.github.comment(REPO, stranger.number, "/release why", by="developer")
        bot.github.comment(REPO, stranger.number, "/release resume --release 2.0.0", by="writer")
        await bot.pass_time(8)
        assert second.labels == ["gate:pending"]
        assert "--release 1.0.0" in next(c.body for c in stranger.comments if c.user.type == "Bot")


async def test_a_hundred_releases_across_repositories_run_at_once(tmp_path: Path) -> None:
    async with running_bot(tmp_path, plan=TEAM_PLAN) as bot:
        names = [
            f"org-{number // 5}/part-{number}" for number in range(MANY)
        ]  # five an installation: each has its pace
        for name in names:
            white_room(bot.github, plan=TEAM_PLAN, name=name, app=bot.room.app)
        releases = [open_in(bot, name) for name in names]
        for release in releases:
            bot.github.comment(release.repo, release.issue, "/release start 1.0.0", by="release-manager")
        await bot.post_at_once(bot.github.take())
        await bot.pass_time(60, step=10)
        for number, release in enumerate(releases):
            click(bot, release, "1.1.1" if number % 2 else "1.1.2")
            bot.github.check(
                release.repo, bot.github.head(release.repo), "lint", app="github-actions", conclusion="success"
            )
        await bot.post_at_once(bot.github.take())
        await bot.pass_time(60, step=10)
        for number, release in enumerate(releases):
            mine = ["The guide is read"] if number % 2 else ["The notes are written"]
            assert release.ticked() == [*mine, "Linter is quiet", "P1 completion ≥60%"], release.repo
            assert release.replies() == []
        assert len(await bot.service.releases.open_ids()) == MANY


def open_in(bot: Bot, repo: str) -> TrackedRelease:
    issue = bot.github.open_issue(repo, "Release 1.0.0", "", by="release-manager")
    return TrackedRelease(bot=bot, issue=issue.number, repo=repo)


def click(bot: Bot, release: TrackedRelease, item: str) -> None:
    lines = release.body.splitlines(keepends=True)
    body = "".join(line.replace("- [ ]", "- [x]") if f"i:{item} " in line else line for line in lines)
    bot.github.edit_issue(release.repo, release.issue, by="writer", body=body)
