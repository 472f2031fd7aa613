"""Whether a job may go into an environment, and whose address an answer may be meant for."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.deploying import (
    DEADLINE,
    Judged,
    KeptWaiting,
    LetIn,
    TurnedAway,
    Why,
    judge_deployment,
    run_asked_about,
)
from app.domain.plan.model import Plan
from app.domain.plan.reader import read_plan
from app.domain.release.effects import AnswerDeployment
from app.domain.release.events import Event, RerunRequested, RunRequested, RunStarted, Seen
from app.domain.release.events_course import ReleaseAbandoned
from app.domain.release.events_said import GoSaid, HoldPlaced, ItemTicked, NoGoSaid, Vetoed
from app.domain.release.fold import fold
from app.domain.release.gate import GateState
from app.domain.release.model import Progress, Release, Sight, Sighting
from app.domain.values import ItemId, TaskId
from tests.given import MANAGER, NOW, OTHER_SHA, REPO, SHA, STARTED

TEXT = """# Plan

## Phase 1: Build

### 1.1 Sign

```bash
./sign.sh
```

- [ ] Somebody has looked at it <!-- gonogo: evidence="manual" -->

## Phase 2: Ship

### 2.1 Tag

```bash
git tag -a v1.0.0 -m "1.0.0"
```

- [ ] Tagged

### 2.2 Deploy

```bash
./deploy.sh
```

- [ ] Deployed
"""
PLAN = read_plan(TEXT, version="1.0.0")
API = "https://api.github.com"
CALLBACK = "https://api.github.com/repos/octo-org/app/actions/runs/500/deployment_protection_rule"
ASKED = AnswerDeployment(
    repo=REPO, run_id=500, environment="production", event="workflow_dispatch", sha=SHA, asked="1", asked_at=NOW
)


MARK = "gng-00112233445566ff"


def running(task: str, run: int = 500) -> tuple[Event, ...]:
    asked = RunRequested(task=TaskId(task), attempt=1, mark=MARK, workflow="release.yml", by=MANAGER, at=NOW)
    return asked, RunStarted(task=TaskId(task), attempt=1, run_id=run, url="", at=NOW)


GREEN: tuple[Event, ...] = (
    ItemTicked(item=ItemId("1.1.1"), by=MANAGER, sha=SHA, note="", delivery="d", edited_at=NOW, at=NOW),
    GoSaid(by=MANAGER, sha=SHA, at=NOW),
)


def release(*events: Event) -> Release:
    made = fold([STARTED, *events])
    assert made is not None
    return made


def run(**changes: object) -> Sighting:
    seen = Sighting(
        kind=Sight.RUN,
        key="run:500",
        name="Release",
        source="release.yml",
        sha=SHA,
        progress=Progress.QUEUED,
        order=(500, 1, 0, 0),
        url="",
        run_id=500,
    )
    return replace(seen, **changes)


def judge(
    *releases: Release, asked: AnswerDeployment = ASKED, seen: Sighting | None = None, hours: float = 1
) -> Judged:
    at: list[tuple[Plan, Release]] = [(PLAN, one) for one in releases]
    return judge_deployment(asked, seen or run(), at, NOW + timedelta(hours=hours))


HOLD = HoldPlaced(by=MANAGER, reason="wait", until=None, at=NOW)
VETO = Vetoed(by=MANAGER, reason="no", sha=SHA, at=NOW)
NO_GO = NoGoSaid(by=MANAGER, reason="no", sha=SHA, at=NOW)


def test_d28_the_green_gate_of_its_commit_lets_a_job_in() -> None:
    assert judge(release(*GREEN)) == LetIn(release=release(*GREEN))


def test_d28_a_run_at_another_commit_than_was_asked_about_is_turned_away() -> None:
    assert judge(release(*GREEN), seen=run(sha=OTHER_SHA)) == TurnedAway(why=Why.OTHER_COMMIT, found=OTHER_SHA)


@pytest.mark.parametrize("event", ["pull_request", "pull_request_target", "merge_group"])
def test_d28_what_runs_for_a_pull_request_is_not_what_was_released(event: str) -> None:
    assert judge(release(*GREEN), asked=replace(ASKED, event=event)) == TurnedAway(why=Why.PULL_REQUEST)


def test_d28_a_commit_without_a_release_lets_nobody_in() -> None:
    assert judge() == TurnedAway(why=Why.NO_RELEASE)


def test_d28_a_release_that_was_given_up_lets_nobody_in() -> None:
    gone = release(*GREEN, ReleaseAbandoned(by=MANAGER, reason="", at=NOW))
    assert judge(gone) == TurnedAway(why=Why.GIVEN_UP)


@pytest.mark.parametrize(
    ("events", "state"),
    [((), GateState.PENDING), ((*GREEN, HOLD), GateState.FAILURE), ((*GREEN, VETO), GateState.FAILURE)],
)
def test_d28_while_the_gate_is_not_green_a_job_waits(events: tuple[Event, ...], state: GateState) -> None:
    assert judge(release(*events)) == KeptWaiting(release=release(*events), state=state)


def test_d28_the_worst_release_of_the_commit_decides() -> None:
    green, other = release(*GREEN), replace(release(), id=STARTED.release, issue=99)
    assert isinstance(judge(green, replace(other, version="2.0.0")), KeptWaiting)


def test_a_run_of_ours_for_a_task_that_counts_is_let_in_before_the_gate_is_green() -> None:
    under_way = release(*running("1.1"))
    assert judge(under_way) == LetIn(release=under_way, task="1.1 Sign")
    assert judge(under_way, seen=run(mark=MARK)) == LetIn(release=under_way, task="1.1 Sign")


@pytest.mark.parametrize(
    "events", [running("2.2"), running("1.1", run=501), running("1.1")[:1]], ids=["after the gate", "another", "none"]
)
def test_any_other_run_waits_for_the_gate(events: tuple[Event, ...]) -> None:
    assert isinstance(judge(release(*events)), KeptWaiting)


def again(attempt: int) -> tuple[Event, ...]:
    """GitHub tells of that attempt's end, and the manager asks for another."""
    over = Seen(sighting=run(progress=Progress.FAILURE, order=(500, attempt, 9, 0)), at=NOW)
    return over, RerunRequested(task=TaskId("1.1"), run_id=500, failed_only=False, by=MANAGER, at=NOW)


