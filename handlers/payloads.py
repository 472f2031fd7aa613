"""The few fields of GitHub's webhook payloads that we read. Unknown ones are ignored: GitHub adds some every month."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from app.domain.pulls import PullSeen
from app.domain.release.model import LabelledIssue
from app.domain.values import Person, Repo, Sha

LIMIT = 4096
MOST_LABELS = 100  # GitHub itself puts no more on an issue


def _cut(value: object) -> object:
    """Cut a text that is far too long: a red status must not be lost for the length of its link."""
    return value[:LIMIT] if isinstance(value, str) else value


def _in_utc(value: datetime) -> datetime:
    """Turn a moment into UTC, where the first and the last hours that can be written are none."""
    try:
        return value.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("no moment in UTC") from error


Number = Annotated[int, Field(ge=0, le=2**63 - 1)]
"""An id or a count: no database holds a larger one, and GitHub sends none below nought."""

Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
Short = Annotated[str, BeforeValidator(_cut)]
ShaText = Annotated[str, StringConstraints(pattern=r"^(?:[0-9a-f]{40}|[0-9a-f]{64})$")]


class Part(BaseModel):
    """A part of a payload."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Account(Part):
    """A user, bot or organisation. `type` is User, Bot, Organization or Mannequin."""

    id: Number
    login: Short
    type: Short = "User"

    def person(self) -> Person:
        """Return who this is."""
        return Person(id=self.id, login=self.login)


class Installation(Part):
    """The App's installation that a delivery is for."""

    id: Number


class Owner(Account):
    """Whose a repository is. Both names become parts of addresses of GitHub's API."""

    login: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$")]


class Repository(Part):
    """A repository."""

    id: Number
    name: Annotated[str, StringConstraints(pattern=r"^\.{0,2}[A-Za-z0-9_-][A-Za-z0-9_.-]{0,99}$")]
    owner: Owner
    default_branch: Short = "main"


class Payload(Part):
    """What every payload about a repository carries."""

    action: Short = ""
    installation: Installation
    repository: Repository
    sender: Account

    def repo(self) -> Repo:
        """Return the repository as the installation sees it."""
        return Repo(
            id=self.repository.id,
            owner=self.repository.owner.login,
            name=self.repository.name,
            installation=self.installation.id,
            default_branch=self.repository.default_branch,
        )


class App(Part):
    """A GitHub App."""

    id: Number
    slug: Short = ""


class Comment(Part):
    """An issue comment. `user` is null when the account is gone."""

    id: Number
    created_at: Moment
    body: str | None = None
    user: Account | None = None
    performed_via_github_app: App | None = None


class Label(Part):
    """A label."""

    name: Short


class Issue(Part):
    """An issue, or a pull request seen as one."""

    number: Number
    title: Short = ""
    html_url: Short = ""
    state: Short = "open"
    body: str | None = None
    labels: list[Label] = Field(default_factory=list[Label])
    updated_at: Moment
    pull_request: object | None = None

    def heard(self, *, is_pull: bool, is_open: bool | None = None) -> LabelledIssue:
        """Return it as a release looks at it."""
        return LabelledIssue(
            number=self.number,
            title=self.title,
            labels=tuple(label.name for label in self.labels[:MOST_LABELS]),
            url=self.html_url,
            is_pull=is_pull,
            is_open=self.state == "open" if is_open is None else is_open,
            updated_at=self.updated_at,
        )


class From(Part):
    """What a field held before."""

    value: str | None = Field(default=None, alias="from")


class Changes(Part):
    """What an edit changed."""

    body: From | None = None


class IssueComment(Payload):
    """`issue_comment`."""

    issue: Issue
    comment: Comment
    changes: Changes | None = None


class Issues(Payload):
    """`issues`."""

    issue: Issue
    changes: Changes | None = None
    label: Label | None = None


class HeadRepository(Part):
    """Where a commit was pushed to: a fork's own repository for its pull requests."""

    id: Number


