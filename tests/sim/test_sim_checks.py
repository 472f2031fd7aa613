"""Check runs and commit statuses of the simulated GitHub."""

import pytest

from app.sim import Room, SimGitHub
from tests.sim.conftest import AppClient

pytestmark = pytest.mark.anyio


async def test_a_check_run_lives_from_queued_to_completed(github: SimGitHub, room: Room, api: AppClient) -> None:
    sha = github.head(room.repo)
    github.take()
    made = await api(
        "POST",
        "check-runs",
        {
            "name": "release/gate",
            "head_sha": sha,
            "status": "in_progress",
            "external_id": "r1",
            "output": {"title": "Red", "summary": "Because"},
            "actions": [{"label": "Re-check", "description": "Look again", "identifier": "recheck"}],
        },
    )
    assert made.status_code == 201
    path = f"check-runs/{made.json()['id']}"
    api.clock.advance(5)
    done = await api("PATCH", path, {"status": "completed", "conclusion": "failure"})
    assert done.json()["completed_at"] == "2026-03-02T09:00:05Z"
    assert done.json()["output"]["summary"] == "Because"
    assert (await api("GET", path)).json()["app"]["id"] == room.app.id
    await api("PATCH", path, {"output": {"title": "Red", "summary": "Because of that"}})
    await api("PATCH", path, {"status": "in_progress"})
    assert (await api("PATCH", path, {"conclusion": "success"})).json()["status"] == "completed"
    posts = github.take()
    assert [f"{post.event}.{post.action}" for post in posts] == [
        "check_run.created",
        "check_run.completed",
        "check_suite.completed",
        "check_run.completed",
        "check_suite.completed",
    ]
    assert {str(post.payload["sender"]) for post in posts} == {str(posts[0].payload["sender"])}


def note(**said: object) -> dict[str, object]:
    usual = {"path": "plan.md", "start_line": 3, "end_line": 3, "annotation_level": "warning", "message": "Hm"}
    return {**usual, **said}


async def test_annotations_are_kept_and_come_on_top(github: SimGitHub, room: Room, api: AppClient) -> None:
    output = {"title": "t", "summary": "s", "annotations": [note(title="First", start_column=1, end_column=5)]}
    body = {"name": "release/plan", "head_sha": github.head(room.repo), "output": output}
    made = (await api("POST", "check-runs", body)).json()
    path = f"check-runs/{made['id']}"
    more = [note(end_line=9, annotation_level="failure", raw_details="d")] * 50
    await api("PATCH", path, {"output": {**output, "annotations": more}})
    done = await api("PATCH", path, {"conclusion": "failure"})
    assert [one["output"]["annotations_count"] for one in (made, done.json())] == [1, 51]
    check = room.repo.checks[made["id"]]
    assert [(one.path, one.start_line, one.annotation_level, one.title) for one in check.notes[:2]] == [
        ("plan.md", 3, "warning", "First"),
        ("plan.md", 3, "failure", None),
    ]
    assert [one["end_line"] for one in (await api("GET", f"{path}/annotations?per_page=2")).json()] == [3, 9]


@pytest.mark.parametrize(
    "wrong",
    [
        [note()] * 51,
        [note(annotation_level="error")],
        [note(title="x" * 256)],
        [note(start_line=None)],
        [note(end_line="3")],
        [note(end_line=True)],
        [note(end_line=4, start_column=1, end_column=2)],
        [note(message=None)],
        ["plan.md"],
    ],
)
async def test_an_annotation_that_cannot_be_is_refused(
    github: SimGitHub, room: Room, api: AppClient, wrong: list[object]
) -> None:
    output = {"title": "t", "summary": "s", "annotations": wrong}
    body = {"name": "release/plan", "head_sha": github.head(room.repo), "output": output}
    assert (await api("POST", "check-runs", body)).status_code == 422
    assert room.repo.checks == {}


