"""A plan as values: phases hold tasks, tasks hold items; each knows the line it stands on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from app.domain.plan.freeze import FreezeRules
from app.domain.values import ItemId, PhaseId, TaskId


class Severity(StrEnum):
    """An error keeps the gate red; a warning is only told."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Trouble in a plan: where (1-based line of the file), how bad, what, and how to mend it."""

    line: int
    severity: Severity
    code: str  # stable, kebab-case: malformed-checkbox, repeated-id, unknown-role, unknown-key ...
    message: str


class TaskKind(StrEnum):
    """What a section with items is to its phase."""

    WORK = "work"
    DELIVERABLES = "deliverables"
    EXIT_CRITERIA = "exit-criteria"
    SUMMARY = "summary"  # every item in it repeats a task: roll-ups only


# -- what a task does when it is run ---------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatch:
    """Dispatch a workflow: `task=<slug>` to the release workflow, or the inputs that the plan writes out."""

    workflow: str  # file name, e.g. release.yml
    inputs: Mapping[str, str]  # with {version} placeholders still in
    kind: Literal["dispatch"] = "dispatch"


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateTag:
    """The bot's own tag step (`git tag` in the plan)."""

    kind: Literal["tag"] = "tag"


@dataclass(frozen=True, slots=True, kw_only=True)
class Publish:
    """The bot's own publish step (`gh release create` in the plan), with the asset patterns it names."""

    assets: tuple[str, ...] = ()
    kind: Literal["publish"] = "publish"


Action = Dispatch | CreateTag | Publish


# -- what an item waits for ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ByRun:
    """The success of its task's own dispatched run."""

    kind: Literal["run"] = "run"


@dataclass(frozen=True, slots=True, kw_only=True)
class ByJob:
    """A job of that name: of the task's own run if the task has one, else of any Actions run at the target."""

    name: str
    kind: Literal["job"] = "job"


@dataclass(frozen=True, slots=True, kw_only=True)
class ByCheck:
    """A check run of that name, made by GitHub Actions or by the App with slug `app`."""

    name: str
    app: str = "github-actions"
    kind: Literal["check"] = "check"


@dataclass(frozen=True, slots=True, kw_only=True)
class ByStatus:
    """A commit status of that context, set by login `by`; None takes anybody's, which `plan check` warns of."""

    context: str
    by: str | None = None
    kind: Literal["status"] = "status"


@dataclass(frozen=True, slots=True, kw_only=True)
class ByWorkflow:
    """The newest run at the target of that workflow file, whatever started it.

    A link names its repository, too: of another repository's workflow we hear nothing, so such an item stays open.
    """

    workflow: str
    repo: str | None = None  # lower-case owner/name where a link says so; None: the release's own

    def is_in(self, repo: str) -> bool:
        """Whether it is a workflow of that repository, `owner/name`."""
        return self.repo is None or self.repo == repo.casefold()

    kind: Literal["workflow"] = "workflow"


@dataclass(frozen=True, slots=True, kw_only=True)
class ByMetric:
    """A reported figure against a limit, e.g. `coverage.lines>85`."""

    name: str
    operator: Literal["<", "<=", ">", ">=", "=="]
    limit: float
    kind: Literal["metric"] = "metric"


@dataclass(frozen=True, slots=True, kw_only=True)
class ByAsset:
    """A release asset whose name fits the pattern."""

    pattern: str
    kind: Literal["asset"] = "asset"


@dataclass(frozen=True, slots=True, kw_only=True)
class ByNoOpenIssues:
    """No open issue or pull request with any of these labels."""

    labels: tuple[str, ...]
    kind: Literal["no-open-issues"] = "no-open-issues"


@dataclass(frozen=True, slots=True, kw_only=True)
class ByTag:
    """The release's tag, verified."""

    kind: Literal["tag"] = "tag"


@dataclass(frozen=True, slots=True, kw_only=True)
class ByRelease:
    """The GitHub release, published."""

    kind: Literal["release"] = "release"


@dataclass(frozen=True, slots=True, kw_only=True)
class ByReadiness:
    """A readiness figure in percent against a limit, e.g. `P1>=90`; scope is a priority or `overall`."""

    scope: str
    operator: Literal["<", "<=", ">", ">=", "=="]
    limit: float
    kind: Literal["readiness"] = "readiness"


@dataclass(frozen=True, slots=True, kw_only=True)
class ByTask:
    """A roll-up: done when every item of that task is."""

    task: TaskId
    kind: Literal["task"] = "task"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manual:
    """A person's word."""

    kind: Literal["manual"] = "manual"


