"""What GitHub may say of a commit, all of it: only a finished success, by whom the plan trusts, of this very commit.

Every word for a status and a conclusion that GitHub's description knows, and one that it does not, crossed with who
says so and of which commit; for each the gate's answer.
"""

import json
from collections.abc import Iterator
from itertools import product
from typing import Final, cast

import pytest

from app.domain.plan.reader import read_plan
from app.domain.release.events import Event, RunRequested, RunStarted
from app.domain.release.events_course import Retargeted
from app.domain.release.events_said import GoSaid
from app.domain.release.fold import evolve, fold
from app.domain.release.gate import GateState, judge
from app.domain.release.model import Release, Sighting
from app.domain.release.seeing import see
from app.domain.release.sightings import (
    SeenCheck,
    SeenJob,
    SeenRun,
    SeenStatus,
    check_sighting,
    job_sighting,
    run_sighting,
    status_sighting,
    workflow_sighting,
)
from app.domain.values import Sha, Target, TaskId
from tests.contract import FOLDER
from tests.given import MANAGER, NOW, OTHER_SHA, SHA, STARTED

UNKNOWN: Final = "a-word-of-tomorrow"
GOING_ON: Final = ("queued", "in_progress", "waiting", "requested", "pending")
ENDS: Final = (
    "success",
    "failure",
    "neutral",
    "cancelled",
    "skipped",
    "timed_out",
    "action_required",
    "stale",
    "startup_failure",
)
STATES: Final = ("success", "failure", "error", "pending")

EVIDENCE: Final = {
    "check": "check=lint app=scanner",
    "job": "job=lint",
    "workflow": "workflow=lint.yml",
    "status": "status=legal/ok by=octocat",
}
MARK: Final = "gng-0123456789abcdef"
TASK: Final = TaskId("1.1")


def plan_text(kind: str) -> str:
    script = "```bash\n./lint.sh\n```\n\n" if kind == "run" else ""
    named = f' <!-- gonogo: evidence="{EVIDENCE[kind]}" -->' if kind in EVIDENCE else ""
    return f"---\nworkflow: release.yml\n---\n# Plan\n\n## Phase 1\n\n### 1.1 Lint\n\n{script}- [ ] It is so{named}\n"


def said(kind: str, status: str, conclusion: str | None, source: str, sha: Sha) -> Sighting:
    """What GitHub says, as one thing that finished or goes on; `source` is who says so, or which workflow."""
    if kind == "check":
        return check_sighting(
            SeenCheck(
                id=9, app=source, name="lint", sha=sha, status=status, conclusion=conclusion, changed_at=NOW, url=""
            )
        )
    if kind == "job":
        return job_sighting(
            SeenJob(
                id=9,
                run_id=7,
                attempt=1,
                name=source,
                sha=sha,
                status=status,
                conclusion=conclusion,
                changed_at=NOW,
                url="",
            )
        )
    run = SeenRun(
        id=7,
        attempt=1,
        event="workflow_dispatch" if kind == "run" else "push",
        path=f".github/workflows/{source}",
        name="Lint",
        title="",
        sha=sha,
        status=status,
        conclusion=conclusion,
        changed_at=NOW,
        url="",
    )
    return run_sighting(run) if kind == "run" else workflow_sighting(run)


def released(kind: str, *sightings: Sighting, after: tuple[Event, ...] = ()) -> GateState:
    """The gate's answer after all that was seen, where everything else is settled."""
    plan = read_plan(plan_text(kind))
    assert not plan.errors
    release = cast("Release", fold([STARTED, *_run(kind), GoSaid(by=MANAGER, sha=SHA, at=NOW)]))
    for sighting in sightings:
        for event in see(plan, release, sighting, NOW).events:
            release = evolve(release, event)
    for event in after:
        release = evolve(release, event)
    return judge(plan, release).state


def _run(kind: str) -> tuple[Event, ...]:
    if kind != "run":
        return ()
    asked = RunRequested(task=TASK, attempt=1, mark=MARK, workflow="release.yml", by=MANAGER, at=NOW)
    return asked, RunStarted(task=TASK, attempt=1, run_id=7, url="", at=NOW)


RIGHT: Final = {"check": "scanner", "job": "lint", "workflow": "lint.yml", "run": "release.yml"}
WRONG: Final = {
    "check": ("github-actions", "scanner2", "", UNKNOWN),
    "job": ("lint (linux)", "", UNKNOWN),
    "workflow": ("release.yml", "other.yml", UNKNOWN),
}
WORDS: Final = tuple(product((*GOING_ON, "completed", UNKNOWN, ""), (*ENDS, UNKNOWN, "", None)))


def wanted(status: str, conclusion: str | None) -> GateState:
    """Green for one pair of words; what goes on is waited for; whatever else GitHub says is red."""
    if (status, conclusion) == ("completed", "success"):
        return GateState.SUCCESS
    return GateState.PENDING if status in GOING_ON else GateState.FAILURE


@pytest.mark.parametrize("kind", sorted(RIGHT))
def test_d10_only_completed_and_success_opens_the_gate(kind: str) -> None:
    found = {words: released(kind, said(kind, *words, RIGHT[kind], SHA)) for words in WORDS}
    assert found == {words: wanted(*words) for words in WORDS}


