"""A release as the fold of its events: what was asked of GitHub, and the newest that was seen there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Literal

from app.domain.release.published import Published, Publishing
from app.domain.release.said import Call, Claim, Forced, Hold, SignOff, Tick, Veto, Waiver
from app.domain.release.tagged import Tagged, Tagging
from app.domain.values import ItemId, Person, ReleaseId, Repo, Sha, Target, TaskId


class Sight(StrEnum):
    """What kind of thing on GitHub was seen."""

    RUN = "run"
    JOB = "job"
    CHECK = "check"
    STATUS = "status"
    WORKFLOW = "workflow"


class Progress(StrEnum):
    """How far a run, job, check or status has come. Only SUCCESS ever counts as evidence."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCESS = "success"
    FAILURE = "failure"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"
    NEUTRAL = "neutral"
    STALE = "stale"
    OTHER = "other"  # a word GitHub may add tomorrow: it blocks

    @property
    def is_over(self) -> bool:
        """Whether nothing more is to come."""
        return self not in (Progress.QUEUED, Progress.RUNNING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """The state of one thing on GitHub at one moment, bound to the commit it ran on.

    `order` ranks sightings of the same thing, so that they may arrive in any order and any number of times:
    (id, attempt, 1 if over else 0, seconds since the epoch of its last change).
    """

    kind: Sight
    key: str  # what it is a sighting of, e.g. "run:123", "job:123:notarize (intel)", "check:github-actions:lint"
    name: str
    source: str  # App slug, login or workflow file: who says so
    sha: Sha
    progress: Progress
    order: tuple[int, int, int, int]
    url: str
    run_id: int | None = None
    mark: str | None = None  # our correlation id, where the run's title shows one


class RunState(StrEnum):
    """What became of the intent to run a task."""

    REQUESTED = "requested"  # in the ledger, not yet at GitHub
    STARTED = "started"  # GitHub gave it a run id
    REFUSED = "refused"  # never sent, or GitHub said no
    UNCLEAR = "unclear"  # sent, no answer, and not to be found: nobody knows


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One attempt at one task. Its progress is not kept here: it is the sighting `run:<run_id>`."""

    task: TaskId
    attempt: int
    mark: str  # the correlation id `gonogo_id`
    workflow: str
    state: RunState
    by: Person
    at: datetime
    run_id: int | None = None
    url: str | None = None
    reason: str | None = None  # why refused or unclear, in words for people
    reruns: tuple[int, ...] = ()  # of GitHub's attempts, counted from 1, those after the first that we have asked for


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledIssue:
    """An issue or pull request that carries, or carried, labels the plan looks for."""

    number: int
    title: str
    labels: tuple[str, ...]  # all of its labels
    url: str
    is_pull: bool
    is_open: bool
    updated_at: datetime  # ranks what is heard of one issue, in whatever order it comes


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """The plan file reads otherwise, where targets come from, than the release has it."""

    blob: Sha
    at: datetime
    changes: tuple[str, ...]  # one line each, in words


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """Something in our block of the issue was not as we wrote it, and was put right."""

    what: tuple[str, ...]  # one line each, in words
    by: Person | None  # whose edit it was, where GitHub told
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """How a release ended."""

    how: Literal["finished", "abandoned"]
    by: Person
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingJob:
    """A run that waits to be let into an environment."""

    environment: str
    run_id: int
    sha: Sha
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreign:
    """What somebody else said as the gate, and whether it was told in the issue."""

    progress: Progress
    is_told: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A version on its way out: a plan that is worked through at one target, in one tracking issue."""

    id: ReleaseId
    repo: Repo
    issue: int
    version: str
    tag: str
    plan_path: str
    plan_blob: Sha
    target: Target
    started_by: Person
    started_at: datetime
    changed_at: datetime
    revision: int  # number of events folded
    runs: Mapping[TaskId, Run] = field(default_factory=dict[TaskId, Run])  # the latest attempt of each task
    sightings: Mapping[str, Sighting] = field(default_factory=dict[str, Sighting])  # the newest of each key
    people: Mapping[str, int] = field(default_factory=dict[str, int])  # logins of the plan's roles, as they were pinned
    target_since: datetime | None = None  # None: since the start
    ticks: Mapping[ItemId, Tick] = field(default_factory=dict[ItemId, Tick])
    claims: Mapping[ItemId, Claim] = field(default_factory=dict[ItemId, Claim])
    edited: Mapping[ItemId, datetime] = field(
        default_factory=dict[ItemId, datetime]
    )  # a box's latest word, GitHub's clock
    waivers: Mapping[ItemId, Waiver] = field(default_factory=dict[ItemId, Waiver])
    signoffs: Mapping[str, SignOff] = field(default_factory=dict[str, SignOff])  # by role, for the present target
    vetoes: tuple[Veto, ...] = ()  # one a person, for the present target
    holds: tuple[Hold, ...] = ()  # one a person
    call: Call | None = None  # for the present target
    forced: Mapping[TaskId, Forced] = field(default_factory=dict[TaskId, Forced])
    issues: Mapping[int, LabelledIssue] = field(default_factory=dict[int, LabelledIssue])  # with labels the plan names
    issues_read_at: datetime | None = None  # None: nobody has looked for such issues yet
    head: Sha | None = None  # where the target's branch stands, once it has moved on
    drift: Drift | None = None
    repair: Repair | None = None  # the latest
    moved_at: datetime | None = None  # when it began, or its commit or plan was changed last, by GitHub's clock
    words: Mapping[str, Mapping[str, datetime]] = field(default_factory=dict[str, Mapping[str, datetime]])
    """When which command was said last about each thing, by GitHub's clock."""
    answered: tuple[str, ...] = ()  # the latest commands that were decided, by their keys
    tagging: Tagging | None = None  # the tag was asked for, and is not made
    tagged: Tagged | None = None
    publishing: Publishing | None = None  # it was asked for, and has not come about
    published: Published | None = None
    foreign: Mapping[str, Foreign] = field(default_factory=dict[str, Foreign])  # who else has spoken as the gate
    closed: Closing | None = None
    lost: str | None = None  # why there is no tracking issue any more
    waiting: Mapping[str, WaitingJob] = field(default_factory=dict[str, WaitingJob])  # by what was asked
    let_go: tuple[str, ...] = ()  # the latest of such questions that were answered

    @property
    def stamp(self) -> str:
        """What a checklist is of: this release, at this commit, by this plan. Hidden in the issue, it dates a tick."""
        of = f"{self.id} {self.target.sha} {self.plan_blob}"
        return sha256(of.encode()).hexdigest()[:12]

    @property
    def since(self) -> datetime:
        """When the present target was pinned."""
        return self.target_since or self.started_at
