"""GitHub as one installation of the App may use it, and the values that cross."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from app.domain.notes.history import Gathered
from app.domain.pulls import PullSeen
from app.domain.release.model import LabelledIssue, Sighting
from app.domain.tag_object import AnnotatedTag
from app.domain.values import Person, Repo, Role, Sha


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueText:
    """An issue's body as it stands, byte for byte, its labels, and when it was changed last."""

    body: str
    labels: tuple[str, ...]
    updated_at: datetime  # whole seconds


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
class TagRef:
    """Where a tag stands: at a commit, or at an object of its own where it is annotated."""

    name: str
    object: Sha
    is_annotated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TagObject:
    """An annotated tag's own object."""

    sha: Sha
    target: Sha
    target_type: str  # commit, nearly always; tag, tree or blob
    is_signed: bool  # whoever by: see what GitHub says of it before it is relied on
    data: bytes = b""  # as git stores it, which its id proves; empty where GitHub's answer does not make that up


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """A remark beside a line of a file, shown with a check run."""

    path: str
    line: int
    level: Literal["warning", "failure"]
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnCheck:
    """What a check run of ours is to say: `release/gate`, or `release/plan` on a pull request.

    Annotations go out when the check run is created, the first 50: the summary tells how many more there are. No update
    sends any, since GitHub adds them to those that are there and takes none away: who has annotations creates a new
    check run each time.
    """

    status: str  # in_progress | completed
    conclusion: str | None  # success | failure, when completed
    title: str
    summary: str  # Markdown, at most 65,535 characters
    details_url: str | None
    external_id: str  # by which it is found again
    annotations: tuple[Annotation, ...] = ()  # GitHub takes 50 in one call


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnCheckSeen:
    """A check run of ours as GitHub has it."""

    id: int
    url: str
    status: str
    conclusion: str | None
    external_id: str


class GitHub(Protocol):
    """GitHub as one installation of the App may use it. Every method raises GitHubError.

    All calls for a repository go through its installation (`repo.installation`).
    """

    async def role_of(self, repo: Repo, login: str, user_id: int) -> Role:
        """Return the person's role by `role_name`; NONE for outsiders, unknown names and a login that is not that id.

        Answers are kept for at most 60 s. An unreadable permission raises, and the caller denies.
        """
        ...

    async def account_id(self, repo: Repo, login: str) -> int | None:
        """Return the numeric id that a login has today, read afresh; None where nobody has it."""
        ...

    async def in_team(self, repo: Repo, org: str, team: str, login: str) -> bool:
        """Whether the login is an active member of an organisation's team, or of a team below it.

        Answers are kept for at most 60 s; a team that is not there has no members. Unreadable raises, as for roles.
        """
        ...

    def forget_people(self, installation: int) -> None:
        """Forget the roles and memberships that are kept for an installation: somebody's have changed."""
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

    async def write_issue_body(self, repo: Repo, number: int, body: str) -> IssueText:
        """Replace an issue's body; return the issue as GitHub says that it is now.

        GitHub has no compare-and-set: the caller reads just before.
        """
        ...

    async def add_label(self, repo: Repo, number: int, label: str) -> None:
        """Put a label on an issue or pull request; one that is on it already stays."""
        ...

    async def remove_label(self, repo: Repo, number: int, label: str) -> None:
        """Take a label off an issue or pull request; one that is not on it is no error."""
        ...

    async def open_issue(self, repo: Repo, title: str, body: str) -> int:
        """Open an issue and return its number."""
        ...

    async def find_issue(self, repo: Repo, text: str, since: datetime) -> int | None:
        """Return our App's issue whose body contains the text, among those changed since then; or None."""
        ...

    async def issues_labelled(self, repo: Repo, labels: Sequence[str]) -> Sequence[LabelledIssue]:
        """Return the open issues and pull requests that carry any of the labels, each once."""
        ...

    async def open_pulls(self, repo: Repo, base: str | None = None) -> Sequence[PullSeen]:
        """Return the open pull requests (into a branch), those that changed last first, 1,000 at most."""
        ...

    async def pull_files(self, repo: Repo, pull: int) -> Sequence[str]:
        """Return the paths that a pull request changes, former names of renamed files among them."""
        ...

    async def commit_of(self, repo: Repo, ref: str) -> Sha:
        """Return the commit that a branch, tag or sha names."""
        ...

    async def head_of(self, repo: Repo, branch: str) -> Sha | None:
        """Return the commit a branch stands at, read afresh; None where there is no such branch."""
        ...

    async def is_on_branch(self, repo: Repo, sha: Sha, branch: str) -> bool:
        """Whether a commit is the branch's head or one of its ancestors; False where there is no such branch."""
        ...

    async def move_branch(self, repo: Repo, branch: str, sha: Sha) -> None:
        """Make a branch stand at a commit, wherever it stood."""
        ...

    async def create_branch(self, repo: Repo, branch: str, sha: Sha) -> None:
        """Create a branch at a commit."""
        ...

    async def tags(self, repo: Repo, prefix: str) -> Sequence[TagRef]:
        """Return the tags whose names begin so, in one call however many there are."""
        ...

    async def tag(self, repo: Repo, name: str) -> TagRef | None:
        """Return what a tag points at, read afresh; None where there is no such tag."""
        ...

    async def tag_object(self, repo: Repo, sha: Sha) -> TagObject:
        """Read the object of an annotated tag. Raises Missing where there is none of that id."""
        ...

    async def make_tag_object(self, repo: Repo, tag: AnnotatedTag) -> Sha:
        """Make the object of an annotated tag and return the id that GitHub gave it. No tag points at it yet."""
        ...

    async def point_tag(self, repo: Repo, name: str, sha: Sha) -> None:
        """Create a tag that points at an object."""
        ...

    async def own_account(self, repo: Repo) -> Person:
        """Return the account of our App's bot."""
        ...

    async def delete_tag(self, repo: Repo, name: str) -> None:
        """Delete a tag, wherever it stands: GitHub compares nothing, so the caller reads just before."""
        ...

    async def runs_of_tag(self, repo: Repo, name: str, sha: Sha) -> Sequence[Sighting]:
        """Return the workflow runs that a push of the tag has started at that commit."""
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

    async def create_check(self, repo: Repo, sha: Sha, name: str, check: OwnCheck) -> Posted:
        """Create a check run of ours on a commit, with the first 50 of its annotations."""
        ...

    async def update_check(self, repo: Repo, check_run: int, check: OwnCheck) -> None:
        """Change a check run of ours, all but its annotations: they stay as they were made."""
        ...

    async def find_check(self, repo: Repo, sha: Sha, name: str, external_id: str) -> OwnCheckSeen | None:
        """Return our App's own check run of that name with that external id, as it stands, or None."""
        ...

    async def history(self, repo: Repo, base: str | None, head: Sha) -> Gathered | None:
        """Return what a commit has and a tag has not, with its pull requests: one call for a hundred commits.

        None where the commit has nothing that the tag has not, where they have nothing in common, and where there is
        no such tag. Without a tag all that leads to the commit. A history that is longer than 5,000 commits, or 1,000
        without a tag, is cut and says so.
        """
        ...

    async def new_people(self, repo: Repo, firsts: Mapping[str, datetime]) -> frozenset[str]:
        """Return those of the logins who had no pull request merged in the repository before that moment.

        One call for all of them, at most 40: whoever comes after is not among the answer.
        """
        ...
