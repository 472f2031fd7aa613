"""`run`, `retry`, `cancel`: given a release at some point, then a run asked for or the reason why not."""

from dataclasses import replace

import pytest

from app.domain.decision import Accepted, Decision, Refused
from app.domain.facts import WorkflowInputs
from app.domain.messages import (
    AlreadyDone,
    AlreadyRunning,
    NothingToCancel,
    NothingToRetry,
    NotRunnable,
    OwnStep,
    RunIsUnclear,
    RunRequestRefused,
    TaskChoice,
    UnknownTask,
    WorkflowMissing,
    WorkflowNotDispatchable,
)
from app.domain.release.effects import CancelRun, DispatchRun, RerunRun
from app.domain.release.events import Event, RunRefused, RunUnclear
from app.domain.release.model import Progress
from app.domain.release.running import mark_of
from app.domain.slash import BadArgs, SlashCommand
from app.domain.values import TaskId
from handlers.commands.cancel import cancel
from handlers.commands.retry import retry
from handlers.commands.run import run
from tests.given import (
    ASKED,
    INPUTS,
    NOW,
    SHA,
    facts,
    release,
    requested,
    run_seen,
    seen,
    started,
)

URL = "https://github.com/octo-org/app/actions/runs/500"
REFUSED = RunRefused(task=TaskId("1.1"), attempt=1, reason="no", at=NOW)
UNCLEAR = RunUnclear(task=TaskId("1.1"), attempt=1, reason="no answer", at=NOW)


def decide(command: SlashCommand, text: str, *events: Event) -> Decision:
    args = command.parse(text)
    assert not isinstance(args, BadArgs)
    return command.decide(facts(release(*events)), args)


def reason(command: SlashCommand, text: str, *events: Event) -> object:
    decision = decide(command, text, *events)
    assert isinstance(decision, Refused)
    return decision.reason


def test_a_task_is_dispatched_with_what_its_workflow_declares() -> None:
    decision = decide(run, "build-installers")
    assert isinstance(decision, Accepted)
    (effect,) = decision.effects
    assert isinstance(effect, DispatchRun)
    mark = mark_of(release(), TaskId("1.1"), 1, ASKED)
    assert effect.inputs == {
        "task": "build-installers",
        "version": "1.0.0",
        "environment": "production",
        "gonogo_id": mark,
    }
    assert (effect.sha, effect.branch, effect.candidate, effect.workflow) == (
        SHA,
        "main",
        "gonogo/1.0.0",
        "release.yml",
    )
    assert not decision.is_settled


@pytest.mark.parametrize("word", ["1.1", "build-installers", "installers", "BUILD-INSTALLERS"])
def test_a_task_answers_to_its_number_its_name_and_a_word_that_fits_only_it(word: str) -> None:
    decision = decide(run, word)
    assert isinstance(decision, Accepted)
    assert [getattr(e, "task", None) for e in decision.events] == ["1.1"]


def test_a_word_that_fits_two_tasks_is_asked_back() -> None:
    answer = reason(run, "build")
    assert answer == TaskChoice(
        word="build", command="", tasks=(("1.1", "1.1 Build installers"), ("1.3", "1.3 Build documentation"))
    )


def test_an_unknown_task_is_answered_with_the_nearest() -> None:
    answer = reason(run, "instalers")
    assert isinstance(answer, UnknownTask)
    assert "build-installers" in answer.nearest


def test_several_tasks_are_asked_for_together_or_not_at_all() -> None:
    both = decide(run, "1.1 1.3")
    assert isinstance(both, Accepted)
    assert [getattr(e, "task", None) for e in both.events] == ["1.1", "1.3"]
    assert isinstance(reason(run, "1.1 1.2"), NotRunnable)


def test_a_task_without_a_script_says_what_its_items_wait_for() -> None:
    waits = ("check", "status", "workflow")
    assert reason(run, "1.2") == NotRunnable(task="1.2 Check the code", waits=waits, workflows=("nightly.yml",))


def test_the_tag_step_is_not_a_workflow() -> None:
    assert reason(run, "2.1") == OwnStep(task="2.1 Tag", step="tag", command="tag --confirm v1.0.0")


@pytest.mark.parametrize(
    ("name", "events", "expected"),
    [
        ("asked for", (requested(),), AlreadyRunning),
        ("started", (requested(), started()), AlreadyRunning),
        ("running", (requested(), started(), seen(run_seen(Progress.RUNNING))), AlreadyRunning),
        ("succeeded", (requested(), started(), seen(run_seen())), AlreadyDone),
        ("unclear", (requested(), UNCLEAR), RunIsUnclear),
    ],
)
def test_a_run_that_goes_on_or_succeeded_is_not_asked_for_again(
    name: str, events: tuple[Event, ...], expected: type[object]
) -> None:
    assert isinstance(reason(run, "1.1", *events), expected), name


