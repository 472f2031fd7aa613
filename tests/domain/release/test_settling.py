"""What follows from an effect: each kind of it against each outcome."""

from dataclasses import replace

import pytest

from app.domain.decision import Accepted
from app.domain.messages import DispatchRefused, DispatchUnclear, RunRequestRefused
from app.domain.plan.model import Plan
from app.domain.release.effects import CancelRun, DispatchRun, Effect, React, Reply, RerunRun
from app.domain.release.events import Event, RunRefused, RunStarted, RunUnclear
from app.domain.release.fold import fold
from app.domain.release.settling import Done, NobodyKnows, Outcome, Started, TurnedDown, settle
from app.domain.values import TaskId
from tests.given import NOW, PLAN, REPO, SHA, STARTED, release, requested, retargeted, started

TASK = TaskId("1.1")
URL = "https://github.com/octo-org/app/actions/runs/500"
DISPATCH = DispatchRun(
    repo=REPO,
    task=TASK,
    attempt=1,
    mark=requested().mark,
    workflow="release.yml",
    inputs={},
    sha=SHA,
    branch="main",
    candidate="gonogo/1.0.0",
    is_marked=True,
    comment=900,
    issue=12,
)
RERUN = RerunRun(repo=REPO, task=TASK, run_id=500, after_attempt=1, failed_only=True, comment=900, issue=12)
CANCEL = CancelRun(repo=REPO, task=TASK, run_id=500, attempt=1, comment=900, issue=12)
REACT = React(repo=REPO, comment=900, content="eyes")
REPLY = Reply(repo=REPO, issue=12, mark="m", body="words")

STARTED_500 = Started(run_id=500, url=URL)
NO = TurnedDown(reason="GitHub answered 422: no ref")
OUTCOMES: tuple[Outcome, ...] = (Done(), STARTED_500, NO, NobodyKnows())

ROCKET = React(repo=REPO, comment=900, content="rocket")
THUMBS_DOWN = React(repo=REPO, comment=900, content="-1")
LABEL = "1.1 Build installers"


def settled(effect: Effect, outcome: Outcome, *events: Event, plan: Plan | None = PLAN) -> Accepted:
    return settle(effect, outcome, release(requested(), *events), plan, NOW)


def test_a_started_run_is_written_down_and_cheered() -> None:
    event = RunStarted(task=TASK, attempt=1, run_id=500, url=URL, at=NOW)
    assert settled(DISPATCH, STARTED_500) == Accepted(events=(event,), effects=(ROCKET,))


def test_a_run_that_a_webhook_told_of_before_is_not_written_down_again() -> None:
    assert settled(DISPATCH, STARTED_500, started()) == Accepted(effects=(ROCKET,))


@pytest.mark.parametrize(
    ("name", "before"),
    [
        ("another run's id", started(run_id=400)),
        ("the run given up since", RunRefused(task=TASK, attempt=1, reason="went astray", at=NOW)),
    ],
)
def test_a_run_is_written_down_where_the_log_says_otherwise(name: str, before: Event) -> None:
    assert [e.kind for e in settled(DISPATCH, STARTED_500, before).events] == ["run_started"], name


@pytest.mark.parametrize("outcome", [NO, NobodyKnows(), Done()])
def test_a_run_that_a_webhook_told_of_counts_whatever_became_of_the_answer(outcome: Outcome) -> None:
    assert settled(DISPATCH, outcome, started()) == Accepted(effects=(ROCKET,))


def test_a_dispatch_that_was_turned_down_is_answered_with_the_reason() -> None:
    assert settled(DISPATCH, NO) == Accepted(
        events=(RunRefused(task=TASK, attempt=1, reason=NO.reason, at=NOW),),
        effects=(THUMBS_DOWN,),
        answer=DispatchRefused(task=LABEL, slug="build-installers", reason=NO.reason),
    )


@pytest.mark.parametrize("outcome", [NobodyKnows(), Done()])
def test_a_dispatch_nobody_knows_of_is_left_to_a_person(outcome: Outcome) -> None:
    reason = "GitHub did not answer, and no run with our mark was found"
    assert settled(DISPATCH, outcome) == Accepted(
        events=(RunUnclear(task=TASK, attempt=1, reason=reason, at=NOW),),
        effects=(THUMBS_DOWN,),
        answer=DispatchUnclear(task=LABEL, slug="build-installers", workflow="release.yml"),
    )


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_settling_a_dispatch_twice_changes_nothing_more(outcome: Outcome) -> None:
    once = fold((STARTED, requested(), *settled(DISPATCH, outcome).events))
    assert once is not None
    again = fold((STARTED, requested(), *settled(DISPATCH, outcome).events, *_second(outcome)))
    assert again is not None
    assert again.runs == once.runs


