"""One or more samples of every message the bot can say."""

from collections.abc import Mapping
from typing import Final

from app.domain.messages import (
    AlreadyDone,
    AlreadyRunning,
    BadArguments,
    BadVersion,
    CommandHelp,
    DispatchRefused,
    DispatchUnclear,
    Help,
    HelpOne,
    IssueTaken,
    Message,
    NoPlanFound,
    NoRelease,
    NoRoom,
    NoSuchRelease,
    NotAllowed,
    NotAnIssue,
    NothingToCancel,
    NothingToRetry,
    NotRunnable,
    NotYet,
    OwnStep,
    RunIsUnclear,
    RunRequestRefused,
    SeveralPlans,
    SeveralReleases,
    StatusLink,
    TaskChoice,
    Trouble,
    UnknownCommand,
    UnknownRef,
    UnknownTask,
    VersionTaken,
    Why,
    WorkflowMissing,
    WorkflowNotDispatchable,
)
from app.domain.release.gate import judge
from app.domain.values import Role
from tests.domain.release.builders import FAILED, MID, SHA, a_plan

COMMENT: Final = "https://github.com/white-room/daw/issues/416#issuecomment-1"
SIGN: Final = "2.1 Sign"
PLAN = a_plan()
RETRY = CommandHelp(
    usage="retry <task> [--failed]",
    summary="Run a task again that ended, or that never got a run.",
    who=Role.WRITE,
    details="With --failed only the failed jobs of its last run are run again.",
    examples=("retry notarize", "retry sign --failed"),
)
WHY = CommandHelp(usage="why", summary="List each reason why the gate is not green.", who=Role.READ)

SAMPLES: Final[tuple[Message, ...]] = (
    UnknownCommand(word="statsu", nearest=("status",)),
    UnknownCommand(word="xyzzy", nearest=()),
    UnknownCommand(word="", nearest=("help",)),
    BadArguments(usage="retry <task> [--failed]", problem="<task> is missing"),
    NotAllowed(command="start", wanted=Role.MAINTAIN, found=Role.WRITE),
    NotAllowed(command="notarize", wanted=Role.WRITE, found=Role.NONE),
    NotAllowed(command="notarize", wanted=Role.WRITE, found=None),
    NoRelease(command="why"),
    NoSuchRelease(version="9.9.9", open_versions=("1.0.0", "1.1.0")),
    NoSuchRelease(version="9.9.9", open_versions=()),
    SeveralReleases(versions=("1.0.0", "1.1.0")),
    Trouble(delivery="72d3162e-cc78-11e3-81ab-4c9367dc0958"),
    BadVersion(version="1.0 beta"),
    IssueTaken(version="1.0.0"),
    VersionTaken(version="1.0.0", issue=416),
    NoPlanFound(looked_at=(".github/release-plan.md", "RELEASE_CHECKLIST.md"), ref="main"),
    UnknownRef(ref="release/9"),
    NotAnIssue(),
    UnknownTask(word="notarise", nearest=("notarize",)),
    UnknownTask(word="xyzzy", nearest=()),
    TaskChoice(word="validate", command="retry ", tasks=(("1.1", "1.1 Code Quality"), ("1.3", "1.3 Plug-in Formats"))),
    NotRunnable(task="1.2 Documentation", waits=("manual", "check")),
    NotRunnable(task="1.2 Documentation", waits=()),
    NotRunnable(task="1.2 Documentation", waits=("workflow", "readiness"), workflows=("nightly.yml",)),
    OwnStep(task="3.1 Tag", step="tag"),
    OwnStep(task="3.2 Publish", step="publish"),
    AlreadyRunning(task=SIGN, slug="sign", url="https://github.com/white-room/daw/actions/runs/21"),
    AlreadyRunning(task=SIGN, slug="sign", url=None),
    AlreadyDone(task=SIGN, slug="sign", url="https://github.com/white-room/daw/actions/runs/21", sha=SHA),
    RunIsUnclear(task=SIGN, slug="sign", workflow="release.yml"),
    WorkflowMissing(task=SIGN, workflow="release.yml", sha=SHA),
    WorkflowMissing(task="nightly.yml", workflow="nightly.yml", sha=SHA),
    WorkflowNotDispatchable(task=SIGN, workflow="release.yml", problem="no-trigger"),
    WorkflowNotDispatchable(task=SIGN, workflow="release.yml", problem="no-task-input"),
    WorkflowNotDispatchable(task=SIGN, workflow="release.yml", problem="required-inputs", inputs=("tier", "dry-run")),
    DispatchRefused(task=SIGN, slug="sign", reason="GitHub answered 422: the workflow is disabled"),
    DispatchUnclear(task=SIGN, slug="sign", workflow="release.yml"),
    NothingToRetry(task=SIGN, slug="sign", is_failed_only=False),
    NothingToRetry(task=SIGN, slug="sign", is_failed_only=True),
    NothingToCancel(task=SIGN),
    RunRequestRefused(task=SIGN, verb="rerun", reason="GitHub answered 403: the run is too old"),
    RunRequestRefused(task=SIGN, verb="cancel", reason="GitHub answered 409: the run is over"),
    StatusLink(
        version="1.0.0", url="https://github.com/white-room/daw/issues/416#issuecomment-1", verdict=judge(PLAN, MID)
    ),
    StatusLink(version="1.0.0", url=None, verdict=judge(PLAN, FAILED)),
    Why(version="1.0.0", sha=SHA, verdict=judge(PLAN, MID)),
    Why(version="1.0.0", sha=SHA, verdict=judge(PLAN, FAILED)),
    Help(commands=(RETRY, WHY), tasks=(("sign", SIGN), ("notarize", "2.2 Notarize"))),
    Help(commands=(RETRY, WHY), tasks=()),
    Help(commands=(RETRY, WHY), tasks=(("sign", SIGN),), workflows=("nightly.yml",)),
    HelpOne(command=RETRY),
    HelpOne(command=WHY),
    NoRoom(people=65_526, limit=65_536),
    NotYet(word="go"),
    SeveralPlans(version="1.0.0", names=("hotfix", "minor")),
)

NAMED_SAMPLES: Final[Mapping[str, Message]] = {f"{type(m).__name__}-{n}": m for n, m in enumerate(SAMPLES)}