@pytest.mark.parametrize("events", [(requested(), REFUSED), (requested(), started(), seen(run_seen(Progress.FAILURE)))])
def test_a_run_that_was_refused_or_failed_is_asked_for_anew_as_the_next_attempt(events: tuple[Event, ...]) -> None:
    decision = decide(run, "1.1", *events)
    assert isinstance(decision, Accepted)
    assert [getattr(e, "attempt", None) for e in decision.events] == [2]


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (None, "missing"),
        (WorkflowInputs(declared=None), "no-trigger"),
        (WorkflowInputs(declared=frozenset({"version"})), "no-task-input"),
        (WorkflowInputs(declared=frozenset({"task", "channel"}), required=frozenset({"channel"})), "required-inputs"),
    ],
)
def test_d8_a_workflow_that_cannot_take_the_task_is_refused_with_the_reason(
    known: WorkflowInputs | None, expected: str
) -> None:
    args = run.parse("1.1")
    assert not isinstance(args, BadArgs)
    decision = run.decide(replace(facts(release()), workflows={"release.yml": known}), args)
    assert isinstance(decision, Refused)
    if expected == "missing":
        assert decision.reason == WorkflowMissing(task="1.1 Build installers", workflow="release.yml", sha=SHA)
    else:
        assert isinstance(decision.reason, WorkflowNotDispatchable)
        assert decision.reason.problem == expected


def test_a_workflow_without_our_input_is_dispatched_without_a_mark() -> None:
    args = run.parse("1.1")
    assert not isinstance(args, BadArgs)
    bare = {"release.yml": WorkflowInputs(declared=frozenset({"task"}))}
    decision = run.decide(replace(facts(release()), workflows=bare), args)
    assert isinstance(decision, Accepted)
    (effect,) = decision.effects
    assert isinstance(effect, DispatchRun)
    assert (effect.inputs, effect.is_marked) == ({"task": "build-installers"}, False)


def test_the_same_attempt_has_the_same_mark_for_ever() -> None:
    one, two = mark_of(release(), TaskId("1.1"), 1, ASKED), mark_of(release(), TaskId("1.1"), 2, ASKED)
    assert one == mark_of(release(requested()), TaskId("1.1"), 1, ASKED)
    assert one != two
    assert INPUTS  # the declared inputs have no part in it


def test_retry_runs_the_failed_run_again() -> None:
    events = (requested(), started(), seen(run_seen(Progress.FAILURE)))
    decision = decide(retry, "1.1 --failed", *events)
    assert isinstance(decision, Accepted)
    (effect,) = decision.effects
    assert isinstance(effect, RerunRun)
    assert (effect.run_id, effect.after_attempt, effect.failed_only) == (500, 1, True)


@pytest.mark.parametrize("events", [(requested(), REFUSED), (requested(), UNCLEAR)])
def test_retry_of_what_never_got_a_run_dispatches_anew(events: tuple[Event, ...]) -> None:
    decision = decide(retry, "1.1", *events)
    assert isinstance(decision, Accepted)
    assert [e.kind for e in decision.effects] == ["dispatch"]


@pytest.mark.parametrize(
    ("events", "text", "expected"),
    [
        ((), "1.1", NothingToRetry),
        ((requested(),), "1.1", AlreadyRunning),
        ((requested(), started()), "1.1", AlreadyRunning),
        ((requested(), started(), seen(run_seen())), "1.1 --failed", NothingToRetry),
    ],
)
def test_retry_needs_something_that_ended(events: tuple[Event, ...], text: str, expected: type[object]) -> None:
    assert isinstance(reason(retry, text, *events), expected)


def test_cancel_stops_the_run_that_goes_on() -> None:
    decision = decide(cancel, "1.1", requested(), started(), seen(run_seen(Progress.RUNNING)))
    assert isinstance(decision, Accepted)
    (effect,) = decision.effects
    assert isinstance(effect, CancelRun)
    assert effect.run_id == 500


def test_a_run_that_github_has_not_started_yet_cannot_be_cancelled_and_that_is_said() -> None:
    answer = reason(cancel, "1.1", requested())
    assert isinstance(answer, RunRequestRefused)
    assert "not said yet that it started" in answer.reason


@pytest.mark.parametrize("events", [(), (requested(), started(), seen(run_seen()))])
def test_cancel_needs_a_run_that_goes_on(events: tuple[Event, ...]) -> None:
    assert reason(cancel, "1.1", *events) == NothingToCancel(task="1.1 Build installers")


def test_a_run_is_linked_where_it_is_known() -> None:
    answer = reason(run, "1.1", requested(), started())
    assert answer == AlreadyRunning(task="1.1 Build installers", slug="build-installers", url=URL)


@pytest.mark.parametrize("word", ["nightly.yml", "nightly"])
def test_a_workflow_that_an_item_links_to_can_be_run_by_its_file(word: str) -> None:
    args = run.parse(word)
    assert not isinstance(args, BadArgs)
    at = replace(facts(release()), workflows={"nightly.yml": WorkflowInputs(declared=frozenset())})
    decision = run.decide(at, args)
    assert isinstance(decision, Accepted)
    (effect,) = decision.effects
    assert isinstance(effect, DispatchRun)
    assert (effect.workflow, effect.inputs) == ("nightly.yml", {})