def _second(outcome: Outcome) -> tuple[Event, ...]:
    first = settled(DISPATCH, outcome).events
    return settle(DISPATCH, outcome, release(requested(), *first), PLAN, NOW).events


@pytest.mark.parametrize("outcome", [NO, NobodyKnows()])
def test_a_task_that_is_in_no_plan_is_named_by_its_id(outcome: Outcome) -> None:
    answer = settled(DISPATCH, outcome, plan=None).answer
    assert isinstance(answer, DispatchRefused | DispatchUnclear)
    assert (answer.task, answer.slug) == ("1.1", "1.1")


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_d6_a_dispatch_of_before_the_release_moved_is_not_taken_for_the_run_of_today(outcome: Outcome) -> None:
    """Attempts are counted anew at each commit: the old one is told from the new one by its mark."""
    today = replace(requested(), mark="gng-of-the-new-commit")
    moved = release(requested(), retargeted(), today, started(run_id=501))
    follows = settle(DISPATCH, outcome, moved, PLAN, NOW)
    assert follows.events == ()
    assert follows.effects[-1] == THUMBS_DOWN
    assert isinstance(follows.answer, DispatchRefused)


def test_d6_a_run_that_github_started_for_the_commit_before_is_cancelled() -> None:
    follows = settle(DISPATCH, STARTED_500, release(requested(), retargeted()), PLAN, NOW)
    cancel = CancelRun(repo=REPO, task=TASK, run_id=500, attempt=1, comment=None, issue=12)
    reason = "the release has moved on since it was asked for"
    assert follows == Accepted(
        effects=(cancel, THUMBS_DOWN),
        answer=DispatchRefused(task=LABEL, slug="build-installers", reason=reason),
    )


def test_a_dispatch_that_is_forgotten_and_in_no_plan_any_more_is_named_by_its_id() -> None:
    answer = settle(DISPATCH, NO, release(), None, NOW).answer
    assert answer == DispatchRefused(task="1.1", slug="1.1", reason=NO.reason)


def test_a_run_without_a_release_is_settled_all_the_same() -> None:
    assert [e.kind for e in settle(DISPATCH, STARTED_500, None, None, NOW).events] == ["run_started"]


@pytest.mark.parametrize(("effect", "verb"), [(RERUN, "rerun"), (CANCEL, "cancel")])
def test_what_github_would_not_do_with_a_run_is_told(effect: RerunRun | CancelRun, verb: str) -> None:
    follows = settled(effect, NO)
    assert follows.effects == (THUMBS_DOWN,)
    assert isinstance(follows.answer, RunRequestRefused)
    assert (follows.answer.task, follows.answer.verb, follows.answer.reason) == (LABEL, verb, NO.reason)
    nameless = settled(effect, NO, plan=None).answer
    assert isinstance(nameless, RunRequestRefused)
    assert nameless.task == "1.1"


@pytest.mark.parametrize("effect", [RERUN, CANCEL])
def test_what_github_did_with_a_run_shows_there_and_needs_no_words(effect: Effect) -> None:
    assert settled(effect, Done()) == Accepted(effects=(ROCKET,))


@pytest.mark.parametrize("effect", [RERUN, CANCEL])
def test_what_nobody_knows_of_is_not_told_as_done(effect: Effect) -> None:
    follows = settled(effect, NobodyKnows())
    assert follows.effects == (THUMBS_DOWN,)
    assert isinstance(follows.answer, RunRequestRefused)
    assert "the run's own page tells" in follows.answer.reason


@pytest.mark.parametrize("effect", [REACT, REPLY])
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_of_words_and_reactions_nothing_follows(effect: Effect, outcome: Outcome) -> None:
    assert settled(effect, outcome) == Accepted()


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_where_no_comment_asked_none_is_reacted_to(outcome: Outcome) -> None:
    silent = CancelRun(repo=REPO, task=TASK, run_id=500, attempt=1, comment=None, issue=12)
    assert settled(silent, outcome).effects == ()