Wanted = (
    ByRun
    | ByJob
    | ByCheck
    | ByStatus
    | ByWorkflow
    | ByMetric
    | ByAsset
    | ByNoOpenIssues
    | ByTag
    | ByRelease
    | ByReadiness
    | ByTask
    | Manual
)
"""The kinds of evidence an item can ask for."""


# -- the tree -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One checkbox. Nested boxes follow their parent in the task's flat tuple, one `depth` deeper."""

    id: ItemId  # <task id>.<ordinal>[.<ordinal>...], unless the plan gives one
    text: str  # one line of Markdown, placeholders filled in, without the box and without our comments
    line: int
    depth: int
    priority: str
    wanted: Wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Items under one heading, and what running the task does, if anything."""

    id: TaskId  # the heading's number (2.3), else a slug of its title
    slug: str  # what `task=` carries: the front matter's word, else the script's name, else the title
    names: tuple[str, ...]  # every slug the task answers to, `slug` first
    title: str  # without the number
    line: int
    kind: TaskKind
    priority: str
    items: tuple[Item, ...]
    owner: str | None = None
    duration: str | None = None
    action: Action | None = None
    needs: tuple[TaskId, ...] = ()
    success_criteria: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """How the plan writes it: number and title, or the title alone."""
        return f"{self.id} {self.title}" if self.id[:1].isdigit() else self.title


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """Tasks that belong together; phases follow one another."""

    id: PhaseId  # the heading's number (`Phase 4: ...` is "4"), else a slug of its title
    title: str
    line: int
    tasks: tuple[Task, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """What is told, where and when (plan's time zone)."""

    at: str
    channel: str
    template: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GateRules:
    """What the gate asks for."""

    before: PhaseId | None = None  # phases before this one count; None: before the first task that tags
    thresholds: Mapping[str, float] = field(default_factory=lambda: {"P0": 100.0})  # percent; priority or "overall"
    weights: Mapping[str, float] = field(default_factory=lambda: {"P0": 5.0, "P1": 3.0, "P2": 1.0})
    blockers: tuple[str, ...] = ()
    signoffs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardRules:
    """What the tag guard looks at, and what it does about a tag that no green gate stands behind."""

    tags: str = "v*"  # a release tag's name, a star in place of each version
    delete: bool = False  # such a tag is deleted, and the runs that it started are cancelled
    exempt: tuple[str, ...] = ()  # patterns of names that are nobody's business


class Checksums(StrEnum):
    """What is done about the checksums of a release's files."""

    WANTED = "wanted"  # a file of them has to be among the files, and every file has to be as it says
    GENERATE = "generate"  # the bot makes that file where there is none
    NONE = "none"  # the files are taken as they are


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishRules:
    """What is published beside the files that a task's `gh release create` names."""

    checksums: Checksums = Checksums.WANTED
    notes: bool = False  # the notes as a file, too
    assets: tuple[str, ...] = ()  # more patterns of files to wait for


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A whole plan, read for one version."""

    name: str
    tag: str  # with the version filled in
    branch: str | None  # where targets come from, version filled in; None: the default branch
    workflow: str
    environment: str | None
    gate: GateRules
    roles: Mapping[str, tuple[str, ...]]
    phases: tuple[Phase, ...]  # of WORK, DELIVERABLES and EXIT_CRITERIA tasks
    summary: tuple[Task, ...]  # sections that only repeat tasks
    guard: GuardRules = field(default_factory=GuardRules)
    publish: PublishRules = field(default_factory=PublishRules)
    announcements: tuple[Announcement, ...] = ()
    freeze: FreezeRules | None = None
    problems: tuple[Problem, ...] = ()

    def tasks(self) -> Iterator[Task]:
        """Each task of the phases, in order; the summary sections are left out."""
        for phase in self.phases:
            yield from phase.tasks

    def items(self) -> Iterator[Item]:
        """Each item, in the file's order of phases, then the summary."""
        for task in (*self.tasks(), *self.summary):
            yield from task.items

    def task(self, task: TaskId) -> Task | None:
        """The task of that id, if there is one."""
        return next((t for t in self.tasks() if t.id == task), None)

    def workflows(self, repo: str) -> tuple[str, ...]:
        """Return the files in `owner/name` that can be dispatched: of tasks with a script, and those items wait for."""
        of_tasks = (t.action.workflow for t in self.tasks() if isinstance(t.action, Dispatch))
        waited_for = (i.wanted for i in self.items() if isinstance(i.wanted, ByWorkflow))
        of_items = (wanted.workflow for wanted in waited_for if wanted.is_in(repo))
        return tuple(dict.fromkeys((*of_tasks, *of_items)))

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that keep the gate red."""
        return tuple(p for p in self.problems if p.severity is Severity.ERROR)
