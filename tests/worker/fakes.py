"""A GitHub and a scheduler small enough to read, for what the simulated ones cannot be made to do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from app.domain.notes.history import Gathered
from app.domain.plan.model import Plan
from app.domain.pulls import PullSeen
from app.domain.release.gate import GateState
from app.domain.release.issues import carries
from app.domain.release.model import LabelledIssue, Release, Sighting
from app.domain.release.views import ReasonView
from app.domain.tag_object import AnnotatedTag
from app.domain.values import Person, Repo, Role, Sha
from app.ports import (
    FileText,
    GitHubError,
    IssueText,
    Missing,
    OwnCheck,
    OwnCheckSeen,
    Posted,
    StartedRun,
    TagObject,
    TagRef,
)
from app.worker.gates import CommitGate
from tests.given import NOW, SHA


@dataclass
class FakeScheduler:
    """Notes who was woken, and for when."""

    woken: list[str] = field(default_factory=list[str])
    alarms: dict[str, datetime] = field(default_factory=dict[str, datetime])

    def wake(self, key: str) -> None:
        self.woken.append(key)

    def wake_at(self, key: str, at: datetime) -> None:
        self.alarms[key] = at


@dataclass
class FakeGates:
    """Gates that are as a test says, whatever GitHub says. `errors` are raised one per re-read."""

    state: GateState = GateState.SUCCESS
    is_shown: bool = True
    reasons: tuple[ReasonView, ...] = ()
    errors: list[GitHubError] = field(default_factory=list[GitHubError])
    read: list[Sha] = field(default_factory=list[Sha])

    async def reread(self, repo: Repo, sha: Sha) -> CommitGate:
        del repo
        self.read.append(sha)
        if self.errors:
            raise self.errors.pop(0)
        return CommitGate(
            sha=sha, state=self.state, releases=(), lead=None, reasons=self.reasons, is_shown=self.is_shown
        )


@dataclass
class FakeNotes:
    """Notes that a test writes. `errors` are raised one per call."""

    text: str = "New: installers."
    errors: list[GitHubError] = field(default_factory=list[GitHubError])

    async def summary(self, release: Release, plan: Plan) -> str:
        del release, plan
        if self.errors:
            raise self.errors.pop(0)
        return self.text


@dataclass
class FakeDoor:
    """Runs that wait for environments, and what was said of them. `errors` are raised one per call, of any kind."""

    waited_for: list[str] = field(default_factory=lambda: ["production"])
    reviews: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    reports: list[str] = field(default_factory=list[str])
    errors: list[Exception] = field(default_factory=list[Exception])
    refusals: list[Exception] = field(default_factory=list[Exception])  # of reviews alone

    async def environments_waited_for(self, repo: Repo, run: int) -> Sequence[str]:
        del repo, run
        if self.errors:
            raise self.errors.pop(0)
        return self.waited_for

    async def review_deployment(
        self, repo: Repo, run: int, environment: str, state: Literal["approved", "rejected"], comment: str
    ) -> None:
        del repo, run
        if self.refusals:
            raise self.refusals.pop(0)
        self.reviews.append((state, comment))
        self.waited_for.remove(environment)

    async def report_deployment(self, repo: Repo, run: int, environment: str, comment: str) -> None:
        del repo, run, environment
        self.reports.append(comment)


@dataclass
class FakeGitHub:
    """One repository in memory. `errors[method]` are raised one per call, None for a call that goes well.

    `lost[method]` are raised after the call has done its work, where it writes a check or a tag.
    """

    calls: list[str] = field(default_factory=list[str])
    errors: dict[str, list[GitHubError | None]] = field(default_factory=dict[str, list[GitHubError | None]])
    lost: dict[str, list[GitHubError]] = field(default_factory=dict[str, list[GitHubError]])
    role: Role = Role.MAINTAIN
    users: dict[str, int] = field(default_factory=dict[str, int])  # ids by login
    teams: dict[str, set[str]] = field(default_factory=dict[str, set[str]])  # logins by org/team
    heads: dict[str, Sha] = field(default_factory=lambda: {"main": SHA})
    reachable: dict[str, set[Sha]] = field(default_factory=dict[str, set[Sha]])  # by branch, beside its head
    files: dict[str, str] = field(default_factory=dict[str, str])
    body: str = ""
    labels: dict[int, list[str]] = field(default_factory=dict[int, list[str]])  # by issue
    writes: int = 0  # to issues: each makes them a second younger
    issues: list[LabelledIssue] = field(default_factory=list[LabelledIssue])  # what listings by label are made of
    pulls: dict[int, Sequence[str]] = field(default_factory=dict[int, Sequence[str]])  # the files of each
    opened: dict[int, tuple[str, str]] = field(default_factory=dict[int, tuple[str, str]])  # issues: title and body
    tagged: dict[str, TagRef] = field(default_factory=dict[str, TagRef])
    tag_objects: dict[Sha, TagObject] = field(default_factory=dict[Sha, TagObject])
    open: list[PullSeen] = field(default_factory=list[PullSeen])  # pull requests
    comments: dict[int, str] = field(default_factory=dict[int, str])
    reactions: list[str] = field(default_factory=list[str])
    gates: dict[int, OwnCheck] = field(default_factory=dict[int, OwnCheck])
    commits: dict[int, Sha] = field(default_factory=dict[int, Sha])  # of the gates
    unlisted: int = 0  # so many listings do not show them yet
    is_silent: bool = False  # dispatches are answered without the run's id, as older servers do
    refs: list[str] = field(default_factory=list[str])  # each dispatch's
    cancelled: list[int] = field(default_factory=list[int])  # runs
    runs: dict[str, StartedRun] = field(default_factory=dict[str, StartedRun])  # by mark, as a listing shows them
    sighting: Sighting | None = None  # what asking for a run gives
    by_run: dict[int, Sighting] = field(default_factory=dict[int, Sighting])  # the same, of some
    sightings: dict[str, Sequence[Sighting]] = field(default_factory=dict[str, Sequence[Sighting]])

    histories: dict[str | None, Gathered] = field(default_factory=dict[str | None, Gathered])  # by tag
    new: set[str] = field(default_factory=set[str])  # logins of who had nothing merged before

    def _called(self, method: str) -> None:
        self.calls.append(method)
        errors = self.errors.get(method, [])
        error = errors.pop(0) if errors else None
        if error is not None:
            raise error

    def _answered(self, method: str) -> None:
        if lost := self.lost.get(method):
            raise lost.pop(0)

    async def role_of(self, repo: Repo, login: str, user_id: int) -> Role:
        del repo, login, user_id
        self._called("role_of")
        return self.role

    async def account_id(self, repo: Repo, login: str) -> int | None:
        del repo
        self._called("account_id")
        return self.users.get(login)

    async def in_team(self, repo: Repo, org: str, team: str, login: str) -> bool:
        del repo
        self._called("in_team")
        return login in self.teams.get(f"{org}/{team}".lower(), ())

    def forget_people(self, installation: int) -> None:
        del installation
        self._called("forget_people")

    async def react(self, repo: Repo, comment: int, content: str) -> None:
        del repo, comment
        self._called("react")
        self.reactions.append(content)

    async def comment(self, repo: Repo, issue: int, body: str) -> Posted:
        del repo, issue
        self._called("comment")
        number = 1000 + len(self.comments)
        self.comments[number] = body
        return Posted(id=number, url=f"https://github.com/octo-org/app/issues/12#issuecomment-{number}")

    async def find_comment(self, repo: Repo, issue: int, text: str) -> Posted | None:
        del repo, issue
        self._called("find_comment")
        found = [number for number, body in self.comments.items() if text in body]
        return Posted(id=found[-1], url="") if found else None

    async def edit_comment(self, repo: Repo, comment: int, body: str) -> None:
        del repo
        self._called("edit_comment")
        self.comments[comment] = body

    async def issue(self, repo: Repo, number: int) -> IssueText:
        del repo
        self._called("issue")
        return self._text(number)

    async def write_issue_body(self, repo: Repo, number: int, body: str) -> IssueText:
        del repo
        self._called("write_issue_body")
        self.body = body
        self.writes += 1
        return self._text(number)

    def _text(self, number: int) -> IssueText:
        return IssueText(
            body=self.body,
            labels=tuple(self.labels.get(number, ())),
            updated_at=NOW + timedelta(seconds=self.writes),
        )

    async def add_label(self, repo: Repo, number: int, label: str) -> None:
        del repo
        self._called("add_label")
        if label not in self.labels.setdefault(number, []):
            self.labels[number].append(label)
            self.writes += 1

    async def remove_label(self, repo: Repo, number: int, label: str) -> None:
        del repo
        self._called("remove_label")
        if label in self.labels.get(number, ()):
            self.labels[number].remove(label)
            self.writes += 1

    async def open_issue(self, repo: Repo, title: str, body: str) -> int:
        del repo
        self._called("open_issue")
        number = 900 + len(self.opened)
        self.opened[number] = (title, body)
        return number

    async def find_issue(self, repo: Repo, text: str, since: datetime) -> int | None:
        del repo, since
        self._called("find_issue")
        return next((number for number, (_, body) in self.opened.items() if text in body), None)

    async def issues_labelled(self, repo: Repo, labels: Sequence[str]) -> Sequence[LabelledIssue]:
        del repo
        self._called("issues_labelled")
        return [issue for issue in self.issues if issue.is_open and carries(issue, labels)]

    async def open_pulls(self, repo: Repo, base: str | None = None) -> Sequence[PullSeen]:
        del repo
        self._called("open_pulls")
        return [pull for pull in self.open if base in (None, pull.base)]

    async def pull_files(self, repo: Repo, pull: int) -> Sequence[str]:
        del repo
        self._called("pull_files")
        return self.pulls[pull]

    async def commit_of(self, repo: Repo, ref: str) -> Sha:
        del repo
        self._called("commit_of")
        return self.heads[ref]

    async def head_of(self, repo: Repo, branch: str) -> Sha | None:
        del repo
        self._called("head_of")
        return self.heads.get(branch)

    async def is_on_branch(self, repo: Repo, sha: Sha, branch: str) -> bool:
        del repo
        self._called("is_on_branch")
        return branch in self.heads and sha in {self.heads[branch], *self.reachable.get(branch, ())}

    async def move_branch(self, repo: Repo, branch: str, sha: Sha) -> None:
        del repo
        self._called("move_branch")
        self.heads[branch] = sha

    async def create_branch(self, repo: Repo, branch: str, sha: Sha) -> None:
        del repo
        self._called("create_branch")
        self.heads[branch] = sha

    async def tags(self, repo: Repo, prefix: str) -> Sequence[TagRef]:
        del repo
        self._called("tags")
        return [tag for name, tag in self.tagged.items() if name.startswith(prefix)]

    async def tag(self, repo: Repo, name: str) -> TagRef | None:
        del repo
        self._called("tag")
        return self.tagged.get(name)

    async def tag_object(self, repo: Repo, sha: Sha) -> TagObject:
        del repo
        self._called("tag_object")
        return self.tag_objects[sha]

    async def make_tag_object(self, repo: Repo, tag: AnnotatedTag) -> Sha:
        del repo
        self._called("make_tag_object")
        self.tag_objects[tag.id] = TagObject(
            sha=tag.id, target=tag.commit, target_type="commit", is_signed=False, data=tag.data
        )
        return tag.id

    async def point_tag(self, repo: Repo, name: str, sha: Sha) -> None:
        del repo
        self._called("point_tag")
        self.tagged[name] = TagRef(name=name, object=sha, is_annotated=sha in self.tag_objects)
        self._answered("point_tag")

    async def own_account(self, repo: Repo) -> Person:
        del repo
        return Person(id=41, login="gonogo[bot]")

    async def delete_tag(self, repo: Repo, name: str) -> None:
        del repo
        self._called("delete_tag")
        del self.tagged[name]

    async def runs_of_tag(self, repo: Repo, name: str, sha: Sha) -> Sequence[Sighting]:
        del repo, name, sha
        return self._seen("runs_of_tag")

    async def file(self, repo: Repo, path: str, ref: str) -> FileText | None:
        del repo, ref
        self._called("file")
        return FileText(path=path, blob=SHA, text=self.files[path]) if path in self.files else None

    async def file_names(self, repo: Repo, path: str, ref: str) -> Sequence[str]:
        del repo, ref
        self._called("file_names")
        return sorted(name.rpartition("/")[2] for name in self.files if name.rpartition("/")[0] == path)

    async def dispatch(self, repo: Repo, workflow: str, ref: str, inputs: Mapping[str, str]) -> StartedRun | None:
        del repo, workflow, inputs
        self.refs.append(ref)
        self._called("dispatch")
        return None if self.is_silent else StartedRun(id=500, url="https://github.com/octo-org/app/actions/runs/500")

    async def find_run(self, repo: Repo, workflow: str, mark: str, since: datetime) -> StartedRun | None:
        del repo, workflow, since
        self._called("find_run")
        return self.runs.get(mark)

    async def rerun(self, repo: Repo, run: int, *, failed_only: bool) -> None:
        del repo, run, failed_only
        self._called("rerun")

    async def cancel(self, repo: Repo, run: int) -> None:
        del repo
        self._called("cancel")
        self.cancelled.append(run)

    async def run(self, repo: Repo, run: int) -> Sighting:
        del repo
        self._called("run")
        found = self.by_run.get(run, self.sighting)
        assert found is not None
        return found

    async def jobs(self, repo: Repo, run: int) -> Sequence[Sighting]:
        del repo, run
        return self._seen("jobs")

    async def checks(self, repo: Repo, sha: Sha) -> Sequence[Sighting]:
        del repo, sha
        return self._seen("checks")

    async def statuses(self, repo: Repo, sha: Sha) -> Sequence[Sighting]:
        del repo, sha
        return self._seen("statuses")

    async def workflow_runs(self, repo: Repo, sha: Sha) -> Sequence[Sighting]:
        del repo, sha
        return self._seen("workflow_runs")

    def _seen(self, method: str) -> Sequence[Sighting]:
        self._called(method)
        return self.sightings.get(method, ())

    async def create_check(self, repo: Repo, sha: Sha, name: str, check: OwnCheck) -> Posted:
        del repo, name
        self._called("create_check")
        number = 600 + len(self.gates)
        self.gates[number] = check
        self.commits[number] = sha
        self._answered("create_check")
        return Posted(id=number, url="")

    async def update_check(self, repo: Repo, check_run: int, check: OwnCheck) -> None:
        del repo
        self._called("update_check")
        if check_run not in self.gates:
            raise Missing(404, "Not Found")
        self.gates[check_run] = check
        self._answered("update_check")

    async def find_check(self, repo: Repo, sha: Sha, name: str, external_id: str) -> OwnCheckSeen | None:
        del repo, name
        self._called("find_check")
        if self.unlisted > 0:
            self.unlisted -= 1
            return None
        there = ((number, check) for number, check in self.gates.items() if self.commits.get(number) == sha)
        found = [(number, check) for number, check in there if check.external_id == external_id]
        if not found:
            return None
        number, check = found[-1]
        return OwnCheckSeen(
            id=number, url="", status=check.status, conclusion=check.conclusion, external_id=external_id
        )

    async def history(self, repo: Repo, base: str | None, head: Sha) -> Gathered | None:
        del repo, head
        self._called("history")
        return self.histories.get(base)

    async def new_people(self, repo: Repo, firsts: Mapping[str, datetime]) -> frozenset[str]:
        del repo
        self._called("new_people")
        return frozenset(firsts) & self.new
