"""One delivery can be followed through the log by its id, and the figures tell what happened."""

from pathlib import Path

import pytest
import structlog
from structlog.testing import capture_logs

from app.domain.release.model import Release
from app.ports import Delivery, Replayed
from app.worker.units import BOUND
from tests.bot import REPO, Bot, running_bot

pytestmark = pytest.mark.anyio

MERGE = (structlog.contextvars.merge_contextvars,)


async def figures(bot: Bot) -> dict[str, float]:
    """What `/metrics` says, the buckets of histograms left out."""
    text = (await bot.http.get("/metrics")).text
    lines = [line.rpartition(" ") for line in text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in lines if "_bucket" not in name and "_created" not in name}


async def test_every_line_of_a_command_says_which_delivery_repository_issue_and_command_it_is_of(bot: Bot) -> None:
    release = await bot.open_release("1.0.0")
    bot.github.fault("POST", "/reactions$", status=502)  # the greeting fails, which is told in a line
    with capture_logs(processors=MERGE) as log:
        bot.github.comment(REPO, release.issue, "/release docs", by="developer")
        bot.github.comment(REPO, release.issue, "/release status", by="reader")
        ids = [post.id for post in bot.github.outbox if post.event == "issue_comment"]
        await bot.pass_time(3)
    decided = [one for one in log if one["event"] == "command.decided"]
    assert [(one["delivery"], one["repository"], one["issue"], one["command"]) for one in decided] == [
        (ids[0], REPO, release.issue, "run"),
        (ids[1], REPO, release.issue, "status"),
    ]
    (failed,) = [one for one in log if one["event"] == "command.greeting_failed"]
    assert (failed["delivery"], failed["repository"], failed["issue"]) == (ids[0], REPO, release.issue)


async def test_an_effect_s_lines_say_what_it_is_about(bot: Bot) -> None:
    release = await bot.open_release("1.0.0")
    bot.github.fault("POST", "/issues/1/comments$", status=502)
    with capture_logs(processors=MERGE) as log:
        await release.comment("/release status", by="reader", seconds=5)
    (failed,) = [one for one in log if one["event"] == "effect.postponed"]
    assert (failed["repository"], failed["issue"], failed["effect"], failed["work"]) == (
        REPO,
        release.issue,
        "reply",
        "ledger",
    )
    assert failed["release"]
    assert "delivery" not in failed


async def test_nothing_of_one_unit_of_work_is_bound_in_the_next(bot: Bot) -> None:
    release = await bot.open_release("1.0.0")
    await bot.service.scheduler.stop()
    with capture_logs(processors=MERGE) as log, structlog.contextvars.bound_contextvars(command="of the caller"):
        bot.github.comment(REPO, release.issue, "/release docs", by="developer")
        (said,) = [post for post in bot.github.take() if post.event == "issue_comment"]
        await bot.post(said)
        foreign = Delivery(
            id="broken",
            event="issue_comment",
            key=f"repo:{bot.room.repo.id}",
            payload=b"{}",
            received_at=bot.clock.now(),
        )
        assert await bot.service.inbox.store(foreign)
        await bot.stop()
        await bot.start()
        await bot.pass_time(3)
        assert structlog.contextvars.get_contextvars() == {"command": "of the caller"}
    (stored,) = [one for one in log if one["event"] == "delivery.stored" and one["delivery"] == said.id]
    assert stored["command"] == "of the caller"  # the door adds to what its caller has bound, and takes its own away
    (odd,) = [one for one in log if one["event"] == "delivery.not_understood"]
    bound = {name: odd[name] for name in BOUND if name in odd}
    assert bound == {
        "delivery": "broken",
        "github_event": "issue_comment",
        "work": "inbox",
        "key": f"repo:{bot.room.repo.id}",
    }


async def test_the_figures_tell_what_came_what_was_done_and_what_waits(bot: Bot) -> None:
    release = await bot.open_release("1.0.0")
    before = await figures(bot)
    comment = await release.comment("/release docs", by="developer", seconds=20)
    assert release.reactions(comment) == ["eyes", "rocket"]
    after = await figures(bot)

    def more(name: str) -> float:
        return after.get(name, 0) - before.get(name, 0)

    taken = more('gonogo_acknowledge_seconds_count{status="202"}')
    assert taken == more('gonogo_handle_seconds_count{outcome="handled"}') > 3
    assert more("gonogo_webhook_lag_seconds_count") > 0
    assert more('gonogo_github_call_seconds_count{answer="done",call="write"}') > 3
    assert more('gonogo_github_call_seconds_count{answer="done",call="read"}') > 0
    assert more('gonogo_ledger_rows{state="done"}') >= 2
    installation = bot.room.installation.id
    assert after[f'gonogo_github_calls_remaining{{installation="{installation}"}}'] < 5000
    still = ("gonogo_deliveries_parked", "gonogo_deliveries_failing", 'gonogo_ledger_rows{state="todo"}')
    assert [after[name] for name in still] == [0, 0, 0]


async def test_the_backlog_is_told_by_age_and_a_parked_delivery_is_counted(tmp_path: Path) -> None:
    async with running_bot(tmp_path) as bot:
        release = await bot.open_release("1.0.0")
        await bot.service.scheduler.stop()
        bot.github.comment(REPO, release.issue, "/release status", by="reader")
        for post in bot.github.take():
            await bot.post(post)
        bot.clock.advance(61)
        found = await figures(bot)
        ages = ("0", "1", "10", "60", "600", "3600")
        assert [found[f'gonogo_deliveries_waiting{{older_than="{age}"}}'] for age in ages] == [1, 1, 1, 1, 0, 0]
        assert found["gonogo_deliveries_oldest_seconds"] == 61
        (waiting,), _ = await bot.unfinished()
        await bot.service.inbox.failed(waiting, "no such thing", park=True)
        bot.clock.advance(6)
        found = await figures(bot)
        assert (found["gonogo_deliveries_parked"], found['gonogo_deliveries_waiting{older_than="0"}']) == (1, 0)
        assert await bot.service.inbox.replay(waiting) is Replayed.PUT_BACK
        await bot.stop()
        await bot.start()
        await bot.settle()


async def test_kinds_of_answers_are_told_apart(bot: Bot) -> None:
    release = await bot.open_release("1.0.0")
    bot.github.fault("POST", "/reactions$", status=429, headers={"retry-after": "1"})
    bot.github.fault("POST", "/comments$", status=502)
    bot.github.fault("PATCH", "/issues/1$", lost="timeout")
    await release.comment("/release docs", by="developer", seconds=30)
    await release.comment("/release status", by="reader", seconds=30)
    found = await figures(bot)
    kinds = ("throttled", "failed", "silent")
    assert [found[f'gonogo_github_call_seconds_count{{answer="{kind}",call="write"}}'] for kind in kinds] == [1, 1, 1]


async def test_work_that_falls_over_is_counted(bot: Bot) -> None:
    async def broken(repo: int) -> list[Release]:
        raise OSError(f"the disk is gone, with repository {repo} on it")

    bot.service.releases.open_in = broken  # type: ignore[method-assign]
    bot.service.scheduler.wake("missed:1")
    await bot.settle()
    assert (await figures(bot))['gonogo_work_failures_total{work="missed"}'] == 1
