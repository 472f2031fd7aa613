"""What we read of GitHub's answers: a few fields each, everything else ignored."""

from typing import Annotated, Final, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, TypeAdapter, ValidationError

from app.domain.pulls import PullSeen
from app.domain.release.model import LabelledIssue
from app.domain.release.sightings import SeenCheck, SeenJob, SeenRun, SeenStatus
from app.domain.values import Sha
from app.ports import HostedAsset, HostedRelease, IssueText, Unclear

T = TypeVar("T")

_SHA_LENGTHS: Final = (40, 64)
_SHA256: Final = 64  # hexadecimal digits
_HEX_DIGITS: Final = frozenset("0123456789abcdef")


def full_sha(text: str) -> Sha:
    """Return a full object id in lower case. Raises ValueError for anything else."""
    sha = text.strip().lower()
    if len(sha) not in _SHA_LENGTHS or not _HEX_DIGITS.issuperset(sha):
        raise ValueError("not a full object id")
    return Sha(sha)


FullSha = Annotated[str, AfterValidator(full_sha)]


def shaped(adapter: TypeAdapter[T], answer: object) -> T:
    """Read an answer. Raises Unclear where it is not what GitHub describes: nobody knows what a proxy made of it."""
    try:
        return adapter.validate_python(answer)
    except ValidationError as exc:
        first = exc.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(step) for step in first["loc"]) or "it"
        # the cause is left out: it quotes the answer
        raise Unclear(f"GitHub's answer is not as described: {where[:100]}: {first['type']}") from None


class _App(BaseModel):
    id: int
    slug: str = ""


class _User(BaseModel):
    id: int
    login: str


class _Account(_User):
    login: str = ""
    type: str  # User | Organization | Bot ...


class _Permission(BaseModel):
    role_name: str
    user: _User | None


class _Membership(BaseModel):
    state: str  # active | pending


class _Label(BaseModel):
    name: str


class _AnyIssue(BaseModel):
    number: int
    title: str
    labels: list[_Label | str]  # GitHub describes both kinds
    updated_at: AwareDatetime

    def label_names(self) -> tuple[str, ...]:
        """Return the names of its labels."""
        return tuple(label if isinstance(label, str) else label.name for label in self.labels)


class _Issue(_AnyIssue):
    body: str | None

    def text(self) -> IssueText:
        """Return it as the port gives it."""
        return IssueText(body=self.body or "", labels=self.label_names(), updated_at=self.updated_at)


class _ListedIssue(_AnyIssue):
    state: str
    html_url: str
    pull_request: object = None
    body: str | None = None
    performed_via_github_app: _App | None = None

    def labelled(self) -> LabelledIssue:
        """Return it as the domain takes it."""
        return LabelledIssue(
            number=self.number,
            title=self.title,
            labels=self.label_names(),
            url=self.html_url,
            is_pull=self.pull_request is not None,
            is_open=self.state == "open",
            updated_at=self.updated_at,
        )


class _Opened(BaseModel):
    number: int


class _PullHome(BaseModel):
    id: int


class _PullSide(BaseModel):
    ref: str
    sha: FullSha
    repo: _PullHome | None  # null where the fork is gone


class _ListedPull(BaseModel):
    number: int
    labels: list[_Label]
    head: _PullSide
    base: _PullSide

    def seen(self, *, home: int) -> PullSeen:
        """Return it as the domain takes it; `home` is the id of the repository that it is in."""
        return PullSeen(
            number=self.number,
            sha=Sha(self.head.sha),
            head=self.head.ref,
            base=self.base.ref,
            is_from_fork=self.head.repo is None or self.head.repo.id != home,
            labels=tuple(label.name for label in self.labels),
        )


class _ChangedFile(BaseModel):
    filename: str
    previous_filename: str | None = None


class _Comparison(BaseModel):
    status: str  # of the head to the base: diverged | ahead | behind | identical


class _Comment(BaseModel):
    id: int
    html_url: str
    body: str | None = None
    performed_via_github_app: _App | None = None


class _Made(BaseModel):
    id: int
    html_url: str | None


class _Object(BaseModel):
    sha: FullSha
    type: str


class _GitRef(BaseModel):
    object: _Object


class _NamedRef(_GitRef):
    ref: str


class _Verification(BaseModel):
    signature: str | None


class _Tagger(BaseModel):
    name: str
    email: str
    date: AwareDatetime


class GitTag(BaseModel):
    """A tag object."""

    sha: FullSha
    tag: str
    message: str
    tagger: _Tagger | None
    object: _Object
    verification: _Verification | None = None


class _Commit(BaseModel):
    sha: FullSha


class _Entry(BaseModel):
    """A file or folder; the content only where a file was asked for by its own path."""

    type: str
    name: str
    sha: FullSha
    size: int = 0
    encoding: str = ""
    content: str = ""


class _Dispatched(BaseModel):
    workflow_run_id: int
    html_url: str


class _HeadRepository(BaseModel):
    id: int


class _Run(BaseModel):
    id: int
    repository: _HeadRepository | None = None
    head_repository: _HeadRepository | None = None
    run_attempt: int = 1
    event: str
    path: str
    name: str | None = None
    display_title: str
    head_sha: FullSha
    status: str | None
    conclusion: str | None
    updated_at: AwareDatetime
    html_url: str

    def seen(self) -> SeenRun:
        """Return it as the domain takes it."""
        return SeenRun(
            id=self.id,
            attempt=self.run_attempt,
            event=self.event,
            path=self.path,
            name=self.name or "",
            title=self.display_title,
            sha=self.head_sha,
            status=self.status or "",
            conclusion=self.conclusion,
            changed_at=self.updated_at,
            url=self.html_url,
            is_from_fork=None not in (self.repository, self.head_repository)
            and self.repository != self.head_repository,
        )


