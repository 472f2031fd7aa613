"""What a sighting changes: an item's evidence, a run that is found by its mark, a run that went astray."""

from dataclasses import replace

import pytest

from app.domain.decision import Accepted
from app.domain.release.events import Event, RunRefused, RunRequested, RunStarted, Seen
from app.domain.release.fold import fold
from app.domain.release.model import Progress, RunState, Sight, Sighting
from app.domain.release.seeing import see, see_gone
from app.domain.values import TaskId
from tests.given import NOW, OTHER_SHA, PLAN, STARTED, release, requested, run_seen, seen, sighting, started

LINT = sighting(Sight.CHECK, "lint", source="github-actions")
MARKED = replace(run_seen(Progress.RUNNING), mark=requested().mark)
ASTRAY = replace(MARKED, sha=OTHER_SHA)
REFUSED = RunRefused(task=TaskId("1.1"), attempt=1, reason="went astray", at=NOW)


def saw(what: Sighting, *events: Event) -> Accepted:
    return see(PLAN, release(*events), what, NOW)


@pytest.mark.parametrize(
    "what",
    [
        LINT,
        sighting(Sight.JOB, "build (linux)", run_id=500),
        sighting(Sight.STATUS, "legal/ok", source="octocat"),
        sighting(Sight.STATUS, "Legal/OK", source="Octocat"),
        sighting(Sight.WORKFLOW, "nightly.yml", source="nightly.yml"),
        run_seen(),
    ],
)
def test_what_the_plan_waits_for_is_written_down(what: Sighting) -> None:
    assert saw(what) == Accepted(events=(Seen(sighting=what, at=NOW),))
    assert saw(what, seen(what)) == Accepted()


@pytest.mark.parametrize(
    "what",
    [
        sighting(Sight.CHECK, "lint", source="somebody-elses-app"),
        sighting(Sight.CHECK, "other", source="github-actions"),
        sighting(Sight.JOB, "build (macos)", run_id=500),
        sighting(Sight.STATUS, "legal/ok", source="mallory"),
        sighting(Sight.WORKFLOW, "other.yml", source="other.yml"),
        replace(LINT, sha=OTHER_SHA),
    ],
)
def test_what_it_does_not_wait_for_is_passed_over(what: Sighting) -> None:
    assert saw(what) == Accepted()


def test_a_run_is_found_by_its_mark_before_github_s_answer_comes() -> None:
    found = saw(MARKED, requested())
    begun = RunStarted(task=TaskId("1.1"), attempt=1, run_id=500, url=MARKED.url, at=NOW)
    assert found == Accepted(events=(begun, Seen(sighting=MARKED, at=NOW)))


def test_a_run_that_is_known_is_not_started_twice() -> None:
    assert saw(MARKED, requested(), started()) == Accepted(events=(Seen(sighting=MARKED, at=NOW),))


def test_a_run_with_another_mark_is_none_of_ours() -> None:
    other = replace(MARKED, mark="gng-ffffffffffffffff")
    assert [e.kind for e in saw(other, requested()).events] == ["seen"]


def test_a_run_on_another_commit_is_given_up_and_cancelled() -> None:
    given_up = saw(ASTRAY, requested())
    assert [e.kind for e in given_up.events] == ["run_refused"]
    assert [(e.kind, getattr(e, "run_id", None), getattr(e, "comment", 0)) for e in given_up.effects] == [
        ("cancel", 500, None)
    ]


@pytest.mark.parametrize(
    ("name", "what", "before"),
    [("given up before", ASTRAY, (requested(), REFUSED)), ("no id", replace(ASTRAY, run_id=None), (requested(),))],
)
def test_a_run_that_went_astray_is_given_up_once(name: str, what: Sighting, before: tuple[Event, ...]) -> None:
    assert saw(what, *before) == Accepted(), name


def test_a_run_that_is_gone_from_github_is_given_up_and_its_task_can_be_run_again() -> None:
    gone = see_gone(release(requested(), started()), {500}, NOW)
    assert gone == Accepted(events=(replace(REFUSED, reason="its run is not on GitHub any more"),))
    after = release(requested(), started(), *gone.events)
    assert after.runs[TaskId("1.1")].state is RunState.REFUSED


@pytest.mark.parametrize(
    ("name", "before", "gone"),
    [
        ("another run", (requested(), started()), {501}),
        ("not started yet", (requested(),), {500}),
        ("given up before", (requested(), started(), REFUSED), {500}),
        ("none", (requested(), started()), set[int]()),
    ],
)
def test_only_a_run_that_was_going_on_is_given_up(name: str, before: tuple[Event, ...], gone: set[int]) -> None:
    assert see_gone(release(*before), gone, NOW) == Accepted(), name


def test_the_outcome_of_an_attempt_that_a_later_one_replaced_changes_nothing() -> None:
    second: RunRequested = requested(attempt=2)
    late = fold((STARTED, requested(), second, started(attempt=1)))
    assert late is not None
    assert (late.runs[TaskId("1.1")].state, late.runs[TaskId("1.1")].run_id) == (RunState.REQUESTED, None)


def test_a_log_may_hold_old_news_and_they_change_nothing() -> None:
    older = replace(LINT, order=(1, 1, 0, 0), progress=Progress.RUNNING)
    assert release(seen(LINT), seen(older)).sightings == release(seen(LINT)).sightings
