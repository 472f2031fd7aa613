"""Plans for the worker: a release's plan as pinned, and the plan file that `start` finds in a repository."""

import re
from collections import OrderedDict
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Final, TypeVar

from app.domain.facts import NoPlan, PlanSource, WorkflowInputs
from app.domain.plan.drift import changes
from app.domain.plan.model import Plan
from app.domain.plan.reader import read_plan
from app.domain.release.events import ReleaseStarted
from app.domain.release.events_course import PlanAdopted
from app.domain.release.model import Release
from app.domain.release.sources import source_branch
from app.domain.values import ReleaseId, Repo, Sha, Target
from app.domain.workflow import declared_inputs
from app.ports import FileText, GitHub, Missing, Rejected, Releases
from app.worker.people import People

K = TypeVar("K")
V = TypeVar("V")

FIRST: Final = ".github/release-plan.md"
NAMED: Final = ".github/release-plans"
TEMPLATES: Final = ".github/ISSUE_TEMPLATE"
LAST: Final = ("RELEASE_CHECKLIST.md", "docs/RELEASE_CHECKLIST.md")
_KEPT: Final = 200  # parsed plans and workflow files kept in memory
_SHA: Final = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_SHA_LIKE: Final = re.compile(r"[0-9a-fA-F]{4,64}")  # a branch may be named so: then it does not begin its own commit


class _SeveralNamed(Exception):
    """There are several plans to choose from: which is meant must be said, not guessed."""

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__(*names)
        self.names = names


