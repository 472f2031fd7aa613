"""What the bot says, as typed values. The words live in `templates/`, one file per message, named after the class."""

from dataclasses import dataclass
from typing import Literal

from app.domain.release.gate import Verdict
from app.domain.release.report import ReportView
from app.domain.values import Allowed, Role, Sha, Who

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
    allowed: Allowed
    found: Role | None
    is_unread: bool  # what they are could not be read just now


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
class SaidBefore(Message):
    """A command that was given before another one that has been decided on, and that makes it void."""

    command: str
    sha: Sha  # the target as it is now


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseOver(Message):
    """A command in an issue whose release has ended."""

    version: str
    how: Literal["finished", "abandoned"]


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionFinished(Message):
    """A version that was released already."""

    version: str
    issue: int


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
class StrayCommit(Message):
    """The commit stands on none of the branches that releases come from."""

    ref: str
    sha: Sha
    branches: tuple[str, ...]


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
class NotItsTurn(Message):
    """A task before its time: what it needs is not done, or its phase is not open."""

    task: str
    slug: str
    needs: tuple[str, ...]  # labels
    phase: str  # whose exit criteria are not met; empty where that is not it
    criteria: tuple[str, ...]  # those that are not met, in their own words
    managers: Allowed


@dataclass(frozen=True, slots=True, kw_only=True)
class NotRunnable(Message):
    """A task with no script: there is nothing to run."""

    task: str
    waits: tuple[str, ...]  # the kinds of evidence that its items wait for
    workflows: tuple[str, ...] = ()  # files among them that can be run by their name


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnStep(Message):
    """A task that is the bot's own tag or publish step: nothing is dispatched for it."""

    task: str
    step: Literal["tag", "publish"]
    command: str  # what takes the step


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


# -- items ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownItem(Message):
    """No item of the plan answers to that word."""

    word: str
    command: str
    nearest: tuple[tuple[str, str], ...]  # id, text


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemChoice(Message):
    """Words that fit several items."""

    word: str
    command: str
    items: tuple[tuple[str, str], ...]  # id, text


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineOnly(Message):
    """An item that evidence ticks, and no person."""

    item: str
    text: str
    wanted: str  # its kind of evidence
    is_done: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AlreadyTicked(Message):
    """The item is done already, or was never ticked when it is to be unticked."""

    item: str
    text: str
    by: str | None  # None: nobody, it is not ticked


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiverAsked(Message):
    """A waiver that is in force only when a second person says so too."""

    item: str
    text: str
    priority: str
    by: str
    is_repeated: bool  # the same person said so again
    managers: Allowed


@dataclass(frozen=True, slots=True, kw_only=True)
class NotWaivable(Message):
    """An item that cannot be waived, or whose waiver cannot be lifted."""

    item: str
    text: str
    why: Literal["done", "waived", "not-waived", "roll-up"]


TickProblem = Literal["machine", "not-allowed", "unread", "bot"]
"""Why a box that somebody changed is put back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PutBack:
    """One box that is put back."""

    item: str
    text: str
    is_ticked: bool  # what they had made of it
    why: TickProblem
    allowed: Allowed
    wanted: str  # the item's kind of evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class TicksPutBack(Message):
    """Boxes that somebody changed who may not, or that no person may: they are put back."""

    by: str
    boxes: tuple[PutBack, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecklistMoved(Message):
    """Boxes that were changed in a checklist of another commit or plan: they say nothing of this one."""

    by: str
    sha: Sha  # the target as it is now


# -- saying yes and no ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingToSign(Message):
    """The plan asks for no sign-off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignoffChoice(Message):
    """A sign-off that does not say for which role, or for one that is not asked for."""

    word: str | None
    roles: tuple[str, ...]  # that could be meant


@dataclass(frozen=True, slots=True, kw_only=True)
class AlreadySigned(Message):
    """The role has signed off, or the person has for another role."""

    role: str
    by: str
    own: str | None = None  # the other role, where it is that


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingToTakeBack(Message):
    """Somebody takes back what they have not said, or says once more what stands."""

    what: Literal["sign-off", "hold", "go"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldByOthers(Message):
    """A hold that only its owner or a release manager lifts."""

    holders: tuple[str, ...]
    managers: Allowed


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldWithoutEnd(Message):
    """The release is held, without an end: what was said of it is no time."""

    until: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotReady(Message):
    """Go, or the end of the release, while something is open."""

    command: str
    version: str
    sha: Sha
    verdict: Verdict


# -- another commit, another plan, the end ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SameTarget(Message):
    """The release stands at that commit already."""

    version: str
    sha: Sha


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved(Message):
    """The release was moved to another commit, and what fell with that."""

    version: str
    sha: Sha
    before: Sha
    ticks: int  # by hand
    kept: str | None
    signoffs: tuple[str, ...]  # roles


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanUnchanged(Message):
    """The plan file reads as the release has it."""

    path: str
    ref: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanGone(Message):
    """There is no plan file any more at the place where the release has it from."""

    path: str
    ref: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanTaken(Message):
    """The plan's new text was taken up."""

    path: str
    blob: Sha
    changes: tuple[str, ...]
    errors: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report(Message):
    """What has happened to the release so far."""

    view: ReportView


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet(Message):
    """So many answers in a minute that no more are written for a while."""

    limit: int


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
    who: Who
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
