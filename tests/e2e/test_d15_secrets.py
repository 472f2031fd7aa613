"""D15: what GitHub, or a proxy in front of it, quotes of our own requests is not written on."""

from html import unescape
from pathlib import Path

import pytest

from app.adapters.github.tokens import AppJwt
from tests.bot import Bot, running_bot
from tests.canaries import watch

pytestmark = pytest.mark.anyio


def header_of_somebody(bot: Bot) -> str:
    """The Authorization header that the next call will bear."""
    (token,) = bot.github.tokens
    return f"Bearer {token}"


async def test_d15_a_refusal_that_quotes_our_token_is_told_without_it(bot: Bot) -> None:
    release = await bot.open_release("1.0.0")
    quoted = f"authorization: {header_of_somebody(bot)} is not wanted"
    bot.github.fault("POST", "/dispatches$", status=422, message=quoted)
    await release.comment("/release docs", by="developer")
    assert "authorization: Bearer [hidden] is not wanted" in unescape(" ".join(release.replies()))


async def test_d15_a_token_in_an_answer_gets_neither_into_a_row_nor_a_line(bot: Bot) -> None:
    release = await bot.open_release("1.0.0")
    before = watch.counts["log"]
    quoted = f"who is {header_of_somebody(bot)}?"
    bot.github.fault("GET", "/collaborators/", status=403, message=quoted, times=2)
    await release.comment("/release docs", by="developer", seconds=60)
    assert watch.counts["log"] > before  # that the role could not be read
    assert bot.dispatches == []  # what cannot be read denies


async def test_d15_an_answer_about_the_apps_own_jwt_is_told_without_it(bot: Bot) -> None:
    """The App's first call is refused with a text that holds the JWT, by a proxy that quotes all headers."""
    (one,) = bot.github.installations.values()
    header = await AppJwt(bot.room.app.id, bot.room.private_key, bot.clock).header()
    bot.github.fault("POST", f"/installations/{one.id}/access_tokens$", status=403, message=f"who is {header}?")
    release = await bot.open_release("1.0.0")
    await bot.pass_time(180, step=2)
    assert release.body.count("gonogo:begin") == 1


async def test_d15_a_story_is_looked_at_wherever_it_is_written(tmp_path: Path) -> None:
    before = dict(watch.counts)
    async with running_bot(tmp_path) as bot:
        release = await bot.open_release("1.0.0")
        await release.comment("/release docs", by="developer", seconds=15)
    grown = {kind for kind, count in watch.counts.items() if count > before.get(kind, 0)}
    assert {"log", "request", "answer", "database"} <= grown
    assert bot.room.webhook_secret in watch.planted
    assert "the App's private key" in watch.planted.values()
