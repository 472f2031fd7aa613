"""Showing a release: few writes for a burst, none for what stands there, and nothing that fails is forgotten."""

from datetime import timedelta

import pytest

from app.domain.release.desired import BODY_LIMIT
from app.domain.release.model import Progress
from app.ports import Missing, Rejected, Throttled, Unclear
from app.worker.show import Pace, Shower
from tests.clock import NOON
from tests.given import requested, run_seen, seen, started
from tests.worker.workshop import R1, Workshop

pytestmark = pytest.mark.anyio

AT_ONCE = Pace(after=timedelta(0), apart=timedelta(0))
FIRST_SHOW = ["find_check", "create_check", "issue", "write_issue_body", "find_comment", "comment"]
LATER_SHOW = ["update_check", "issue", "write_issue_body", "edit_comment"]


def shower(shop: Workshop) -> Shower:
    return Shower(shop.bench, "https://github.com", AT_ONCE)


async def show(shop: Workshop) -> list[str]:
    """Show the release at once, and return what GitHub was asked for it."""
    shop.github.calls.clear()
    await shower(shop).show(R1)
    return shop.github.calls


async def the_run_fails(shop: Workshop) -> None:
    await shop.happened(requested(), started(), seen(run_seen(Progress.FAILURE)))


# -- what is written ----------------------------------------------------------------------------------------------


async def test_the_gate_is_shown_first_then_the_checklist_then_the_status(shop: Workshop) -> None:
    await shop.open_release()
    assert await show(shop) == FIRST_SHOW
    (gate,) = shop.github.gates.values()
    assert (gate.external_id, gate.conclusion) == (R1, None)
    assert "Installer built for Linux" in shop.github.body
    assert len(shop.github.comments) == 1


async def test_what_stands_there_already_costs_no_call(shop: Workshop) -> None:
    await shop.open_release()
    await show(shop)
    assert await show(shop) == []


async def test_what_changed_is_written_over_what_stood_there(shop: Workshop) -> None:
    await shop.open_release()
    shop.github.body = "Ours to keep.\r\n"
    await show(shop)
    await the_run_fails(shop)
    assert await show(shop) == LATER_SHOW
    assert (len(shop.github.gates), len(shop.github.comments)) == (1, 1)
    assert shop.github.body.startswith("Ours to keep.\r\n")


async def test_what_an_unfinished_show_wrote_is_found_again_and_not_written_twice(shop: Workshop) -> None:
    await shop.open_release()
    await show(shop)
    shown = await shop.releases.shown(R1)
    await shop.releases.save_shown(R1, shown, type(shown)())  # the process died before it kept that
    assert await show(shop) == ["find_check", "update_check", "issue", "find_comment", "edit_comment"]
    assert (len(shop.github.gates), len(shop.github.comments)) == (1, 1)


async def test_a_status_comment_that_was_deleted_is_written_anew(shop: Workshop) -> None:
    await shop.open_release()
    await show(shop)
    before = await shop.releases.shown(R1)
    shop.github.comments = {7: "somebody else's"}
    shop.github.errors["edit_comment"] = [Missing(404, "Not Found")]
    await the_run_fails(shop)
    assert (await show(shop))[-3:] == ["edit_comment", "find_comment", "comment"]
    after = await shop.releases.shown(R1)
    assert after.comment != before.comment
    assert after.comment in shop.github.comments


async def test_an_issue_without_room_says_so_once_and_people_s_text_is_left_alone(shop: Workshop) -> None:
    await shop.open_release()
    long = shop.github.body = "x" * (BODY_LIMIT - 10)
    await show(shop)
    assert "write_issue_body" not in shop.github.calls
    await show(shop)
    assert shop.github.body == long
    assert await shop.entries() == [("reply", "todo", 0)]
    assert len(shop.github.comments) == 1  # the status comment stands all the same


async def test_the_checklist_comes_when_there_is_room_again(shop: Workshop) -> None:
    await shop.open_release()
    shop.github.body = "x" * (BODY_LIMIT - 10)
    await show(shop)
    shop.github.body = "shorter"
    assert "write_issue_body" in await show(shop)


async def test_a_block_that_somebody_tore_is_mended(shop: Workshop) -> None:
    await shop.open_release()
    await show(shop)
    whole = shop.github.body
    shop.github.body = whole.replace("<!-- gonogo:end -->", "")
    await the_run_fails(shop)
    await show(shop)
    assert shop.github.body.count("<!-- gonogo:end -->") == 1
    assert shop.github.body.count("Installer built for Linux") == 1


async def test_a_release_that_is_not_there_is_not_shown(shop: Workshop) -> None:
    await shower(shop).show("nobody")
    assert shop.github.calls == []


# -- what fails comes back ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", FIRST_SHOW)
async def test_a_rate_limit_puts_the_rest_off_until_it_is_over(shop: Workshop, method: str) -> None:
    await shop.open_release()
    over = NOON + timedelta(minutes=9)
    shop.github.errors[method] = [Throttled(over)]
    assert await show(shop) == FIRST_SHOW[: FIRST_SHOW.index(method) + 1]
    assert shop.scheduler.alarms["show:r1"] == over


@pytest.mark.parametrize("method", FIRST_SHOW)
@pytest.mark.parametrize("error", [Unclear("502"), Rejected(403, "locked")])
async def test_a_failed_show_comes_back_after_a_minute_and_writes_what_is_left(
    shop: Workshop, method: str, error: Unclear | Rejected
) -> None:
    await shop.open_release()
    shop.github.errors[method] = [error]
    await show(shop)
    assert shop.scheduler.alarms["show:r1"] == NOON + timedelta(seconds=60)
    done = await show(shop)
    assert done[0] in (method, "find_check", "issue", "find_comment")  # each step begins anew; those done do not
    assert (len(shop.github.gates), len(shop.github.comments)) == (1, 1)
    assert "gonogo:begin" in shop.github.body


# -- pace -------------------------------------------------------------------------------------------------------------


async def test_a_burst_becomes_one_write_and_the_last_state_arrives(shop: Workshop) -> None:
    pace = Pace(after=timedelta(seconds=1), apart=timedelta(seconds=5))
    paced = Shower(shop.bench, "https://github.com", pace)
    await shop.open_release()
    for _ in range(10):
        await paced.show(R1)
    assert shop.github.calls == []
    assert shop.scheduler.alarms["show:r1"] == NOON + timedelta(seconds=1)
    await shop.clock.wind(1)
    await paced.show(R1)
    assert shop.github.calls == FIRST_SHOW


async def test_shows_of_one_release_are_some_time_apart(shop: Workshop) -> None:
    pace = Pace(after=timedelta(seconds=1), apart=timedelta(seconds=5))
    paced = Shower(shop.bench, "https://github.com", pace)
    await shop.open_release()
    await paced.show(R1)
    await shop.clock.wind(1)
    await paced.show(R1)
    await the_run_fails(shop)
    await paced.show(R1)
    assert shop.scheduler.alarms["show:r1"] == NOON + timedelta(seconds=6)
    await shop.clock.wind(5)
    await paced.show(R1)
    assert shop.github.calls == FIRST_SHOW + LATER_SHOW