class _Runs(BaseModel):
    workflow_runs: list[_Run]


class _Job(BaseModel):
    id: int
    run_id: int
    run_attempt: int = 1
    name: str
    head_sha: FullSha
    status: str
    conclusion: str | None
    created_at: AwareDatetime | None = None
    started_at: AwareDatetime | None
    completed_at: AwareDatetime | None
    html_url: str | None

    def seen(self) -> SeenJob:
        """Return it as the domain takes it."""
        return SeenJob(
            id=self.id,
            run_id=self.run_id,
            attempt=self.run_attempt,
            name=self.name,
            sha=self.head_sha,
            status=self.status,
            conclusion=self.conclusion,
            changed_at=self.completed_at or self.started_at or self.created_at,
            url=self.html_url or "",
        )


class _Jobs(BaseModel):
    jobs: list[_Job]


class _Environment(BaseModel):
    name: str


class _Pending(BaseModel):
    environment: _Environment


class _Check(BaseModel):
    id: int
    name: str
    head_sha: FullSha
    status: str
    conclusion: str | None
    external_id: str | None = None
    started_at: AwareDatetime | None
    completed_at: AwareDatetime | None
    html_url: str | None
    details_url: str | None = None
    app: _App | None

    def seen(self) -> SeenCheck:
        """Return it as the domain takes it."""
        return SeenCheck(
            id=self.id,
            app=self.app.slug if self.app else "",
            name=self.name,
            sha=self.head_sha,
            status=self.status,
            conclusion=self.conclusion,
            changed_at=self.completed_at or self.started_at,
            url=self.html_url or self.details_url or "",
        )


class _Checks(BaseModel):
    check_runs: list[_Check]


class _Status(BaseModel):
    id: int
    context: str
    state: str
    creator: _User | None
    updated_at: AwareDatetime
    target_url: str | None

    def seen(self, sha: Sha) -> SeenStatus:
        """Return it as the domain takes it; the answer does not repeat the commit that was asked about."""
        return SeenStatus(
            id=self.id,
            context=self.context,
            login=self.creator.login if self.creator else "",
            sha=sha,
            state=self.state,
            changed_at=self.updated_at,
            url=self.target_url or "",
        )


class _Asset(BaseModel):
    id: int
    name: str
    size: int
    state: str  # uploaded | starter | open
    digest: str | None = None  # older servers know none
    created_at: AwareDatetime
    uploader: _User | None = None

    def seen(self) -> HostedAsset:
        """Return it as the program takes it. A digest of another kind than SHA-256 is none."""
        kind, _, digits = (self.digest or "").lower().partition(":")
        is_known = kind == "sha256" and len(digits) == _SHA256 and _HEX_DIGITS.issuperset(digits)
        return HostedAsset(
            id=self.id,
            name=self.name,
            size=self.size,
            digest=digits if is_known else None,
            is_whole=self.state == "uploaded",
            created_at=self.created_at,
            by=self.uploader.login if self.uploader else "",
        )


class _Release(BaseModel):
    id: int
    tag_name: str
    html_url: str
    upload_url: str
    body: str | None
    author: _User | None
    draft: bool
    prerelease: bool
    immutable: bool = False  # older servers know none
    published_at: AwareDatetime | None

    def seen(self) -> HostedRelease:
        """Return it as the program takes it."""
        return HostedRelease(
            id=self.id,
            tag=self.tag_name,
            url=self.html_url,
            upload_url=self.upload_url.partition("{")[0],
            body=self.body or "",
            author=self.author.login if self.author else "",
            is_draft=self.draft,
            is_prerelease=self.prerelease,
            is_immutable=self.immutable,
            published_at=self.published_at,
        )


ACCOUNT: Final = TypeAdapter(_Account)
PERMISSION: Final = TypeAdapter(_Permission)
MEMBERSHIP: Final = TypeAdapter(_Membership)
ISSUE: Final = TypeAdapter(_Issue)
ISSUES: Final = TypeAdapter(list[_ListedIssue])
PULLS: Final = TypeAdapter(list[_ListedPull])
CHANGED_FILES: Final = TypeAdapter(list[_ChangedFile])
COMPARISON: Final = TypeAdapter(_Comparison)
COMMENTS: Final = TypeAdapter(list[_Comment])
GIT_REF: Final = TypeAdapter(_GitRef)
GIT_REFS: Final = TypeAdapter(list[_NamedRef])
GIT_TAG: Final = TypeAdapter(GitTag)
COMMIT: Final = TypeAdapter(_Commit)
ENTRY: Final = TypeAdapter(_Entry)
ENTRIES: Final = TypeAdapter(list[_Entry])
DISPATCHED: Final = TypeAdapter(_Dispatched)
RUN: Final = TypeAdapter(_Run)
RUNS: Final = TypeAdapter(_Runs)
JOBS: Final = TypeAdapter(_Jobs)
MADE: Final = TypeAdapter(_Made)
OPENED: Final = TypeAdapter(_Opened)
CHECKS: Final = TypeAdapter(_Checks)
STATUSES: Final = TypeAdapter(list[_Status])
PENDING: Final = TypeAdapter(list[_Pending])
ASSET: Final = TypeAdapter(_Asset)
ASSETS: Final = TypeAdapter(list[_Asset])
RELEASE: Final = TypeAdapter(_Release)
RELEASES: Final = TypeAdapter(list[_Release])
