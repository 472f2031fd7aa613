"""What the inside asks of the outside: Protocols, the values that cross them, and the errors they raise."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.domain.messages import Message
from app.domain.release.effects import Effect
from app.domain.release.events import Event
from app.domain.release.model import Release, Sighting
from app.domain.release.views import GateView, IssueView, StatusView
from app.domain.values import ReleaseId, Repo, Role, Sha

# -- errors of GitHub ------------------------------------------------------------------------------------
#
#   GitHubError
#    +-- Rejected    GitHub answered and said no (4xx): asking again is no use
#    |    +-- Missing  ... because the thing is not there, or not to be seen by us (404, 410)
#    +-- Throttled   a rate limit: nothing was done, ask again at `retry_at`
#    +-- Unclear     no answer or a 5xx: it may or may not have been done


class GitHubError(Exception):
    """A call to GitHub did not do what was asked."""


class Rejected(GitHubError):
    """GitHub said no. `status` is the HTTP status, the message GitHub's own, bounded."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status} {message}")
        self.status = status
        self.message = message


class Missing(Rejected):
    """The thing is not there, or our installation may not see it."""


class Throttled(GitHubError):
    """A primary or secondary rate limit. Nothing was done."""

    def __init__(self, retry_at: datetime) -> None:
        super().__init__(f"rate limited until {retry_at.isoformat()}")
        self.retry_at = retry_at


class Unclear(GitHubError):
    """A timeout, a lost connection or a 5xx: a write may have been done all the same."""


# -- values of GitHub -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueText:
    """An issue's body as it stands, byte for byte, and the title."""

    number: int
    title: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileText:
    """A file of a repository at a commit."""

    path: str
    blob: Sha
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """A comment or check run that exists."""

    id: int
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StartedRun:
    """A workflow run that exists."""

    id: int
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GateCheck:
    """What the check run `release/gate` is to say."""

    status: str  # in_progress | completed
    conclusion: str | None  # success | failure, when completed
    title: str
    summary: str  # Markdown, at most 65,535 characters
    details_url: str | None
    external_id: str  # the release's id


