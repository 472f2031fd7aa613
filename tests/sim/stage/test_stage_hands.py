"""What a visitor does with the page happens on the simulated GitHub, as whom they chose."""

import json

import pytest

from app.sim.clock import SimClock
from app.sim.stage import REPO, Stage
from app.sim.stage.hands import MOST_ISSUES
from app.sim.stage.pushes import ADDED, AFTER, PLAN_PATH
from tests.sim.stage.conftest import Visitor

pytestmark = pytest.mark.anyio

BODY = "Mine\r\n\r\n- [ ] Built <!-- i:1.1 -->\r\n  - [x] Tested <!-- i:1.2 -->\r\n"


@pytest.fixture(autouse=True)
def _issue(stage: Stage) -> None:
    stage.github.open_issue(REPO, "Release 1.0.0", BODY, by="release-manager")
    stage.github.take()


def sent(stage: Stage) -> list[tuple[str, str]]:
    """Return what webhooks tell, and of whom."""
    posts = [(post, json.loads(post.body)) for post in stage.github.take()]
    return [(f"{post.event} {post.action or ''}".strip(), payload["sender"]["login"]) for post, payload in posts]


def labels(stage: Stage, number: int) -> list[str]:
    return [label.name for label in stage.github.issue(REPO, number).labels]


async def test_a_click_edits_the_body_as_that_person_and_leaves_every_other_byte(
    stage: Stage, visitor: Visitor
) -> None:
    assert (await visitor.do("click", "reader", box="i:1.1", ticked="1")).status_code == 303
    assert stage.github.issue(REPO, 1).body == BODY.replace("[ ] Built", "[x] Built")
    assert sent(stage) == [("issues edited", "reader")]
    assert "reader ticked “Built” : done" in await visitor.words()

    await visitor.do("click", "developer", box="i:1.2", ticked="0")
    assert stage.github.issue(REPO, 1).body == BODY.replace("[ ] Built", "[x] Built").replace(
        "[x] Tested", "[ ] Tested"
    )
    assert "developer unticked “Tested” : done" in await visitor.words()


async def test_a_box_that_stands_as_wanted_already_is_left_alone(stage: Stage, visitor: Visitor) -> None:
    assert (await visitor.do("click", "reader", box="i:1.2", ticked="1")).status_code == 303
    assert sent(stage) == []


async def test_a_box_that_was_put_back_is_shown_so(stage: Stage, visitor: Visitor) -> None:
    await visitor.do("click", "reader", box="i:1.1", ticked="1")
    stage.github.edit_issue(REPO, 1, by="go-no-go[bot]", body=BODY)
    said = stage.github.comment(REPO, 1, "reader, this box was put back", by="go-no-go[bot]")
    assert "reader ticked “Built” : ↩️ put back · answered" in await visitor.words()
    assert f'<a href="#comment-{said.id}">answered</a>' in (await visitor.http.get("/live")).text


async def test_a_label_is_put_on_and_taken_off(stage: Stage, visitor: Visitor) -> None:
    await visitor.do("label", "devops", issue="1", label="release:notarize")
    assert labels(stage, 1) == ["release:notarize"]
    assert "devops put release:notarize on #1: done" in await visitor.words()
    stage.github.unlabel(REPO, 1, "release:notarize", by="go-no-go[bot]")
    assert "devops put release:notarize on #1: ↩️ taken off by the bot" in await visitor.words()

    await visitor.do("label", "devops", issue="1", label="P1")
    await visitor.do("unlabel", "product-manager", issue="1", label="P1")
    assert labels(stage, 1) == []
    assert sent(stage)[-1] == ("issues unlabeled", "product-manager")


async def test_a_bug_is_opened_closed_and_opened_again(stage: Stage, visitor: Visitor) -> None:
    await visitor.do("bug", "qa-lead", bug="P0")
    assert (labels(stage, 2), stage.github.issue(REPO, 2).user.login) == (["P0"], "qa-lead")
    assert "○ #2 Exporting to WAV is silent on ARM P0 open Close" in await visitor.words()
    await visitor.do("close", "developer", close="2")
    assert "✓ #2 Exporting to WAV is silent on ARM P0 closed Reopen" in await visitor.words()
    await visitor.do("reopen", "developer", reopen="2")
    assert stage.github.issue(REPO, 2).state == "open"
    await visitor.do("bug", "qa-lead", bug="P1")
    assert (labels(stage, 3), stage.github.issue(REPO, 3).title) == (["P1"], "An autosave forgets the undo history")


async def test_who_opened_an_issue_may_close_it_whoever_they_are(stage: Stage, visitor: Visitor) -> None:
    stage.github.open_issue(REPO, "A question", by="reader")
    assert (await visitor.do("close", "reader", close="2")).status_code == 303
    assert stage.github.issue(REPO, 2).state == "closed"


async def test_there_is_an_end_to_bugs(visitor: Visitor) -> None:
    for _ in range(MOST_ISSUES):
        assert (await visitor.do("bug", "qa-lead", bug="P0")).status_code == 303
    answer = await visitor.do("bug", "qa-lead", bug="P0")
    assert (answer.status_code, answer.text) == (409, "There are enough issues now: close or reopen one of those.")


async def test_a_push_moves_main_and_codecov_reports_on_it(stage: Stage, clock: SimClock, visitor: Visitor) -> None:
    before = stage.github.head(REPO)
    await visitor.do("push", "developer")
    head = stage.github.head(REPO)
    assert stage.room.repo.commits[head].parents == (before,)
    assert ("push", "developer") in sent(stage)
    assert f"pushed {head[:7]} to main, “Write silence as silence when exporting”" in await visitor.words()
    assert "coverage · codecov" not in await visitor.words()
    clock.advance(4)
    assert "coverage · codecov passed" in await visitor.words()
    await visitor.do("push", "developer")
    assert stage.github.head(REPO) != head


async def test_a_change_of_the_plan_adds_an_item_and_the_next_takes_it_away(stage: Stage, visitor: Visitor) -> None:
    def plan() -> str:
        return stage.room.repo.commits[stage.github.head(REPO)].files[PLAN_PATH].decode()

    first = plan()
    await visitor.do("push-plan", "developer")
    assert plan() == first.replace(AFTER, AFTER + ADDED)
    await visitor.do("push-plan", "tech-lead")
    assert plan() == first


async def test_a_plan_in_which_the_change_has_no_place_is_said_to_have_none(stage: Stage, visitor: Visitor) -> None:
    stage.github.commit(REPO, {PLAN_PATH: "# Another\n"}, by="owner")
    answer = await visitor.do("push-plan", "developer")
    assert (answer.status_code, answer.text) == (409, "The plan has no place for that change any more.")
