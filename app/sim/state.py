"""What GitHub remembers: accounts, repositories and everything in them, as plain mutable records.

One flat list, longer than other files: the records name one another, and have no behaviour to part them by.
"""

from dataclasses import dataclass, field
from datetime import datetime

from app.sim.expressions import Value
from app.sim.rules import Protection
from app.sim.wire import Json
from app.sim.workflow_file import JobSpec

ROLES = ("none", "read", "triage", "write", "maintain", "admin")
"""Roles on a repository, weakest first."""

FOLDED = {"maintain": "write", "triage": "read"}
"""How the permission API folds the two roles that its old field `permission` does not know."""


@dataclass(slots=True, kw_only=True, eq=False)
class User:
    """A person, an organisation or an App's bot."""

    id: int
    login: str
    created_at: datetime
    type: str = "User"  # User | Organization | Bot
    shape: Json = field(default_factory=dict[str, object])  # its JSON, made once


@dataclass(slots=True, kw_only=True, eq=False)
class Team:
    """A team of an organisation. Members of a child team are members of its parents too."""

    id: int
    org: User
    slug: str
    parent: "Team | None" = None
    members: dict[str, str] = field(default_factory=dict[str, str])  # login -> member | maintainer
    invited: dict[str, str] = field(default_factory=dict[str, str])  # the same, of those who have not accepted yet


@dataclass(slots=True, kw_only=True, eq=False)
class App:
    """A GitHub App with its public key and where its webhooks are signed."""

    id: int
    slug: str
    owner: User
    bot: User
    public_key: str | None
    webhook_secret: str | None
    permissions: dict[str, str]
    events: frozenset[str]
    created_at: datetime
    client_id: str
    hook_id: int
    shape: Json = field(default_factory=dict[str, object])


@dataclass(slots=True, kw_only=True, eq=False)
class Installation:
    """An App on an account: on the repositories named, or on all of the account's."""

    id: int
    app: App
    account: User
    repos: set[int] | None
    created_at: datetime
    permissions: dict[str, str]
    suspended: bool = False
    used: int = 0  # requests in the present hour
    window: datetime | None = None  # when the present hour ends
    limit: int = 5000


@dataclass(slots=True, kw_only=True, eq=False)
class Token:
    """An installation token, perhaps cut down to some repositories."""

    text: str
    installation: Installation
    expires_at: datetime
    permissions: dict[str, str]
    repos: set[int] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who does something: a person, or an App through its bot."""

    user: User
    app: App | None = None


@dataclass(slots=True, kw_only=True, eq=False)
class Commit:
    """A commit with the whole tree it stands for."""

    sha: str
    tree: str
    message: str
    parents: tuple[str, ...]
    author: User
    at: datetime
    files: dict[str, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """A tag object: what an annotated tag's ref points at. It stays when the ref moves on or goes."""

    sha: str  # the id that git gives it
    tag: str
    message: str  # kept as it came, with a signature at its end where it has one
    object: str  # what it is a tag of
    type: str  # commit, or tag for a tag of a tag
    name: str  # of who made it, as are the next two
    email: str
    at: datetime
    reason: str  # why GitHub does not call it verified: unsigned | no_user | unknown_key


@dataclass(slots=True, kw_only=True, eq=False)
class Label:
    """A label of a repository."""

    id: int
    name: str
    color: str = "ededed"
    description: str | None = None


@dataclass(slots=True, kw_only=True, eq=False)
class Reaction:
    """A reaction to an issue or a comment."""

    id: int
    content: str
    user: User
    at: datetime


@dataclass(slots=True, kw_only=True, eq=False)
class Pull:
    """What a pull request has beyond an issue."""

    id: int
    head: str  # a branch of `home`
    base: str  # a branch of the repository that the pull request is in
    home: "Repo"  # that repository itself, or a fork of it
    sha: str = ""  # where the head stands
    base_sha: str = ""  # where the base stood when the head last moved
    merged_at: datetime | None = None
    merged_by: User | None = None
    merge_sha: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """What an issue said until it was edited."""

    title: str
    body: str | None
    updated_at: datetime


@dataclass(slots=True, kw_only=True, eq=False)
class Issue:
    """An issue, or the issue side of a pull request."""

    id: int
    number: int
    title: str
    body: str | None
    user: User
    via: App | None
    created_at: datetime
    updated_at: datetime
    labels: list[Label] = field(default_factory=list[Label])
    state: str = "open"
    state_reason: str | None = None
    closed_at: datetime | None = None
    closed_by: User | None = None
    comments: list["Comment"] = field(default_factory=list["Comment"])
    reactions: list[Reaction] = field(default_factory=list[Reaction])
    pull: Pull | None = None
    locked: bool = False
    lock_reason: str | None = None
    before: Edition | None = None  # what it said before its latest edit


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """Where an issue was transferred to."""

    repo: "Repo"
    number: int


