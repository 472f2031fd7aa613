"""Environments, the Apps that guard them, and deployments of the simulated GitHub."""

from dataclasses import replace

import pytest

from app.sim import Refusal, Room, SimGitHub, WebhookPost
from app.sim.state import WorkflowRun
from tests.sim.conftest import AppClient

pytestmark = pytest.mark.anyio

FLOW = """
name: Deploy
on:
  workflow_dispatch:
    inputs:
      environment: {type: string, default: ""}
jobs:
  build:
    runs-on: ubuntu-24.04
    steps: [{run: make}]
  intel:
    runs-on: ubuntu-24.04
    environment: ${{ inputs.environment }}
    steps: [{run: ./deploy.sh}]
  arm:
    runs-on: ubuntu-24.04
    environment: {name: "${{ inputs.environment }}", url: "https://example.com"}
    steps: [{run: ./deploy.sh}]
  after:
    needs: [intel, arm]
    runs-on: ubuntu-24.04
    steps: [{run: ./smoke.sh}]
"""
RULES = "environments/production/deployment_protection_rules"


@pytest.fixture
def guarded(github: SimGitHub, room: Room) -> Room:
    github.commit(room.repo, {".github/workflows/deploy.yml": FLOW}, "Deploy by workflow", by="owner")
    github.guard(room.repo, "production", room.app)
    github.take()
    return room


def deploy(github: SimGitHub, room: Room, to: str = "production") -> WorkflowRun:
    return github.dispatch(room.repo, "deploy.yml", "main", {"environment": to}, by="developer")


def asked(posts: list[WebhookPost]) -> list[WebhookPost]:
    return [post for post in posts if post.event == "deployment_protection_rule"]


async def states(api: AppClient, run: WorkflowRun) -> dict[str, str]:
    jobs = (await api("GET", f"actions/runs/{run.id}/jobs")).json()["jobs"]
    return {one["name"]: one["conclusion"] or one["status"] for one in jobs}


async def test_a_job_for_an_unguarded_environment_runs_at_once(
    github: SimGitHub, guarded: Room, api: AppClient
) -> None:
    run = deploy(github, guarded, "staging")
    api.clock.advance(60)
    assert await states(api, run) == {"build": "success", "intel": "success", "arm": "success", "after": "success"}
    assert not asked(github.take())
    listed = (await api("GET", "deployments?environment=staging")).json()
    assert [(one["environment"], one["ref"], one["sha"]) for one in listed] == [("staging", "main", run.sha)] * 2
    said = (await api("GET", f"deployments/{listed[0]['id']}/statuses")).json()
    assert [one["state"] for one in said] == ["success", "in_progress", "queued"]
    assert (await api("GET", f"deployments/{listed[0]['id']}")).json() == listed[0]
    assert [one["name"] for one in (await api("GET", "environments")).json()["environments"]] == [
        "production",
        "staging",
    ]


async def test_a_job_without_an_environment_makes_no_deployment(
    github: SimGitHub, guarded: Room, api: AppClient
) -> None:
    run = deploy(github, guarded, "")
    api.clock.advance(60)
    assert (await states(api, run))["intel"] == "success"
    assert (await api("GET", "deployments")).json() == []


async def test_a_job_for_a_guarded_environment_waits_and_its_app_is_asked(
    github: SimGitHub, guarded: Room, api: AppClient
) -> None:
    run = deploy(github, guarded)
    api.clock.advance(3600)
    assert await states(api, run) == {"build": "success", "intel": "waiting", "arm": "waiting"}
    posts = github.take()
    requests = asked(posts)
    assert len(requests) == 2
    payload = requests[0].payload
    assert "workflow_run" not in payload
    assert [payload[key] for key in ("action", "environment", "event", "sha", "ref", "pull_requests")] == [
        "requested",
        "production",
        "workflow_dispatch",
        run.sha,
        "main",
        [],
    ]
    assert payload["deployment_callback_url"] == (
        f"https://api.github.com/repos/white-room/daw/actions/runs/{run.id}/deployment_protection_rule"
    )
    assert "workflow_job.waiting" in [f"{post.event}.{post.action}" for post in posts]
    pending = (await api("GET", f"actions/runs/{run.id}/pending_deployments")).json()
    assert [one["environment"]["name"] for one in pending] == ["production"]