class Plans:
    """Reads plans once and keeps what was read: a pinned text never changes."""

    def __init__(self, github: GitHub, releases: Releases) -> None:
        self._github = github
        self._people = People(github)
        self._releases = releases
        self._pinned: OrderedDict[tuple[str, str], Plan] = OrderedDict()
        self._workflows: OrderedDict[tuple[int, str, str], WorkflowInputs | None] = OrderedDict()

    def pin(self, release: ReleaseId, version: str, pinned: ReleaseStarted | PlanAdopted) -> None:
        """Keep a plan that is just being pinned: it is not in the log yet."""
        plan = read_plan(pinned.plan_text, path=pinned.plan_path, version=version)
        _keep(self._pinned, (release, pinned.plan_blob), plan)

    async def of(self, release: Release) -> Plan:
        """Return the release's plan as it was pinned."""
        key = (release.id, release.plan_blob)
        plan = self._pinned.get(key)
        if plan is None:
            text = await self._releases.plan_text(release.id, release.plan_blob)
            plan = read_plan(text, path=release.plan_path, version=release.version)
            _keep(self._pinned, key, plan)
        return plan

    async def workflows(self, release: Release, plan: Plan) -> dict[str, WorkflowInputs | None]:
        """Return what each workflow that the plan can dispatch declares at the target. Raises GitHubError."""
        return {
            file: await self._workflow(release.repo, release.target.sha, file)
            for file in plan.workflows(release.repo.full_name)
        }

    async def _workflow(self, repo: Repo, sha: Sha, file: str) -> WorkflowInputs | None:
        key = (repo.id, sha, file)
        if key not in self._workflows:
            found = await self._github.file(repo, f".github/workflows/{file}", sha)
            _keep(self._workflows, key, declared_inputs(found.text) if found else None)
        return self._workflows[key]

    async def again(self, release: Release, *, ref: str | None) -> PlanSource | NoPlan:
        """Return the release's plan file as it stands at a ref, by default where its target comes from.

        The people of its roles are not looked up: see `with_people`.

        Raises GitHubError where GitHub cannot be asked; a ref or file that is not there is an answer, not an error.
        """
        old = await self.of(release)
        branch = ref or source_branch(old, release)
        at = await self._commit(release.repo, branch, (old.branch, release.target.branch))
        if isinstance(at, NoPlan):
            return at
        file = await self._github.file(release.repo, release.plan_path, at)
        if file is None:
            return NoPlan(looked_at=(release.plan_path,), ref=branch)
        source = await self._source(release.repo, release.version, branch, at, file)
        return replace(source, changes=changes(old, source.plan))

    async def find(self, repo: Repo, version: str, *, name: str | None, ref: str | None) -> PlanSource | NoPlan:
        """Look for the plan where plans are kept, at the ref or where the plan says that targets come from.

        Raises GitHubError where GitHub cannot be asked; a ref that is not there is an answer, not an error.
        """
        branch = ref or repo.default_branch
        found = await self._at(repo, version, name, branch)
        if isinstance(found, NoPlan) or ref or found.plan.branch in (None, branch):
            return found
        # The plan names another branch for its targets: the text that counts is the one that stands there.
        return await self._at(repo, version, name, found.plan.branch or branch)

    async def _at(self, repo: Repo, version: str, name: str | None, ref: str) -> PlanSource | NoPlan:
        sha = await self._commit(repo, ref, ())
        if isinstance(sha, NoPlan):
            return sha
        looked_at: list[str] = []
        try:
            async for path in self._candidates(repo, name, sha):
                looked_at.append(path)
                file = await self._github.file(repo, path, sha)
                if file is not None:
                    return await self._source(repo, version, ref, sha, file)
        except _SeveralNamed as several:
            return NoPlan(named=several.names, ref=ref)
        return NoPlan(looked_at=tuple(looked_at), ref=ref)

    async def _commit(self, repo: Repo, ref: str, branches: tuple[str | None, ...]) -> Sha | NoPlan:
        """Return the commit that the ref names. A bare sha has to stand on a branch that releases come from."""
        if ref.startswith(("pull/", "refs/")):
            return NoPlan(unknown_ref=ref, ref=ref)  # a pull request's head may be anybody's
        try:
            sha = await self._github.commit_of(repo, ref)
        except Missing:
            return NoPlan(unknown_ref=ref, ref=ref)
        except Rejected as error:
            if error.status != 422:  # noqa: PLR2004 - GitHub's answer to what cannot be a ref at all
                raise
            return NoPlan(unknown_ref=ref, ref=ref)
        if not _SHA_LIKE.fullmatch(ref) or not sha.startswith(ref.lower()):
            return sha
        # GitHub finds the commits of every fork by their sha.
        known = tuple(dict.fromkeys(b for b in (repo.default_branch, *branches) if b))
        for branch in known:
            if await self._github.is_on_branch(repo, sha, branch):
                return sha
        return NoPlan(stray=sha, branches=known, ref=ref)

    async def _source(self, repo: Repo, version: str, ref: str, sha: Sha, file: FileText) -> PlanSource:
        plan = read_plan(file.text, path=file.path, version=version)
        branch = "" if _SHA.fullmatch(ref) or await self._github.head_of(repo, ref) != sha else ref
        return PlanSource(
            path=file.path,
            blob=file.blob,
            text=file.text,
            plan=plan,
            target=Target(sha=sha, branch=branch),
            people={},
        )

    async def with_people(self, repo: Repo, found: PlanSource | NoPlan) -> PlanSource | NoPlan:
        """Return the same with the ids of the people that the plan's roles name. Raises GitHubError."""
        return found if isinstance(found, NoPlan) else replace(found, people=await self._people.ids(repo, found.plan))

    async def _named(self, repo: Repo, sha: Sha) -> tuple[str, ...]:
        """Return the plans that `--plan` can name."""
        names = await self._github.file_names(repo, NAMED, sha)
        return tuple(n.removesuffix(".md") for n in names if n.endswith(".md"))

    async def _candidates(self, repo: Repo, name: str | None, sha: Sha) -> AsyncIterator[str]:
        if name is not None:
            yield f"{NAMED}/{name.removesuffix('.md')}.md"
            return
        yield FIRST
        named = await self._named(repo, sha)
        if len(named) > 1:
            raise _SeveralNamed(named)
        for only in named:
            yield f"{NAMED}/{only}.md"
        for file in await self._github.file_names(repo, TEMPLATES, sha):
            if "release" in file.casefold() and file.endswith(".md"):
                yield f"{TEMPLATES}/{file}"
        for path in LAST:
            yield path


def _keep(kept: "OrderedDict[K, V]", key: K, value: V) -> None:
    kept[key] = value
    if len(kept) > _KEPT:
        kept.popitem(last=False)
