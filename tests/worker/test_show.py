"""Showing a release: few writes for a burst, none for what stands there, and nothing that fails is forgotten."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.release.desired import BODY_LIMIT
from app.domain.release.events_course import ReleaseAbandoned, TrackingIssueLost
from app.domain.release.model import Progress
from app.domain.values import ReleaseId
from app.ports import Change, Commit, Missing, Rejected, Throttled, Unclear
from app.worker.looking import PATIENCE
from app.worker.show import Pace, Shower
from app.worker.show_gate import gate_key
from tests.clock import NOON
from tests.given import (
    NOW,
    OTHER_SHA,
    REPO,
    RUTH,
    SHA,
    TEAM_STARTED,
    all_signed,
    go_said,
    requested,
    retargeted,
    run_seen,
    seen,
    started,
)
from tests.worker.workshop import R1, Workshop

pytestmark = pytest.mark.anyio

AT_ONCE = Pace(after=timedelta(0), apart=timedelta(0))
FIRST_SHOW = [
    *("find_comment", "comment"),
    *("issue", "add_label"),
    *("issue", "write_issue_body", "issue"),
]
LATER_SHOW = [
    "edit_comment",
    *("issue", "add_label", "remove_label"),
    *("issue", "write_issue_body", "issue"),
]


def shower(shop: Workshop) -> Shower:
    return Shower(shop.bench, AT_ONCE)


async def show(shop: Workshop) -> list[str]:
    """Show the release at once, and return what GitHub was asked for it."""
    shop.github.calls.clear()
    await shower(shop).show(R1)
    return shop.github.calls


async def the_run_fails(shop: Workshop) -> None:
    await shop.happened(requested(), started(), seen(run_seen(Progress.FAILURE)))


# -- what is written ----------------------------------------------------------------------------------------------


async def test_the_gate_is_asked_for_first_then_come_the_status_labels_and_the_checklist(shop: Workshop) -> None:
    await shop.open_release()
    assert await show(shop) == FIRST_SHOW
    assert shop.scheduler.woken == [gate_key(REPO.id, SHA)]
    assert "Installer built for Linux" in shop.github.body
    assert shop.github.labels[12] == ["gate:pending"]
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
    assert len(shop.github.comments) == 1
    assert shop.github.body.startswith("Ours to keep.\r\n")


async def test_what_an_unfinished_show_wrote_is_found_again_and_not_written_twice(shop: Workshop) -> None:
    await shop.open_release()
    await show(shop)
    shown = await shop.releases.shown(R1)
    await shop.releases.save_shown(R1, shown, type(shown)())  # the process died before it kept that
    assert await show(shop) == ["find_comment", "edit_comment", "issue", "issue"]
    assert len(shop.github.comments) == 1


async def test_a_status_comment_that_was_deleted_is_written_anew(shop: Workshop) -> None:
    await shop.open_release()
    await show(shop)
    before = await shop.releases.shown(R1)
    shop.github.comments = {7: "somebody else's"}
    shop.github.errors["edit_comment"] = [Missing(404, "Not Found")]
    await the_run_fails(shop)
    assert (await show(shop))[0:3] == ["edit_comment", "find_comment", "comment"]
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


async def test_a_block_that_somebody_tore_is_mended_when_nobody_has_told_who(shop: Workshop) -> None:
    await shop.open_release()
    shower_ = shower(shop)
    await shower_.show(R1)
    shop.github.body = shop.github.body.replace("<!-- gonogo:end -->", "")
    await the_run_fails(shop)
    await shower_.show(R1)
    assert shop.github.body.count("<!-- gonogo:end -->") == 0  # GitHub may yet tell
    assert shop.scheduler.alarms["show:r1"] == NOON + PATIENCE
    await shop.clock.wind(PATIENCE.total_seconds())
    await shower_.show(R1)
    assert shop.github.body.count("<!-- gonogo:end -->") == 1
    assert shop.github.body.count("Installer built for Linux") == 1
    repair = (await shop.release()).repair
    assert repair is not None
    assert repair.by is None


async def test_a_release_that_is_not_there_is_not_shown(shop: Workshop) -> None:
    await shower(shop).show("nobody")
    assert shop.github.calls == []


# -- what fails comes back ------------------------------------------------------------------------------------------


CALLS = [(method, FIRST_SHOW[: at + 1], FIRST_SHOW[:at].count(method)) for at, method in enumerate(FIRST_SHOW)]
"""Each call of a first show, with those up to it and how many of them are the same."""


@pytest.mark.parametrize(("method", "calls", "before"), CALLS)
async def test_a_rate_limit_puts_the_rest_off_until_it_is_over(
    shop: Workshop, method: str, calls: list[str], before: int
) -> None:
    await shop.open_release()
    over = NOON + timedelta(minutes=9)
    shop.github.errors[method] = [*[None] * before, Throttled(over)]
    assert await show(shop) == calls
    assert shop.scheduler.alarms["show:r1"] == over


@pytest.mark.parametrize(("method", "calls", "before"), CALLS)
@pytest.mark.parametrize("error", [Unclear("502"), Rejected(403, "locked")])
async def test_a_failed_show_comes_back_after_a_minute_and_writes_what_is_left(
    shop: Workshop, method: str, calls: list[str], before: int, error: Unclear | Rejected
) -> None:
    await shop.open_release()
    shop.github.errors[method] = [*[None] * before, error]
    await show(shop)
    assert calls[-1] in shop.github.calls
    assert shop.scheduler.alarms["show:r1"] == NOON + timedelta(seconds=60)
    await shop.clock.wind(60)
    await show(shop)
    assert len(shop.github.comments) == 1
    assert shop.github.labels[12] == ["gate:pending"]
    assert "gonogo:begin" in shop.github.body
    assert await show(shop) == []


@pytest.mark.parametrize("method", ["comment", "add_label"])
async def test_what_fails_keeps_nothing_else_from_being_shown(shop: Workshop, method: str) -> None:
    await shop.open_release()
    shop.github.errors[method] = [Rejected(403, "Resource not accessible by integration")]
    await show(shop)
    assert "gonogo:begin" in shop.github.body


# -- the target and the tracking issue ----------------------------------------------------------------------------------


async def test_the_gate_of_a_commit_that_was_left_is_looked_at_once_more(shop: Workshop) -> None:
    await shop.open_team_release()
    await show(shop)
    await shop.happened(retargeted())
    shop.scheduler.woken.clear()
    await show(shop)
    assert {gate_key(REPO.id, SHA), gate_key(REPO.id, OTHER_SHA)} <= set(shop.scheduler.woken)


async def test_without_its_tracking_issue_a_release_still_has_its_gate(shop: Workshop) -> None:
    await shop.open_team_release(TrackingIssueLost(how="it was deleted", at=NOW))
    assert await show(shop) == []
    assert shop.scheduler.woken == [gate_key(REPO.id, SHA)]


async def test_another_release_of_the_commit_is_told_when_the_part_of_this_one_changes(shop: Workshop) -> None:
    await shop.open_team_release(*all_signed(), go_said())
    other = replace(TEAM_STARTED, release=ReleaseId("r2"), issue=13, version="1.0.1", tag="v1.0.1")
    await shop.releases.commit(Commit(changes=[Change(release=other.release, expected=0, events=[other])]), NOON)
    await show(shop)
    assert "show:r2" in shop.scheduler.woken  # its own rests on this one
    assert "1.0.1" in "".join(shop.github.comments.values())


async def test_a_release_that_was_given_up_carries_no_state_label(shop: Workshop) -> None:
    await shop.open_team_release(*all_signed(), go_said())
    await show(shop)
    await shop.happened(ReleaseAbandoned(by=RUTH, reason="1.0.1 takes its place", at=NOW))
    await show(shop)
    assert shop.github.labels[12] == []


async def test_a_release_that_is_over_leaves_its_issue_to_the_one_that_follows(shop: Workshop) -> None:
    await shop.open_team_release()
    await shop.happened(ReleaseAbandoned(by=RUTH, reason="once more", at=NOW))
    another = replace(TEAM_STARTED, release=ReleaseId("r2"))
    await shop.releases.commit(Commit(changes=[Change(release=another.release, expected=0, events=(another,))]), NOON)
    assert await show(shop) == []


async def test_a_state_label_that_somebody_took_off_is_put_back(shop: Workshop) -> None:
    await shop.open_release()
    await show(shop)
    shop.github.labels[12] = ["gate:success"]
    shown = await shop.releases.shown(R1)
    await shop.releases.save_shown(R1, shown, replace(shown, labels=None))
    await show(shop)
    assert shop.github.labels[12] == ["gate:pending"]


# -- pace -------------------------------------------------------------------------------------------------------------


async def test_a_burst_becomes_one_write_and_the_last_state_arrives(shop: Workshop) -> None:
    pace = Pace(after=timedelta(seconds=1), apart=timedelta(seconds=5))
    paced = Shower(shop.bench, pace)
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
    paced = Shower(shop.bench, pace)
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


@pytest.mark.parametrize("call", ["edit_comment", "add_label"])
async def test_what_was_written_and_not_answered_is_not_taken_to_be_as_before(shop: Workshop, call: str) -> None:
    await shop.open_release()
    await show(shop)
    shown = await shop.releases.shown(R1)
    await the_run_fails(shop)
    shop.github.errors[call] = [Unclear("502")]
    await show(shop)
    known = await shop.releases.shown(R1)
    assert (known.comment_digest is None, known.labels is None) == (call == "edit_comment", call == "add_label")
    assert known.comment == shown.comment
    assert call in await show(shop)
    again = await shop.releases.shown(R1)
    assert again.comment_digest is not None
    assert again.labels == ("gate:failure",)


async def test_a_show_that_cannot_note_what_it_is_about_to_write_begins_anew(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    await shop.open_release()
    await show(shop)
    await the_run_fails(shop)
    save, refused = shop.releases.save_shown, list[bool]()

    async def save_shown(*args: object, **more: object) -> bool:
        if not refused:
            refused.append(True)
            return False
        return await save(*args, **more)  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(shop.releases, "save_shown", save_shown)
    assert await show(shop) == LATER_SHOW
