"""What a command may look at when it decides: gathered beforehand, nothing fetched while deciding."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.domain.messages import CommandHelp
from app.domain.plan.model import Plan
from app.domain.release.events import Event
from app.domain.release.model import Release
from app.domain.values import Person, ReleaseId, Repo, Role, Sha, Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who asks, with their role on the repository and in the plan at this moment. What could not be read denies."""

    person: Person
    role: Role | None  # None where it could not be read
    roles: frozenset[str] = frozenset()  # of the plan
    unread: frozenset[str] = frozenset()  # roles of the plan of which nobody knows whether they have them


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanSource:
    """A plan file found for `start`, read for the version asked for, with the commit it was found at."""

    path: str
    blob: Sha
    text: str
    plan: Plan
    target: Target
    people: Mapping[str, int]  # the ids of the logins that its roles name; nobody has the others
    changes: tuple[str, ...] = ()  # how it reads otherwise than the release's own, one line each


@dataclass(frozen=True, slots=True, kw_only=True)
class NoPlan:
    """Why no plan could be had for `start`: where it was looked for, or which REF names no commit."""

    looked_at: tuple[str, ...] = ()
    unknown_ref: str | None = None
    named: tuple[str, ...] = ()  # several plans to choose from, without `.md`
    stray: Sha | None = None  # a commit that stands on none of the branches releases come from
    branches: tuple[str, ...] = ()  # those
    ref: str = ""  # where it was looked for


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowInputs:
    """What a workflow file at the target declares: None where the file has no `workflow_dispatch` trigger."""

    declared: frozenset[str] | None
    required: frozenset[str] = frozenset()  # required and without a default


@dataclass(frozen=True, slots=True, kw_only=True)
class NotesFound:
    """A release's notes as they would be written now."""

    base: str | None  # the tag since which
    markdown: str
    troubles: tuple[str, ...]  # what was wrong with the repository's own files for notes
    is_cut: bool = False  # there is more than fits into a comment


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything a slash command decides on."""

    now: datetime
    actor: Actor
    repo: Repo
    issue: int
    comment: int | None  # the comment that holds the command; None for a label
    invocation: str  # unique and not to be guessed: the delivery's id and the command's place in it
    said_at: datetime  # when it was said, by GitHub's clock
    delivery: str
    new_release: ReleaseId  # the id a release takes that this command starts
    is_pull: bool = False  # a pull request's comment, not an issue's
    release: Release | None = None  # the release the command is about
    plan: Plan | None = None  # that release's plan as pinned
    others: tuple[Release, ...] = ()  # the repository's other open releases
    finished_in: int | None = None  # the issue in which the version to be started was finished before
    source: PlanSource | NoPlan | None = None  # for start, retarget and replan
    workflows: Mapping[str, WorkflowInputs | None] | None = None  # by file; None: no such file at the target
    status_url: str | None = None  # the sticky status comment
    commands: tuple[CommandHelp, ...] = ()  # every command there is, for the help
    notes: NotesFound | None = None  # for their preview
    log: tuple[Event, ...] = ()  # the release's whole log, for its report
