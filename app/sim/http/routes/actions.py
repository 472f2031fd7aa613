"""Routes of GitHub Actions: workflows, runs and jobs."""

import operator
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from app.sim.doing import actions as doing
from app.sim.doing import progress
from app.sim.http.paging import page
from app.sim.http.request import NEWEST, Request, Route
from app.sim.shapes import actions as shapes
from app.sim.state import Job, Workflow, WorkflowRun
from app.sim.wire import API, WEB, Answer, Json, Refusal, flag, found, moment, obj, stamp, wanted


def _workflow(request: Request) -> Workflow:
    return found(doing.workflow_named(request.repo, request.args["workflow_id"]))


def list_workflows(request: Request) -> Answer:
    """GET .../actions/workflows."""
    flows = list(request.repo.workflows.values())
    return page(request, flows, lambda one: shapes.workflow(request.repo, one), key="workflows")


def get_workflow(request: Request) -> Answer:
    """GET .../actions/workflows/{workflow_id}: by id or file name."""
    return Answer(body=shapes.workflow(request.repo, _workflow(request)))


def dispatch(request: Request) -> Answer:
    """POST .../dispatches: answers the run's id under 2026-03-10, and before that only where asked for it."""
    allowed = {"ref", "inputs"} if request.version == NEWEST else {"ref", "inputs", "return_run_details"}
    unknown = sorted(request.body.keys() - allowed)
    if unknown:
        raise Refusal(422, f'Invalid request.\n\n"{unknown[0]}" is not a permitted key.')
    flow = _workflow(request)
    given = obj(request.body, "inputs")
    run = doing.dispatch(request.world, request.repo, flow, wanted(request.body, "ref"), given, request.actor)
    if request.version != NEWEST and not flag(request.body, "return_run_details"):
        return Answer(status=204)
    name = request.repo.full_name
    body: Json = {
        "workflow_run_id": run.id,
        "run_url": f"{API}/repos/{name}/actions/runs/{run.id}",
        "html_url": f"{WEB}/{name}/actions/runs/{run.id}",
    }
    return Answer(body=body)


_BOUNDS: dict[str, Callable[[datetime, datetime], bool]] = {
    ">=": operator.le,  # the bound comes first
    "<=": operator.ge,
    ">": operator.lt,
    "<": operator.gt,
}


def _created(query: str) -> Callable[[datetime], bool]:
    """Return the test of a `created` filter: a date, a bound, or a range with two dots."""
    for sign, test in _BOUNDS.items():
        if query.startswith(sign):
            return partial(test, moment(query[len(sign) :], "created"))
    if ".." in query:
        low, high = (None if end == "*" else moment(end, "created") for end in query.split("..", 1))
        return lambda at: (low is None or at >= low) and (high is None or at <= high)
    return lambda at: stamp(at).startswith(query)


def list_runs(request: Request) -> Answer:
    """GET runs, of one workflow or of all, newest first; filters event, head_sha, branch, status, actor, created."""
    query = request.query
    flow = _workflow(request) if "workflow_id" in request.args else None
    is_created = _created(query["created"]) if "created" in query else None
    seen_until = request.world.now() - timedelta(seconds=request.world.pace.listing)
    chosen = [
        one
        for one in reversed(request.repo.runs.values())
        if flow in (None, one.workflow)
        and one.created_at <= seen_until
        and query.get("event") in (None, one.event)
        and query.get("head_sha") in (None, one.sha)
        and query.get("branch") in (None, one.branch)
        and query.get("status") in (None, one.status, one.conclusion)
        and query.get("actor") in (None, one.actor.user.login)
        and (is_created is None or is_created(one.created_at))
    ]
    return page(request, chosen, lambda one: shapes.run(request.repo, one), key="workflow_runs")


def _run(request: Request) -> WorkflowRun:
    return found(request.repo.runs.get(request.number("run_id")))


def get_run(request: Request) -> Answer:
    """GET .../actions/runs/{run_id}."""
    return Answer(body=shapes.run(request.repo, _run(request)))


def list_jobs(request: Request) -> Answer:
    """GET .../actions/runs/{run_id}/jobs: of the latest attempt, or of all with filter=all."""
    run = _run(request)
    jobs = run.jobs if request.query.get("filter") == "all" else run.latest
    return page(request, jobs, lambda one: shapes.job(request.repo, run, one), key="jobs")


def get_job(request: Request) -> Answer:
    """GET .../actions/jobs/{job_id}."""
    job: Job = found(request.repo.jobs.get(request.number("job_id")))
    run = next(run for run in request.repo.runs.values() if job in run.jobs)
    return Answer(body=shapes.job(request.repo, run, job))


def rerun(request: Request) -> Answer:
    """POST .../rerun: the whole run again."""
    progress.rerun(request.world, request.repo, _run(request), request.actor, failed_only=False)
    return Answer(status=201, body={})


def rerun_failed(request: Request) -> Answer:
    """POST .../rerun-failed-jobs: its failed jobs and what needs them again."""
    progress.rerun(request.world, request.repo, _run(request), request.actor, failed_only=True)
    return Answer(status=201, body={})


def cancel(request: Request) -> Answer:
    """POST .../cancel."""
    progress.cancel(request.world, request.repo, _run(request))
    return Answer(status=202, body={})


_ACTIONS = "/repos/{owner}/{repo}/actions"
_FLOW = _ACTIONS + "/workflows/{workflow_id}"
_RUN = _ACTIONS + "/runs/{run_id}"
ROUTES = (
    Route("GET", _ACTIONS + "/workflows", list_workflows, "actions:read"),
    Route("GET", _FLOW, get_workflow, "actions:read"),
    Route("POST", _FLOW + "/dispatches", dispatch, "actions:write"),
    Route("GET", _FLOW + "/runs", list_runs, "actions:read"),
    Route("GET", _ACTIONS + "/runs", list_runs, "actions:read"),
    Route("GET", _RUN, get_run, "actions:read"),
    Route("GET", _RUN + "/jobs", list_jobs, "actions:read"),
    Route("GET", _ACTIONS + "/jobs/{job_id}", get_job, "actions:read"),
    Route("POST", _RUN + "/rerun", rerun, "actions:write"),
    Route("POST", _RUN + "/rerun-failed-jobs", rerun_failed, "actions:write"),
    Route("POST", _RUN + "/cancel", cancel, "actions:write"),
)
