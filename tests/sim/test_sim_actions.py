"""Workflows, runs and jobs of the simulated GitHub."""

import pytest

from app.sim import Refusal, Room, SimGitHub
from tests.sim.conftest import AppClient

pytestmark = pytest.mark.anyio

INPUTS = {"task": "notarize", "version": "1.0.0", "gonogo_id": "k7"}
DISPATCH = "actions/workflows/release.yml/dispatches"


async def test_workflows_are_found_by_id_and_by_file(room: Room, api: AppClient) -> None:
    listed = (await api("GET", "actions/workflows")).json()
    assert [one["path"] for one in listed["workflows"]] == [
        ".github/workflows/release.yml",
        ".github/workflows/ci.yml",
    ]
    one = room.repo.workflows[".github/workflows/release.yml"]
    for name in (one.id, "release.yml"):
        assert (await api("GET", f"actions/workflows/{name}")).json()["name"] == "Release"
    assert (await api("GET", "actions/workflows/none.yml")).status_code == 404


async def test_a_dispatched_run_plays_itself_out(github: SimGitHub, api: AppClient) -> None:
    github.take()
    answer = await api("POST", DISPATCH, {"ref": "main", "inputs": INPUTS})
    run = answer.json()["workflow_run_id"]
    assert answer.status_code == 200
    assert answer.json()["run_url"].endswith(f"/actions/runs/{run}")
    queued = (await api("GET", f"actions/runs/{run}")).json()
    assert (queued["status"], queued["conclusion"]) == ("queued", None)
    assert queued["display_title"] == "Release 1.0.0 notarize [k7]"
    assert queued["actor"]["login"] == "go-no-go[bot]"
    api.clock.advance(2)
    assert (await api("GET", f"actions/runs/{run}")).json()["status"] == "in_progress"
    api.clock.advance(60)
    done = (await api("GET", f"actions/runs/{run}")).json()
    assert (done["status"], done["conclusion"], done["updated_at"]) == ("completed", "success", "2026-03-02T09:00:05Z")
    jobs = (await api("GET", f"actions/runs/{run}/jobs")).json()["jobs"]
    assert {one["name"]: one["conclusion"] for one in jobs} == {
        "build (macos-14)": "skipped",
        "build (windows-2022)": "skipped",
        "build (ubuntu-24.04)": "skipped",
        "notarize (intel)": "success",
        "notarize (apple-silicon)": "success",
        "notarize": "skipped",
    }
    assert (await api("GET", f"actions/jobs/{jobs[0]['id']}")).json() == jobs[0]
    told = [f"{post.event}.{post.action}" for post in github.take() if post.event.startswith("workflow")]
    assert told[:2] == ["workflow_dispatch.None", "workflow_run.requested"]
    assert told.count("workflow_job.completed") == 6
    assert told.count("workflow_job.in_progress") == 2
    assert told[-1] == "workflow_run.completed"


async def test_jobs_are_check_runs_of_actions(github: SimGitHub, room: Room, api: AppClient) -> None:
    github.take()
    run = github.dispatch(room.repo, "release.yml", "main", INPUTS, by="developer")
    api.clock.advance(10)
    checks = (await api("GET", "commits/main/check-runs?check_name=notarize%20(intel)")).json()["check_runs"]
    assert [(one["app"]["slug"], one["conclusion"]) for one in checks] == [("github-actions", "success")]
    job = next(job for job in github.runs(room.repo)[-1].jobs if job.name == "notarize (intel)")
    assert checks[0]["id"] == job.id
    told = [f"{post.event}.{post.action}" for post in github.take() if post.event.startswith("check")]
    assert told.count("check_run.created") == len(run.jobs)
    assert told.count("check_suite.completed") == 1


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"ref": "none", "inputs": INPUTS}, "No ref found for: none"),
        ({"ref": "main", "inputs": {**INPUTS, "more": "x"}}, 'Unexpected inputs provided: ["more"]'),
        ({"ref": "main", "inputs": {"task": "notarize"}}, "Required input 'version' not provided"),
        ({"ref": "main", "inputs": {**INPUTS, "version": ["1"]}}, "Invalid value for input 'version'"),
        ({"ref": "main", "inputs": {**INPUTS, "version": "1" * 65_536}}, "inputs are too large."),
        ({"ref": "main", "extra": True}, 'Invalid request.\n\n"extra" is not a permitted key.'),
        ({"inputs": INPUTS}, 'Invalid request.\n\n"ref" wasn\'t supplied.'),
    ],
)
async def test_a_dispatch_that_does_not_fit_is_refused(
    github: SimGitHub, room: Room, api: AppClient, body: dict[str, object], message: str
) -> None:
    before = len(github.runs(room.repo))
    answer = await api("POST", DISPATCH, body)
    assert (answer.status_code, answer.json()["message"]) == (422, message)
    assert len(github.runs(room.repo)) == before


