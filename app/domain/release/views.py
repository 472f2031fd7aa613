"""What a reader is shown of a release: the plain values that the templates write out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Literal

from app.domain.plan.model import Problem, Wanted
from app.domain.release.gate import GateState
from app.domain.release.items import State
from app.domain.release.model import Closing, Progress, Repair, RunState
from app.domain.release.published import Published, Publishing
from app.domain.release.said import Forced, SignOff, Waiver
from app.domain.release.tagged import Tagged, Tagging
from app.domain.values import ItemId, Sha

# -- what is shown everywhere ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureView:
    """One readiness figure. Shares are written in percent, rounded down: 99.96 is not 100."""

    scope: str  # a priority or `overall`
    percent: str
    wanted: str | None  # percent; None where the plan sets no threshold
    is_met: bool
    done: int | None = None  # None for `overall`, which counts nothing itself
    counted: int | None = None
    waived: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Formula:
    """How `overall` comes about: the priorities with their weights, and the phases whose items count."""

    weights: tuple[tuple[str, str], ...]
    total: str  # of the weights
    phases: tuple[str, ...]
    are_all: bool  # every phase of the plan counts


ReasonKind = Literal[
    "over",
    "held",
    "veto",
    "no-go",
    "plan",
    "blocker",
    "failed",
    "threshold",
    "nothing",
    "blockers",
    "signoff",
    "go",
    "beside",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonView:
    """One reason why the gate is not green: what it waits for, since when, and the commands that move it."""

    kind: ReasonKind
    subject: str = ""  # the task, scope, person, issue or version
    found: str = ""
    wanted: str = ""
    count: int = 0  # items concerned
    by_hand: int = 0  # of those, the ones that wait for a person's word
    names: tuple[str, ...] = ()  # of items, labels or roles
    url: str | None = None
    since: datetime | None = None
    until: datetime | None = None  # when it ends by itself
    number: int = 0  # of an issue
    commands: tuple[str, ...] = ()  # without `/release`
    then: tuple[str, ...] = ()  # what can be run when those have done their part
    running: tuple[str, ...] = ()  # tasks whose end is waited for
    held: tuple[str, ...] = ()  # tasks that are needed first and that no command moves
    line: int = 0  # of the plan


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    """The latest run of a task, and who asked for it when."""

    attempt: int
    state: RunState
    progress: Progress | None
    is_running: bool
    by: str
    at: datetime
    url: str | None
    reason: str | None
    command: str  # what runs it again, without `/release`


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something that can be run now, or is running."""

    label: str
    command: str | None  # without `/release`; None while it is running
    run: RunView | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingJobView:
    """A run that waits to be let into an environment."""

    environment: str
    run_id: int
    url: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """What everybody wants to know first."""

    name: str
    version: str
    tag: str
    tagged: Tagged | None
    tagging: Tagging | None  # it was asked for, and is not made
    published: Published | None
    publishing: Publishing | None  # it was asked for, and has not come about
    sha: Sha
    commit_url: str
    branch: str
    plan_path: str
    plan_url: str
    issue: int
    issue_url: str
    gate: GateState
    reasons: tuple[ReasonView, ...]  # in short: see `reasons.in_short`
    figures: tuple[FigureView, ...]
    formula: Formula
    running: tuple[Step, ...]
    steps: tuple[Step, ...]  # what can be run next
    workflows: tuple[str, ...]  # files that items wait for: what is left to run where no task is
    by_hand: int  # items that wait for a person's word
    first_by_hand: str  # the id of the first of them, or empty
    waiting_waivers: int  # waivers that wait for a second person
    unclaimed: int  # boxes that somebody changed, GitHub has not told who
    waiting_jobs: tuple[WaitingJobView, ...]  # runs that wait to be let into an environment
    holds: bool  # somebody has stopped the release
    has_moved_on: bool  # the branch that the target came from stands elsewhere now
    drift: tuple[str, ...]  # how the plan file has changed since, one line each
    repair: Repair | None  # what was put right in the issue last
    closed: Closing | None
    stamp: str  # what the checklist is of: see `Release.stamp`
    as_of: datetime


# -- the tracking issue --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemView:
    """One checkbox with what there is to say about it."""

    id: ItemId
    text: str
    depth: int
    state: State
    is_ticked: bool  # how its box stands
    wanted: Wanted
    found: str  # the evidence, or what was seen instead of it
    at: datetime | None  # since when it is done
    asked_waiver: Waiver | None  # that waits for a second person
    url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskView:
    """A task: its line, its run, its items."""

    label: str
    owner: str | None
    duration: str | None
    done: int
    waived: int
    total: int
    command: str | None  # what runs it, where anything does
    run: RunView | None
    items: tuple[ItemView, ...]


Shows = Literal["items", "tasks", "counts"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseView:
    """A phase, and how much of it is shown."""

    title: str
    done: int
    waived: int
    total: int
    is_active: bool  # the first that is not finished, or one in which something runs
    tasks: tuple[TaskView, ...]
    shows: Shows = "items"
    opens_after: str = ""  # the phase whose exit criteria have to be met first; empty where it is open

    @property
    def is_done(self) -> bool:
        """Whether every item is done, or waived. A finished phase is folded."""
        return self.done + self.waived == self.total


class Detail(IntEnum):
    """How much of the plan the issue shows; each level is shorter than the one before."""

    FULL = 0
    FINISHED_BRIEF = 1  # finished phases lose their items
    OTHERS_BRIEF = 2  # all phases but the active lose their items
    OTHERS_COUNTED = 3  # ... and their tasks
    BRIEF = 4  # the active phase loses its items
    COUNTED = 5  # ... and its tasks: counts only


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueView:
    """The tracking issue's block."""

    overview: Overview
    phases: tuple[PhaseView, ...]
    summary: tuple[TaskView, ...]
    detail: Detail = Detail.FULL


# -- the status comment and the gate ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusView:
    """The sticky status comment."""

    overview: Overview
    started_by: str
    started_at: datetime
    signoffs: tuple[SignOff, ...]
    waivers: tuple[tuple[str, Waiver], ...]  # the item's words
    forced: tuple[tuple[str, Forced], ...]  # the task's label
    warnings: tuple[Problem, ...]
    late: int = 0  # minutes by which GitHub's webhooks come late


@dataclass(frozen=True, slots=True, kw_only=True)
class GateView:
    """The check run `release/gate`."""

    overview: Overview
    status: Literal["in_progress", "completed"]
    conclusion: Literal["success", "failure"] | None
    external_id: str


CONCLUSIONS: Mapping[GateState, Literal["success", "failure"] | None] = {
    GateState.PENDING: None,
    GateState.FAILURE: "failure",
    GateState.SUCCESS: "success",
}
