"""The gate on a commit: one check run whatever the number of releases, and none left green that nobody is behind."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.release.events_course import ReleaseAbandoned, ReleaseFinished, TrackingIssueLost
from app.domain.release.events_said import HoldLifted
from app.domain.values import ReleaseId, Sha
from app.ports import Change, Commit, GitHubError, Missing, Rejected, Throttled, Unclear
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
    an_issue,
    go_said,
    held,
    retargeted,
    run_seen,
)
from tests.worker.workshop import R1, Workshop

pytestmark = pytest.mark.anyio

KEY = gate_key(REPO.id, SHA)
R2 = ReleaseId("r2")


async def show(shop: Workshop, sha: Sha = SHA) -> list[str]:
    """Show the gate of a commit, and return what GitHub was asked for it."""
    shop.github.calls.clear()
    await shop.gate_shower.show(f"{REPO.id}:{sha}")
    return shop.github.calls


async def open_another(shop: Workshop) -> None:
    """Open a second release at the same commit."""
    other = replace(TEAM_STARTED, release=R2, issue=13, version="1.0.1", tag="v1.0.1")
    await shop.releases.commit(Commit(changes=[Change(release=R2, expected=0, events=[other])]), NOON)


def conclusions(shop: Workshop) -> dict[Sha, list[str | None]]:
    """What the check runs on each commit say."""
    found: dict[Sha, list[str | None]] = {}
    for number, check in shop.github.gates.items():
        found.setdefault(shop.github.commits[number], []).append(check.conclusion)
    return found


async def test_a_gate_is_made_once_and_costs_nothing_while_it_stands(shop: Workshop) -> None:
    await shop.open_team_release()
    assert await show(shop) == ["find_check", "create_check"]
    assert await show(shop) == []
    await shop.happened(*all_signed(), go_said())
    assert await show(shop) == ["update_check"]
    assert conclusions(shop) == {SHA: ["success"]}


async def test_a_gate_that_an_unfinished_show_made_is_found_again(shop: Workshop) -> None:
    await shop.open_team_release()
    await show(shop)
    await shop.forget_checks()  # the process died before it kept that
    assert await show(shop) == ["find_check", "update_check"]
    assert conclusions(shop) == {SHA: [None]}


async def test_a_check_run_that_github_threw_away_is_made_anew(shop: Workshop) -> None:
    await shop.open_team_release()
    await show(shop)
    shop.github.errors["update_check"] = [Missing(404, "Not Found")]
    await shop.happened(*all_signed())
    assert await show(shop) == ["update_check", "create_check"]
    assert await show(shop) == []


async def test_a_green_gate_whose_answer_was_lost_is_taken_back(shop: Workshop) -> None:
    await shop.open_team_release(*all_signed(), go_said(), held(RUTH))
    await show(shop)
    await shop.happened(HoldLifted(holder=RUTH.id, by=RUTH, at=NOW))
    shop.github.lost["update_check"] = [Unclear("502")]
    await show(shop)
    assert conclusions(shop) == {SHA: ["success"]}
    await shop.happened(held(RUTH))  # within the same minute: the text is the one before, to the letter
    await show(shop)
    assert conclusions(shop) == {SHA: ["failure"]}


async def test_a_green_gate_made_anew_whose_answer_was_lost_is_taken_back(shop: Workshop) -> None:
    await shop.open_team_release(*all_signed(), go_said(), held(RUTH))
    await show(shop)
    await shop.happened(HoldLifted(holder=RUTH.id, by=RUTH, at=NOW))
    shop.github.lost["create_check"] = [Unclear("502")]
    with pytest.raises(Unclear):
        await shop.gate_shower.assert_again(REPO, SHA)
    assert conclusions(shop) == {SHA: ["failure", "success"]}
    await shop.happened(held(RUTH))
    await show(shop)
    assert conclusions(shop) == {SHA: ["failure", "failure"]}


async def test_two_releases_of_one_commit_have_one_gate_and_the_worse_of_them_decides(shop: Workshop) -> None:
    await shop.open_team_release(*all_signed(), go_said())
    await open_another(shop)
    await show(shop)
    ((number, gate),) = shop.github.gates.items()
    assert (gate.external_id, gate.conclusion) == ("gate", None)
    assert "1.0.1" in gate.summary
    await shop.happened(held(RUTH))
    await show(shop)
    assert shop.github.gates[number].conclusion == "failure"
    assert "1.0.0" in shop.github.gates[number].summary


async def test_what_was_given_up_does_not_count_beside_what_is_open(shop: Workshop) -> None:
    await shop.open_team_release(*all_signed(), go_said())
    await open_another(shop)
    second = Change(release=R2, expected=1, events=[ReleaseAbandoned(by=RUTH, reason="not needed", at=NOW)])
    await shop.releases.commit(Commit(changes=[second]), NOON)
    await show(shop)
    assert conclusions(shop) == {SHA: ["success"]}


async def test_a_finished_release_goes_on_to_speak_for_its_commit(shop: Workshop) -> None:
    await shop.open_team_release(*all_signed(), go_said(), ReleaseFinished(by=RUTH, reason="", at=NOW))
    await show(shop)
    assert conclusions(shop) == {SHA: ["success"]}


async def test_a_release_that_was_given_up_turns_the_gate_red(shop: Workshop) -> None:
    await shop.open_team_release(*all_signed(), go_said())
    await show(shop)
    await shop.happened(ReleaseAbandoned(by=RUTH, reason="1.0.1 takes its place", at=NOW))
    await show(shop)
    assert conclusions(shop) == {SHA: ["failure"]}


async def test_d7_another_commit_gets_a_gate_of_its_own_and_the_one_before_is_green_no_more(shop: Workshop) -> None:
    await shop.open_team_release(*all_signed(), go_said())
    await show(shop)
    await shop.happened(retargeted())
    await show(shop)
    await show(shop, OTHER_SHA)
    assert conclusions(shop) == {SHA: ["failure"], OTHER_SHA: [None]}
    await shop.happened(retargeted(SHA))
    await show(shop)
    await show(shop, OTHER_SHA)
    assert conclusions(shop) == {SHA: [None], OTHER_SHA: ["failure"]}


async def test_a_commit_that_one_of_two_releases_has_left_keeps_the_gate_of_the_other(shop: Workshop) -> None:
    await shop.open_team_release(*all_signed(), go_said())
    await open_another(shop)
    second = Change(release=R2, expected=1, events=[retargeted()])
    await shop.releases.commit(Commit(changes=[second]), NOON)
    await show(shop)
    assert conclusions(shop) == {SHA: ["success"]}


async def test_a_gate_whose_release_left_while_nobody_worked_is_found_by_the_sweep(shop: Workshop) -> None:
    await shop.open_team_release(*all_signed(), go_said())
    await show(shop)
    await shop.happened(retargeted())
    assert await shop.gate_shower.deserted() == [f"{REPO.id}:{SHA}"]
    await show(shop)
    assert conclusions(shop) == {SHA: ["failure"]}
    assert await shop.gate_shower.deserted() == []


async def test_a_left_gate_is_found_also_where_a_release_that_ended_is_still_there(shop: Workshop) -> None:
    await shop.open_team_release()
    await shop.happened(ReleaseAbandoned(by=RUTH, reason="begun anew", at=NOW))
    again = replace(TEAM_STARTED, release=R2, issue=13)
    green = Change(release=R2, expected=0, events=[again, *all_signed(), go_said()])
    await shop.releases.commit(Commit(changes=[green]), NOON)
    await show(shop)
    assert conclusions(shop) == {SHA: ["success"]}
    second = await shop.releases.get(R2)
    assert second is not None
    left = Change(release=R2, expected=second.revision, events=[retargeted()])
    await shop.releases.commit(Commit(changes=[left]), NOON)  # the process dies before the gate is written
    assert await shop.gate_shower.deserted() == [f"{REPO.id}:{SHA}"]
    await show(shop)
    assert conclusions(shop) == {SHA: ["failure"]}
    assert await shop.gate_shower.deserted() == []


async def test_a_left_gate_is_taken_back_also_after_the_last_release_has_ended(shop: Workshop) -> None:
    await shop.open_team_release(*all_signed(), go_said())
    await show(shop)
    await shop.happened(retargeted(), ReleaseAbandoned(by=RUTH, reason="no", at=NOW))
    await show(shop)
    assert conclusions(shop) == {SHA: ["failure"]}


async def test_the_last_word_over_a_commit_is_said_once(shop: Workshop) -> None:
    await shop.open_team_release(*all_signed(), go_said())
    await show(shop)
    await shop.happened(ReleaseFinished(by=RUTH, reason="", at=NOW))
    assert await shop.gate_shower.deserted() == [f"{REPO.id}:{SHA}"]
    await show(shop)
    assert conclusions(shop) == {SHA: ["success"]}
    assert await shop.gate_shower.deserted() == []


async def test_of_two_finished_releases_the_one_that_was_finished_last_speaks(shop: Workshop) -> None:
    await shop.open_team_release(*all_signed(), go_said())
    ended = ReleaseFinished(by=RUTH, reason="out by hand", at=NOW + timedelta(minutes=2))
    other = replace(TEAM_STARTED, release=R2, issue=13, version="1.0.1", tag="v1.0.1", at=NOW + timedelta(minutes=1))
    await shop.releases.commit(Commit(changes=[Change(release=R2, expected=0, events=[other, ended])]), NOON)
    await shop.happened(ReleaseFinished(by=RUTH, reason="", at=NOW + timedelta(minutes=3)))
    gate = await shop.gates.at(REPO, SHA)
    assert gate.lead is not None
    assert (gate.lead.id, gate.is_green) == (R1, True)


async def test_of_a_commit_that_was_never_a_target_nothing_is_said(shop: Workshop) -> None:
    await shop.open_team_release()
    assert await show(shop, OTHER_SHA) == []


async def test_a_gate_outlives_its_tracking_issue(shop: Workshop) -> None:
    await shop.open_team_release(TrackingIssueLost(how="it was deleted", at=NOW))
    assert await show(shop) == ["find_check", "create_check"]


@pytest.mark.parametrize("method", ["find_check", "create_check"])
async def test_a_rate_limit_is_waited_for(shop: Workshop, method: str) -> None:
    await shop.open_team_release()
    over = NOON + timedelta(minutes=9)
    shop.github.errors[method] = [Throttled(over)]
    await show(shop)
    assert shop.scheduler.alarms[KEY] == over


@pytest.mark.parametrize("method", ["find_check", "create_check"])
@pytest.mark.parametrize("error", [Unclear("502"), Rejected(403, "Resource not accessible by integration")])
async def test_a_show_that_failed_comes_back_after_a_minute(
    shop: Workshop, method: str, error: Unclear | Rejected
) -> None:
    await shop.open_team_release()
    shop.github.errors[method] = [error]
    await show(shop)
    assert shop.scheduler.alarms[KEY] == NOON + timedelta(seconds=60)
    await show(shop)
    assert conclusions(shop) == {SHA: [None]}


# -- for whoever hangs something on it for good ------------------------------------------------------------------------


async def open_green(shop: Workshop) -> None:
    """Open a release with nothing missing, of which GitHub says the same when it is asked."""
    await shop.open_team_release(*all_signed(), go_said())
    shop.github.sighting = run_seen()


async def test_a_re_read_asks_for_everything_anew_and_shows_what_came_of_it(shop: Workshop) -> None:
    await open_green(shop)
    gate = await shop.gates.reread(REPO, SHA)
    assert (gate.is_green, gate.is_shown, [r.id for r in gate.releases]) == (True, True, [R1])
    assert "issues_labelled" in shop.github.calls
    assert conclusions(shop) == {SHA: ["success"]}


async def test_a_re_read_hears_of_a_blocker_that_no_webhook_told_of(shop: Workshop) -> None:
    await open_green(shop)
    shop.github.issues = [an_issue(40, "P0", at=5)]
    gate = await shop.gates.reread(REPO, SHA)
    assert [reason.kind for reason in gate.reasons] == ["blocker"]
    assert conclusions(shop) == {SHA: ["failure"]}


@pytest.mark.parametrize("method", ["issues_labelled", "head_of", "create_check", "find_check"])
@pytest.mark.parametrize("error", [Unclear("502"), Rejected(403, "no"), Throttled(NOON)])
async def test_d10_a_re_read_that_could_not_ask_is_no_yes(shop: Workshop, method: str, error: GitHubError) -> None:
    await open_green(shop)
    shop.github.errors[method] = [error]
    with pytest.raises(type(error)):
        await shop.gates.reread(REPO, SHA)


async def test_a_check_run_that_was_thrown_away_since_is_there_again_after_a_re_read(shop: Workshop) -> None:
    await open_green(shop)
    await show(shop)
    shop.github.gates.clear()
    shop.github.calls.clear()
    assert (await shop.gates.reread(REPO, SHA)).is_shown
    about_checks = [call for call in shop.github.calls if call.endswith("_check")]
    assert about_checks == ["find_check", "update_check", "create_check", "find_check"]
    assert conclusions(shop) == {SHA: ["success"]}
    assert await show(shop) == []


async def test_d29_a_check_run_that_is_not_listed_yet_is_written_twice_and_made_once(shop: Workshop) -> None:
    await open_green(shop)
    shop.github.unlisted = 3
    assert not (await shop.gates.reread(REPO, SHA)).is_shown  # it is no yes, and nobody waits for one
    assert (await shop.gates.reread(REPO, SHA)).is_shown
    assert conclusions(shop) == {SHA: ["success"]}


async def test_a_gate_that_all_have_left_and_github_has_lost_is_made_to_stand_again(shop: Workshop) -> None:
    await shop.open_team_release(*all_signed(), go_said())
    await show(shop)
    await shop.happened(retargeted())
    await show(shop)
    shop.github.gates.clear()
    assert not (await shop.gates.reread(REPO, SHA)).is_green
    assert conclusions(shop) == {SHA: ["failure"]}
    assert await shop.gate_shower.deserted() == []


async def test_no_release_at_a_commit_is_a_failure(shop: Workshop) -> None:
    await open_green(shop)
    gate = await shop.gates.reread(REPO, OTHER_SHA)
    assert (gate.is_green, gate.lead, gate.releases) == (False, None, ())


async def test_a_check_run_that_was_made_to_say_otherwise_is_asserted_again(shop: Workshop) -> None:
    await shop.open_team_release()
    await show(shop)
    await shop.gate_shower.assert_again(REPO, SHA)
    assert conclusions(shop) == {SHA: [None, None]}
    assert await show(shop) == []