async def test_a_sha_is_no_ref_to_dispatch(github: SimGitHub, room: Room, api: AppClient) -> None:
    answer = await api("POST", DISPATCH, {"ref": github.head(room.repo), "inputs": INPUTS})
    assert answer.status_code == 422
    github.push_tags(room.repo, {"v1": github.head(room.repo)}, by="developer")
    for ref in ("v1", "refs/heads/main"):
        assert (await api("POST", DISPATCH, {"ref": ref, "inputs": INPUTS})).status_code == 200


async def test_a_workflow_without_the_trigger_or_not_there(room: Room, api: AppClient) -> None:
    assert room.repo.workflows
    none = await api("POST", "actions/workflows/none.yml/dispatches", {"ref": "main"})
    assert none.status_code == 404
    answer = await api("POST", "actions/workflows/ci.yml/dispatches", {"ref": "main"})
    assert (answer.status_code, answer.json()["message"]) == (
        422,
        "Workflow does not have 'workflow_dispatch' trigger",
    )


async def test_the_older_version_tells_the_run_only_when_asked(api: AppClient) -> None:
    old = {"X-GitHub-Api-Version": "2022-11-28"}
    assert (await api("POST", DISPATCH, {"ref": "main", "inputs": INPUTS}, headers=old)).status_code == 204
    asked = {"ref": "main", "inputs": INPUTS, "return_run_details": True}
    assert "workflow_run_id" in (await api("POST", DISPATCH, asked, headers=old)).json()
    assert (await api("POST", DISPATCH, asked)).status_code == 422


async def test_typed_inputs_are_checked(github: SimGitHub, room: Room) -> None:
    flow = (
        "on:\n  workflow_dispatch:\n    inputs:\n"
        "      where: {type: choice, options: [staging, production], default: staging}\n"
        "      dry: {type: boolean, default: true}\n"
        "jobs:\n  go:\n    if: ${{ !inputs.dry }}\n    runs-on: x\n"
    )
    github.commit(room.repo, {".github/workflows/typed.yml": flow}, by="developer")
    for wrong in ({"where": "moon"}, {"dry": "maybe"}):
        with pytest.raises(Refusal, match="Provided value"):
            github.dispatch(room.repo, "typed.yml", "main", wrong, by="developer")
    github.dispatch(room.repo, "typed.yml", "main", by="developer")
    run = github.dispatch(room.repo, "typed.yml", "main", {"dry": "false", "where": "production"}, by="developer")
    assert (run.title, run.inputs) == (".github/workflows/typed.yml", {"where": "production", "dry": False})
    assert [one.conclusion for one in github.runs(room.repo)[-2:]] == ["skipped", None]


async def test_outcomes_are_set_and_failed_jobs_run_again(github: SimGitHub, api: AppClient) -> None:
    github.outcome("release.yml", task="notarize", job="notarize (intel)", conclusion="failure", seconds=2)
    run = (await api("POST", DISPATCH, {"ref": "main", "inputs": INPUTS})).json()["workflow_run_id"]
    path = f"actions/runs/{run}"
    assert (await api("POST", f"{path}/rerun-failed-jobs")).status_code == 403
    api.clock.advance(10)
    assert (await api("GET", path)).json()["conclusion"] == "failure"
    github.outcome("release.yml", task="notarize", conclusion="success")
    assert (await api("POST", f"{path}/rerun-failed-jobs")).status_code == 201
    again = (await api("GET", path)).json()
    assert (again["run_attempt"], again["status"]) == (2, "queued")
    assert again["previous_attempt_url"].endswith("/attempts/1")
    api.clock.advance(10)
    assert (await api("GET", path)).json()["conclusion"] == "success"
    latest = (await api("GET", f"{path}/jobs")).json()
    every = (await api("GET", f"{path}/jobs?filter=all")).json()
    assert (latest["total_count"], every["total_count"]) == (6, 12)
    assert not {job["id"] for job in latest["jobs"]} & {job["id"] for job in every["jobs"] if job["run_attempt"] == 1}
    carried = next(job for job in latest["jobs"] if job["name"] == "notarize (apple-silicon)")
    assert carried["completed_at"] == "2026-03-02T09:00:05Z"
    assert (await api("POST", f"{path}/rerun")).status_code == 201


