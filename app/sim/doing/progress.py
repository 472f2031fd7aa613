"""How workflow runs go on by themselves: jobs queue, run, end, and open the way for those that need them."""

from collections.abc import Sequence

from app.sim.doing import checks, deployments
from app.sim.doing.checks import CheckFields
from app.sim.expressions import Value, asks_state, evaluate, fill
from app.sim.shapes import actions as shapes
from app.sim.state import Actor, CheckRun, Job, Outcome, Repo, WorkflowRun
from app.sim.wire import Refusal
from app.sim.workflow_file import JobSpec, read_workflow
from app.sim.world import World

LONGEST_WAIT_S = 30 * 24 * 3600
"""How long a job waits for an environment before GitHub fails it."""


def names(repo: Repo, run: WorkflowRun) -> dict[str, Value]:
    """Return what `inputs` and `github` mean in a run."""
    inputs: dict[str, Value] = {f"inputs.{name}": value for name, value in run.inputs.items()}
    return {
        **inputs,
        "github.ref": run.ref,
        "github.ref_name": run.branch,
        "github.ref_type": "branch" if run.ref.startswith("refs/heads/") else "tag",
        "github.sha": run.sha,
        "github.actor": run.actor.user.login,
        "github.event_name": run.event,
        "github.repository": repo.full_name,
        "github.run_id": str(run.id),
        "github.run_number": str(run.number),
    }


def begin(world: World, repo: Repo, run: WorkflowRun, specs: Sequence[JobSpec]) -> None:
    """Start an attempt of a run: tell that it is requested, and make the jobs that wait for nothing."""
    _tell(world, repo, run, "requested")
    _go_on(world, repo, run, specs)


def rerun(world: World, repo: Repo, run: WorkflowRun, actor: Actor, *, failed_only: bool) -> None:
    """Run a finished run again; jobs that succeeded are carried over when only the failed ones are wanted."""
    if run.status != "completed":
        raise Refusal(403, "This workflow is already running")
    before = run.latest
    now = world.now()
    run.attempt += 1
    run.status, run.conclusion, run.triggering = "queued", None, actor
    run.started_at = run.updated_at = now
    carried: set[str] = set()
    for job in before if failed_only else ():
        if job.conclusion == "success" and carried.issuperset(job.spec.needs):
            carried.add(job.spec.key)
            _carry(world, repo, run, job)
    data = repo.commits[run.sha].files[run.workflow.path]
    begin(world, repo, run, read_workflow(run.workflow.path, data).jobs)


def _carry(world: World, repo: Repo, run: WorkflowRun, job: Job) -> None:
    check = CheckRun(
        id=world.next_id("check"),
        name=job.name,
        suite=run.suite,
        status="completed",
        conclusion="success",
        started_at=job.started_at,
        completed_at=job.completed_at,
    )
    run.suite.checks.append(check)
    repo.checks[check.id] = check
    repo.checks_at[run.sha].append(check)
    again = Job(
        id=check.id,
        spec=job.spec,
        name=job.name,
        attempt=run.attempt,
        check=check,
        created_at=job.created_at,
        started_at=job.started_at,
        status="completed",
        conclusion="success",
        completed_at=job.completed_at,
        has_run=True,
    )
    run.jobs.append(again)
    repo.jobs[again.id] = again


def cancel(world: World, repo: Repo, run: WorkflowRun) -> None:
    """Ask a run to stop: a moment later what has not ended is cancelled."""
    if run.status == "completed":
        raise Refusal(409, "Cannot cancel a workflow run that is completed.")
    attempt = run.attempt

    def stop() -> None:
        if run.status == "completed" or run.attempt != attempt:
            return
        for job in run.latest:
            if job.status != "completed":
                _end(world, repo, run, job, "cancelled")
        _complete(world, repo, run, "cancelled")

    world.later(world.pace.cancel, stop)


def finish(world: World, repo: Repo, run: WorkflowRun, job: Job, conclusion: str) -> None:
    """End a job now, as if its runner were done."""
    is_open = job.status not in {"completed", "waiting"}  # a job that waits to be let in has no runner
    if is_open and run.status != "completed" and job.attempt == run.attempt:
        if job.status == "queued":
            _run_job(world, repo, run, job)
        _end(world, repo, run, job, conclusion)
        data = repo.commits[run.sha].files[run.workflow.path]
        _go_on(world, repo, run, read_workflow(run.workflow.path, data).jobs)


def _go_on(world: World, repo: Repo, run: WorkflowRun, specs: Sequence[JobSpec]) -> None:
    """Make each job whose needs have ended; end the run when nothing is left."""
    moved = True
    while moved:
        moved = False
        made = run.latest
        present = {(job.spec.key, job.spec.name, tuple(job.spec.matrix.items())) for job in made}
        for spec in specs:
            if (spec.key, spec.name, tuple(spec.matrix.items())) in present:
                continue
            needed = [job for job in made if job.spec.key in spec.needs]
            complete = all(job.status == "completed" for job in needed)
            if complete and {job.spec.key for job in needed}.issuperset(spec.needs):
                _make(world, repo, run, spec, needed)
                moved = True
    jobs = run.latest
    if len(jobs) == len(specs) and all(job.status == "completed" for job in jobs):
        ends = [job.conclusion for job in jobs]
        words = ("failure", "timed_out", "cancelled", "success")
        _complete(world, repo, run, next((word for word in words if word in ends), "skipped"))


