"""What the bot says, as typed values. The words live in `templates/`, one file per message, named after the class."""

from dataclasses import dataclass
from typing import Literal

from app.domain.release.gate import Verdict
from app.domain.values import Role, Sha

DispatchProblem = Literal["no-trigger", "no-task-input", "required-inputs"]
"""Why a workflow cannot be dispatched for a task."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Something to be said to people. `UnknownCommand` is written by `templates/unknown_command.md.j2`."""


# -- about the command itself ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownCommand(Message):
    """A word that is neither a command nor a task."""

    word: str
    nearest: tuple[str, ...]  # whole valid forms, without `/release`


@dataclass(frozen=True, slots=True, kw_only=True)
class NotYet(Message):
    """A command that this version does not have yet."""

    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BadArguments(Message):
    """A command whose arguments do not fit its usage."""

    usage: str
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAllowed(Message):
    """Somebody asked for what their role does not allow."""

    command: str
    wanted: Role
    found: Role | None  # None where it could not be read


@dataclass(frozen=True, slots=True, kw_only=True)
class NoRelease(Message):
    """A command about a release where none is open."""

    command: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSuchRelease(Message):
    """`--release` names a version that is not open."""

    version: str
    open_versions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeveralReleases(Message):
    """A command outside a tracking issue while several releases are open."""

    versions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble(Message):
    """Our own fault: something broke while the command was handled."""

    delivery: str  # its id finds it in the log


# -- start -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class BadVersion(Message):
    """The version cannot be one: it would not make a valid tag."""

    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueTaken(Message):
    """The issue tracks another release already."""

    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionTaken(Message):
    """That version is being released in another issue."""

    version: str
    issue: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoPlanFound(Message):
    """No plan file at the ref."""

    looked_at: tuple[str, ...]
    ref: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeveralPlans(Message):
    """The repository has several plans, and the command does not say which."""

    version: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownRef(Message):
    """No branch, tag or commit of that name."""

    ref: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAnIssue(Message):
    """`start` on a pull request: a release is tracked in an issue."""


# -- tasks -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownTask(Message):
    """No task of the plan answers to that word."""

    word: str
    nearest: tuple[str, ...]  # slugs


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskChoice(Message):
    """A word that fits several tasks."""

    word: str
    command: str  # "" for the short form, else "run ", "retry ", "cancel "
    tasks: tuple[tuple[str, str], ...]  # number or slug, label


@dataclass(frozen=True, slots=True, kw_only=True)
class NotRunnable(Message):
    """A task with no script: there is nothing to run."""

    task: str
    waits: tuple[str, ...]  # the kinds of evidence that its items wait for
    workflows: tuple[str, ...] = ()  # files among them that can be run by their name


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnStep(Message):
    """A task that is the bot's own tag or publish step, which this version does not take yet."""

    task: str
    step: Literal["tag", "publish"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlreadyRunning(Message):
    """A run of the task is going on."""

    task: str
    slug: str
    url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlreadyDone(Message):
    """The task's run succeeded at this very commit."""

    task: str
    slug: str
    url: str | None
    sha: Sha


@dataclass(frozen=True, slots=True, kw_only=True)
class RunIsUnclear(Message):
    """The last dispatch got no answer and its run was not found: running again may be running twice."""

    task: str
    slug: str
    workflow: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowMissing(Message):
    """The workflow file is not there at the target."""

    task: str
    workflow: str
    sha: Sha


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowNotDispatchable(Message):
    """The workflow has no `workflow_dispatch` trigger, or not the inputs that are needed."""

    task: str
    workflow: str
    problem: DispatchProblem
    inputs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DispatchRefused(Message):
    """The run was not started, and why: GitHub said no, or no ref stands at the target."""

    task: str
    slug: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DispatchUnclear(Message):
    """The dispatch was sent, no answer came, and no run with our mark was found."""

    task: str
    slug: str
    workflow: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingToRetry(Message):
    """The task was never run, or `--failed` and nothing failed."""

    task: str
    slug: str
    is_failed_only: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingToCancel(Message):
    """No run of the task is going on."""

    task: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequestRefused(Message):
    """GitHub would not rerun or cancel the run."""

    task: str
    verb: Literal["rerun", "cancel"]
    reason: str


# -- answers ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusLink(Message):
    """Where the sticky status comment is."""

    version: str
    url: str | None  # None until it has been written for the first time
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Why(Message):
    """What keeps the gate from being green, and what can be done about it."""

    version: str
    sha: Sha
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class NoRoom(Message):
    """People's own text leaves no room for the checklist in the issue."""

    people: int  # characters
    limit: int  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandHelp:
    """One row of the help."""

    usage: str
    summary: str
    who: Role
    details: str = ""
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Help(Message):
    """All commands, and the tasks of the release at hand."""

    commands: tuple[CommandHelp, ...]
    tasks: tuple[tuple[str, str], ...]  # slug, label; runnable ones
    workflows: tuple[str, ...] = ()  # files that items wait for and that can be run by their name


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpOne(Message):
    """One command."""

    command: CommandHelp