async def test_a_run_is_cancelled(github: SimGitHub, room: Room, api: AppClient) -> None:
    github.outcome("release.yml", conclusion=None)
    run = (await api("POST", DISPATCH, {"ref": "main", "inputs": INPUTS})).json()["workflow_run_id"]
    api.clock.advance(3600)
    assert (await api("GET", f"actions/runs/{run}")).status_code == 401
    api.token = ""
    assert (await api("GET", f"actions/runs/{run}")).json()["status"] == "in_progress"
    assert (await api("POST", f"actions/runs/{run}/cancel")).status_code == 202
    api.clock.advance(2)
    assert (await api("GET", f"actions/runs/{run}")).json()["conclusion"] == "cancelled"
    answer = await api("POST", f"actions/runs/{run}/cancel")
    assert (answer.status_code, answer.json()["message"]) == (
        409,
        "Cannot cancel a workflow run that is completed.",
    )
    assert (await api("POST", "actions/runs/1/cancel")).status_code == 404
    assert github.runs(room.repo)[-1].latest[0].conclusion == "skipped"


async def test_a_job_is_finished_by_hand(github: SimGitHub, room: Room, api: AppClient) -> None:
    github.outcome("release.yml", conclusion=None)
    run = github.dispatch(room.repo, "release.yml", "main", {**INPUTS, "task": "sign"}, by="developer")
    github.finish(room.repo, run.id, "sign", "failure")
    assert (run.status, run.conclusion) == ("completed", "failure")
    api.clock.advance(100)
    github.tick()
    assert [post.action for post in github.take() if post.event == "workflow_run"][-3:] == [
        "requested",
        "in_progress",
        "completed",
    ]


async def test_a_push_runs_ci_in_the_order_of_its_needs(github: SimGitHub, room: Room, api: AppClient) -> None:
    github.outcome("ci.yml", job="lint", conclusion="failure")
    sha = github.commit(room.repo, {"a.txt": "a"}, "Add a\n\nmore", by="developer").sha
    api.clock.advance(30)
    listed = (await api("GET", f"actions/runs?head_sha={sha}&event=push")).json()
    assert [(one["display_title"], one["conclusion"]) for one in listed["workflow_runs"]] == [("Add a", "failure")]
    jobs = (await api("GET", f"actions/runs/{listed['workflow_runs'][0]['id']}/jobs")).json()["jobs"]
    assert [(one["name"], one["conclusion"]) for one in jobs] == [("lint", "failure"), ("test", "skipped")]
    github.commit(room.repo, {"b.txt": "b"}, by="developer", branch="topic")
    assert (await api("GET", "actions/runs?branch=topic")).json()["total_count"] == 0
    await api("POST", "git/refs", {"ref": "refs/heads/release/1.0", "sha": sha})
    assert (await api("GET", "actions/runs?branch=release/1.0")).json()["total_count"] == 1


async def test_runs_are_listed_newest_first_by_many_filters(github: SimGitHub, room: Room, api: AppClient) -> None:
    api.clock.advance(100)
    early = github.dispatch(room.repo, "release.yml", "main", INPUTS, by="developer").id
    api.clock.advance(3000)
    late = (await api("POST", DISPATCH, {"ref": "main", "inputs": INPUTS})).json()["workflow_run_id"]

    async def ids(query: str) -> list[int]:
        answer = await api("GET", f"actions/workflows/release.yml/runs?{query}")
        return [one["id"] for one in answer.json()["workflow_runs"]]

    assert await ids("event=workflow_dispatch") == [late, early]
    assert await ids("created=%3E%3D2026-03-02T09:10:00Z") == [late]
    assert await ids("created=%3C2026-03-02T09:10:00Z") == [early]
    assert await ids("created=2026-03-02T09:00:00Z..2026-03-02T09:10:00Z") == [early]
    assert await ids("created=*..2026-03-03") == [late, early]
    assert await ids("created=2026-03-02") == [late, early]
    assert await ids("status=success") == [early]
    assert await ids("actor=go-no-go%5Bbot%5D") == [late]
    assert (await api("GET", "actions/runs?created=%3Esoon")).status_code == 422


async def test_a_new_run_may_be_listed_late(github: SimGitHub, room: Room, api: AppClient) -> None:
    github.pace.listing = 5
    run = github.dispatch(room.repo, "release.yml", "main", INPUTS, by="developer")
    path = "actions/runs?event=workflow_dispatch"
    assert (await api("GET", path)).json()["total_count"] == 0
    assert (await api("GET", f"actions/runs/{run.id}")).status_code == 200
    api.clock.advance(6)
    assert (await api("GET", path)).json()["total_count"] == 1