async def test_an_approval_lets_all_jobs_of_the_run_in(github: SimGitHub, guarded: Room, api: AppClient) -> None:
    run = deploy(github, guarded)
    api.clock.advance(10)
    path = f"actions/runs/{run.id}/deployment_protection_rule"
    answer = await api("POST", path, {"environment_name": "production", "state": "approved", "comment": "go"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert (await api("GET", f"actions/runs/{run.id}/pending_deployments")).json() == []
    api.clock.advance(60)
    assert await states(api, run) == {"build": "success", "intel": "success", "arm": "success", "after": "success"}
    again = await api("POST", path, {"environment_name": "production", "state": "approved"})
    assert (again.status_code, again.json()["errors"]) == (
        422,
        ["There are no pending deployment requests to approve or reject"],
    )


async def test_a_rejection_fails_the_jobs_without_a_runner(github: SimGitHub, guarded: Room, api: AppClient) -> None:
    run = deploy(github, guarded)
    api.clock.advance(10)
    path = f"actions/runs/{run.id}/deployment_protection_rule"
    answer = await api("POST", path, {"environment_name": "Production", "state": "rejected", "comment": "no"})
    assert answer.status_code == 204
    assert await states(api, run) == {"build": "success", "intel": "failure", "arm": "failure", "after": "skipped"}
    jobs = (await api("GET", f"actions/runs/{run.id}/jobs")).json()["jobs"]
    assert [(one["steps"], one["runner_name"]) for one in jobs if one["name"] == "intel"] == [([], None)]
    assert (await api("GET", f"actions/runs/{run.id}")).json()["conclusion"] == "failure"


async def test_a_report_changes_nothing_and_ten_are_the_most(github: SimGitHub, guarded: Room, api: AppClient) -> None:
    run = deploy(github, guarded)
    path = f"actions/runs/{run.id}/deployment_protection_rule"
    said = [
        (await api("POST", path, {"environment_name": "production", "comment": f"still {n}"})).status_code
        for n in range(11)
    ]
    assert said == [204] * 10 + [422]
    assert (await states(api, run))["intel"] == "waiting"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"environment_name": "production"}, 422),
        ({"state": "approved"}, 422),
        ({"environment_name": "production", "state": "maybe"}, 422),
        ({"environment_name": "production", "state": "approved", "comment": "x" * 1025}, 422),
        ({"environment_name": "nowhere", "state": "approved"}, 404),
        ({"environment_name": "staging", "state": "approved"}, 403),
    ],
)
async def test_a_review_that_does_not_fit_is_refused(
    github: SimGitHub, guarded: Room, api: AppClient, body: dict[str, str], status: int
) -> None:
    run = deploy(github, guarded)
    await api("PUT", "environments/staging")
    deploy(github, guarded, "staging")
    answer = await api("POST", f"actions/runs/{run.id}/deployment_protection_rule", body)
    assert answer.status_code == status
    assert (await states(api, run))["intel"] == "waiting"


async def test_no_review_reaches_a_run_that_is_not_there_or_an_app_that_may_not(
    github: SimGitHub, guarded: Room, api: AppClient
) -> None:
    body = {"environment_name": "production", "state": "approved"}
    assert (await api("POST", "actions/runs/1/deployment_protection_rule", body)).status_code == 404
    api.token = ""
    run = deploy(github, guarded)
    guarded.installation.permissions["deployments"] = "read"
    answer = await api("POST", f"actions/runs/{run.id}/deployment_protection_rule", body)
    assert answer.status_code == 403


