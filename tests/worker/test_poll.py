"""Asking GitHub how things stand: only for what is waited for, and only news is written down."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.release.events_course import BranchSeen, PlanSeen, ReleaseAbandoned, ReleaseFinished
from app.domain.release.model import LabelledIssue, Progress, Sight
from app.domain.values import Repo, Sha
from app.ports import GitHubError, Missing, Rejected, Shown, Throttled, Unclear
from app.worker.poll import AT_REST, SHOWN_BY, Poller
from app.worker.workbench import POLL_AFTER
from tests.clock import NOON
from tests.given import (
    NOW,
    OTHER_SHA,
    RUTH,
    SAM,
    TEAM_TEXT,
    TESS,
    an_issue,
    held,
    issue_seen,
    issues_read,
    later,
    plan_adopted,
    requested,
    run_seen,
    seen,
    sighting,
    started,
)
from tests.worker.workshop import R1, Rival, Workshop

pytestmark = pytest.mark.anyio

BY_HAND = "# Release\n\n- [ ] Ask the lawyers\n- [ ] Tell the press\n"
LINT = sighting(Sight.CHECK, "lint", source="github-actions")
LEGAL = sighting(Sight.STATUS, "legal/ok", source="octocat")
NIGHTLY = sighting(Sight.WORKFLOW, "nightly.yml", source="nightly.yml")
JOB = sighting(Sight.JOB, "build (linux)", run_id=500)


async def kinds(shop: Workshop) -> list[str]:
    return [event.kind for event in await shop.releases.events(R1)]


async def test_of_a_release_that_waits_for_people_only_where_its_branch_stands_is_asked(shop: Workshop) -> None:
    await shop.open_release(plan=BY_HAND)
    await Poller(shop.bench).poll(R1)
    assert shop.github.calls == ["head_of"]
    assert shop.scheduler.alarms["poll:r1"] == NOON + AT_REST


async def test_what_could_not_be_had_is_asked_for_again_soon(shop: Workshop) -> None:
    await shop.open_release()
    shop.github.errors["checks"] = [Unclear("502")]
    await Poller(shop.bench).poll(R1)
    assert shop.scheduler.alarms["poll:r1"] == NOON + POLL_AFTER


async def test_what_items_wait_for_is_asked_for_and_written_down_once(shop: Workshop) -> None:
    await shop.open_release()
    shop.github.sightings = {"checks": [LINT], "statuses": [LEGAL], "workflow_runs": [NIGHTLY]}
    await Poller(shop.bench).poll(R1)
    assert shop.github.calls == ["head_of", "checks", "statuses", "workflow_runs"]
    assert set((await shop.release()).sightings.values()) == {LINT, LEGAL, NIGHTLY}
    assert "show:r1" in shop.scheduler.woken


async def test_a_green_that_turned_red_unheard_is_found(shop: Workshop) -> None:
    await shop.open_release(seen(LINT), seen(LEGAL), seen(NIGHTLY))
    red = sighting(Sight.CHECK, "lint", Progress.FAILURE, source="github-actions", at=9)
    shop.github.sightings = {"checks": [red]}
    await Poller(shop.bench).poll(R1)
    assert (await shop.release()).sightings[red.key].progress is Progress.FAILURE


async def test_old_news_is_not_written_down(shop: Workshop) -> None:
    red = sighting(Sight.CHECK, "lint", Progress.FAILURE, source="github-actions")
    await shop.open_release(seen(red))
    shop.github.sightings = {"checks": [red]}
    await Poller(shop.bench).poll(R1)
    assert await kinds(shop) == ["release_started", "seen"]


async def test_a_silent_run_is_asked_after_with_its_jobs_every_minute(shop: Workshop) -> None:
    await shop.open_release(requested(), started())
    shop.github.sighting = run_seen(Progress.RUNNING)
    shop.github.sightings = {"jobs": [JOB]}
    await Poller(shop.bench).poll(R1)
    assert shop.github.calls[:3] == ["head_of", "run", "jobs"]
    assert shop.scheduler.alarms["poll:r1"] == NOON + POLL_AFTER
    assert {"run:500", "job:500:build (linux)"} <= (await shop.release()).sightings.keys()


async def test_a_run_that_is_over_is_asked_after_when_all_is_quiet(shop: Workshop) -> None:
    await shop.open_release(requested(), started(), seen(run_seen()), seen(JOB))
    shop.github.sighting = run_seen(Progress.FAILURE, at=9)
    await Poller(shop.bench).poll(R1)
    assert (await shop.release()).sightings["run:500"].progress is Progress.FAILURE


async def test_a_run_without_an_id_cannot_be_asked_after(shop: Workshop) -> None:
    await shop.open_release(requested())
    await Poller(shop.bench).poll(R1)
    assert not {"run", "jobs"} & set(shop.github.calls)


async def test_what_github_fails_to_say_keeps_nothing_else_from_being_heard(shop: Workshop) -> None:
    await shop.open_release()
    shop.github.errors["statuses"] = [Unclear("502")]
    shop.github.sightings = {"checks": [LINT]}
    await Poller(shop.bench).poll(R1)
    assert await kinds(shop) == ["release_started", "seen"]
    assert shop.scheduler.alarms["poll:r1"] <= NOON + AT_REST


async def test_a_run_that_is_gone_can_be_run_again(shop: Workshop) -> None:
    await shop.open_release(requested(), started())
    shop.github.errors["run"] = [Missing(404, "Not Found")]
    shop.github.sightings = {"checks": [LINT]}
    await Poller(shop.bench).poll(R1)
    assert await kinds(shop) == ["release_started", "run_requested", "run_started", "seen", "run_refused"]


async def test_a_run_that_somebody_deleted_keeps_the_gate_from_nobody_s_reading(shop: Workshop) -> None:
    """Its jobs are as gone as it is: asked strictly too, that is an answer and no failure to ask."""
    await shop.open_release(requested(), started())
    shop.github.errors = {"run": [Missing(404, "Not Found")], "jobs": [Missing(404, "Not Found")]}
    await Poller(shop.bench).ask(R1)
    assert (await kinds(shop))[-1] == "run_refused"


@pytest.mark.parametrize(("minutes", "expected"), [(1, 5), (30, 30)])
async def test_a_rate_limit_is_waited_for_and_no_less_than_usual(shop: Workshop, minutes: int, expected: int) -> None:
    await shop.open_release()
    shop.github.errors["checks"] = [Throttled(NOON + timedelta(minutes=minutes))]
    await Poller(shop.bench).poll(R1)
    assert shop.scheduler.alarms["poll:r1"] == NOON + timedelta(minutes=expected)


async def test_a_release_that_is_not_there_is_not_asked_after(shop: Workshop) -> None:
    await Poller(shop.bench).poll("nobody")
    assert (shop.github.calls, shop.scheduler.alarms) == ([], {})


async def test_each_open_release_is_asked_after(shop: Workshop) -> None:
    await shop.open_release(plan=BY_HAND)
    poller = Poller(shop.bench)
    assert await poller.releases() == [R1]
    await poller.poll(R1)
    assert shop.scheduler.woken == [f"show:{R1}", "freeze:7"]


async def test_a_release_that_ended_a_short_while_before_is_shown_and_not_asked_after(shop: Workshop) -> None:
    await shop.open_release(plan=BY_HAND)
    await shop.happened(ReleaseAbandoned(by=RUTH, reason="no", at=NOON))
    poller = Poller(shop.bench)
    assert await poller.releases() == [R1]
    await poller.poll(R1)
    assert shop.github.calls == []
    assert f"show:{R1}" in shop.scheduler.woken


async def test_a_release_that_ended_long_before_is_left_alone(shop: Workshop) -> None:
    await shop.open_release(plan=BY_HAND)
    await shop.happened(ReleaseAbandoned(by=RUTH, reason="no", at=NOON))
    shop.clock.advance(SHOWN_BY.total_seconds() + 1)
    assert await Poller(shop.bench).releases() == []


async def test_what_a_webhook_told_meanwhile_is_not_written_down_twice(shop: Workshop) -> None:
    await shop.open_release()
    shop.github.sightings = {"checks": [LINT], "statuses": [LEGAL]}
    late = replace(shop.bench, releases=Rival(shop, lambda: shop.happened(seen(LINT))))
    await Poller(late).poll(R1)
    assert await kinds(shop) == ["release_started", "seen", "seen"]


# -- issues with labels -----------------------------------------------------------------------------------------------


async def test_blockers_are_looked_for_where_the_plan_names_labels(shop: Workshop) -> None:
    await shop.open_team_release()
    shop.github.issues = [an_issue(40, "P0"), an_issue(41, "critical"), an_issue(42, "bug")]
    await Poller(shop.bench).poll(R1)
    after = await shop.release()
    assert (sorted(after.issues), after.issues_read_at) == ([40, 41], NOON)


async def test_a_list_that_says_nothing_new_is_not_written_down(shop: Workshop) -> None:
    await shop.open_team_release(issues_read(an_issue(40, "P0")))
    shop.github.issues = [an_issue(40, "P0")]
    await Poller(shop.bench).poll(R1)
    assert await kinds(shop) == ["release_started", "issues_read"]


async def test_a_blocker_that_was_closed_unheard_is_one_no_more(shop: Workshop) -> None:
    await shop.open_team_release(issue_seen(40, "P0", at=-2))
    await Poller(shop.bench).poll(R1)
    assert (await shop.release()).issues == {}


async def test_d27_a_blocker_that_was_just_heard_of_stays_for_clocks_differ(shop: Workshop) -> None:
    await shop.open_team_release(issue_seen(40, "P0", at=-0.9))
    await Poller(shop.bench).poll(R1)
    assert list((await shop.release()).issues) == [40]
    assert shop.scheduler.alarms["poll:r1"] == NOON + timedelta(seconds=7)  # then the list counts


@pytest.mark.parametrize(
    ("minute", "until", "seconds"),
    [(-0.9, None, 7), (-0.99, None, 5), (-0.5, 0.1, 6), (-0.5, None, 31)],  # looks are five seconds apart; a hold ends
)
async def test_a_blocker_that_the_list_would_lift_is_asked_for_again_as_soon_as_that_counts(
    shop: Workshop, minute: float, until: float | None, seconds: int
) -> None:
    holds = () if until is None else (held(SAM, until=later(until)),)
    await shop.open_team_release(issue_seen(40, "P0", at=minute), *holds)
    await Poller(shop.bench).poll(R1)
    assert shop.scheduler.alarms["poll:r1"] == NOON + timedelta(seconds=seconds)


async def test_a_list_of_another_plan_s_labels_is_passed_over(shop: Workshop) -> None:
    await shop.open_team_release()
    poller = Poller(replace(shop.bench, releases=Rival(shop, lambda: shop.happened(plan_adopted(TEAM_TEXT)))))
    await poller.poll(R1)
    after = await shop.release()
    assert (after.plan_blob, after.issues_read_at) == (OTHER_SHA, None)


@pytest.mark.parametrize("times", [1, 2, 3])
async def test_a_strict_look_begins_anew_where_another_plan_was_taken_up_meanwhile(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    await shop.open_team_release()
    blobs = [Sha(f"{number:040}") for number in range(times)]
    listed = shop.github.issues_labelled

    async def taken_up_meanwhile(repo: Repo, labels: Sequence[str]) -> Sequence[LabelledIssue]:
        found = await listed(repo, labels)
        if blobs:
            await shop.happened(plan_adopted(TEAM_TEXT, blob=blobs.pop()))
        return found

    monkeypatch.setattr(shop.github, "issues_labelled", taken_up_meanwhile)
    shop.github.issues = [an_issue(40, "P0")]
    poller = Poller(shop.bench)
    if times == 3:  # GitHub is not asked for ever
        with pytest.raises(Unclear, match="the plan changed"):
            await poller.ask(R1)
        assert (await shop.release()).issues_read_at is None
    else:
        await poller.ask(R1)
        assert list((await shop.release()).issues) == [40]
        assert (await shop.release()).issues_read_at == NOON
    assert not blobs


@pytest.mark.parametrize("error", [Unclear("502"), Rejected(403, "Resource not accessible by integration")])
async def test_a_list_that_cannot_be_had_leaves_what_is_known(shop: Workshop, error: GitHubError) -> None:
    await shop.open_team_release(issue_seen(40, "P0"))
    shop.github.errors["issues_labelled"] = [error]
    shop.github.sightings = {"checks": [LINT]}
    await Poller(shop.bench).poll(R1)
    after = await shop.release()
    assert (list(after.issues), after.issues_read_at, list(after.sightings)) == ([40], None, [LINT.key])


# -- the branch and the plan ----------------------------------------------------------------------------------------------


async def moved(shop: Workshop, text: str | None = TEAM_TEXT, sha: Sha = OTHER_SHA) -> None:
    """The branch stands at another commit, where the plan file reads so."""
    shop.github.heads["main"] = sha
    shop.github.files = {} if text is None else {".github/release-plan.md": text}


async def test_a_branch_that_moved_on_unheard_is_found_and_the_plan_is_looked_at_there(shop: Workshop) -> None:
    await shop.open_team_release(issues_read())
    await moved(shop, TEAM_TEXT.replace("- [ ] Screenshots are new\n", ""))
    await Poller(shop.bench).poll(R1)
    after = await shop.release()
    assert (after.head, after.target.sha) == (OTHER_SHA, seen(LINT).sighting.sha)
    assert after.drift is not None


@pytest.mark.parametrize(("text", "expected"), [(TEAM_TEXT, ["branch_seen"]), (None, ["branch_seen", "plan_seen"])])
async def test_a_plan_that_reads_as_before_is_no_drift_and_one_that_is_gone_is(
    shop: Workshop, text: str | None, expected: list[str]
) -> None:
    await shop.open_team_release(issues_read())
    await moved(shop, text)
    await Poller(shop.bench).poll(R1)
    assert (await kinds(shop))[2:] == expected


async def test_a_plan_is_looked_at_once_for_each_commit(shop: Workshop) -> None:
    await shop.open_team_release(issues_read())
    await moved(shop)
    poller = Poller(shop.bench)
    for _ in range(3):
        await poller.poll(R1)
    assert shop.github.calls.count("file") == 1
    await moved(shop, sha=Sha("c3" * 20))
    await poller.poll(R1)
    assert shop.github.calls.count("file") == 2


async def test_a_plan_that_is_taken_up_while_it_is_looked_at_is_no_drift(shop: Workshop) -> None:
    """Else the release would say for good that its plan has changed, and wait for somebody to take it up."""
    await shop.open_team_release(issues_read())
    longer = f"{TEAM_TEXT}- [ ] One more\n"
    await moved(shop, longer)
    late = replace(shop.bench, releases=Rival(shop, lambda: shop.happened(plan_adopted(longer))))
    poller = Poller(late)
    await poller.poll(R1)
    assert (await shop.release()).drift is None
    await poller.poll(R1)
    assert shop.github.calls.count("file") == 2  # once against each


async def test_a_plan_that_could_not_be_looked_at_when_the_branch_moved_is_looked_at_later(shop: Workshop) -> None:
    await shop.open_team_release(issues_read(), BranchSeen(sha=OTHER_SHA, at=NOW))
    await moved(shop, None)
    shop.github.errors["commit_of"] = [Unclear("502")]
    poller = Poller(shop.bench)
    await poller.poll(R1)
    await poller.poll(R1)
    assert (await kinds(shop))[-1] == "plan_seen"


async def test_a_plan_file_that_is_back_is_a_drift_no_more(shop: Workshop) -> None:
    gone = PlanSeen(blob=Sha(""), changes=("the plan file is not there any more",), at=NOW)
    await shop.open_team_release(issues_read(), gone)
    await moved(shop)
    await Poller(shop.bench).poll(R1)
    assert (await shop.release()).drift is None


@pytest.mark.parametrize("method", ["head_of", "commit_of", "file"])
async def test_a_branch_that_cannot_be_looked_at_keeps_nothing_else_from_being_heard(
    shop: Workshop, method: str
) -> None:
    await shop.open_team_release()
    await moved(shop)
    shop.github.errors[method] = [Unclear("502")]
    shop.github.sightings = {"checks": [LINT]}
    await Poller(shop.bench).poll(R1)
    assert {"issues_read", "seen"} <= set(await kinds(shop))


@pytest.mark.parametrize("method", ["issues_labelled", "head_of", "commit_of", "run", "checks"])
async def test_a_rate_limit_anywhere_puts_all_of_it_off(shop: Workshop, method: str) -> None:
    await shop.open_team_release(requested("2.1"), started("2.1"))
    await moved(shop)
    shop.github.errors[method] = [Throttled(NOON + timedelta(minutes=30))]
    shop.github.sighting = run_seen(Progress.RUNNING)
    await Poller(shop.bench).poll(R1)
    assert (await kinds(shop))[3:] == []
    assert shop.scheduler.alarms["poll:r1"] == NOON + timedelta(minutes=30)


async def test_a_branch_that_was_deleted_is_no_news(shop: Workshop) -> None:
    await shop.open_team_release(issues_read())
    shop.github.heads.clear()
    await Poller(shop.bench).poll(R1)
    assert await kinds(shop) == ["release_started", "issues_read"]


# -- holds, the body, and the end ---------------------------------------------------------------------------------------------


async def test_a_hold_ends_by_itself_and_that_is_when_somebody_looks(shop: Workshop) -> None:
    await shop.open_team_release(issues_read(), held(SAM, until=later(2)), held(TESS))
    poller = Poller(shop.bench)
    await poller.poll(R1)
    assert shop.scheduler.alarms["poll:r1"] == NOON + timedelta(minutes=2)
    await shop.clock.wind(120)
    await poller.poll(R1)
    assert [hold.by for hold in (await shop.release()).holds] == [TESS]


async def test_a_hold_ends_even_while_github_is_not_to_be_asked(shop: Workshop) -> None:
    await shop.open_team_release(held(SAM, until=later(-1)))
    shop.github.errors["issues_labelled"] = [Throttled(NOON + timedelta(minutes=30))]
    await Poller(shop.bench).poll(R1)
    assert (await shop.release()).holds == ()


async def test_the_issue_s_body_is_looked_at_for_edits_of_which_nobody_told(shop: Workshop) -> None:
    await shop.open_team_release()
    await shop.releases.save_shown(R1, Shown(), Shown(body_digest="d", comment=5))
    await Poller(shop.bench).poll(R1)
    assert await shop.releases.shown(R1) == Shown(body_digest=None, comment=5)
    assert "show:r1" in shop.scheduler.woken


async def test_a_release_that_is_over_is_asked_after_no_more(shop: Workshop) -> None:
    await shop.open_team_release(ReleaseFinished(by=RUTH, reason="", at=NOW))
    await Poller(shop.bench).poll(R1)
    assert (shop.github.calls, shop.scheduler.alarms) == ([], {})


async def test_a_release_that_ends_while_it_is_asked_after_is_left_alone(shop: Workshop) -> None:
    await shop.open_team_release()
    done = ReleaseFinished(by=RUTH, reason="", at=NOW)
    late = replace(shop.bench, releases=Rival(shop, lambda: shop.happened(done)))
    await Poller(late).poll(R1)
    assert await kinds(shop) == ["release_started", "release_finished"]


async def test_asked_strictly_a_run_that_is_over_is_asked_after_while_another_goes_on(shop: Workshop) -> None:
    await shop.open_release(
        requested("1.1"), started("1.1"), seen(run_seen()), requested("1.2"), started("1.2", run_id=501)
    )
    shop.github.by_run = {500: run_seen(Progress.FAILURE, at=9), 501: run_seen(Progress.RUNNING, run_id=501)}
    await Poller(shop.bench).ask(R1)
    assert [s.progress for s in (await shop.release()).sightings.values() if s.run_id == 500] == [Progress.FAILURE]
