"""A plan's actions and evidence in words for people."""

from typing import assert_never

from app.domain.plan.model import (
    Action,
    ByAsset,
    ByCheck,
    ByJob,
    ByMetric,
    ByNoOpenIssues,
    ByReadiness,
    ByRelease,
    ByRun,
    ByStatus,
    ByTag,
    ByTask,
    ByWorkflow,
    CreateTag,
    Dispatch,
    Manual,
    Publish,
    Wanted,
)

_Named = ByJob | ByCheck | ByStatus | ByWorkflow | ByMetric | ByAsset | ByNoOpenIssues | ByReadiness | ByTask


def action_in_words(action: Action | None) -> str:
    """What running a task does."""
    match action:
        case Dispatch():
            inputs = ", ".join(f"{key}={value}" for key, value in action.inputs.items())
            return f"dispatches {action.workflow}" + (f" with {inputs}" if inputs else "")
        case CreateTag():
            return "creates the tag"
        case Publish():
            return "publishes the release" + (f" with {', '.join(action.assets)}" if action.assets else "")
        case None:
            return "done by people"
        case _:
            assert_never(action)


def wanted_in_words(wanted: Wanted) -> str:
    """What an item waits for."""
    match wanted:
        case ByRun():
            return "its task's run"
        case ByTag():
            return "the tag"
        case ByRelease():
            return "the release"
        case Manual():
            return "a person"
        case _:
            return _named_in_words(wanted)


def _named_in_words(wanted: _Named) -> str:
    match wanted:
        case ByJob(name=name):
            return f"job {name}"
        case ByCheck(name=name, app=app):
            return f"check {name} by {app}"
        case ByStatus(context=context, by=by):
            return f"status {context} by {by or 'anyone'}"
        case ByWorkflow(workflow=workflow):
            return f"workflow {workflow}"
        case ByMetric(name=name, operator=operator, limit=limit):
            return f"metric {name} {operator} {limit:g}"
        case ByAsset(pattern=pattern):
            return f"asset {pattern}"
        case ByNoOpenIssues(labels=labels):
            return f"no open issue labelled {', '.join(labels)}"
        case ByReadiness(scope=scope, operator=operator, limit=limit):
            return f"readiness {scope} {operator} {limit:g}%"
        case ByTask(task=task):
            return f"task {task}"
        case _:
            assert_never(wanted)
