"""Jobs that wait to be let into an environment: each is answered, by the gate of its own commit, whatever goes wrong."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from app.domain.release.events_deploy import Answer, DeploymentAnswered, DeploymentAsked
from app.sim.state import Deployment, WorkflowRun
from app.sim.webhooks import WebhookPost, make_post
from app.worker.deployments import ALARM_AFTER
from tests.bot import REPO, Bot, TrackedRelease, running_bot

pytestmark = pytest.mark.anyio

PLAN = """---
gate: {blockers: [P0]}
workflow: release.yml
environment: production
---
# Release plan

## Phase 1: Build

### 1.1 Build documentation

```bash
./scripts/build-docs.sh
```

- [ ] Documentation built

## Phase 2: Ship

### 2.1 Tag

```bash
git tag -a v1.0.0 -m "1.0.0"
```

- [ ] Tag pushed
"""
RELEASE = """
name: Release
run-name: Release ${{ inputs.task }} [${{ inputs.gonogo_id }}]
on:
  workflow_dispatch:
    inputs:
      task: {type: string, default: ""}
      environment: {type: string, default: production}
      gonogo_id: {type: string, default: ""}
jobs:
  task:
    name: ${{ inputs.task }}
    runs-on: ubuntu-24.04
    environment: ${{ inputs.environment }}
    steps: [{run: ./run-task.sh}]
"""
DEPLOY = """
name: Deploy
on:
  workflow_dispatch:
jobs:
  intel:
    runs-on: ubuntu-24.04
    environment: production
    steps: [{run: ./deploy.sh}]
  arm:
    runs-on: ubuntu-24.04
    environment: production
    steps: [{run: ./deploy.sh}]
