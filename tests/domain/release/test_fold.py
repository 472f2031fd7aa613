"""The fold: a release is what its events made of it, in whatever order GitHub told them."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.release.events import Event, RunRefused, RunUnclear
from app.domain.release.fold import BrokenLogError, evolve, fold, is_news
from app.domain.release.model import Progress, Release, RunState, Sight, Sighting
from app.domain.release.seeing import see
from app.domain.values import TaskId
from tests.given import NOW, OTHER_SHA, PLAN, STARTED, release, requested, run_seen, seen, sighting, started


def lint_seen(progress: Progress, at: int) -> Sighting:
    return sighting(Sight.CHECK, "lint", progress, source="github-actions", at=at)


sightings = st.builds(
    run_seen, st.sampled_from(Progress), run_id=st.sampled_from([500, 501]), at=st.integers(0, 5)
) | st.builds(lint_seen, st.sampled_from(Progress), st.integers(0, 5))


def test_no_events_make_no_release() -> None:
    assert fold(()) is None


def test_a_log_must_begin_with_the_start() -> None:
    with pytest.raises(BrokenLogError, match="begins with run_requested"):
        evolve(None, requested())


def test_a_release_starts_once() -> None:
    with pytest.raises(BrokenLogError, match="a second time"):
        evolve(release(), STARTED)


def test_a_started_run_carries_its_link() -> None:
    run = release(requested(), started()).runs[TaskId("1.1")]
    assert (run.state, run.run_id, run.url) == (
        RunState.STARTED,
        500,
        "https://github.com/octo-org/app/actions/runs/500",
    )


def test_the_outcome_of_an_attempt_that_was_replaced_changes_nothing() -> None:
    late = RunRefused(task=TaskId("1.1"), attempt=1, reason="no", at=NOW)
    assert release(requested(), requested(attempt=2), late).runs[TaskId("1.1")].state is RunState.REQUESTED


def test_an_unclear_run_keeps_its_reason() -> None:
    unclear = RunUnclear(task=TaskId("1.1"), attempt=1, reason="no answer", at=NOW)
    run = release(requested(), unclear).runs[TaskId("1.1")]
    assert (run.state, run.reason) == (RunState.UNCLEAR, "no answer")


@given(st.lists(sightings, max_size=12).flatmap(lambda f: st.tuples(st.just(f), st.permutations([*f, *f[:4]]))))
def test_sightings_shuffled_and_repeated_end_in_the_same_state(both: tuple[list[Sighting], list[Sighting]]) -> None:
    found, shuffled = both
    here = release(requested(), started(), *map(seen, found))
    there = release(requested(), started(), *map(seen, shuffled))
    assert here.sightings == there.sightings


@given(st.lists(sightings, max_size=12))
def test_folding_the_log_is_the_incremental_state(found: list[Sighting]) -> None:
    state: Release = release()
    log: list[Event] = [STARTED]
    for one in found:
        for event in see(PLAN, state, one, NOW).events:
            state = evolve(state, event)
            log.append(event)
    assert fold(log) == state


def test_two_answers_of_the_same_moment_are_settled_the_red_way() -> None:
    green, red = run_seen(Progress.SUCCESS), run_seen(Progress.FAILURE)
    assert release(seen(green), seen(red)).sightings == release(seen(red), seen(green)).sightings
    assert release(seen(green), seen(red)).sightings["run:500"].progress is Progress.FAILURE


def test_what_was_seen_already_is_no_news() -> None:
    assert not is_news(release(seen(run_seen())), run_seen())


def test_a_sighting_at_another_commit_changes_nothing() -> None:
    elsewhere = sighting(Sight.CHECK, "lint", source="github-actions", sha=OTHER_SHA)
    assert see(PLAN, release(), elsewhere, NOW).events == ()


def test_a_run_found_by_its_mark_is_taken_up_before_github_answers() -> None:
    at = release(requested())
    marked = replace(run_seen(Progress.QUEUED), mark=at.runs[TaskId("1.1")].mark)
    first, second = see(PLAN, at, marked, NOW).events
    assert (first.kind, second.kind) == ("run_started", "seen")
    assert release(requested(), first).runs[TaskId("1.1")].run_id == 500


def test_a_run_of_another_workflow_is_not_taken_up_by_its_title() -> None:
    at = release(requested())
    forged = replace(run_seen(Progress.QUEUED), mark=at.runs[TaskId("1.1")].mark, source="other.yml")
    assert see(PLAN, at, forged, NOW).events == ()


def test_the_younger_of_two_runs_with_one_mark_is_cancelled() -> None:
    at = release(requested(), started())
    twin = replace(run_seen(Progress.QUEUED, run_id=501), mark=at.runs[TaskId("1.1")].mark)
    (effect,) = see(PLAN, at, twin, NOW).effects
    assert (effect.kind, getattr(effect, "run_id", None)) == ("cancel", 501)


def test_a_run_that_github_started_on_another_commit_is_given_up_and_cancelled() -> None:
    answer = see(PLAN, release(requested(), started()), run_seen(Progress.QUEUED, sha=OTHER_SHA), NOW)
    (event,), (effect,) = answer.events, answer.effects
    assert isinstance(event, RunRefused)
    assert (
        event.reason
        == """the branch moved while the run was being started: it runs on b2b2b2b, \
not on a1a1a1a, and was cancelled"""
    )
    assert effect.kind == "cancel"