class GitHub(Protocol):
    """GitHub as one installation of the App may use it. Every method raises GitHubError.

    All calls for a repository go through its installation (`repo.installation`).
    """

    async def role_of(self, repo: Repo, login: str, user_id: int) -> Role:
        """Return the person's role by `role_name`; NONE for outsiders, unknown names and a login that is not that id.

        Answers are kept for at most 60 s. An unreadable permission raises, and the caller denies.
        """
        ...

    async def react(self, repo: Repo, comment: int, content: str) -> None:
        """Put a reaction on an issue comment."""
        ...

    async def comment(self, repo: Repo, issue: int, body: str) -> Posted:
        """Write a new comment."""
        ...

    async def find_comment(self, repo: Repo, issue: int, text: str) -> Posted | None:
        """Return our App's comment that contains the text, newest first, or None."""
        ...

    async def edit_comment(self, repo: Repo, comment: int, body: str) -> None:
        """Replace a comment's text."""
        ...

    async def issue(self, repo: Repo, number: int) -> IssueText:
        """Read an issue."""
        ...

    async def write_issue_body(self, repo: Repo, number: int, body: str) -> None:
        """Replace an issue's body. GitHub has no compare-and-set: the caller reads just before."""
        ...

    async def commit_of(self, repo: Repo, ref: str) -> Sha:
        """Return the commit that a branch, tag or sha names."""
        ...

    async def head_of(self, repo: Repo, branch: str) -> Sha | None:
        """Return the commit a branch stands at, read afresh; None where there is no such branch."""
        ...

    async def create_branch(self, repo: Repo, branch: str, sha: Sha) -> None:
        """Create a branch at a commit."""
        ...

    async def file(self, repo: Repo, path: str, ref: str) -> FileText | None:
        """Read a text file of at most 1 MB; None where there is none."""
        ...

    async def file_names(self, repo: Repo, path: str, ref: str) -> Sequence[str]:
        """Return the names of the files in a folder, sorted; empty where there is no such folder."""
        ...

    async def dispatch(self, repo: Repo, workflow: str, ref: str, inputs: Mapping[str, str]) -> StartedRun | None:
        """Dispatch a workflow; None where GitHub took it without saying which run (servers of older API versions)."""
        ...

    async def find_run(self, repo: Repo, workflow: str, mark: str, since: datetime) -> StartedRun | None:
        """Return the oldest dispatched run since then whose title contains the mark, or None."""
        ...

    async def rerun(self, repo: Repo, run: int, *, failed_only: bool) -> None:
        """Run a finished run again, whole or its failed jobs."""
        ...

    async def cancel(self, repo: Repo, run: int) -> None:
        """Ask a run to stop."""
        ...

    async def run(self, repo: Repo, run: int) -> Sighting:
        """Read one workflow run."""
        ...

    async def jobs(self, repo: Repo, run: int) -> Sequence[Sighting]:
        """Read the latest attempt's jobs of a run."""
        ...

    async def checks(self, repo: Repo, sha: Sha) -> Sequence[Sighting]:
        """Read the newest check runs of each name at a commit."""
        ...

    async def statuses(self, repo: Repo, sha: Sha) -> Sequence[Sighting]:
        """Read the newest commit status of each context at a commit."""
        ...

    async def workflow_runs(self, repo: Repo, sha: Sha) -> Sequence[Sighting]:
        """Read the workflow runs at a commit, one sighting of kind WORKFLOW each."""
        ...

    async def create_check(self, repo: Repo, sha: Sha, name: str, check: GateCheck) -> Posted:
        """Create a check run of ours on a commit."""
        ...

    async def update_check(self, repo: Repo, check_run: int, check: GateCheck) -> None:
        """Change a check run of ours."""
        ...

    async def find_check(self, repo: Repo, sha: Sha, name: str, external_id: str) -> Posted | None:
        """Return our App's own check run of that name with that external id, or None."""
        ...


# -- the inbox --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One webhook POST, kept as it came."""

    id: str  # X-GitHub-Delivery
    event: str  # X-GitHub-Event
    key: str  # who must handle it one after another: "repo:<id>", or "installation:<id>", or "app"
    payload: bytes  # the raw JSON
    received_at: datetime
    attempts: int = 0


class Inbox(Protocol):
    """Deliveries: stored once, drained in order of arrival within a key."""

    async def store(self, delivery: Delivery) -> bool:
        """Store and commit; False where that delivery id is there already."""
        ...

    async def waiting(self, key: str, limit: int) -> Sequence[Delivery]:
        """Return the oldest unhandled deliveries of a key that are not parked."""
        ...

    async def keys(self) -> Sequence[str]:
        """Return the keys that have unhandled deliveries."""
        ...

    async def failed(self, delivery: str, error: str, *, park: bool) -> None:
        """Count a failed try; park it where it is not to be tried again by itself. The error text is bounded."""
        ...


# -- releases and the one transaction per delivery ----------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What was last written to GitHub for a release, so that nothing is written twice."""

    body_digest: str | None = None  # of the block as it stands there
    view_digest: str | None = None  # of all that there is to show: more than the block where room was short
    comment: int | None = None
    comment_url: str | None = None
    comment_digest: str | None = None
    check: int | None = None
    check_sha: Sha | None = None
    check_digest: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Events that move one release on from the revision they were decided at."""

    release: ReleaseId
    expected: int  # 0 for a release that begins with these events
    events: Sequence[Event]


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A one-off effect on its way into the ledger; `key` says in whose turn it is performed."""

    key: str  # "release:<id>", or "repo:<id>" where no release is concerned
    release: ReleaseId | None
    effect: Effect


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """Everything one transaction writes: all of it or none. One delivery may concern several releases."""

    deliveries: Sequence[str] = ()  # handled with this
    entries: Sequence[int] = ()  # ledger rows done with this
    changes: Sequence[Change] = ()  # a release whose revision is not the expected one raises Conflict
    effects: Sequence[Planned] = ()  # a row whose ledger_key is there already is left out