def _is_wanted(repo: Repo, run: WorkflowRun, spec: JobSpec, needed: Sequence[Job]) -> bool:
    ends = {job.conclusion for job in needed}
    states = {
        "success": ends <= {"success"},
        "failure": bool(ends & {"failure", "timed_out"}),
        "cancelled": "cancelled" in ends,
    }
    if spec.condition is None:
        return states["success"]
    if not asks_state(spec.condition) and not states["success"]:
        return False
    return bool(evaluate(spec.condition, {**names(repo, run), **spec.matrix}, states))


def _make(world: World, repo: Repo, run: WorkflowRun, spec: JobSpec, needed: Sequence[Job]) -> None:
    name = fill(spec.name, {**names(repo, run), **spec.matrix}) or spec.key  # a name that comes to nothing is none
    wanted = _is_wanted(repo, run, spec, needed)
    said = CheckFields(name=name) if wanted else CheckFields(name=name, conclusion="skipped")
    check = checks.create_check(world, repo, run.suite, run.triggering, **said)
    now = world.now()
    job = Job(id=check.id, spec=spec, name=name, attempt=run.attempt, check=check, created_at=now, started_at=now)
    run.jobs.append(job)
    repo.jobs[job.id] = job
    if not wanted:
        job.status, job.conclusion, job.completed_at = "completed", "skipped", now
        _tell_job(world, repo, run, job, "completed")
        return
    place = fill(spec.environment, {**names(repo, run), **spec.matrix}) if spec.environment else ""
    deployment = deployments.begin(world, repo, run, job, place) if place else None
    if deployment is None or not deployment.waits_for:
        _queue(world, repo, run, job)
        return
    job.status = job.check.status = "waiting"
    run.status = "waiting" if run.status == "queued" else run.status
    deployments.say(world, repo, deployment, "pending", run.triggering)
    _tell_job(world, repo, run, job, "waiting")
    deployments.ask(world, repo, run, deployment)
    world.later(LONGEST_WAIT_S, lambda: turn_away(world, repo, run, job))


def _queue(world: World, repo: Repo, run: WorkflowRun, job: Job) -> None:
    job.status = job.check.status = "queued"
    run.status = "queued" if run.status == "waiting" else run.status
    if job.deployment is not None:
        deployments.say(world, repo, job.deployment, "queued", run.triggering)
    _tell_job(world, repo, run, job, "queued")
    world.later(world.pace.queue, lambda: _started(world, repo, run, job))


def let_in(world: World, repo: Repo, run: WorkflowRun, job: Job) -> None:
    """Let a job into the environment that it waits for: it queues, and runs."""
    _queue(world, repo, run, job)


def turn_away(world: World, repo: Repo, run: WorkflowRun, job: Job) -> None:
    """Fail a job that waits for an environment; one that does not wait any more is left alone."""
    if job.status == "waiting":
        _end(world, repo, run, job, "failure")
        _go_on(world, repo, run, read_workflow(run.workflow.path, repo.commits[run.sha].files[run.workflow.path]).jobs)


def _outcome(world: World, run: WorkflowRun, job: Job) -> Outcome | None:
    file = run.workflow.path.rsplit("/", 1)[-1]
    for one in reversed(world.outcomes):
        if one.workflow != file or one.task not in (None, run.inputs.get("task")):
            continue
        if one.job in (None, job.name):
            return one
    return None


def _run_job(world: World, repo: Repo, run: WorkflowRun, job: Job) -> None:
    now = world.now()
    if run.status in {"queued", "waiting"}:
        run.status, run.updated_at = "in_progress", now
        _tell(world, repo, run, "in_progress")
    job.status, job.started_at, job.has_run = "in_progress", now, True
    if job.deployment is not None:
        deployments.say(world, repo, job.deployment, "in_progress", run.triggering)
    checks.update_check(world, repo, job.check, run.triggering, status="in_progress", started_at=now)
    _tell_job(world, repo, run, job, "in_progress")


def _started(world: World, repo: Repo, run: WorkflowRun, job: Job) -> None:
    if job.status != "queued":
        return
    _run_job(world, repo, run, job)
    outcome = _outcome(world, run, job)
    conclusion = outcome.conclusion if outcome else "success"
    seconds = outcome.seconds if outcome and outcome.seconds is not None else world.pace.job
    if conclusion is not None:
        world.later(seconds, lambda: finish(world, repo, run, job, conclusion))


def _end(world: World, repo: Repo, run: WorkflowRun, job: Job, conclusion: str) -> None:
    now = world.now()
    job.status, job.conclusion, job.completed_at = "completed", conclusion, now
    run.updated_at = now
    if job.deployment is not None:
        job.deployment.waits_for.clear()
        deployments.say(world, repo, job.deployment, deployments.ENDS.get(conclusion, "error"), run.triggering)
    checks.update_check(world, repo, job.check, run.triggering, status="completed", conclusion=conclusion)
    _tell_job(world, repo, run, job, "completed")


def _complete(world: World, repo: Repo, run: WorkflowRun, conclusion: str) -> None:
    run.status, run.conclusion, run.updated_at = "completed", conclusion, world.now()
    run.suite.updated_at = run.updated_at
    for what in world.when_runs_end:  # what the run has made is there before anybody hears that it ended
        what(repo, run)
    _tell(world, repo, run, "completed")
    checks.suite_completed(world, repo, run.suite, run.triggering)


def _tell(world: World, repo: Repo, run: WorkflowRun, action: str) -> None:
    payload = {
        "action": action,
        "workflow": shapes.workflow(repo, run.workflow),
        "workflow_run": shapes.run(repo, run),
    }
    world.emit(repo, "workflow_run", payload, run.triggering)


def _tell_job(world: World, repo: Repo, run: WorkflowRun, job: Job, action: str) -> None:
    payload = {"action": action, "workflow_job": shapes.job(repo, run, job)}
    world.emit(repo, "workflow_job", payload, run.triggering)
