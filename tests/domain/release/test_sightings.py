"""Sightings: every word of GitHub's has one meaning, and the newest wins in whatever order they come."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.release.model import Progress, Sight
from app.domain.release.sightings import (
    MARK,
    NAME_LIMIT,
    SeenCheck,
    SeenJob,
    SeenRun,
    SeenStatus,
    check_sighting,
    job_sighting,
    mark_in,
    progress_of,
    run_sighting,
    status_sighting,
    workflow_file,
    workflow_sighting,
)

AT = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
SHA = "ab" * 20
OURS = "gng-0123456789abcdef"
RUN = SeenRun(
    id=7,
    attempt=1,
    event="workflow_dispatch",
    path=".github/workflows/release.yml@refs/heads/main",
    name="Release",
    title=f"Release 1.0.0 notarize [{OURS}]",
    sha=SHA.upper(),
    status="completed",
    conclusion="success",
    changed_at=AT,
    url="https://github.com/octo-org/app/actions/runs/7",
)
JOB = SeenJob(
    id=70,
    run_id=7,
    attempt=1,
    name="notarize (intel)",
    sha=SHA,
    status="in_progress",
    conclusion=None,
    changed_at=AT,
    url="",
)
CHECK = SeenCheck(
    id=9,
    app="github-actions",
    name="lint",
    sha=SHA,
    status="completed",
    conclusion="neutral",
    changed_at=AT,
    url="",
)
STATUS = SeenStatus(
    id=5,
    context="CI/Build",
    login="octocat",
    sha=SHA,
    state="success",
    changed_at=AT,
    url="",
)


@pytest.mark.parametrize(
    ("status", "conclusion", "wanted"),
    [
        ("queued", None, Progress.QUEUED),
        ("waiting", None, Progress.QUEUED),
        ("pending", None, Progress.QUEUED),
        ("requested", None, Progress.QUEUED),
        ("in_progress", None, Progress.RUNNING),
        ("in_progress", "success", Progress.RUNNING),
        ("completed", "success", Progress.SUCCESS),
        ("completed", "failure", Progress.FAILURE),
        ("completed", "timed_out", Progress.FAILURE),
        ("completed", "startup_failure", Progress.FAILURE),
        ("completed", "action_required", Progress.FAILURE),
        ("completed", "error", Progress.FAILURE),
        ("completed", "cancelled", Progress.CANCELLED),
        ("completed", "skipped", Progress.SKIPPED),
        ("completed", "neutral", Progress.NEUTRAL),
        ("completed", "stale", Progress.STALE),
        ("completed", None, Progress.OTHER),
        ("completed", "", Progress.OTHER),
        ("completed", "Success", Progress.OTHER),
        ("completed", "tomorrow", Progress.OTHER),
        ("tomorrow", "success", Progress.OTHER),
    ],
)
def test_each_word_of_github_has_one_meaning(status: str, conclusion: str | None, wanted: Progress) -> None:
    assert progress_of(status, conclusion) is wanted


@given(st.text(), st.none() | st.text())
def test_no_words_but_completed_and_success_are_a_success(status: str, conclusion: str | None) -> None:
    is_success = progress_of(status, conclusion) is Progress.SUCCESS
    assert is_success == (status == "completed" and conclusion == "success")


@pytest.mark.parametrize(
    ("title", "wanted"),
    [
        (f"Release 1.0.0 sign [{OURS}]", OURS),
        (f"sign 1.0.0 {OURS}", OURS),
        (f"{OURS} and then gng-fedcba9876543210", "gng-fedcba9876543210"),
        ("Release 1.0.0", None),
        ("[gng-0123]", None),
        (f"x{OURS}", None),
        (f"{OURS}0", None),
        ("", None),
    ],
)
def test_the_mark_is_the_last_one_in_the_title(title: str, wanted: str | None) -> None:
    assert mark_in(title) == wanted


@given(st.text(alphabet="[]gn-0123456789abcdef", max_size=80))
def test_reading_a_mark_is_total_and_gives_only_marks(title: str) -> None:
    mark = mark_in(title)
    assert mark is None or MARK.fullmatch(mark)


def test_a_dispatched_run_is_seen_with_its_mark() -> None:
    seen = run_sighting(RUN)
    assert (seen.kind, seen.key, seen.source, seen.sha) == (Sight.RUN, "run:7", "release.yml", SHA)
    assert (seen.progress, seen.mark, seen.run_id) == (Progress.SUCCESS, OURS, 7)
    assert seen.order == (7, 1, 1, int(AT.timestamp()))


def test_a_run_started_by_a_pull_request_cannot_carry_our_mark() -> None:
    assert run_sighting(replace(RUN, event="pull_request")).mark is None


def test_a_run_is_also_the_state_of_its_workflow() -> None:
    seen = workflow_sighting(RUN)
    assert (seen.kind, seen.key, seen.name) == (Sight.WORKFLOW, "workflow:release.yml", "release.yml")
    assert seen.order < workflow_sighting(replace(RUN, id=8, status="queued", conclusion=None)).order


@pytest.mark.parametrize(
    ("path", "file"),
    [
        (".github/workflows/release.yml", "release.yml"),
        (".github/workflows/release.yml@main", "release.yml"),
        (".github/workflows/a.yaml@refs/heads/x/y", "a.yaml"),
        ("dynamic/pages/pages-build-deployment", "pages-build-deployment"),
        ("", ""),
    ],
)
def test_a_workflow_is_named_by_its_file(path: str, file: str) -> None:
    assert workflow_file(path) == file


def test_a_job_is_kept_by_run_and_name_and_a_rerun_of_it_is_newer() -> None:
    first, again = job_sighting(JOB), job_sighting(replace(JOB, id=71, attempt=2, status="queued"))
    assert (first.kind, first.key, first.progress) == (Sight.JOB, "job:7:notarize (intel)", Progress.RUNNING)
    assert first.key == again.key
    assert first.order < again.order


def test_a_check_is_kept_by_the_app_that_made_it() -> None:
    seen = check_sighting(CHECK)
    assert (seen.kind, seen.key, seen.source) == (Sight.CHECK, "check:github-actions:lint", "github-actions")
    assert seen.progress is Progress.NEUTRAL
    assert check_sighting(replace(CHECK, app="someone-else")).key != seen.key


@pytest.mark.parametrize(
    ("state", "wanted"),
    [
        ("success", Progress.SUCCESS),
        ("failure", Progress.FAILURE),
        ("error", Progress.FAILURE),
        ("pending", Progress.QUEUED),
        ("tomorrow", Progress.OTHER),
    ],
)
def test_a_commit_status_is_kept_by_context_and_who_set_it(state: str, wanted: Progress) -> None:
    seen = status_sighting(replace(STATUS, state=state))
    assert (seen.kind, seen.key, seen.name) == (Sight.STATUS, "status:ci/build:octocat", "CI/Build")
    assert seen.progress is wanted


def test_what_is_over_outranks_what_goes_on_and_later_outranks_earlier() -> None:
    going = replace(RUN, status="in_progress", conclusion=None, changed_at=AT + timedelta(hours=1))
    unknown = replace(RUN, status="tomorrow", conclusion=None, changed_at=AT + timedelta(hours=2))
    later = replace(RUN, changed_at=AT + timedelta(seconds=1))
    orders = [run_sighting(run).order for run in (going, unknown, RUN, later)]
    assert orders == sorted(orders)


def test_a_time_that_is_not_told_ranks_lowest() -> None:
    assert check_sighting(replace(CHECK, changed_at=None)).order == (9, 1, 1, 0)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "//evil.example", "https://" + "x" * 3000, ""])
def test_only_a_web_address_is_kept_as_a_link(url: str) -> None:
    assert status_sighting(replace(STATUS, url=url)).url == ""
    assert status_sighting(replace(STATUS, url="https://ci.example/1")).url == "https://ci.example/1"


def test_long_names_are_cut_and_equal_no_whole_name() -> None:
    seen = check_sighting(replace(CHECK, name="x" * 1000))
    assert len(seen.name) == NAME_LIMIT
    assert seen.key != check_sighting(replace(CHECK, name="x" * NAME_LIMIT)).key