async def test_an_answer_may_come_before_github_takes_it(github: SimGitHub, guarded: Room, api: AppClient) -> None:
    github.pace = replace(github.pace, asking=5)
    run = deploy(github, guarded)
    path, body = (
        f"actions/runs/{run.id}/deployment_protection_rule",
        {
            "environment_name": "production",
            "state": "approved",
        },
    )
    assert (await api("POST", path, body)).status_code == 422
    api.clock.advance(6)
    assert (await api("POST", path, body)).status_code == 204


async def test_nobody_waits_longer_than_thirty_days(github: SimGitHub, guarded: Room, api: AppClient) -> None:
    run = deploy(github, guarded)
    api.clock.advance(29 * 24 * 3600)
    api.token = ""  # a token is good for an hour
    assert (await states(api, run))["intel"] == "waiting"
    api.clock.advance(2 * 24 * 3600)
    api.token = ""
    assert (await states(api, run))["intel"] == "failure"


async def test_a_run_is_cancelled_while_it_waits_and_asks_anew_when_it_runs_again(
    github: SimGitHub, guarded: Room, api: AppClient
) -> None:
    run = deploy(github, guarded)
    assert (await api("POST", f"actions/runs/{run.id}/cancel")).status_code == 202
    api.clock.advance(5)
    assert (await states(api, run))["intel"] == "cancelled"
    assert (await api("GET", f"actions/runs/{run.id}/pending_deployments")).json() == []
    assert len(asked(github.take())) == 2
    await api("POST", f"actions/runs/{run.id}/rerun")
    assert len(asked(github.take())) == 2


async def test_a_waiting_job_is_ended_by_no_hand(github: SimGitHub, guarded: Room, api: AppClient) -> None:
    run = deploy(github, guarded)
    github.finish(guarded.repo, run.id, "intel", "success")
    assert (await states(api, run))["intel"] == "waiting"


async def test_an_administrator_chooses_who_guards_an_environment(room: Room, api: AppClient) -> None:
    assert (await api("GET", "environments/production")).status_code == 404
    assert (await api("PUT", "environments/production", {})).json()["name"] == "production"
    free = (await api("GET", f"{RULES}/apps")).json()
    assert [one["slug"] for one in free["available_custom_deployment_protection_rule_integrations"]] == ["go-no-go"]
    made = await api("POST", RULES, {"integration_id": room.app.id})
    assert (made.status_code, made.json()["app"]["slug"]) == (201, "go-no-go")
    assert (await api("POST", RULES, {"integration_id": room.app.id})).status_code == 422
    assert (await api("POST", RULES, {"integration_id": 1})).status_code == 422
    assert (await api("GET", RULES)).json() == {
        "total_count": 1,
        "custom_deployment_protection_rules": [made.json()],
    }
    one = f"{RULES}/{made.json()['id']}"
    assert (await api("GET", one)).json() == made.json()
    assert (await api("GET", f"{RULES}/apps")).json()["total_count"] == 0
    assert (await api("DELETE", one)).status_code == 204
    assert (await api("GET", one)).status_code == 404


async def test_only_administrators_change_environments(room: Room, api: AppClient) -> None:
    room.installation.permissions["administration"] = "read"
    assert (await api("PUT", "environments/production", {})).status_code == 403
    assert (await api("POST", RULES, {"integration_id": room.app.id})).status_code == 403


async def test_a_deployment_is_told_to_who_listens(github: SimGitHub, guarded: Room) -> None:
    guarded.app.events |= {"deployment", "deployment_status"}
    deploy(github, guarded)
    told = [f"{post.event}.{post.action}" for post in github.take() if post.event.startswith("deployment")]
    assert (
        told
        == [
            "deployment.created",
            "deployment_status.created",
            "deployment_protection_rule.requested",
        ]
        * 2
    )


def test_an_app_that_does_not_listen_guards_nothing(github: SimGitHub, room: Room) -> None:
    deaf = github.add_app("deaf", owner="white-room", public_key="", webhook_secret="x", events=frozenset({"push"}))
    github.install(deaf, "white-room", by="owner")
    with pytest.raises(Refusal):
        github.guard(room.repo, "production", deaf)
