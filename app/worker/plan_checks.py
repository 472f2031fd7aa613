"""The check `release/plan` on a pull request that touches a release plan, before anybody releases by it."""

import asyncio
from collections.abc import Sequence
from typing import Final

import structlog

from app.domain.plan.review import OpenPlan, PlanCheckView, PlanReview, review_plan
from app.domain.release.model import Release
from app.domain.release.sources import source_branch
from app.domain.values import Repo, Sha
from app.ports import GitHubError, Throttled
from app.worker.plans import FIRST, LAST, NAMED, TEMPLATES
from app.worker.workbench import Workbench

_log: Final = structlog.stdlib.get_logger()
CHECK: Final = "release/plan"
MAX_FILES: Final = 5
"""Plan files of one pull request that are read; anybody may open one."""


def may_be_plan(path: str) -> bool:
    """Whether plans are kept at such a path."""
    folder, _, name = path.rpartition("/")
    is_template = folder == TEMPLATES and "release" in name.casefold() and name.endswith(".md")
    return _is_for_plans(path) or is_template or path in LAST


def _is_for_plans(path: str) -> bool:
    """Whether nothing but a plan stands at such a path."""
    folder, _, name = path.rpartition("/")
    return path == FIRST or (folder == NAMED and name.endswith(".md"))


class PlanChecker:
    """Checks plans of pull requests. The same commit of one is checked once, however often it is asked for."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench

    async def check(self, repo: Repo, pull: int, head: Sha, base: str) -> None:
        """Post what is to be said of the plan files that a pull request into branch `base` changes, if any.

        Where GitHub fails, nothing is posted: the next push checks again. Raises Throttled.
        """
        try:
            await self._check(repo, pull, head, base)
        except Throttled:
            raise
        except GitHubError as error:
            _log.warning("plan_check.failed", repo=repo.full_name, pull=pull, head=head, error=str(error))

    async def _check(self, repo: Repo, pull: int, head: Sha, base: str) -> None:
        github, external_id = self._bench.github, f"plan:{pull}:{head}"
        paths = sorted({path for path in await github.pull_files(repo, pull) if may_be_plan(path)}, key=_rank)
        if not paths or await github.find_check(repo, head, CHECK, external_id) is not None:
            return
        releases = await self._bench.releases.open_in(repo.id)
        found = [await self._review(repo, path, (head, base), releases) for path in paths[:MAX_FILES]]
        reviews = tuple(review for review in found if review is not None)
        if reviews or paths[MAX_FILES:]:
            view = PlanCheckView(external_id=external_id, reviews=reviews, unread=tuple(paths[MAX_FILES:]))
            await github.create_check(repo, head, CHECK, self._bench.renderer.plan_check(view))

    async def _review(
        self, repo: Repo, path: str, refs: tuple[Sha, str], releases: Sequence[Release]
    ) -> PlanReview | None:
        """Review one file as it is at the head, beside what it is at the base; None where it is no plan."""
        head, base = refs
        new = await self._bench.github.file(repo, path, head)
        old = await self._bench.github.file(repo, path, base)
        if new is None and old is None:
            return None  # the former name of a file that the base has moved, too
        plans = [plan for release in releases if (plan := await self._going_by(release, path, base))]
        await asyncio.sleep(0)  # a long plan takes a while to read: let others go first
        review = review_plan(path, new.text if new else None, old.text if old else None, plans)
        # An issue template for something else may well have `release` in its name, and no checkbox.
        return review if plans or review.is_plan or _is_for_plans(path) else None

    async def _going_by(self, release: Release, path: str, base: str) -> OpenPlan | None:
        """Return the release's plan, where the file on the base branch is what it would be planned anew by."""
        if release.plan_path != path:
            return None
        plan = await self._bench.plans.of(release)
        source = source_branch(plan, release)
        return OpenPlan(version=release.version, issue=release.issue, plan=plan) if source == base else None


def _rank(path: str) -> tuple[bool, str]:
    """What is a plan for certain goes first."""
    return not _is_for_plans(path), path
