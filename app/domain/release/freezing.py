"""Whether a pull request may be merged just now: while a release is held or a freeze window stands, it may not."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from app.domain.plan.model import Plan
from app.domain.pulls import PullSeen
from app.domain.release.model import Release
from app.domain.release.sources import source_branch

FREEZE_ID: Final = "freeze"
"""By which a pull request's check is found again among our check runs."""

Planned = tuple[Plan, Release]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frost:
    """One thing that freezes a branch."""

    kind: Literal["hold", "window"]
    version: str  # of the release that is held; empty for a window
    issue_url: str
    by: str
    why: str
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FreezeView:
    """What the check `release/freeze` of a pull request shows."""

    branch: str
    frosts: tuple[Frost, ...]
    let_by: str | None  # the label or the branch's pattern that lets it through all the same
    exceptions: tuple[str, ...]  # what would
    external_id: str = FREEZE_ID

    @property
    def is_frozen(self) -> bool:
        """Whether it may not be merged."""
        return bool(self.frosts) and self.let_by is None


def by_branch(releases: Sequence[Planned]) -> Mapping[str, Sequence[Planned]]:
    """Return whose rules count for each branch: the open releases that come from it, else the latest that did.

    `releases` go from the oldest to the newest, closed ones too.
    """
    found: dict[str, list[Planned]] = {}
    for plan, release in releases:
        found.setdefault(source_branch(plan, release), []).append((plan, release))
    return {branch: [one for one in of if one[1].closed is None] or of[-1:] for branch, of in found.items()}


def frosts(ruling: Sequence[Planned], now: datetime, site: str) -> tuple[Frost, ...]:
    """Return what freezes the branch that these releases come from."""
    return tuple(dict.fromkeys(frost for plan, release in ruling for frost in _of(plan, release, now, site)))


def judge_freeze(ruling: Sequence[Planned], pull: PullSeen, now: datetime, site: str) -> FreezeView:
    """Return what is to be said of a pull request into the branch that these releases come from.

    What a plan lets through, it lets through its own holds and windows, and no other plan's.
    """
    head = "" if pull.is_from_fork else pull.head  # anybody may name a branch of their fork `hotfix/...`
    held: list[tuple[Plan, Frost]] = []
    let: list[tuple[str, Frost]] = []
    for plan, release in ruling:
        lets = plan.freeze.lets(pull.labels, head) if plan.freeze is not None else None
        for frost in _of(plan, release, now, site):
            if lets is None:
                held.append((plan, frost))
            else:
                let.append((lets, frost))
    standing = [frost for _, frost in held] or [frost for _, frost in let]
    return FreezeView(
        branch=pull.base,
        frosts=tuple(dict.fromkeys(standing)),
        let_by=let[0][0] if let and not held else None,
        exceptions=_exceptions([plan for plan, _ in held]),
    )


def judge_together(
    rulings: Mapping[str, Sequence[Planned]], pulls: Sequence[PullSeen], now: datetime, site: str
) -> FreezeView:
    """Return what is to be said of a commit that is the head of these pull requests, whatever each goes into.

    A commit has one check: where any of them may not be merged, it says so. Into a branch that is not in `rulings`
    everything may be merged.
    """
    views = [judge_freeze(rulings.get(pull.base, ()), pull, now, site) for pull in pulls]
    return next((view for view in views if view.is_frozen), views[0])


def changes_after(ruling: Sequence[Planned], now: datetime) -> datetime | None:
    """Return the next moment at which a window begins or ends. Holds that end by themselves are ended elsewhere."""
    edges = (plan.freeze.changes_after(now) for plan, _ in ruling if plan.freeze is not None)
    return min((edge for edge in edges if edge is not None), default=None)


def _of(plan: Plan, release: Release, now: datetime, site: str) -> Iterator[Frost]:
    if release.closed is None:
        url = f"{site.rstrip('/')}/{release.repo.full_name}/issues/{release.issue}"
        for hold in release.holds:
            yield Frost(
                kind="hold",
                version=release.version,
                issue_url=url,
                by=hold.by.login,
                why=hold.reason,
                until=hold.until,
            )
    if plan.freeze is not None:
        for window, end in plan.freeze.standing(now):
            yield Frost(kind="window", version="", issue_url="", by="", why=window.why, until=end)


def _exceptions(plans: Sequence[Plan]) -> tuple[str, ...]:
    """Return the labels and branches that each of these plans would let through."""
    named = [(*plan.freeze.exceptions, *plan.freeze.hotfix) if plan.freeze is not None else () for plan in plans]
    return tuple(one for one in dict.fromkeys(named[0]) if all(one in names for names in named)) if named else ()
