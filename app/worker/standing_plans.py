"""The plans that stand in a repository: all of them, as its default branch has them now."""

from dataclasses import dataclass
from typing import Final

from app.domain.plan.model import Plan
from app.domain.plan.reader import read_plan
from app.domain.values import Repo, Sha
from app.ports import FileText, GitHub, Missing, Rejected
from app.worker.plans import FIRST, LAST, NAMED, TEMPLATES

_MOST: Final = 20  # files that are read
_EMPTY: Final = 409  # GitHub's answer for a repository without a commit


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingPlan:
    """A plan with where it stands; it is read for no version, so that its placeholders are still in it."""

    path: str
    plan: Plan


async def standing_plans(github: GitHub, repo: Repo) -> tuple[StandingPlan, ...]:
    """Return the plans at the head of the default branch, where plans are kept. Raises GitHubError.

    Issue templates and checklists are looked at only where nothing is kept as a plan: they may be anything.
    """
    try:
        sha = await github.commit_of(repo, repo.default_branch)
    except Missing:
        return ()
    except Rejected as error:
        if error.status != _EMPTY:
            raise
        return ()
    names = [name for name in await github.file_names(repo, NAMED, sha) if name.endswith(".md")]
    found = await _read(github, repo, sha, [FIRST, *(f"{NAMED}/{name}" for name in names)])
    if found:
        return found
    templates = await github.file_names(repo, TEMPLATES, sha)
    of_releases = [f"{TEMPLATES}/{name}" for name in templates if "release" in name.casefold() and name.endswith(".md")]
    return (await _read(github, repo, sha, [*of_releases, *LAST]))[:1]


async def _read(github: GitHub, repo: Repo, sha: Sha, paths: list[str]) -> tuple[StandingPlan, ...]:
    files: list[FileText | None] = [await github.file(repo, path, sha) for path in paths[:_MOST]]
    return tuple(
        StandingPlan(path=file.path, plan=read_plan(file.text, path=file.path)) for file in files if file is not None
    )