@pytest.mark.parametrize(
    "wrong",
    [
        {"output": {"title": "t", "summary": "x" * 65_536}},
        {"output": {"title": "t", "summary": "s", "text": "x" * 65_536}},
        {"status": "completed"},
        {"status": "done"},
        {"conclusion": "perfect"},
        {"status": "queued", "conclusion": "success"},
        {"name": ""},
        {"head_sha": "0" * 40},
        {"started_at": "yesterday"},
        {"actions": [{"label": "a", "description": "d", "identifier": "i"}] * 4},
        {"output": {"title": "no summary"}},
        {"output": "red"},
        {"actions": "none"},
    ],
)
async def test_a_check_run_that_cannot_be_is_refused(
    github: SimGitHub, room: Room, api: AppClient, wrong: dict[str, object]
) -> None:
    body = {"name": "release/gate", "head_sha": github.head(room.repo), **wrong}
    assert (await api("POST", "check-runs", body)).status_code == 422


async def test_the_longest_summary_is_taken(github: SimGitHub, room: Room, api: AppClient) -> None:
    output = {"title": "t", "summary": "x" * 65_535}
    body = {"name": "release/gate", "head_sha": github.head(room.repo), "output": output}
    assert (await api("POST", "check-runs", body)).status_code == 201


async def test_another_apps_check_run_is_not_to_be_changed(github: SimGitHub, room: Room, api: AppClient) -> None:
    check = github.check(room.repo, github.head(room.repo), "scan", app="scanner", conclusion=None)
    assert (await api("PATCH", f"check-runs/{check.id}", {"conclusion": "success"})).status_code == 403
    assert (await api("PATCH", "check-runs/1", {"conclusion": "success"})).status_code == 404


async def test_the_latest_of_each_name_and_suite_is_listed(github: SimGitHub, room: Room, api: AppClient) -> None:
    sha = github.head(room.repo)
    github.check(room.repo, sha, "scan", app="scanner", conclusion="failure")
    newest = github.check(room.repo, sha, "scan", app="scanner", conclusion="success")
    other = github.check(room.repo, sha, "scan", app="audit", conclusion="neutral")
    path = "commits/main/check-runs?check_name=scan"
    answer = (await api("GET", path)).json()
    assert [one["id"] for one in answer["check_runs"]] == [other.id, newest.id]
    assert answer["total_count"] == 2
    assert (await api("GET", f"{path}&filter=all")).json()["total_count"] == 3
    one = (await api("GET", f"{path}&app_id={other.suite.app.id}")).json()
    assert [each["conclusion"] for each in one["check_runs"]] == ["neutral"]
    suites = (await api("GET", f"commits/{sha}/check-suites?app_id={other.suite.app.id}")).json()
    assert suites["check_suites"][0]["conclusion"] == "neutral"


async def test_statuses_by_people_and_by_the_app(github: SimGitHub, room: Room, api: AppClient) -> None:
    sha = github.head(room.repo)
    github.take()
    github.status(room.repo, sha, "audit", "pending", by="security-lead")
    assert (await api("GET", "commits/main/status")).json()["state"] == "pending"
    github.status(room.repo, sha, "Audit", "success", by="security-lead")
    mine = await api("POST", f"statuses/{sha}", {"state": "success", "context": "ours", "description": "fine"})
    assert mine.json()["creator"]["login"] == "go-no-go[bot]"
    combined = (await api("GET", "commits/main/status")).json()
    assert (combined["state"], combined["total_count"]) == ("success", 2)
    assert [one["context"] for one in (await api("GET", f"commits/{sha}/statuses")).json()] == [
        "ours",
        "Audit",
        "audit",
    ]
    await api("POST", f"statuses/{sha}", {"state": "error"})
    assert (await api("GET", "commits/main/status")).json()["state"] == "failure"
    assert {post.event for post in github.take()} == {"status"}
    assert (await api("POST", f"statuses/{sha}", {"state": "green"})).status_code == 422
    assert (await api("POST", f"statuses/{'0' * 40}", {"state": "success"})).status_code == 422


async def test_no_status_at_all_is_pending(api: AppClient) -> None:
    assert (await api("GET", "commits/main/status")).json()["state"] == "pending"
