"""The report of a release: what was decided, by whom and when, and on what evidence it stands."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.domain.plan.model import Plan
from app.domain.release.events import Event
from app.domain.release.gate import GateState, Verdict, judge
from app.domain.release.items import ItemStanding, State
from app.domain.release.model import Closing, Release
from app.domain.release.readiness import OVERALL, percent
from app.domain.release.reasons import explain
from app.domain.release.said import Call, Forced, Hold, SignOff, Veto, Waiver
from app.domain.release.timeline import Timeline, timeline_of
from app.domain.release.views import FigureView, ReasonView
from app.domain.values import ItemId, Person, Repo, Target

TIMELINE_LIMIT: Final = 200
"""Decisions that a report tells one by one; those before them are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRow:
    """How one item stands, and on what evidence."""

    id: ItemId
    text: str  # one line of Markdown, as the plan has it
    task: str  # its label
    priority: str
    state: State
    counts: bool  # towards the gate
    found: str  # the evidence, or what was seen instead of it
    by: Person | None  # whose word it is; None for a machine's, and where there is no evidence
    at: datetime | None  # since when it is done
    url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportView:
    """What a report shows. A brief one fits into a comment: fewer decisions, and no evidence item by item."""

    name: str
    version: str
    tag: str
    repo: Repo
    issue: int
    target: Target
    plan_path: str
    started_by: Person
    started_at: datetime
    as_of: datetime  # the latest event
    closed: Closing | None
    gate: GateState
    reasons: tuple[ReasonView, ...]  # but for the thresholds that are not met: the figures say so
    figures: tuple[FigureView, ...]
    signoffs: tuple[SignOff, ...]
    vetoes: tuple[Veto, ...]
    holds: tuple[Hold, ...]
    call: Call | None
    waivers: tuple[tuple[ItemId, str, Waiver], ...]  # with the item's words
    forced: tuple[tuple[str, Forced], ...]  # the task's label
    timeline: Timeline
    items: tuple[ItemRow, ...]
    is_brief: bool

    @property
    def open_items(self) -> tuple[ItemRow, ...]:
        """The items that are neither done nor waived."""
        return tuple(item for item in self.items if not item.state.is_settled)

    @property
    def settled_items(self) -> tuple[ItemRow, ...]:
        """The items that are done or waived."""
        return tuple(item for item in self.items if item.state.is_settled)


def report_of(plan: Plan, release: Release, events: Sequence[Event], *, is_brief: bool = False) -> ReportView:
    """Return the report of a release by its pinned plan, its fold and its log. The same log gives the same report."""
    verdict = judge(plan, release)
    texts = {item.id: item.text for item in plan.items()}
    labels = {task.id: task.label for task in plan.tasks()}
    return ReportView(
        name=plan.name,
        version=release.version,
        tag=release.tag,
        repo=release.repo,
        issue=release.issue,
        target=release.target,
        plan_path=release.plan_path,
        started_by=release.started_by,
        started_at=release.started_at,
        as_of=release.changed_at,
        closed=release.closed,
        gate=verdict.state,
        reasons=tuple(reason for reason in explain(verdict) if reason.kind != "threshold"),
        figures=tuple(_figures(plan, verdict)),
        signoffs=tuple(sorted(release.signoffs.values(), key=lambda signed: (signed.at, signed.role))),
        vetoes=release.vetoes,
        holds=release.holds,
        call=release.call,
        waivers=tuple((item, texts.get(item, ""), waiver) for item, waiver in sorted(release.waivers.items())),
        forced=tuple((labels.get(task, task), why) for task, why in sorted(release.forced.items())),
        timeline=timeline_of(plan, events, TIMELINE_LIMIT),
        items=tuple(_rows(verdict)),
        is_brief=is_brief,
    )


def _figures(plan: Plan, verdict: Verdict) -> Iterator[FigureView]:
    thresholds = plan.gate.thresholds
    counts = {figure.priority: figure for figure in verdict.readiness.figures}
    for scope in (*counts, OVERALL):
        share, wanted, figure = verdict.readiness.of(scope) or 0.0, thresholds.get(scope), counts.get(scope)
        yield FigureView(
            scope=scope,
            percent=percent(share),
            wanted=None if wanted is None else f"{wanted:g}",
            is_met=wanted is None or share >= wanted,
            done=figure.done if figure else None,
            counted=figure.counted if figure else None,
            waived=figure.waived if figure else 0,
        )


def _rows(verdict: Verdict) -> Iterator[ItemRow]:
    """Each item of the phases, in the plan's order. The summary only repeats them."""
    for task in verdict.standing.tasks.values():
        for item in task.items:
            yield _row(item, task.task.label, counts=item.item.id in verdict.counted)


def _row(item: ItemStanding, task: str, *, counts: bool) -> ItemRow:
    return ItemRow(
        id=item.item.id,
        text=item.item.text,
        task=task,
        priority=item.item.priority,
        state=item.state,
        counts=counts,
        found=item.evidence.what if item.evidence else item.found,
        by=item.evidence.by if item.evidence else None,
        at=item.evidence.at if item.evidence else None,
        url=(item.evidence.url or None) if item.evidence else item.url,
    )