@dataclass(slots=True, kw_only=True, eq=False)
class Comment:
    """A comment on an issue or pull request."""

    id: int
    issue: Issue
    body: str
    user: User
    via: App | None
    created_at: datetime
    updated_at: datetime
    reactions: list[Reaction] = field(default_factory=list[Reaction])


@dataclass(slots=True, kw_only=True, eq=False)
class Suite:
    """A check suite: the check runs of one App (or one workflow run) at a commit."""

    id: int
    app: App
    sha: str
    branch: str | None
    created_at: datetime
    updated_at: datetime
    checks: list["CheckRun"] = field(default_factory=list["CheckRun"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """An annotation of a check run: something said about lines of a file."""

    path: str
    start_line: int
    end_line: int
    annotation_level: str  # notice | warning | failure
    message: str
    title: str | None = None
    raw_details: str | None = None
    start_column: int | None = None
    end_column: int | None = None


@dataclass(slots=True, kw_only=True, eq=False)
class CheckRun:
    """A check run."""

    id: int
    name: str
    suite: Suite
    status: str
    conclusion: str | None
    started_at: datetime
    completed_at: datetime | None = None
    external_id: str = ""
    details_url: str | None = None
    title: str | None = None
    summary: str | None = None
    text: str | None = None
    notes: list[Note] = field(default_factory=list[Note])
    actions: list[object] = field(default_factory=list[object])


@dataclass(slots=True, kw_only=True, eq=False)
class Status:
    """A commit status."""

    id: int
    sha: str
    context: str
    state: str
    description: str | None
    target_url: str | None
    creator: User
    at: datetime


@dataclass(slots=True, kw_only=True, eq=False)
class Workflow:
    """A workflow file that GitHub Actions knows."""

    id: int
    path: str
    name: str
    created_at: datetime


@dataclass(slots=True, kw_only=True, eq=False)
class Rule:
    """A custom deployment protection rule: an App that is asked before a job may go into an environment."""

    id: int
    app: App


@dataclass(slots=True, kw_only=True, eq=False)
class Environment:
    """What a job is deployed to."""

    id: int
    name: str
    created_at: datetime
    updated_at: datetime
    rules: list[Rule] = field(default_factory=list[Rule])


@dataclass(slots=True, kw_only=True, eq=False)
class DeploymentStatus:
    """What was said of a deployment at one moment."""

    id: int
    state: str  # pending | queued | in_progress | success | failure | error | inactive
    description: str
    creator: User
    at: datetime


@dataclass(slots=True, kw_only=True, eq=False)
class Deployment:
    """A commit on its way into an environment. What a job waits for there are the rules still to be answered."""

    id: int
    environment: Environment
    sha: str
    ref: str  # the short name
    creator: User
    created_at: datetime
    updated_at: datetime
    statuses: list[DeploymentStatus] = field(default_factory=list[DeploymentStatus])
    waits_for: list[Rule] = field(default_factory=list[Rule])
    reports: dict[int, list[str]] = field(default_factory=dict[int, list[str]])  # rule id -> what its App said so far


@dataclass(slots=True, kw_only=True, eq=False)
class Job:
    """A job of one attempt of a workflow run; it is a check run of GitHub Actions too, under the same id."""

    id: int
    spec: JobSpec
    name: str
    attempt: int
    check: CheckRun
    created_at: datetime
    started_at: datetime
    status: str = "queued"
    conclusion: str | None = None
    completed_at: datetime | None = None
    has_run: bool = False  # it got a runner
    deployment: Deployment | None = None  # of a job that names an environment


@dataclass(slots=True, kw_only=True, eq=False)
class WorkflowRun:
    """A workflow run with the jobs of all its attempts."""

    id: int
    workflow: Workflow
    event: str
    ref: str  # refs/heads/... or refs/tags/...
    sha: str
    inputs: dict[str, Value]
    title: str
    number: int
    actor: Actor
    triggering: Actor
    suite: Suite
    created_at: datetime
    updated_at: datetime
    started_at: datetime
    attempt: int = 1
    status: str = "queued"
    conclusion: str | None = None
    jobs: list[Job] = field(default_factory=list[Job])

    @property
    def branch(self) -> str:
        """The branch's or tag's short name."""
        return self.ref.split("/", 2)[2]

    @property
    def latest(self) -> list[Job]:
        """The jobs of the latest attempt."""
        return [job for job in self.jobs if job.attempt == self.attempt]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How the jobs that it fits will end; conclusion None means they hang until cancelled or finished by hand."""

    workflow: str  # file name
    task: str | None  # the run's input `task`
    job: str | None  # the job's name
    conclusion: str | None
    seconds: float | None  # how long they take


@dataclass(slots=True, kw_only=True, eq=False)
class Asset:
    """A file of a release. A `starter` is what an upload leaves that broke off: it has its name, and no content."""

    id: int
    name: str
    label: str | None
    content_type: str
    data: bytes
    digest: str | None  # sha256:..., None for files of before GitHub worked it out
    state: str  # uploaded | starter
    uploader: User
    created_at: datetime
    updated_at: datetime
    downloads: int = 0


@dataclass(slots=True, kw_only=True, eq=False)
class GitHubRelease:
    """A release, or the draft of one: drafts have no tag of their own yet, only the name that it is to have."""

    id: int
    tag: str
    target: str  # the commitish at which the tag is made where there is none
    name: str | None
    body: str | None
    draft: bool
    prerelease: bool
    author: User
    created_at: datetime
    updated_at: datetime
    slug: str  # what stands in the address of a draft in the tag's place
    published_at: datetime | None = None
    immutable: bool = False
    assets: dict[int, Asset] = field(default_factory=dict[int, Asset])


@dataclass(slots=True, kw_only=True, eq=False)
class Repo:
    """A repository and all that is in it."""

    id: int
    owner: User
    name: str
    private: bool
    default_branch: str
    created_at: datetime
    parent: "Repo | None" = None  # what it is a fork of
    shape: Json = field(default_factory=dict[str, object])  # the part of its JSON that does not change
    collaborators: dict[str, str] = field(default_factory=dict[str, str])  # login -> role_name
    teams: dict[str, str] = field(default_factory=dict[str, str])  # team slug -> role_name
    labels: dict[str, Label] = field(default_factory=dict[str, Label])  # lower-case name -> label
    issues: dict[int, Issue] = field(default_factory=dict[int, Issue])
    gone: dict[int, Elsewhere | None] = field(default_factory=dict[int, Elsewhere | None])  # None: deleted
    comments: dict[int, Comment] = field(default_factory=dict[int, Comment])
    commits: dict[str, Commit] = field(default_factory=dict[str, Commit])
    refs: dict[str, str] = field(default_factory=dict[str, str])  # refs/heads/main -> sha, of a tag object too
    tags: dict[str, Tag] = field(default_factory=dict[str, Tag])  # tag objects by sha
    suites: dict[int, Suite] = field(default_factory=dict[int, Suite])
    checks: dict[int, CheckRun] = field(default_factory=dict[int, CheckRun])
    checks_at: dict[str, list[CheckRun]] = field(default_factory=dict[str, list[CheckRun]])
    statuses: dict[str, list[Status]] = field(default_factory=dict[str, list[Status]])
    workflows: dict[str, Workflow] = field(default_factory=dict[str, Workflow])  # path -> workflow
    runs: dict[int, WorkflowRun] = field(default_factory=dict[int, WorkflowRun])
    jobs: dict[int, Job] = field(default_factory=dict[int, Job])
    releases: dict[int, GitHubRelease] = field(default_factory=dict[int, GitHubRelease])
    latest_release: int | None = None  # the one that was made the latest
    immutable_releases: bool = False  # what is published from now on cannot be changed
    burned_tags: set[str] = field(default_factory=set[str])  # names that an immutable release had
    plan: str = "enterprise"  # free | team | enterprise: what its owner pays for
    protection: Protection = field(default_factory=Protection)

    @property
    def lacks_rulesets(self) -> bool:
        """Whether the owner's plan has no rulesets, nor environments, for this repository."""
        return self.private and self.plan == "free"

    @property
    def lacks_guards(self) -> bool:
        """Whether the owner's plan lets no App guard an environment of this repository."""
        return self.private and self.plan != "enterprise"

    environments: dict[str, Environment] = field(default_factory=dict[str, Environment])  # lower-case name -> it
    deployments: dict[int, Deployment] = field(default_factory=dict[int, Deployment])

    @property
    def full_name(self) -> str:
        """`owner/name`."""
        return f"{self.owner.login}/{self.name}"
