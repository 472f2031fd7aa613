"""What a delivery says, translated: the few things a webhook can mean to a release."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.pulls import PullSeen
from app.domain.release.model import LabelledIssue, Sighting
from app.domain.values import Person, ReleaseId, Repo, Sha


@dataclass(frozen=True, slots=True, kw_only=True)
class Commented:
    """A person wrote a new comment; it may hold commands."""

    repo: Repo
    issue: int
    is_pull: bool
    comment: int
    by: Person
    text: str
    at: datetime  # by GitHub's clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighted:
    """Something on GitHub that a plan may wait for has a state."""

    repo: Repo
    sighting: Sighting


@dataclass(frozen=True, slots=True, kw_only=True)
class GateClaimed:
    """A check run or commit status speaks as `release/gate`: ours, or somebody else in our name."""

    repo: Repo
    app: int | None  # the App that made it; None for a commit status
    sighting: Sighting


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A label was put on an issue: it may be a command, or one of those that we put there ourselves."""

    repo: Repo
    issue: int
    is_pull: bool
    label: str
    is_on: bool  # False: it was taken off
    by: Person
    is_person: bool
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueHeard:
    """An issue or pull request has labels and is open, closed or gone."""

    repo: Repo
    issue: LabelledIssue


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueGone:
    """An issue was deleted, or moved to another repository."""

    repo: Repo
    issue: int
    how: str  # in words
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyEdited:
    """An issue's body was edited: what somebody ticked is their word, and our block may have to be put right."""

    repo: Repo
    issue: int
    by: Person
    is_person: bool  # not a bot, ours included
    before: str | None  # None where GitHub does not tell
    after: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentChanged:
    """A comment was edited or deleted. It never executes; one of ours may have to be put right."""

    repo: Repo
    issue: int
    comment: int
    by: Person  # whoever did it, not whoever wrote it
    before: str | None
    text: str | None  # as it is now; None where it was deleted


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """A branch stands at another commit."""

    repo: Repo
    branch: str
    sha: Sha
    paths: frozenset[str] | None  # of the files that changed; None where not all of them are told


@dataclass(frozen=True, slots=True, kw_only=True)
class TagHeard:
    """A tag was made, moved or deleted. Where it stands is read from GitHub: not every event tells it."""

    repo: Repo
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PullChanged:
    """A pull request has new commits: it may change the plan."""

    repo: Repo
    pull: int
    head: Sha
    base: str  # branch


@dataclass(frozen=True, slots=True, kw_only=True)
class PullHeard:
    """An open pull request is new, or what matters about it has changed: its commits, its labels, where it goes."""

    repo: Repo
    pull: PullSeen


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleChanged:
    """Somebody's role or membership has changed: what is kept of them is out of date."""

    installation: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecheckAsked:
    """Somebody pressed the gate's re-check button, or GitHub's own re-run link."""

    repo: Repo
    sha: Sha  # the commit that the gate is of


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseHeard:
    """A release or a draft on GitHub was made, changed or published. Uploads of files are not told of."""

    repo: Repo
    tag: str
    number: int  # GitHub's id of it
    url: str
    is_published: bool  # it has just become public
    ours: ReleaseId | None  # whose hidden mark it bears
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentRequested:
    """GitHub asks whether a run may go into an environment that we guard."""

    repo: Repo
    environment: str
    event: str  # what started the run
    sha: Sha
    callback: str  # where GitHub says it is to be answered; it alone names the run, and it is not to be trusted
    deployment: int | None
    at: datetime | None  # by GitHub's clock, where it says


AtRepo = (
    Commented
    | Labelled
    | Sighted
    | GateClaimed
    | IssueHeard
    | IssueGone
    | BodyEdited
    | CommentChanged
    | Pushed
    | TagHeard
    | PullChanged
    | PullHeard
    | RecheckAsked
    | ReleaseHeard
    | DeploymentRequested
)
"""What a delivery about one repository can mean."""

Input = AtRepo | PeopleChanged