class Conflict(Exception):
    """Somebody else moved the release on: fold again and decide again."""


class AlreadySettled(Conflict):
    """A delivery or ledger row of the commit was finished elsewhere: nothing is written, nor to be decided again."""


class Releases(Protocol):
    """Releases by their log. Folds are kept beside the log and can always be rebuilt from it."""

    async def get(self, release: ReleaseId) -> Release | None:
        """Return a release."""
        ...

    async def open_in(self, repo: int) -> Sequence[Release]:
        """Return the open releases of a repository, oldest first."""
        ...

    async def open_ids(self) -> Sequence[ReleaseId]:
        """Return all open releases, oldest first."""
        ...

    async def plan_text(self, release: ReleaseId) -> str:
        """Return the plan's text as pinned. Raises KeyError for an unknown release."""
        ...

    async def events(self, release: ReleaseId) -> Sequence[Event]:
        """Return the whole log in order."""
        ...

    async def commit(self, commit: Commit, now: datetime) -> None:
        """Write it all in one transaction. Raises Conflict, and AlreadySettled where there is no deciding again."""
        ...

    async def shown(self, release: ReleaseId) -> Shown:
        """Return what was last written to GitHub."""
        ...

    async def save_shown(self, release: ReleaseId, known: Shown, shown: Shown) -> bool:
        """Remember what was written; False, and nothing is kept, where what was known is not known any more."""
        ...


# -- the ledger ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A ledger row in hand: claimed under a lease, for the `attempts`-th time."""

    id: int
    key: str  # who performs it, one after another: "release:<id>" or "repo:<id>"
    release: ReleaseId | None
    effect: Effect
    attempts: int  # 1 the first time: nothing can have been sent before
    first_claimed_at: datetime


class Ledger(Protocol):
    """One-off effects, each performed under a lease and recorded with what came of it (Releases.commit)."""

    async def claim(self, key: str, now: datetime, lease_until: datetime) -> Entry | None:
        """Claim the oldest row of the key that is due. One that was put off holds up nobody."""
        ...

    async def put_off(self, entry: int, until: datetime, error: str) -> None:
        """Give a row back, not to be claimed before `until`."""
        ...

    async def put_back(self, entry: int, until: datetime, error: str) -> None:
        """Give a row back like `put_off`, of which nothing can have been done: the try does not count."""
        ...

    async def next_due(self, key: str) -> datetime | None:
        """Return when a row of the key may be claimed next, or None where none is left."""
        ...

    async def keys(self) -> Sequence[str]:
        """Return the keys with unfinished rows."""
        ...

    async def fail(self, entry: int, error: str) -> None:
        """Give a row up for good: it stays, is counted, and is not tried again."""
        ...


# -- time and turns -------------------------------------------------------------------------------------------


class Clock(Protocol):
    """The only source of time."""

    def now(self) -> datetime:
        """Return the moment, in UTC, with its time zone."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class Scheduler(Protocol):
    """Runs the work of a key, one run of a key at a time, keys side by side. Losing or repeating a wake is harmless."""

    def wake(self, key: str) -> None:
        """Look at the key soon. Many wakes while one run goes on make one more run."""
        ...

    def wake_at(self, key: str, at: datetime) -> None:
        """Look at the key at that time, or earlier when one was asked for already."""
        ...


Work = Callable[[str], Awaitable[None]]
"""The work of a key: it drains what is there and returns."""


class Renderer(Protocol):
    """Words for people, from templates. Every value that comes from outside is neutralised in it."""

    def message(self, message: Message) -> str:
        """Return a reply's Markdown, at most 65,536 characters."""
        ...

    def issue_block(self, view: IssueView) -> str:
        """Return what stands between the markers of a tracking issue."""
        ...

    def status_comment(self, view: StatusView) -> str:
        """Return the sticky status comment."""
        ...

    def gate_check(self, view: GateView) -> GateCheck:
        """Return what the gate's check run is to say."""
        ...
