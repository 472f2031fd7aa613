"""Running a task: from the wish to an event and a ledger effect, or to the reason why not."""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, assert_never

from app.domain.facts import Facts, WorkflowInputs
from app.domain.messages import (
    AlreadyDone,
    AlreadyRunning,
    DispatchProblem,
    Message,
    NotItsTurn,
    NotRunnable,
    OwnStep,
    RunIsUnclear,
    TaskChoice,
    UnknownTask,
    WorkflowMissing,
    WorkflowNotDispatchable,
)
from app.domain.plan.model import ByWorkflow, CreateTag, Dispatch, Item, Plan, Publish, Task, TaskKind
from app.domain.plan.resolve import NoTask, SeveralTasks, resolve_task
from app.domain.policy import doers, managers, may
from app.domain.release.effects import DispatchRun
from app.domain.release.events import Event, RunRequested
from app.domain.release.events_said import OrderWaived
from app.domain.release.evidence import run_progress
from app.domain.release.model import Progress, Release, RunState
from app.domain.release.order import Order
from app.domain.release.published import publish_command
from app.domain.release.standing import standing
from app.domain.release.tagged import tag_command
from app.domain.values import Allowed, TaskId

INPUT_LIMIT: Final = 1000  # characters of one workflow input; GitHub takes 65,535 for all of them together


@dataclass(frozen=True, slots=True, kw_only=True)
class RunToAsk:
    """A run that may be asked for."""

    event: RunRequested
    effect: DispatchRun


def the_task(plan: Plan, repo: str, word: str, command: str) -> Task | Message:
    """Return the one task that answers to the word, or what to say."""
    found = resolve_task(plan, word)
    match found:
        case NoTask(nearest=nearest):
            return workflow_task(plan, repo, word) or UnknownTask(word=word, nearest=tuple(t.slug for t in nearest))
        case SeveralTasks(tasks=tasks):
            named = tuple((str(t.id) if t.id[:1].isdigit() else t.slug, t.label) for t in tasks)
            return TaskChoice(word=word, command=command, tasks=named)
        case Task() as task:
            return task
        case _:
            assert_never(found)


def workflow_task(plan: Plan, repo: str, word: str) -> Task | None:
    """Return a task that dispatches the workflow of that file name, where an item of the plan links to it."""
    asked = word.casefold()
    files = workflows_of(plan.items(), repo)
    file = next((f for f in files if asked in (f.casefold(), f.rpartition(".")[0].casefold())), None)
    if file is None:
        return None
    return Task(
        id=TaskId(file),
        slug=file,
        names=(file,),
        title=file,
        line=0,
        kind=TaskKind.WORK,
        priority="",
        items=(),
        action=Dispatch(workflow=file, inputs={}),
    )


def concerned_by(plan: Plan, repo: str, task: Task) -> tuple[Task, ...]:
    """Return the tasks that a run concerns: the task itself, or all that use a workflow that is run by its file."""
    if plan.task(task.id) is not None:
        return (task,)
    return tuple(
        one
        for one in plan.tasks()
        if (isinstance(one.action, Dispatch) and one.action.workflow == task.id)
        or task.id in workflows_of(one.items, repo)
    )


def runners(plan: Plan, repo: str, task: Task) -> Allowed:
    """Return who may run a task, and cancel it: whoever may do one of those that it concerns."""
    each = [doers(plan, one) for one in concerned_by(plan, repo, task)] or [doers(plan, task)]
    leasts = [whom.least for whom in each if whom.least is not None]
    return Allowed(
        roles=tuple(dict.fromkeys(role for whom in each for role in whom.roles)), least=min(leasts, default=None)
    )


def workflows_of(items: Iterable[Item], repo: str) -> tuple[str, ...]:
    """Return the files of the repository's own workflows that these items wait for: each can be run by its name."""
    waited_for = (item.wanted for item in items if isinstance(item.wanted, ByWorkflow))
    return tuple(dict.fromkeys(wanted.workflow for wanted in waited_for if wanted.is_in(repo)))


def turn_of(
    facts: Facts, release: Release, plan: Plan, task: Task, *, forced: str | None
) -> tuple[Event, ...] | Message:
    """Return what to write down before the task runs: nothing where its turn has come; else say why it has not.

    With a reason in `forced` its order is waived.
    """
    stands = standing(plan, release)
    order = Order(plan, stands)
    repo = release.repo.full_name
    # Of several tasks that use a workflow run by its file, only those count that this person may do.
    concerned = [one for one in concerned_by(plan, repo, task) if may(facts.actor, doers(plan, one))]
    befores = [order.before(stands.tasks[one.id]) for one in concerned if one.id in stands.tasks]
    if not befores or any(before.is_nothing for before in befores):
        return ()
    before = befores[0]  # once it has come, that is enough
    needs = tuple(other.task.label for other in before.needs)
    criteria = tuple(item.item.text for item in before.criteria)
    if forced is not None:
        over = (*needs, *((f"the exit criteria of {before.phase}",) if criteria else ()))
        return (OrderWaived(task=task.id, over=over, by=facts.actor.person, reason=forced, at=facts.now),)
    return NotItsTurn(
        task=task.label,
        slug=task.slug,
        needs=needs,
        phase=before.phase if criteria else "",
        criteria=criteria,
        managers=managers(plan),
    )


