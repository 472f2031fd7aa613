"""What happened to a release: the facts its log is made of. Past tense, and never changed once written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from app.domain.release.events_course import CourseEvent
from app.domain.release.events_deploy import DeployEvent
from app.domain.release.events_foreign import ForeignEvent
from app.domain.release.events_guard import GuardEvent
from app.domain.release.events_publish import PublishEvent
from app.domain.release.events_said import SaidEvent
from app.domain.release.events_tag import TagEvent
from app.domain.release.model import Sighting
from app.domain.values import Person, ReleaseId, Repo, Sha, Target, TaskId


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseStarted:
    """A tracking issue was bound to a version, a plan and a commit. The plan's whole text is pinned here."""

    release: ReleaseId
    repo: Repo
    issue: int
    version: str
    tag: str
    plan_path: str
    plan_blob: Sha
    plan_text: str
    target: Target
    by: Person
    at: datetime
    people: Mapping[str, int] = field(default_factory=dict[str, int])  # the ids of the logins that the roles name
    said_at: datetime | None = None  # by GitHub's clock: what was said before that was said of another release
    kind: Literal["release_started"] = "release_started"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequested:
    """Somebody asked for a task to be run; the intent is in the ledger."""

    task: TaskId
    attempt: int
    mark: str
    workflow: str
    by: Person
    at: datetime
    kind: Literal["run_requested"] = "run_requested"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStarted:
    """GitHub took the dispatch and gave it a run."""

    task: TaskId
    attempt: int
    run_id: int
    url: str
    at: datetime
    kind: Literal["run_started"] = "run_started"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRefused:
    """The dispatch was not sent, or GitHub turned it down: nothing runs."""

    task: TaskId
    attempt: int
    reason: str
    at: datetime
    kind: Literal["run_refused"] = "run_refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunUnclear:
    """The dispatch was sent, GitHub's answer was lost, and no run with our mark was found."""

    task: TaskId
    attempt: int
    reason: str
    at: datetime
    kind: Literal["run_unclear"] = "run_unclear"


@dataclass(frozen=True, slots=True, kw_only=True)
class RerunRequested:
    """Somebody asked for a finished run to be run again, whole or its failed jobs only."""

    task: TaskId
    run_id: int
    failed_only: bool
    by: Person
    at: datetime
    kind: Literal["rerun_requested"] = "rerun_requested"


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelRequested:
    """Somebody asked for a run to be cancelled."""

    task: TaskId
    run_id: int
    by: Person
    at: datetime
    kind: Literal["cancel_requested"] = "cancel_requested"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Something on GitHub that the plan waits for has a newer state."""

    sighting: Sighting
    at: datetime
    kind: Literal["seen"] = "seen"


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoryMoved:
    """The release's repository has another name, owner, default branch or installation of the App than before."""

    repo: Repo
    at: datetime
    kind: Literal["repository_moved"] = "repository_moved"


RunEvent = (
    RunRequested | RunStarted | RunRefused | RunUnclear | RerunRequested | CancelRequested | Seen | RepositoryMoved
)
"""What was run and seen."""

Event = (
    ReleaseStarted
    | RunEvent
    | SaidEvent
    | CourseEvent
    | TagEvent
    | GuardEvent
    | PublishEvent
    | DeployEvent
    | ForeignEvent
)
