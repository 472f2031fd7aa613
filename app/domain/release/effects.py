"""One-off effects: things to be done on GitHub once. Each becomes a ledger row under its key."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from app.domain.guard.effects import CancelTagRuns, DeleteTag, OpenIssue
from app.domain.values import ReleaseId, Repo, Sha, TaskId


@dataclass(frozen=True, slots=True, kw_only=True)
class React:
    """Put a reaction on a comment. GitHub keeps one of a kind per user, so repeating it is harmless."""

    repo: Repo
    comment: int
    content: Literal["+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes"]
    turn: str | None = None  # the command that it answers: one that comes again, when things are otherwise, is not
    kind: Literal["react"] = "react"

    @property
    def ledger_key(self) -> str:
        """Unique over the whole ledger."""
        return f"react:{self.repo.id}:{self.turn or f'{self.comment}:{self.content}'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """Answer with one new comment, which carries `mark` hidden so that it can be found again."""

    repo: Repo
    issue: int
    mark: str
    body: str
    kind: Literal["reply"] = "reply"

    @property
    def ledger_key(self) -> str:
        """Unique over the whole ledger."""
        return f"reply:{self.mark}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DispatchRun:
    """Dispatch a workflow at the target: on its branch while that is there, else on the candidate branch."""

    repo: Repo
    task: TaskId
    attempt: int
    mark: str
    workflow: str
    inputs: Mapping[str, str]  # already cut to what the workflow declares
    sha: Sha
    branch: str  # the target's own; may be empty
    candidate: str  # gonogo/<version>
    is_marked: bool  # the workflow declares gonogo_id, so that the run can be found by its title
    comment: int | None  # where to react with the outcome
    issue: int
    kind: Literal["dispatch"] = "dispatch"

    @property
    def ledger_key(self) -> str:
        """Release, task, sha and attempt are all in the mark."""
        return f"dispatch:{self.mark}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RerunRun:
    """Run a finished run again."""

    repo: Repo
    task: TaskId
    run_id: int
    after_attempt: int  # the run's attempt when this was asked for: a higher one means it is done
    failed_only: bool
    comment: int | None
    issue: int
    kind: Literal["rerun"] = "rerun"

    @property
    def ledger_key(self) -> str:
        """One rerun per attempt of a run and comment: who was told no may ask again."""
        return f"rerun:{self.repo.id}:{self.run_id}:{self.after_attempt}:{self.comment or 0}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelRun:
    """Cancel a run."""

    repo: Repo
    task: TaskId
    run_id: int
    attempt: int
    comment: int | None
    issue: int
    kind: Literal["cancel"] = "cancel"

    @property
    def ledger_key(self) -> str:
        """One cancel per attempt of a run and comment: who was told no may ask again."""
        return f"cancel:{self.repo.id}:{self.run_id}:{self.attempt}:{self.comment or 0}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveCandidate:
    """Make the candidate branch stand at a new target, where it is there and stands at the one before."""

    repo: Repo
    branch: str
    before: Sha
    sha: Sha
    issue: int
    asked: str  # the id of the command that moved the release
    kind: Literal["move_candidate"] = "move_candidate"

    @property
    def ledger_key(self) -> str:
        """Once for each command: moving on, back, and on again are three moves."""
        return f"candidate:{self.repo.id}:{self.branch}:{self.asked}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlabel:
    """Take a label off an issue: a command that was given by it has been taken."""

    repo: Repo
    issue: int
    label: str
    key: str  # of the command
    kind: Literal["unlabel"] = "unlabel"

    @property
    def ledger_key(self) -> str:
        """Once for each time that the label was put on."""
        return f"unlabel:{self.key}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerDeployment:
    """Say whether a run may go into an environment, once that is known. It stays in the ledger for as long."""

    repo: Repo
    run_id: int
    environment: str
    event: str  # what started the run, as GitHub says
    sha: Sha  # as GitHub asked: the run has to say the same
    asked: str  # the deployment that was asked about, or the delivery where GitHub names none
    asked_at: datetime
    kind: Literal["answer_deployment"] = "answer_deployment"

    @property
    def key(self) -> str:
        """What tells this question from any other."""
        return f"{self.repo.id}:{self.run_id}:{self.environment.casefold()}:{self.asked}"

    @property
    def ledger_key(self) -> str:
        """One answer to one question, however often it is asked."""
        return f"deployment:{self.key}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportDeployment:
    """Say on a run's page what it waits for. GitHub takes ten such reports; one that is lost is no harm."""

    repo: Repo
    run_id: int
    environment: str
    comment: str
    about: str  # the question, and how things stand: the same is said once
    kind: Literal["report_deployment"] = "report_deployment"

    @property
    def ledger_key(self) -> str:
        """Each thing is said once."""
        return f"deployment_report:{self.about}"


GuardEffect = OpenIssue | DeleteTag | CancelTagRuns
"""What the tag guard has done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PutTag:
    """Make the release's tag at the target: annotated, signed where there is a key, with the moment in it."""

    repo: Repo
    release: ReleaseId
    tag: str
    sha: Sha
    at: datetime  # whole seconds: every try makes the same tag
    comment: int | None
    issue: int
    asked: str  # the id of the command
    kind: Literal["put_tag"] = "put_tag"

    @property
    def ledger_key(self) -> str:
        """Once for each command: who was told no may ask again, and what stands is found first."""
        return f"tag:{self.release}:{self.sha}:{self.tag}:{self.asked}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishRelease:
    """Publish the release at its tag, or look again how far that has come: it needs files that others upload."""

    repo: Repo
    release: ReleaseId
    version: str
    tag: str
    sha: Sha
    is_adopting: bool  # a draft that somebody else made may be taken over
    comment: int | None
    issue: int
    asked: str  # the id of the command
    at: datetime  # of this look
    kind: Literal["publish"] = "publish"

    @property
    def ledger_key(self) -> str:
        """Once for each look: what stands on GitHub is found first, so that any number of them publish once."""
        return f"publish:{self.release}:{self.asked}:{self.at.isoformat()}"


Effect = (
    React
    | Reply
    | DispatchRun
    | RerunRun
    | CancelRun
    | MoveCandidate
    | Unlabel
    | PutTag
    | PublishRelease
    | AnswerDeployment
    | ReportDeployment
    | GuardEffect
)