def test_a_task_s_run_that_somebody_else_runs_again_waits_for_the_gate() -> None:
    """Whoever may write can press the button on the run's page."""
    assert isinstance(judge(release(*running("1.1")), seen=run(order=(500, 2, 0, 0))), KeptWaiting)


@pytest.mark.parametrize(("attempt", "is_let_in"), [(1, True), (2, False), (3, True), (4, False)])
def test_a_task_s_run_is_let_in_at_the_attempts_that_we_have_asked_for(attempt: int, *, is_let_in: bool) -> None:
    """The second was somebody else's, and failed: the third is ours."""
    under_way = release(*running("1.1"), *again(2))
    assert isinstance(judge(under_way, seen=run(order=(500, attempt, 0, 0))), LetIn) is is_let_in


def test_a_run_with_another_mark_than_ours_waits_for_the_gate() -> None:
    assert isinstance(judge(release(*running("1.1")), seen=run(mark="gng-0123456789abcdef")), KeptWaiting)


@pytest.mark.parametrize("stop", [HOLD, VETO, NO_GO])
def test_a_task_waits_while_anybody_has_stopped_the_release(stop: Event) -> None:
    stopped = release(*running("1.1"), stop)
    assert judge(stopped) == KeptWaiting(release=stopped, state=GateState.FAILURE, is_stopped=True)


def test_d28_nobody_waits_for_ever() -> None:
    hours = DEADLINE.total_seconds() / 3600
    assert isinstance(judge(release(), hours=hours - 1), KeptWaiting)
    assert judge(release(), hours=hours) == TurnedAway(why=Why.TOO_LATE)
    assert judge(release(*GREEN), hours=hours) == LetIn(release=release(*GREEN))


@pytest.mark.parametrize(
    ("callback", "api"),
    [
        (CALLBACK, API),
        (CALLBACK, "https://API.github.com:443/"),
        (CALLBACK.replace("octo-org/app", "Octo-Org/App"), API),
        (CALLBACK.replace("api.github.com", "ghe.example/api/v3"), "https://ghe.example/api/v3"),
    ],
)
def test_d28_an_address_on_our_github_names_the_run(callback: str, api: str) -> None:
    assert run_asked_about(callback, api, REPO) == 500


@pytest.mark.parametrize(
    "callback",
    [
        "",
        "/repos/octo-org/app/actions/runs/500/deployment_protection_rule",
        CALLBACK.replace("https", "http"),
        CALLBACK.replace("api.github.com", "api.github.com.evil.example"),
        CALLBACK.replace("api.github.com", "api.github.com:8443"),
        CALLBACK.replace("api.github.com", "api.github.com:port"),
        CALLBACK.replace("api.github.com", "[api.github.com"),
        CALLBACK.replace("api.github.com", "api.github.com@evil.example"),
        CALLBACK.replace("api.github.com", "user:word@api.github.com"),
        CALLBACK.replace("api.github.com", "api.github.com\\.evil.example"),
        CALLBACK.replace("octo-org/app", "octo-org/other"),
        CALLBACK.replace("octo-org/app", "octo-org/app/../other"),
        CALLBACK.replace("500", "500/.."),
        CALLBACK.replace("500", "5OO"),
        CALLBACK.replace("500", "\u0665\u0660\u0660"),
        CALLBACK.replace("500", "-5"),
        CALLBACK.replace("500", "0"),
        CALLBACK.replace("500", "1" * 20),
        CALLBACK.replace("deployment_protection_rule", "cancel"),
        CALLBACK + "/",
        CALLBACK + "?to=elsewhere",
        CALLBACK + "?",
        CALLBACK + "#here",
        CALLBACK + "\n",
    ],
)
def test_d28_a_foreign_address_names_no_run(callback: str) -> None:
    assert run_asked_about(callback, API, REPO) is None