"""
FILES = {".github/workflows/release.yml": RELEASE, ".github/workflows/deploy.yml": DEPLOY}
RULE = r"/deployment_protection_rule$"


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Bot]:
    async with running_bot(tmp_path, plan=PLAN, files=FILES) as running:
        running.github.guard(REPO, "production", running.room.app)
        yield running


async def deploy(bot: Bot, *, seconds: float = 5) -> WorkflowRun:
    run = bot.github.dispatch(REPO, "deploy.yml", "main", by="developer")
    await bot.pass_time(seconds)
    return run


async def go_green(release: TrackedRelease) -> None:
    await release.comment("/release build-docs", seconds=15)
    await release.comment("/release go", seconds=10)


def states(run: WorkflowRun) -> dict[str, str]:
    return {job.name: job.conclusion or job.status for job in run.latest}


def reviews(bot: Bot) -> int:
    """How often an answer was taken, reports included."""
    return sum(1 for c in bot.github.calls if c.path.endswith("/deployment_protection_rule") and c.status == 204)


def reports(bot: Bot) -> list[str]:
    deployments: list[Deployment] = list(bot.room.repo.deployments.values())
    return [text for one in deployments for texts in one.reports.values() for text in texts]


async def logged(bot: Bot) -> list[tuple[str, str, str]]:
    """What the log of the one release says of jobs that waited: the question, or the answer and why."""
    (release,) = await bot.service.releases.open_in(bot.room.repo.id)
    found: list[tuple[str, str, str]] = []
    for event in await bot.service.releases.events(release.id):
        if isinstance(event, DeploymentAsked):
            found.append(("asked", event.environment, ""))
        if isinstance(event, DeploymentAnswered):
            found.append((event.answer, event.environment, event.reason))
    return found


def forged(bot: Bot, webhook: WebhookPost, callback: str) -> WebhookPost:
    """The same question with another address to answer at."""
    text = json.dumps({**webhook.payload, "deployment_callback_url": callback})
    return make_post(bot.room.app, webhook.event, webhook.action, text, "f" * 40)


async def test_a_deployment_waits_for_the_gate_and_goes_on_once_it_is_green(bot: Bot) -> None:
    release = await bot.open_release()
    run = await deploy(bot, seconds=60)
    assert states(run) == {"intel": "waiting", "arm": "waiting"}
    assert reports(bot) == snapshot(
        [
            "Waits for the gate of `0dfb00f`: ⏳ not green yet. This job goes on by itself once it is green. `/release why` in [release 1.0.0](https://github.com/white-room/daw/issues/1) tells what is missing.",
            "Waits for the gate of `0dfb00f`: ⏳ not green yet. This job goes on by itself once it is green. `/release why` in [release 1.0.0](https://github.com/white-room/daw/issues/1) tells what is missing.",
        ]
    )
    assert "waits to be let into `production`" in release.body
    await go_green(release)
    await bot.pass_time(70)
    assert states(run) == {"intel": "success", "arm": "success"}
    assert "waits to be let into" not in release.body
    assert await logged(bot) == snapshot(
        [
            ("asked", "production", ""),
            ("asked", "production", ""),
            ("asked", "production", ""),
            (Answer.LET_IN, "production", "run of 1.1 Build documentation"),
            (Answer.LET_IN, "production", "the gate is green"),
            (Answer.LET_IN, "production", "the gate is green"),
        ]
    )


async def test_a_task_that_the_gate_waits_for_is_let_in_before_the_gate_is_green(bot: Bot) -> None:
    release = await bot.open_release()
    await release.comment("/release build-docs", seconds=15)
    (run,) = bot.dispatched
    assert run.conclusion == "success"
    assert bot.gate().conclusion is None
    assert await logged(bot) == snapshot(
        [("asked", "production", ""), (Answer.LET_IN, "production", "run of 1.1 Build documentation")]
    )
    await bot.pass_time(60)


async def test_the_same_task_by_a_foreign_hand_is_not(bot: Bot) -> None:
    release = await bot.open_release()
    run = bot.github.dispatch(REPO, "release.yml", "main", {"task": "build-docs"}, by="developer")
    await bot.pass_time(60)
    assert states(run) == {"build-docs": "waiting"}
    await release.comment("/release abandon never mind", seconds=90)
    assert states(run) == {"build-docs": "failure"}


async def test_a_task_waits_while_the_release_is_held(bot: Bot) -> None:
    release = await bot.open_release()
    bot.github.pace = replace(bot.github.pace, asking=5)
    await release.comment("/release build-docs", seconds=2)
    await release.comment("/release hold the network is down", seconds=60)
    (run,) = bot.dispatched
    assert states(run) == {"build-docs": "waiting"}
    assert reports(bot) == snapshot(
        [
            "[Release 1.0.0](https://github.com/white-room/daw/issues/1) is stopped. This job goes on by itself once that is lifted: `/release why` there tells by whom."
        ]
    )
    await release.comment("/release resume", seconds=15)
    assert states(run) == {"build-docs": "success"}


async def test_d28_red_is_no_end_and_green_later_lets_it_through(bot: Bot) -> None:
    release = await bot.open_release()
    await release.comment("/release build-docs", seconds=15)
    await release.comment("/release no-go not today", seconds=10)
    run = await deploy(bot, seconds=120)
    assert states(run) == {"intel": "waiting", "arm": "waiting"}
    await release.comment("/release go", seconds=15)
    await bot.pass_time(70)
    assert states(run) == {"intel": "success", "arm": "success"}


async def test_d28_a_green_gate_of_another_commit_is_not_enough(bot: Bot) -> None:
    release = await bot.open_release()
    await go_green(release)
    assert bot.gate().conclusion == "success"
    bot.github.commit(REPO, {"README.md": "newer\n"}, "Change it after the go", by="developer")
    run = await deploy(bot, seconds=70)
    assert states(run) == {"intel": "failure", "arm": "failure"}


async def test_d28_a_commit_that_nobody_releases_is_turned_away_with_words(bot: Bot) -> None:
    run = await deploy(bot, seconds=20)
    assert states(run) == {"intel": "failure", "arm": "failure"}
    await bot.pass_time(60)


async def test_d28_duplicates_of_a_question_are_answered_once(bot: Bot) -> None:
    release = await bot.open_release()
    run = bot.github.dispatch(REPO, "deploy.yml", "main", by="developer")
    (asked, *_) = [w for w in bot.github.outbox if w.event == "deployment_protection_rule"]
    await go_green(release)
    await bot.pass_time(10)
    assert states(run) == {"intel": "success", "arm": "success"}
    before = reviews(bot)
    again = make_post(bot.room.app, asked.event, asked.action, json.dumps(asked.payload), "d" * 40)
    assert await bot.post(asked) == 200
    assert await bot.post(again) == 202
    await bot.pass_time(120)
    assert reviews(bot) == before
    assert "waits to be let into" not in release.body


async def test_d28_a_restart_between_question_and_answer_loses_nothing(bot: Bot) -> None:
    release = await bot.open_release()
    run = await deploy(bot, seconds=30)
    await bot.stop()
    await bot.start()
    assert states(run) == {"intel": "waiting", "arm": "waiting"}
    await go_green(release)
    await bot.pass_time(70)
    assert states(run) == {"intel": "success", "arm": "success"}


@pytest.mark.parametrize("is_done", [False, True])
async def test_d28_a_5xx_on_answering_is_tried_again(bot: Bot, is_done: bool) -> None:
    release = await bot.open_release()
    await go_green(release)
    bot.github.fault("POST", RULE, status=502, times=2, after_doing=is_done)
    run = await deploy(bot, seconds=60)
    assert states(run) == {"intel": "success", "arm": "success"}
    await bot.pass_time(70)


async def test_d28_an_answer_that_comes_before_github_takes_it_is_given_again(bot: Bot) -> None:
    release = await bot.open_release()
    await go_green(release)
    bot.github.pace = replace(bot.github.pace, asking=15)
    run = await deploy(bot, seconds=60)
    assert states(run) == {"intel": "success", "arm": "success"}
    await bot.pass_time(70)


async def test_d28_a_rate_limit_puts_the_answer_off(bot: Bot) -> None:
    release = await bot.open_release()
    await go_green(release)
    bot.github.fault("POST", RULE, status=429, headers={"retry-after": "20"})
    run = await deploy(bot, seconds=60)
    assert states(run) == {"intel": "success", "arm": "success"}
    await bot.pass_time(70)


async def test_d28_an_answer_that_is_not_taken_for_long_is_told_once(bot: Bot) -> None:
    release = await bot.open_release()
    await go_green(release)
    fault = bot.github.fault("POST", RULE, status=403, message="Resource not accessible by integration", times=10_000)
    run = await deploy(bot)
    await bot.pass_time(ALARM_AFTER.total_seconds() * 2, step=5)
    assert states(run) == {"intel": "waiting", "arm": "waiting"}
    told = [reply for reply in release.replies() if "has not taken the answer" in reply]
    assert len(told) == 2  # one for each job that asked
    fault.times = 0
    await bot.pass_time(400, step=5)
    assert states(run) == {"intel": "success", "arm": "success"}


async def test_d28_a_gate_that_cannot_be_read_anew_says_nothing_of_who_waits(bot: Bot) -> None:
    release = await bot.open_release()
    await go_green(release)
    asked = bot.github.fault("GET", r"/issues$", status=404, message="Not Found", times=10_000)
    run = await deploy(bot)
    await bot.pass_time(ALARM_AFTER.total_seconds() * 2, step=10)
    assert states(run) == {"intel": "waiting", "arm": "waiting"}
    assert [kind for kind, _, _ in await logged(bot)][-2:] == ["asked", "asked"]
    assert "has not taken the answer" in release.replies()[-1]
    asked.times = 0
    await bot.pass_time(400, step=10)
    assert states(run) == {"intel": "success", "arm": "success"}


async def test_d28_nobody_waits_beyond_the_deadline(bot: Bot) -> None:
    await bot.open_release()
    run = await deploy(bot, seconds=30)
    assert states(run) == {"intel": "waiting", "arm": "waiting"}
    bot.clock.advance(29 * 24 * 3600)
    await bot.pass_time(60)
    assert states(run) == {"intel": "failure", "arm": "failure"}
    assert (await logged(bot))[-1] == (Answer.TURNED_AWAY, "production", "too late")
    await bot.pass_time(60)


async def test_d28_a_run_that_is_cancelled_meanwhile_is_shown_no_more(bot: Bot) -> None:
    release = await bot.open_release()
    run = await deploy(bot, seconds=10)
    assert "waits to be let into" in release.body
    answer = bot.github.repo(REPO).runs[run.id]
    for job in answer.latest:
        job.status, job.conclusion = "completed", "cancelled"
    await bot.pass_time(180)
    assert "waits to be let into" not in release.body
    assert (await logged(bot))[-1][0] == Answer.GONE


@pytest.mark.parametrize(
    "callback",
    [
        "https://evil.example/repos/white-room/daw/actions/runs/{id}/deployment_protection_rule",
        "https://api.github.com@evil.example/repos/white-room/daw/actions/runs/{id}/deployment_protection_rule",
        "https://api.github.com/repos/white-room/other/actions/runs/{id}/deployment_protection_rule",
        "https://api.github.com/repos/white-room/daw/actions/runs/{id}/cancel",
    ],
)
async def test_d28_a_foreign_address_is_never_answered_at(bot: Bot, callback: str) -> None:
    release = await bot.open_release()
    await go_green(release)
    before = reviews(bot)
    run = bot.github.dispatch(REPO, "deploy.yml", "main", by="developer")
    (asked, *_) = [w for w in bot.github.take() if w.event == "deployment_protection_rule"]
    assert await bot.post(forged(bot, asked, callback.format(id=run.id))) == 202
    await bot.pass_time(30)
    assert reviews(bot) == before
    assert states(run) == {"intel": "waiting", "arm": "waiting"}
    bot.sent.pop()  # made up here, not by the simulated GitHub