@pytest.mark.parametrize("kind", sorted(WRONG))
def test_d10_what_another_app_job_or_workflow_says_opens_nothing(kind: str) -> None:
    found = {released(kind, said(kind, *words, source, SHA)) for words in WORDS for source in WRONG[kind]}
    assert found == {GateState.PENDING}


@pytest.mark.parametrize("kind", sorted(RIGHT))
def test_d10_what_is_said_of_another_commit_opens_nothing(kind: str) -> None:
    found = {words: released(kind, said(kind, *words, RIGHT[kind], OTHER_SHA)) for words in WORDS}
    assert GateState.SUCCESS not in found.values()


@pytest.mark.parametrize("kind", sorted(RIGHT))
def test_d10_a_success_that_the_release_has_left_behind_is_stale(kind: str) -> None:
    moved = Retargeted(target=Target(sha=OTHER_SHA, branch="main"), by=MANAGER, kept=None, at=NOW)
    again = GoSaid(by=MANAGER, sha=OTHER_SHA, at=NOW)
    green = said(kind, "completed", "success", RIGHT[kind], SHA)
    assert released(kind, green) is GateState.SUCCESS
    assert released(kind, green, after=(moved, again)) is GateState.PENDING


@pytest.mark.parametrize("kind", sorted(RIGHT))
def test_d10_nothing_said_at_all_opens_nothing(kind: str) -> None:
    assert released(kind) is GateState.PENDING


# -- commit statuses, which have one word ---------------------------------------------------------------------------

STATUS_GATE: Final = {
    "success": GateState.SUCCESS,
    "failure": GateState.FAILURE,
    "error": GateState.FAILURE,
    "pending": GateState.PENDING,
    UNKNOWN: GateState.FAILURE,
    "": GateState.FAILURE,
}


def status(state: str, login: str = "octocat", sha: Sha = SHA) -> Sighting:
    return status_sighting(
        SeenStatus(id=5, context="legal/ok", login=login, sha=sha, state=state, changed_at=NOW, url="")
    )


def test_d10_only_the_state_success_opens_the_gate() -> None:
    assert {state: released("status", status(state)) for state in STATUS_GATE} == STATUS_GATE


@pytest.mark.parametrize("login", ["hubot", "octocat[bot]", "", UNKNOWN])
def test_d10_a_status_by_another_login_than_the_plan_s_opens_nothing(login: str) -> None:
    assert {released("status", status(state, login)) for state in STATUS_GATE} == {GateState.PENDING}


def test_d10_a_status_of_another_commit_opens_nothing() -> None:
    assert {released("status", status(state, sha=OTHER_SHA)) for state in STATUS_GATE} == {GateState.PENDING}


# -- a later word ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", sorted(RIGHT))
def test_d10_a_red_that_comes_after_a_green_closes_the_gate_again(kind: str) -> None:
    green = said(kind, "completed", "success", RIGHT[kind], SHA)
    for conclusion in (*ENDS[1:], UNKNOWN, None):
        red = said(kind, "completed", conclusion, RIGHT[kind], SHA)
        assert released(kind, green, red) is GateState.FAILURE, conclusion
        assert released(kind, red, green) is GateState.FAILURE, conclusion  # of one moment: the red one counts


# -- all of GitHub's words are in the tables ------------------------------------------------------------------------


def words_of(document: object, key: str) -> Iterator[str]:
    """Yield each word that a description allows for a key, at any depth."""
    if isinstance(document, dict):
        parts = cast("dict[str, object]", document)
        properties = parts.get("properties")
        if isinstance(properties, dict):
            yield from _enum(cast("dict[str, object]", properties).get(key))
        for part in parts.values():
            yield from words_of(part, key)
    elif isinstance(document, list):
        for part in cast("list[object]", document):
            yield from words_of(part, key)


def _enum(schema: object) -> Iterator[str]:
    if isinstance(schema, dict):
        parts = cast("dict[str, object]", schema)
        yield from (word for word in cast("list[object]", parts.get("enum", [])) if isinstance(word, str))
        for part in parts.values():
            yield from _enum(part)
    elif isinstance(schema, list):
        for part in cast("list[object]", schema):
            yield from _enum(part)


@pytest.mark.skipif(not FOLDER.exists(), reason="GitHub's own description is not at hand")
def test_d10_every_word_of_github_s_description_is_in_the_table() -> None:
    rest = json.loads((FOLDER / "openapi-subset.2026-03-10.json").read_text())["components"]["schemas"]
    hooks = json.loads((FOLDER / "webhooks-schema.json").read_text())["definitions"]
    told = ("check_run$", "workflow_job$", "workflow_run$", "check_suite$")
    of_runs = [rest["check-run"], rest["job"], hooks["workflow-job"], hooks["workflow-run"]]
    of_runs += [schema for name, schema in hooks.items() if name.startswith(told)]
    assert set(words_of(of_runs, "status")) <= {*GOING_ON, "completed"}
    assert set(words_of(of_runs, "conclusion")) <= set(ENDS)
    of_statuses = [schema for name, schema in hooks.items() if name.startswith("status")]
    assert set(words_of(of_statuses, "state")) == set(STATES)
    assert set(STATES) < set(STATUS_GATE)
