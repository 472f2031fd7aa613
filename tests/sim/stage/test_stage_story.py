"""The story is played on the real service, on a clock that runs fast, and says what did not happen where it stops."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest

from app.adapters.db.migrate import upgrade
from app.service import Service, Wiring
from app.sim.clock import SimClock
from app.sim.stage import REPO, DidNotHappen, Stage, build_stage, play, pump
from app.sim.stage.scene import look
from tests.clock import NOON

pytestmark = pytest.mark.anyio


def service_of(stage: Stage, folder: Path) -> Service:
    database = f"sqlite:///{folder / 'gonogo.db'}"
    upgrade(database)
    return Service(
        Wiring(
            app_id=stage.app_id,
            private_key=stage.private_key_pem,
            webhook_secrets=[stage.webhook_secret],
            database_url=database,
            api_url="http://127.0.0.1/api/v3",
            transport=httpx.ASGITransport(app=stage.web),
            clock=stage.clock,
        )
    )


async def test_the_story_ends_where_a_person_takes_over(tmp_path: Path) -> None:
    clock = SimClock(NOON)
    stage = build_stage(clock)
    service = service_of(stage, tmp_path)
    told: list[str] = []
    await service.start()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=service.web), base_url="http://service") as http:

        async def post(body: bytes, headers: Mapping[str, str]) -> int:
            return (await http.post("/webhook", content=body, headers=headers)).status_code

        carrying = asyncio.create_task(pump(stage, post))
        story = asyncio.create_task(play(stage, told.append))
        while not story.done():
            await clock.wind(0.1)
            await service.scheduler.idle()
        carrying.cancel()
        await asyncio.gather(carrying, return_exceptions=True)
    await story
    await service.stop()

    assert told[-1] == "Your turn: write /release notarize into the box."
    assert all(len(line) <= 78 for line in told)
    runs = [(run.inputs["task"], run.attempt) for run in stage.github.runs(REPO) if run.event == "workflow_dispatch"]
    assert ("benchmark-all", 2) in runs
    assert ("notarize", 1) not in runs
    body = stage.github.issue(REPO, 1).body or ""
    assert body.startswith("Our first public release. 🚀")
    assert "/release notarize` runs 2.3 Notarize macOS Builds" in body
    chips = look(stage.github, stage.room, stage.telling).chips
    assert (chips[0], chips[-4:]) == ("notarize", ("why", "status", "help", "notarise"))
    answers = [one.body for one in stage.github.issue(REPO, 1).comments if one.user.type == "Bot"]
    assert any("`/release security-scan`" in answer for answer in answers)
    assert any("is for `write` and above" in answer for answer in answers)
    assert stage.telling.troubles == []
    stage.github.assert_no_unknown_calls()


async def test_a_story_that_cannot_go_on_says_what_did_not_happen() -> None:
    clock = SimClock(NOON)
    stage = build_stage(clock)
    story = asyncio.create_task(play(stage, lambda _: None))
    await clock.wind(61)
    with pytest.raises(DidNotHappen, match=r"the release was started .* did not happen within 60 seconds"):
        await story
    assert stage.telling.troubles[0].startswith("The story stopped. the release was started")