def want_run(facts: Facts, release: Release, plan: Plan, task: Task, *, is_retry: bool) -> RunToAsk | Message:
    """Return the run to ask for, or the reason why there is none to be had."""
    action = task.action
    if isinstance(action, CreateTag | Publish):
        command = tag_command(release.tag) if isinstance(action, CreateTag) else publish_command(release.tag)
        return OwnStep(task=task.label, step=action.kind, command=command)
    if action is None:
        kinds = tuple(dict.fromkeys(i.wanted.kind for i in task.items))
        workflows = workflows_of(task.items, release.repo.full_name)
        return NotRunnable(task=task.label, waits=kinds, workflows=workflows)
    if not is_retry and (standing := _why_not_again(release, task)):
        return standing
    inputs = _inputs(facts, release, plan, task, action)
    if isinstance(inputs, Message):
        return inputs
    return _wanted(facts, release, task, action, inputs)


def mark_of(release: Release, task: TaskId, attempt: int, asked: str) -> str:
    """Return the correlation id of an attempt: the same whenever the same command is decided on.

    `asked` is the command's own id. Deliveries' ids are known to GitHub and to us only, so that nobody can start a
    run of his own that bears the mark of one that is still to come.
    """
    key = "\0".join((release.id, task, release.target.sha, str(attempt), asked))
    return f"gng-{sha256(key.encode()).hexdigest()[:16]}"


def _why_not_again(release: Release, task: Task) -> Message | None:
    run = release.runs.get(task.id)
    if run is None or run.state is RunState.REFUSED:
        return None
    if run.state is RunState.UNCLEAR:
        return RunIsUnclear(task=task.label, slug=task.slug, workflow=run.workflow)
    progress = run_progress(release, run)
    if progress is None or not progress.is_over:
        return AlreadyRunning(task=task.label, slug=task.slug, url=run.url)
    if progress is Progress.SUCCESS:
        return AlreadyDone(task=task.label, slug=task.slug, url=run.url, sha=release.target.sha)
    return None


def _inputs(
    facts: Facts, release: Release, plan: Plan, task: Task, action: Dispatch
) -> tuple[dict[str, str], bool] | Message:
    """Return the inputs cut to what the workflow declares, and whether our mark may go along."""
    known = (facts.workflows or {}).get(action.workflow)
    if known is None:
        return WorkflowMissing(task=task.label, workflow=action.workflow, sha=release.target.sha)
    if known.declared is None:
        return _not_dispatchable(task, action, "no-trigger", ())
    wanted = {name: _filled(value, release) for name, value in action.inputs.items()}
    if "task" in wanted and "task" not in known.declared:
        return _not_dispatchable(task, action, "no-task-input", ())
    offered = {"version": release.version, "environment": plan.environment or "", **wanted}
    sent = {name: value for name, value in offered.items() if name in known.declared and value}
    lacking = _lacking(known, sent)
    if lacking:
        return _not_dispatchable(task, action, "required-inputs", lacking)
    return sent, "gonogo_id" in known.declared


def _not_dispatchable(
    task: Task, action: Dispatch, problem: DispatchProblem, inputs: tuple[str, ...]
) -> WorkflowNotDispatchable:
    return WorkflowNotDispatchable(task=task.label, workflow=action.workflow, problem=problem, inputs=inputs)


def _lacking(known: WorkflowInputs, sent: dict[str, str]) -> tuple[str, ...]:
    return tuple(sorted(known.required - set(sent) - {"gonogo_id"}))


def _filled(value: str, release: Release) -> str:
    return value.replace("{version}", release.version).replace("{tag}", release.tag)[:INPUT_LIMIT]


def _wanted(
    facts: Facts, release: Release, task: Task, action: Dispatch, inputs: tuple[dict[str, str], bool]
) -> RunToAsk:
    last = release.runs.get(task.id)
    attempt = last.attempt + 1 if last else 1
    mark = mark_of(release, task.id, attempt, facts.invocation)
    sent, is_marked = inputs
    return RunToAsk(
        event=RunRequested(
            task=task.id,
            attempt=attempt,
            mark=mark,
            workflow=action.workflow,
            by=facts.actor.person,
            at=facts.now,
        ),
        effect=DispatchRun(
            repo=release.repo,
            task=task.id,
            attempt=attempt,
            mark=mark,
            workflow=action.workflow,
            inputs={**sent, "gonogo_id": mark} if is_marked else sent,
            sha=release.target.sha,
            branch=release.target.branch,
            candidate=f"gonogo/{release.version}",
            is_marked=is_marked,
            comment=facts.comment,
            issue=facts.issue,
        ),
    )
