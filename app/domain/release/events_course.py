"""What a release is about, as events of its log: its commit, its plan, the issues around it, and its end."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from app.domain.release.model import LabelledIssue
from app.domain.values import ItemId, Person, Sha, Target, TaskId


@dataclass(frozen=True, slots=True, kw_only=True)
class Retargeted:
    """The release moved to another commit: evidence, sign-offs, vetoes and the call fall; waivers and holds stay.

    Ticks fall, too, unless the release manager says why they hold for the new commit.
    """

    target: Target
    by: Person
    kept: str | None  # the reason for which ticks stay
    at: datetime
    said_at: datetime | None = None  # by GitHub's clock: what was said before that was said of another commit
    kind: Literal["retargeted"] = "retargeted"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanAdopted:
    """The plan's new text was taken up. Items and tasks that stayed keep what was said and run for them."""

    plan_path: str
    plan_blob: Sha
    plan_text: str
    tag: str
    people: Mapping[str, int]
    items: Mapping[ItemId, ItemId]  # what each that stayed is called now
    tasks: Mapping[TaskId, TaskId]
    by: Person
    at: datetime
    said_at: datetime | None = None  # by GitHub's clock: what was said before that was said of another plan
    kind: Literal["plan_adopted"] = "plan_adopted"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanSeen:
    """The plan file was looked at where targets come from; `changes` is empty where it reads as the release has it."""

    blob: Sha
    changes: tuple[str, ...]
    at: datetime
    kind: Literal["plan_seen"] = "plan_seen"


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchSeen:
    """The target's branch was found standing somewhere."""

    sha: Sha
    at: datetime
    kind: Literal["branch_seen"] = "branch_seen"


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueSeen:
    """An issue or pull request has, or had, a label that the plan looks for."""

    issue: LabelledIssue
    at: datetime
    kind: Literal["issue_seen"] = "issue_seen"


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuesRead:
    """All open issues with labels that the plan looks for were listed."""

    found: tuple[LabelledIssue, ...]
    at: datetime  # when the listing was asked for
    kind: Literal["issues_read"] = "issues_read"


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockRepaired:
    """Our block in the tracking issue was put right."""

    what: tuple[str, ...]
    by: Person | None
    at: datetime
    kind: Literal["block_repaired"] = "block_repaired"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackingIssueLost:
    """The tracking issue was deleted or moved to another repository."""

    how: str
    at: datetime
    kind: Literal["tracking_issue_lost"] = "tracking_issue_lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseFinished:
    """The release manager closed the release: it is done."""

    by: Person
    reason: str  # why although something was open; empty where nothing was
    at: datetime
    kind: Literal["release_finished"] = "release_finished"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseAbandoned:
    """The release manager gave the release up: its version is free again."""

    by: Person
    reason: str
    at: datetime
    kind: Literal["release_abandoned"] = "release_abandoned"


CourseEvent = (
    Retargeted
    | PlanAdopted
    | PlanSeen
    | BranchSeen
    | IssueSeen
    | IssuesRead
    | BlockRepaired
    | TrackingIssueLost
    | ReleaseFinished
    | ReleaseAbandoned
)
"""What the release is about, and what was seen around it."""
