"""What a pull request would do to a release plan: what is wrong with the new text, and what would change by it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from app.domain.plan.drift import changes, stayed
from app.domain.plan.model import Plan, Problem, Severity
from app.domain.plan.reader import read_plan

MAX_REMARKS: Final = 50
"""Remarks of one check run: GitHub takes no more in one call."""

MAX_RELEASES: Final = 5
"""Open releases for which a plan is read anew."""

Conclusion = Literal["success", "failure"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPlan:
    """An open release that goes by the file, with its plan as pinned."""

    version: str
    issue: int
    plan: Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """What to say beside a line (from 1) of a file."""

    path: str
    line: int
    level: Literal["warning", "failure"]
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseReview:
    """What `/release replan` would change in an open release, one line each; `anew` items would stand open."""

    version: str
    issue: int
    changes: tuple[str, ...] = ()
    anew: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanReview:
    """What there is to say of one plan file of a pull request."""

    path: str
    is_gone: bool  # the pull request deletes it
    is_plan: bool  # the text, or the one before it, holds a checkbox
    items: int
    errors: int
    warnings: int
    remarks: tuple[Remark, ...]  # errors first, then by line; at most 50
    changes: tuple[str, ...] | None  # against the base's text; None where there is none, or none any more
    releases: tuple[ReleaseReview, ...]
    more_releases: int = 0  # that were not looked at

    @property
    def conclusion(self) -> Conclusion:
        """Failure where an error would keep a gate red, or where the plan would be gone."""
        return "failure" if self.errors or self.is_gone else "success"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanCheckView:
    """What the check `release/plan` shows of a pull request: each plan file that it touches."""

    external_id: str
    reviews: tuple[PlanReview, ...]
    unread: tuple[str, ...] = ()  # plan files that were too many to look at

    @property
    def conclusion(self) -> Conclusion:
        """Success only where everything was looked at and is in order."""
        is_fine = not self.unread and all(review.conclusion == "success" for review in self.reviews)
        return "success" if is_fine else "failure"

    @property
    def remarks(self) -> tuple[Remark, ...]:
        """Those of all files, errors first; at most 50."""
        found = (remark for review in self.reviews for remark in review.remarks)
        return tuple(sorted(found, key=lambda remark: remark.level != "failure")[:MAX_REMARKS])

    @property
    def errors(self) -> int:
        """The errors of all files."""
        return sum(review.errors for review in self.reviews)

    @property
    def warnings(self) -> int:
        """The warnings of all files."""
        return sum(review.warnings for review in self.reviews)

    @property
    def unlisted(self) -> int:
        """How many errors and warnings are not among the remarks."""
        return self.errors + self.warnings - len(self.remarks)


def review_plan(path: str, new_text: str | None, old: str | None, releases: Sequence[OpenPlan]) -> PlanReview:
    """Review one plan file of a pull request.

    Args:
        path: where it stands in the repository.
        new_text: the whole file as the pull request has it; None where it deletes the file.
        old: the whole file as the base has it; None where it is new.
        releases: the open releases that go by this file. Of more than five, the rest are counted.

    """
    before = None if old is None else read_plan(old, path=path)
    looked_at = releases[:MAX_RELEASES]
    if new_text is None:
        return PlanReview(
            path=path,
            is_gone=True,
            is_plan=_holds_items(before),
            items=0,
            errors=0,
            warnings=0,
            remarks=(),
            changes=None,
            releases=tuple(ReleaseReview(version=each.version, issue=each.issue) for each in looked_at),
            more_releases=len(releases) - len(looked_at),
        )
    after = read_plan(new_text, path=path)
    return PlanReview(
        path=path,
        is_gone=False,
        is_plan=_holds_items(before) or _holds_items(after),
        items=sum(1 for _ in after.items()),
        errors=len(after.errors),
        warnings=len(after.problems) - len(after.errors),
        remarks=_remarks(path, after.problems),
        changes=None if before is None else changes(before, after),
        releases=tuple(_of_release(path, new_text, each) for each in looked_at),
        more_releases=len(releases) - len(looked_at),
    )


def _holds_items(plan: Plan | None) -> bool:
    return plan is not None and next(plan.items(), None) is not None


def _remarks(path: str, problems: Sequence[Problem]) -> tuple[Remark, ...]:
    ranked = sorted(problems, key=lambda problem: (problem.severity is not Severity.ERROR, problem.line))
    return tuple(
        Remark(
            path=path,
            line=problem.line,
            level="failure" if problem.severity is Severity.ERROR else "warning",
            message=f"{' '.join(problem.message.splitlines())} [{problem.code}]",
        )
        for problem in ranked[:MAX_REMARKS]
    )


def _of_release(path: str, text: str, release: OpenPlan) -> ReleaseReview:
    plan = read_plan(text, path=path, version=release.version)
    told = changes(release.plan, plan)
    known = set(stayed(release.plan, plan).items.values()) if told else None
    anew = 0 if known is None else sum(item.id not in known for item in plan.items())
    return ReleaseReview(version=release.version, issue=release.issue, changes=told, anew=anew)
