"""After the story a visitor tries everything on the page, and the service answers as it would on GitHub."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.sim.stage import REPO
from tests.sim.stage.theatre import Theatre, open_theatre

pytestmark = pytest.mark.anyio


@pytest.fixture
async def theatre(tmp_path: Path) -> AsyncIterator[Theatre]:
    async with open_theatre(tmp_path) as theatre:
        await theatre.play_story()
        yield theatre


async def test_a_label_is_a_command_and_one_that_shows_the_state_is_not_for_people(theatre: Theatre) -> None:
    await theatre.do("label", "developer", issue="1", label="gate:success")
    assert "gate:success" in theatre.labels
    await theatre.until(lambda: theatre.labels == ["gate:pending"])
    await theatre.do("label", "devops", issue="1", label="release:notarize")
    await theatre.until(lambda: theatre.is_ticked("The ARM build is notarized"))
    assert theatre.labels == ["gate:pending"]


async def test_a_bug_or_a_hold_turns_the_gate_red_until_it_is_over(theatre: Theatre) -> None:
    await theatre.do("bug", "qa-lead", bug="P1")
    await theatre.until(lambda: theatre.gate.startswith("failure"))
    assert theatre.labels == ["gate:failure"]
    await theatre.do("close", "developer", close="3")
    await theatre.until(lambda: theatre.gate.startswith("in_progress"))
    await theatre.say("release-manager", "/release hold waiting for legal")
    await theatre.until(lambda: theatre.labels == ["gate:failure", "gate:held"])
    assert "resume" in await theatre.chips("release-manager")
    await theatre.say("release-manager", "/release resume")
    await theatre.until(lambda: theatre.labels == ["gate:pending"])


async def test_a_changed_plan_is_taken_up_and_another_commit_has_all_to_be_done_for_it(theatre: Theatre) -> None:
    await theatre.do("push-plan", "developer")
    await theatre.until(lambda: "The plan has changed: 1 change." in theatre.body)
    assert await theatre.chips("release-manager") == ["notarize", "retarget", "replan", "check 3.1.1"]
    await theatre.say("release-manager", "/release replan")
    await theatre.until(lambda: "- [ ] The screenshots on the website are new" in theatre.body)
    assert theatre.is_ticked("Every signature verifies")

    await theatre.do("push", "developer")
    await theatre.say("release-manager", "/release retarget")
    await theatre.until(lambda: f"[`{theatre.stage.github.head(REPO)[:7]}`]" in theatre.body)
    await theatre.until(lambda: theatre.is_ticked("The API reference builds"))
    await theatre.until(lambda: theatre.is_ticked("The metrics and coverage reports are kept"))
    assert not theatre.is_ticked("Every signature verifies")
    await theatre.say("tech-lead", "/release validate-all")
    await theatre.until(lambda: theatre.is_ticked("Coverage stays above 85% of lines and 80% of branches"))


async def test_suggestions_are_for_the_chosen_person(theatre: Theatre) -> None:
    assert {who: await theatre.chips(who) for who in ("release-manager", "devops", "qa-lead", "tech-lead")} == {
        "release-manager": ["notarize", "check 3.1.1", "hold waiting for legal"],
        "devops": ["notarize"],
        "qa-lead": [],
        "tech-lead": ["approve"],
    }
    assert await theatre.chips("product-manager") == ["approve", "check 3.1.1"]
    assert await theatre.chips("support-lead") == ["check 3.6.2"]
    assert await theatre.chips("outsider") == []
    await theatre.say("tech-lead", "/release approve")
    await theatre.until(lambda: "Sign-off of Security Lead" in theatre.body)
    assert await theatre.chips("tech-lead") == []