class Branch(Part):
    """One side of a pull request."""

    ref: Short
    sha: ShaText
    repo: HeadRepository | None = None  # null where the fork is gone


class PullRequest(Issue):
    """A pull request: it has all that an issue has."""

    head: Branch
    base: Branch

    def seen(self, *, home: int) -> PullSeen:
        """Return it as the domain takes it; `home` is the id of the repository that it is in."""
        return PullSeen(
            number=self.number,
            sha=Sha(self.head.sha),
            head=self.head.ref,
            base=self.base.ref,
            is_from_fork=self.head.repo is None or self.head.repo.id != home,
            labels=tuple(label.name for label in self.labels[:MOST_LABELS]),
        )


class PullRequestEvent(Payload):
    """`pull_request`."""

    pull_request: PullRequest
    label: Label | None = None


class PushedCommit(Part):
    """A commit of a push, with the files it touches."""

    added: list[Short] = Field(default_factory=list[Short])
    removed: list[Short] = Field(default_factory=list[Short])
    modified: list[Short] = Field(default_factory=list[Short])


class Push(Payload):
    """`push`. `after` is all noughts where the ref was deleted."""

    ref: Short
    after: ShaText
    created: bool = False
    deleted: bool = False
    forced: bool = False
    commits: list[PushedCommit] = Field(default_factory=list[PushedCommit])


class RefEvent(Payload):
    """`create` and `delete`: they do not tell where the branch or tag stands."""

    ref: Short
    ref_type: Short


class AboutPeople(Part):
    """`member`, `membership`, `team`, `organization`: all that matters is whose installation it is."""

    action: Short = ""
    installation: Installation


class Run(Part):
    """A workflow run."""

    id: Number
    run_attempt: Number = 1
    event: Short
    path: Short = ""
    name: Short | None = None
    display_title: Short = ""
    head_sha: ShaText
    status: Short | None = None
    conclusion: Short | None = None
    updated_at: Moment | None = None
    html_url: Short
    head_repository: HeadRepository | None = None


class Workflow(Part):
    """A workflow file."""

    path: Short = ""


class WorkflowRun(Payload):
    """`workflow_run`. `workflow` is null in some deliveries."""

    workflow_run: Run
    workflow: Workflow | None = None


class Job(Part):
    """A job of a workflow run."""

    id: Number
    run_id: Number
    run_attempt: Number = 1
    name: Short
    head_sha: ShaText
    status: Short
    conclusion: Short | None = None
    started_at: Moment | None = None
    completed_at: Moment | None = None
    html_url: Short | None = None


class WorkflowJob(Payload):
    """`workflow_job`."""

    workflow_job: Job


class Deployment(Part):
    """A deployment."""

    id: Number
    sha: ShaText
    created_at: Moment | None = None


class DeploymentProtectionRule(Payload):
    """`deployment_protection_rule`. It has no workflow run."""

    environment: Short
    event: Short = ""
    sha: ShaText | None = None
    deployment_callback_url: Short
    deployment: Deployment | None = None


class Check(Part):
    """A check run."""

    id: Number
    name: Short
    head_sha: ShaText
    status: Short
    conclusion: Short | None = None
    external_id: Short | None = None
    started_at: Moment | None = None
    completed_at: Moment | None = None
    html_url: Short | None = None
    app: App | None = None


class RequestedAction(Part):
    """The button pressed on a check run."""

    identifier: Short = ""


class CheckRun(Payload):
    """`check_run`."""

    check_run: Check
    requested_action: RequestedAction | None = None


class Status(Payload):
    """`status`."""

    id: Number
    sha: ShaText
    context: Short
    state: Short
    target_url: Short | None = Field(default=None)
    updated_at: Moment | None = None


class HostedRelease(Part):
    """A release or a draft. `body` is read whole: our mark stands at its end."""

    id: Number
    tag_name: Short
    html_url: Short
    body: str | None = None


class ReleaseEvent(Payload):
    """`release`."""

    release: HostedRelease
