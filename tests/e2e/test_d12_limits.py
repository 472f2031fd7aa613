"""One installation that is limited, broken or hanging leaves a release of another as it would have been without it."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from app.adapters.db.buckets import SqlBuckets
from app.sim.faults import FaultHow
from app.sim.scenario import Room, white_room
from app.sim.world import Call
from tests.bot import REPO, Bot, TrackedRelease, running_bot
from tests.real_postgres import emptied, emptied_turns, migrated, postgres

__all__ = ["migrated", "postgres"]  # fixtures
pytestmark = pytest.mark.anyio

PLAN = """---
workflow: release.yml
---
# Plan

### 1.1 Docs

```bash
./build-docs.sh
```

- [ ] Documentation built
- [ ] Linter is quiet <!-- gonogo: evidence="check=lint" -->
"""
FOR_EVER = 1_000_000
PATIENCE = 120  # seconds; a busy machine is slow, and PostgreSQL's alarms ring by its own clock
TROUBLES: dict[str, FaultHow] = {
    "403 with a time": {"status": 403, "headers": {"retry-after": "600"}},
    "429 with nothing": {"status": 429},
    "403 as a no": {"status": 403, "message": "Resource not accessible by integration"},
    "500": {"status": 500},
}


def begin(bot: Bot, room: Room, text: str = "/release start 1.0.0") -> TrackedRelease:
    """Ask for something in a new issue, for a release at first."""
    issue = bot.github.open_issue(room.repo, "Release 1.0.0", "", by="release-manager")
    release = TrackedRelease(bot=bot, issue=issue.number, repo=room.repo.full_name)
    say(release, text)
    return release


def say(release: TrackedRelease, text: str) -> None:
    release.bot.github.comment(release.repo, release.issue, text, by="release-manager")


def gate(release: TrackedRelease) -> str | None:
    repo = release.bot.github.repo(release.repo)
    checks = repo.checks_at.get(release.bot.github.head(repo), [])
    return next((check.conclusion for check in checks if check.name == "release/gate"), "none yet")


async def to_green(release: TrackedRelease, until: Callable[[Callable[[], bool]], Awaitable[None]]) -> None:
    """Play a release from its start to the green gate; `until` lets time pass until something is so."""
    bot = release.bot
    await until(lambda: "1.1 Docs" in release.body)
    bot.github.check(release.repo, bot.github.head(release.repo), "lint", app="github-actions", conclusion="success")
    say(release, "/release 1.1")
    await until(lambda: len(release.ticked()) == 2)
    say(release, "/release go")
    await until(lambda: gate(release) == "success")


async def played(folder: Path, how: FaultHow | None) -> list[tuple[float, str, str, int]]:
    """Play a release elsewhere beside one in trouble, and return what GitHub was asked for it, and when."""
    asked: list[tuple[float, Call]] = []
    async with running_bot(folder, plan=PLAN) as bot:
        there = white_room(bot.github, plan=PLAN, name="elsewhere/app", app=bot.room.app)
        if how is not None:
            path = rf"/repos/{REPO}|/installations/{bot.room.installation.id}/"
            bot.github.fault("*", path, **how).times = FOR_EVER
        here, release, began = begin(bot, bot.room), begin(bot, there), bot.clock.now()

        async def until(is_so: Callable[[], bool]) -> None:
            for _ in range(200):
                new = bot.github.calls[len(asked) :]
                asked.extend(((bot.clock.now() - began).total_seconds(), call) for call in new)
                if is_so():
                    return
                await bot.pass_time(0.5)
            raise AssertionError("it did not happen")

        await to_green(release, until)
        if how is not None:
            assert gate(here) == "none yet"
            bot.github.faults.clear()
            await bot.pass_time(660, step=20)
            assert "1.1 Docs" in here.body  # and nothing of it was lost
    about = ((at, call) for at, call in asked if "elsewhere" in call.path)
    made = sorted((at, call.method, re.sub(r"\d{6,}", "N", call.path), call.status) for at, call in about)
    # A state in between of the gate is written by itself or gathered into the next, as the threads have it: the last
    # one is held to its moment.
    gates = [one for one in made if one[1:3] == ("PATCH", "/repos/elsewhere/app/check-runs/N")]
    return [one for one in made if one not in gates[:-1]]


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_d12_a_release_elsewhere_is_as_it_would_be_without(tmp_path: Path, trouble: str) -> None:
    if not UNDISTURBED:
        (tmp_path / "calm").mkdir()
        UNDISTURBED.extend(await played(tmp_path / "calm", None))
    assert len(UNDISTURBED) > 20
    assert await played(tmp_path, TROUBLES[trouble]) == UNDISTURBED


UNDISTURBED: list[tuple[float, str, str, int]] = []
"""What GitHub is asked for the release elsewhere when nobody is in trouble: found out once."""


@pytest.mark.parametrize(
    ("kind", "what"), [("sqlite", "everything"), ("sqlite", "tokens"), ("postgresql", "everything")]
)
async def test_d12_a_release_elsewhere_goes_on_while_many_repositories_hang(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str, what: str
) -> None:
    database = ""
    if kind == "postgresql":
        server, name = map(request.getfixturevalue, ("postgres", "migrated"))
        database = emptied(server, name)
        emptied_turns(server, name)
    async with running_bot(tmp_path, plan=PLAN, database=database) as bot:
        there = white_room(bot.github, plan=PLAN, name="elsewhere/app", app=bot.room.app)
        hanging = [white_room(bot.github, name=f"many/part-{n}", app=bot.room.app) for n in range(34)]
        number = hanging[0].installation.id
        bot.meddler.hang("/repos/many/" if what == "everything" else f"/installations/{number}/")
        asked = [begin(bot, room, "/release why") for room in hanging]
        await post_all(bot)
        await to_green(begin(bot, there), lambda is_so: in_a_hurry(bot, is_so))
        assert not any(release.replies() for release in asked)
        bot.meddler.go_on()
        await in_a_hurry(bot, lambda: all(release.replies() for release in asked))
        while await bot.unfinished() != ([], []):
            await bot.pass_time(1)
        assert all(len(release.replies()) == 1 for release in asked)
        counted = await SqlBuckets(bot.service.database).of(number)
        if kind == "sqlite":
            assert counted is None  # where one process does everything, nobody else needs to know
        else:
            written = [call for call in bot.github.calls if "/repos/many/" in call.path and call.method != "GET"]
            assert counted is not None
            assert sum(counted.by_minute.values()) >= len(written) > 0


async def post_all(bot: Bot) -> None:
    for webhook in bot.github.take():
        await bot.post(webhook)


async def in_a_hurry(bot: Bot, is_so: Callable[[], bool]) -> None:
    """Let time pass without waiting until all is quiet: it never will be."""
    async with asyncio.timeout(PATIENCE):
        while not is_so():
            bot.clock.advance(0.05)
            bot.github.tick()
            await post_all(bot)
            await asyncio.sleep(0.001)  # the database works in threads
