"""`workflow_run`, `workflow_job`, `check_run`, `status`: what GitHub tells of its work becomes sightings."""

from datetime import UTC, datetime

import pytest

from app.domain.inputs import GateClaimed, Input, RecheckAsked, Sighted
from app.domain.release.model import Progress, Sight, Sighting
from tests.events.reading import DROPPED, payload, read
from tests.given import REPO, SHA

NOON = int(datetime(2026, 3, 10, 12, 0, tzinfo=UTC).timestamp())


def sightings(values: list[Input]) -> list[Sighting]:
    """The sightings, each of which is to be of our repository."""
    seen = [value for value in values if isinstance(value, Sighted)]
    assert len(seen) == len(values)
    assert {value.repo for value in seen} <= {REPO}
    return [value.sighting for value in seen]


def the_sighting(values: list[Input]) -> Sighting:
    (sighting,) = sightings(values)
    return sighting


def test_a_dispatched_run_is_a_sighting_of_its_workflow_and_of_itself() -> None:
    workflow, run = sightings(read("workflow_run", payload("workflow_run.completed")))
    assert (workflow.kind, workflow.name, workflow.mark) == (Sight.WORKFLOW, "release.yml", None)
    assert (run.kind, run.key, run.run_id, run.mark) == (Sight.RUN, "run:500", 500, "gng-0123456789abcdef")
    assert (run.sha, run.progress, run.order) == (SHA, Progress.SUCCESS, (500, 2, 1, NOON + 5))


def test_a_run_that_was_pushed_is_one_of_its_workflow_only() -> None:
    """Its title is a commit message, where anybody may write any mark."""
    pushed = payload("workflow_run.completed", workflow_run__event="push")
    assert [s.kind for s in sightings(read("workflow_run", pushed))] == [Sight.WORKFLOW]


@pytest.mark.parametrize(
    ("name", "changes", "file"),
    [
        ("the run names it", {"workflow_run__path": ".github/workflows/nightly.yml"}, "nightly.yml"),
        ("only the workflow does", {"workflow_run__path": DROPPED}, "release.yml"),
        ("nobody does", {"workflow_run__path": "", "workflow": None}, ""),
    ],
)
def test_the_workflow_file_is_the_run_s_else_the_workflow_s(name: str, changes: dict[str, object], file: str) -> None:
    workflow, _ = sightings(read("workflow_run", payload("workflow_run.completed", **changes)))
    assert workflow.name == file, name


def test_a_run_that_has_not_begun_has_neither_name_nor_status_nor_hour() -> None:
    bare = payload(
        "workflow_run.completed",
        action="requested",
        workflow_run__name=None,
        workflow_run__status=None,
        workflow_run__conclusion=None,
        workflow_run__updated_at=None,
    )
    _, run = sightings(read("workflow_run", bare))
    assert (run.name, run.progress, run.order) == ("", Progress.QUEUED, (500, 2, 0, 0))


def test_a_job_is_a_sighting_of_its_run() -> None:
    job = the_sighting(read("workflow_job", payload("workflow_job.completed")))
    assert (job.kind, job.name, job.run_id, job.progress) == (Sight.JOB, "build (linux)", 500, Progress.FAILURE)
    assert job.order == (800, 1, 1, NOON + 9)


def test_a_job_that_goes_on_was_changed_when_it_began() -> None:
    going_on = payload(
        "workflow_job.completed",
        action="in_progress",
        workflow_job__status="in_progress",
        workflow_job__conclusion=None,
        workflow_job__completed_at=None,
        workflow_job__html_url=None,
    )
    job = the_sighting(read("workflow_job", going_on))
    assert (job.progress, job.order, job.url) == (Progress.RUNNING, (800, 1, 0, NOON + 1), "")


def test_a_check_is_the_check_of_its_app() -> None:
    check = the_sighting(read("check_run", payload("check_run.completed")))
    assert (check.kind, check.key, check.progress) == (Sight.CHECK, "check:github-actions:lint", Progress.SUCCESS)
    assert check.order == (600, 1, 1, NOON + 7)


def test_a_check_that_was_only_created_was_changed_when_it_began() -> None:
    created = payload(
        "check_run.completed",
        action="created",
        check_run__status="queued",
        check_run__conclusion=None,
        check_run__completed_at=None,
        check_run__html_url=None,
    )
    check = the_sighting(read("check_run", created))
    assert (check.progress, check.order, check.url) == (Progress.QUEUED, (600, 1, 0, NOON + 1), "")


def test_a_check_of_an_app_that_is_gone_proves_nothing() -> None:
    assert read("check_run", payload("check_run.completed", check_run__app=None)) == []


@pytest.mark.parametrize(
    ("name", "changes"),
    [("our button", {}), ("GitHub's own link", {"action": "rerequested", "requested_action": DROPPED})],
)
def test_a_fresh_look_is_asked_for_by_our_button_and_by_github_s_own_link(
    name: str, changes: dict[str, object]
) -> None:
    asked = read("check_run", payload("check_run.requested_action", **changes))
    assert asked == [RecheckAsked(repo=REPO, sha=SHA)], name


def test_another_button_is_no_request_for_a_fresh_look() -> None:
    other = payload("check_run.requested_action", requested_action__identifier="hold")
    (sighted, claimed) = read("check_run", other)
    assert isinstance(sighted, Sighted)
    assert isinstance(claimed, GateClaimed)
    assert (sighted.sighting.name, claimed.sighting) == ("release/gate", sighted.sighting)


def test_d24_a_check_run_that_speaks_as_the_gate_says_of_which_app_it_is() -> None:
    named = payload("check_run.completed", check_run__name="release/gate", check_run__app={"id": 42, "slug": "x"})
    claimed = read("check_run", named)[-1]
    assert isinstance(claimed, GateClaimed)
    assert (claimed.app, claimed.sighting.source) == (42, "x")


def test_d24_a_status_that_speaks_as_the_gate_is_nobodys_in_whatever_letters() -> None:
    claimed = read("status", payload("status", context="Release/Gate"))[-1]
    assert isinstance(claimed, GateClaimed)
    assert (claimed.app, claimed.sighting.kind) == (None, Sight.STATUS)
    assert len(read("status", payload("status", context="release/gate-2"))) == 1


def test_a_status_is_its_sender_s_word() -> None:
    status = the_sighting(read("status", payload("status")))
    assert (status.kind, status.name, status.source) == (Sight.STATUS, "legal/ok", "octocat")
    assert (status.progress, status.url, status.order) == (
        Progress.SUCCESS,
        "https://legal.example/7",
        (300, 1, 1, NOON + 4),
    )


def test_a_status_need_not_link_anywhere() -> None:
    assert the_sighting(read("status", payload("status", target_url=None, updated_at=DROPPED))).url == ""
