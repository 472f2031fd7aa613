"""GitHub Actions: which workflows there are, and what dispatches and pushes start."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from app.sim.doing import checks, progress
from app.sim.expressions import Value, as_text, fill
from app.sim.history import peeled
from app.sim.state import Actor, Repo, Workflow, WorkflowRun
from app.sim.wire import Json, Refusal
from app.sim.workflow_file import FOLDER, InputSpec, WorkflowFile, read_workflow
from app.sim.world import World

MOST_INPUTS = 25
LONGEST_INPUTS = 65_535


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """An order to start a workflow."""

    workflow: Workflow
    event: str
    ref: str  # the full one
    inputs: Mapping[str, Value]
    actor: Actor


def workflow_named(repo: Repo, name: str) -> Workflow | None:
    """Return a workflow by id or by file name."""
    for one in repo.workflows.values():
        if name in {str(one.id), one.path, one.path.removeprefix(FOLDER)}:
            return one
    return None


def file_of(repo: Repo, workflow: Workflow, sha: str) -> WorkflowFile | None:
    """Return a workflow's file as it stands at a commit."""
    data = repo.commits[sha].files.get(workflow.path)
    return None if data is None else read_workflow(workflow.path, data)


def register(world: World, repo: Repo) -> None:
    """Take note of the workflow files on the default branch, which is how GitHub comes to know workflows."""
    head = repo.commits[repo.refs[f"refs/heads/{repo.default_branch}"]]
    for path, data in head.files.items():
        if path.startswith(FOLDER) and path.endswith((".yml", ".yaml")):
            name = read_workflow(path, data).name
            if path in repo.workflows:
                repo.workflows[path].name = name
            else:
                repo.workflows[path] = Workflow(
                    id=world.next_id("workflow"), path=path, name=name, created_at=world.now()
                )


def pushed(world: World, repo: Repo, ref: str, actor: Actor) -> None:
    """Start the workflows that a push of that ref starts."""
    sha = peeled(repo, repo.refs[ref])
    for workflow in repo.workflows.values():
        spec = file_of(repo, workflow, sha)
        if spec is not None and spec.starts_on_push(ref):
            start(world, repo, Start(workflow=workflow, event="push", ref=ref, inputs={}, actor=actor))


def _ref_of(repo: Repo, name: str) -> str:
    for ref in (name, f"refs/heads/{name}", f"refs/tags/{name}"):
        if ref.startswith("refs/") and ref in repo.refs:
            return ref
    raise Refusal(422, f"No ref found for: {name}")


def _input(spec: InputSpec, given: Mapping[str, object]) -> Value:
    value = given.get(spec.name)
    if value is None or value == "":
        if spec.required and spec.default is None:
            raise Refusal(422, f"Required input '{spec.name}' not provided")
        return spec.default
    if not isinstance(value, str | int | float | bool):
        raise Refusal(422, f"Invalid value for input '{spec.name}'")
    words = as_text(value)
    if spec.type == "choice" and words not in spec.options:
        raise Refusal(422, f"Provided value '{words}' for input '{spec.name}' not in the list of allowed values")
    if spec.type == "boolean" and words not in {"true", "false"}:
        raise Refusal(422, f"Provided value '{words}' for input '{spec.name}' is not a boolean")
    return words == "true" if spec.type == "boolean" else words


def dispatch(
    world: World, repo: Repo, workflow: Workflow, ref: str, given: Mapping[str, object], actor: Actor
) -> WorkflowRun:
    """Dispatch a workflow. Refused with 422 as GitHub words it: no such ref, no trigger, inputs that do not fit."""
    full = _ref_of(repo, ref)
    spec = file_of(repo, workflow, peeled(repo, repo.refs[full]))
    if spec is None or "workflow_dispatch" not in spec.triggers:
        raise Refusal(422, "Workflow does not have 'workflow_dispatch' trigger")
    if len(given) > MOST_INPUTS or len(json.dumps(given)) > LONGEST_INPUTS:
        raise Refusal(422, "inputs are too large.")
    unexpected = [name for name in given if name not in spec.inputs]
    if unexpected:
        raise Refusal(422, f"Unexpected inputs provided: {json.dumps(unexpected)}")
    inputs = {name: _input(one, given) for name, one in spec.inputs.items()}
    payload: Json = {
        "inputs": {name: as_text(value) for name, value in inputs.items()},
        "ref": full,
        "workflow": workflow.path,
    }
    world.emit(repo, "workflow_dispatch", payload, actor)
    order = Start(workflow=workflow, event="workflow_dispatch", ref=full, inputs=inputs, actor=actor)
    return start(world, repo, order)


def start(world: World, repo: Repo, order: Start) -> WorkflowRun:
    """Start a run: it queues, and goes on by itself as time passes."""
    now, sha = world.now(), peeled(repo, repo.refs[order.ref])
    branch = order.ref.split("/", 2)[2]
    run = WorkflowRun(
        id=world.next_id("run"),
        workflow=order.workflow,
        event=order.event,
        ref=order.ref,
        sha=sha,
        inputs=dict(order.inputs),
        title="",
        number=sum(one.workflow is order.workflow for one in repo.runs.values()) + 1,
        actor=order.actor,
        triggering=order.actor,
        suite=checks.new_suite(world, repo, world.actions, sha, branch),
        created_at=now,
        updated_at=now,
        started_at=now,
    )
    spec = file_of(repo, run.workflow, sha)
    template = spec.run_name if spec else None
    default = repo.commits[sha].message.split("\n", 1)[0] if order.event == "push" else order.workflow.name
    run.title = fill(template, progress.names(repo, run)) if template else default
    repo.runs[run.id] = run
    progress.begin(world, repo, run, spec.jobs if spec else ())
    return run
