"""Dispatching: never twice, never on another commit, and told when it cannot be."""

from pathlib import Path

import pytest
from inline_snapshot import external_file

from app.sim.scenario import workflow_text
from tests.bot import REPO, Bot, running_bot

pytestmark = pytest.mark.anyio


def seen(name: str, text: str) -> None:
    assert text == external_file(f"snapshots/{name}.md", format=".txt")


async def test_the_target_s_own_branch_is_used_while_it_stands_there(bot: Bot) -> None:
    release = await bot.open_release("1.0.0")
    await release.comment("/release docs", by="developer")
    (run,) = bot.dispatched
    assert run.ref == "refs/heads/main"
    assert "refs/heads/gonogo/1.0.0" not in bot.room.repo.refs


async def test_when_the_branch_has_moved_on_a_candidate_branch_is_made_at_the_target(bot: Bot) -> None:
    release = await bot.open_release("1.0.0")
    target = bot.github.head(REPO)
    bot.github.commit(REPO, {"more.txt": "more"}, by="developer")
    await release.comment("/release docs", by="developer", seconds=15)
    (run,) = bot.dispatched
    assert (run.ref, run.sha) == ("refs/heads/gonogo/1.0.0", target)
    assert "Documentation built" in release.ticked()


async def test_a_candidate_branch_that_somebody_moved_is_not_dispatched(bot: Bot) -> None:
    release = await bot.open_release("1.0.0")
    moved = bot.github.commit(REPO, {"more.txt": "more"}, by="developer").sha
    bot.github.push_branch(REPO, "gonogo/1.0.0", moved, by="developer")
    comment = await release.comment("/release docs", by="developer")
    assert (bot.dispatches, release.reactions(comment)) == ([], ["eyes", "-1"])
    seen("candidate-moved", "\n---\n".join(release.replies()))


async def test_d11_a_branch_forced_elsewhere_between_look_and_call_is_noticed_and_its_run_cancelled(bot: Bot) -> None:
    release = await bot.open_release("1.0.0")
    other = bot.github.commit(REPO, {"more.txt": "more"}, by="developer", branch="other").sha
    # The branch moves just as the dispatch arrives: GitHub runs the new head and says so with the run.
    bot.meddler.before("POST", "/dispatches", lambda: bot.github.push_branch(REPO, "main", other, by="developer"))
    await release.comment("/release docs", by="developer", seconds=15)
    (run,) = bot.dispatched
    assert (run.sha, run.conclusion) == (other, "cancelled")
    assert "Documentation built" not in release.ticked()
    assert "the branch moved while the run was being started" in release.body


async def test_d11_an_answer_that_was_lost_is_found_again_by_the_mark(bot: Bot) -> None:
    release = await bot.open_release("1.0.0")
    bot.github.fault("POST", "/dispatches$", status=502, after_doing=True)
    comment = await release.comment("/release docs", by="developer", seconds=30)
    assert len(bot.dispatches) == 1
    assert "Documentation built" in release.ticked()
    assert release.reactions(comment) == ["eyes", "rocket"]


async def test_d11_a_run_that_shows_late_in_listings_is_waited_for_and_not_sent_again(bot: Bot) -> None:
    release = await bot.open_release("1.0.0")
    bot.github.pace.listing = 45
    bot.github.fault("POST", "/dispatches$", status=502, after_doing=True)
    await release.comment("/release docs", by="developer", seconds=0)
    await bot.pass_time(90, is_deaf=True)  # no webhook gives the run away
    assert len(bot.dispatches) == 1
    assert "Documentation built" in release.ticked()


async def test_d11_a_dispatch_that_never_arrived_is_sent_once_more_after_a_minute_of_looking(bot: Bot) -> None:
    release = await bot.open_release("1.0.0")
    bot.github.fault("POST", "/dispatches$", status=500)
    comment = await release.comment("/release docs", by="developer", seconds=30)
    assert bot.dispatches == []
    await bot.pass_time(60)
    assert bot.dispatches == [("release.yml", "build-docs")]
    assert release.reactions(comment) == ["eyes", "rocket"]


async def test_d11_a_dispatch_that_stays_unanswered_is_told_and_left_to_a_person(bot: Bot) -> None:
    release = await bot.open_release("1.0.0")
    bot.github.fault("POST", "/dispatches$", status=500, times=9)
    comment = await release.comment("/release docs", by="developer", seconds=200)
    assert release.reactions(comment) == ["eyes", "-1"]
    seen("dispatch-unclear", "\n---\n".join(release.replies()))
    assert sum(c.path.endswith("/dispatches") for c in bot.github.calls) == 2
    again = await release.comment("/release docs", by="developer")
    assert release.reactions(again) == ["eyes", "-1"]


async def test_d11_a_refusal_of_github_is_told(bot: Bot) -> None:
    release = await bot.open_release("1.0.0")
    bot.github.fault("POST", "/dispatches$", status=422)
    comment = await release.comment("/release docs", by="developer")
    assert release.reactions(comment) == ["eyes", "-1"]
    assert "GitHub answered 422" in release.replies()[0]
    again = await release.comment("/release docs", by="developer")
    assert release.reactions(again) == ["eyes", "rocket"]


async def test_a_rate_limit_puts_the_dispatch_off_and_nothing_is_lost(bot: Bot) -> None:
    release = await bot.open_release("1.0.0")
    bot.github.fault("POST", "/dispatches$", status=429, headers={"retry-after": "20"})
    comment = await release.comment("/release docs", by="developer", seconds=10)
    assert bot.dispatches == []
    await bot.pass_time(90)
    assert bot.dispatches == [("release.yml", "build-docs")]
    assert release.reactions(comment) == ["eyes", "rocket"]


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("no task input", "on: {workflow_dispatch: {inputs: {version: {}}}}\njobs: {}\n", "`task`"),
        ("no trigger", "on: push\njobs: {}\n", "workflow_dispatch"),
    ],
)
async def test_d8_a_workflow_that_cannot_be_dispatched_is_told_before_anything_is_sent(
    tmp_path: Path, name: str, text: str, says: str
) -> None:
    async with running_bot(tmp_path, files={".github/workflows/release.yml": text}) as bot:
        release = await bot.open_release("1.0.0")
        await release.comment("/release docs", by="developer")
        (answer,) = release.replies()
        assert says in answer, name
        assert bot.dispatches == []


async def test_d8_a_workflow_that_is_not_there_is_told(tmp_path: Path) -> None:
    async with running_bot(tmp_path) as bot:
        bot.github.commit(REPO, {".github/workflows/release.yml": None}, by="owner")
        release = await bot.open_release("1.0.0")
        await release.comment("/release docs", by="developer")
        seen("workflow-missing", "\n---\n".join(release.replies()))


async def test_only_what_the_workflow_declares_is_sent(tmp_path: Path) -> None:
    lean = workflow_text("release.yml").replace("environment: {", "channel: {")
    async with running_bot(tmp_path, files={".github/workflows/release.yml": lean}) as bot:
        release = await bot.open_release("1.0.0")
        await release.comment("/release docs", by="developer")
        (run,) = bot.dispatched
        assert set(run.inputs) - {"channel"} == {"task", "version", "gonogo_id"}


async def test_a_run_that_is_looked_for_keeps_no_answer_waiting(bot: Bot) -> None:
    release = await bot.open_release("1.0.0")
    bot.github.fault("POST", "/dispatches$", status=500)
    await release.comment("/release docs", by="developer")
    await release.comment("/release why", by="reader", seconds=3)
    assert len(release.replies()) == 1
    await bot.pass_time(100)
    assert bot.dispatches == [("release.yml", "build-docs")]
