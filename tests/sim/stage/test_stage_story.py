"""The story is played on the real service, on a clock that runs fast, and a visitor can play on to a green gate."""

import asyncio
from pathlib import Path

import pytest

from app.sim.clock import SimClock
from app.sim.stage import REPO, DidNotHappen, build_stage, play
from app.sim.stage.story import NOT_THEIRS, THEIRS
from tests.clock import NOON
from tests.sim.stage.theatre import Theatre, open_theatre

pytestmark = pytest.mark.anyio

GREEN = "success: Go: everything the plan asks for is true of this commit"


async def test_the_story_ends_where_a_person_takes_over(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        seconds = await theatre.play_story()

        assert seconds < 30
        assert theatre.told[-1] == "Your turn: write /release notarize into the box, or play the rest."
        assert all(len(line) <= 78 for line in theatre.told)
        assert theatre.body.startswith("Our first public release. 🚀")
        assert "`/release notarize` runs 2.3 Notarize macOS Builds" in theatre.body
        runs = theatre.stage.github.runs(REPO)
        tasks = {run.inputs["task"]: run.attempt for run in runs if run.event == "workflow_dispatch"}
        assert tasks == {
            "validate-all": 1,
            "build-all-platforms": 1,
            "benchmark-all": 2,
            "security-scan": 1,
            "validate-plugins": 1,
            "build-release": 1,
            "sign": 1,
        }

        # who may tick a box, and who may not
        assert "· by support-lead, " in theatre.line(THEIRS)
        assert theatre.line(NOT_THEIRS).startswith("- [ ] ")
        assert [answer.partition("\n")[0] for answer in theatre.answers[1:]] == [
            "`secruity-scan` is neither a command nor a task of this release.",
            "developer, this box was put back as it was:",
        ]

        # the bug is closed, phase 1 is done, phase 2 has opened
        assert theatre.labels == ["gate:pending"]
        assert theatre.stage.github.issue(REPO, 2).state == "closed"
        assert "<b>Phase 1: Pre-Release Validation (Week 1)</b> · 35/35 ✅" in theatre.body


async def test_a_visitor_plays_on_to_a_green_gate_with_nothing_but_the_page(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        await theatre.play_story()

        await run(theatre, "release-manager", "notarize", "The ARM build is notarized")
        await run(theatre, "devops", "package-release", "The Windows installer is made")
        await run(theatre, "qa-lead", "test-release-builds", "Updating from the version before works")
        assert await theatre.chips("devops") == ["assets.yml"]
        await run(theatre, "devops", "assets.yml", "Every platform is built, signed and tested")

        await run(theatre, "tech-lead", "generate-changelog", "Breaking changes come first")
        await run(theatre, "devops", "setup-monitoring", "Alerts reach whoever is on call")
        for who, item in (
            ("product-manager", "The release notes are drafted"),
            ("product-manager", "Known issues and system requirements are listed"),
            ("product-manager", "Texts for website, newsletter and forums are written"),
            ("product-manager", "The press release is reviewed"),
            ("support-lead", "Tracker, mailbox and forum take requests"),
            ("release-manager", "Notes, changelog and assets are complete"),
            ("release-manager", "Monitoring shows its first figures"),
        ):
            await theatre.click(who, item)
            await theatre.until(lambda item=item, who=who: f"· by {who}, " in theatre.line(item))

        for who in ("tech-lead", "security-lead", "product-manager"):
            await accepted(theatre, who, "/release approve")
        await theatre.until(lambda: "Everything else is settled." in theatre.body)
        assert await theatre.chips("release-manager") == ["go"]
        await accepted(theatre, "release-manager", "/release go")
        await theatre.until(lambda: theatre.gate == GREEN, 10)
        assert theatre.labels == ["gate:success"]
        await theatre.until(lambda: "**Gate** ✅ green" in theatre.body)
        assert await theatre.chips("release-manager") == ["tag --confirm v1.0.0", "finish"]

        await theatre.say("release-manager", "/release tag --confirm v1.0.0")
        await theatre.until(lambda: theatre.is_ticked("The tag stands on the approved commit"), 30)
        assert await theatre.chips("release-manager") == ["publish --confirm v1.0.0", "finish"]
        await theatre.say("release-manager", "/release publish --confirm v1.0.0")
        await theatre.until(lambda: "that the bot has not made" in theatre.answers[-1], 30)  # assets.yml made the draft
        await theatre.say("release-manager", "/release publish --confirm v1.0.0 --adopt")
        await theatre.until(lambda: theatre.is_ticked("Every asset can be downloaded"), 30)
        (public,) = theatre.stage.github.releases(REPO)
        assert (public.draft, len(public.assets)) == (False, 4)


async def run(theatre: Theatre, who: str, task: str, item: str) -> None:
    """Run a task by a comment, and wait for an item that waits for it."""
    await accepted(theatre, who, f"/release {task}")
    await theatre.until(lambda: theatre.is_ticked(item), 30)


async def accepted(theatre: Theatre, who: str, command: str) -> None:
    said = await theatre.say(who, command)
    assert "rocket" in {one.content for one in said.reactions}, theatre.answers[-1]


async def test_a_story_that_cannot_go_on_says_what_did_not_happen() -> None:
    clock = SimClock(NOON)
    stage = build_stage(clock)
    story = asyncio.create_task(play(stage, lambda _: None))
    await clock.wind(61)
    with pytest.raises(DidNotHappen, match=r"the release was started .* did not happen within 60 seconds"):
        await story
    assert stage.telling.troubles[0].startswith("The story stopped. the release was started")
