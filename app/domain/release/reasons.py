"""Why the gate is not green, for readers: what is missing, and what can be done about it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import assert_never

from app.domain.plan.model import ByJob, ByRun, ByTask, Manual
from app.domain.release.gate import (
    BelowThreshold,
    Beside,
    BlockerOpen,
    BlockersUnread,
    GoNotSaid,
    Held,
    IsOver,
    IsVetoed,
    ItemFailed,
    NoGo,
    NothingCounts,
    PlanIsBroken,
    SignoffMissing,
    Verdict,
)
from app.domain.release.items import ItemStanding
from app.domain.release.model import RunState
from app.domain.release.offers import Offers, waiting_workflows
from app.domain.release.readiness import OVERALL, percent
from app.domain.release.standing import TaskStanding
from app.domain.release.views import ReasonView

_SHOWN = 3
_LINK = re.compile(r"\[([^\[\]]*)\]\([^()]*\)")


def explain(verdict: Verdict) -> tuple[ReasonView, ...]:
    """Return the verdict's reasons for readers. Items of one task that failed alike are one reason, sign-offs too."""
    return tuple(_Explainer(verdict).views())


def in_short(reasons: Sequence[ReasonView]) -> tuple[ReasonView, ...]:
    """Return the reasons as they stand beside figures and next steps: `overall` only where no priority says it."""
    scopes = {view.subject for view in reasons if view.kind == "threshold"}
    is_said = len(scopes) > 1
    return tuple(v for v in reasons if not (is_said and v.kind == "threshold" and v.subject == OVERALL))


def _named(text: str) -> str:
    """Return an item's words without its Markdown."""
    return _LINK.sub(r"\1", text[:300]).replace("`", "").replace("**", "")


def _labels(tasks: Iterable[TaskStanding]) -> tuple[str, ...]:
    return tuple(task.task.label for task in islice(tasks, _SHOWN))


class _Explainer:
    def __init__(self, verdict: Verdict) -> None:
        self._verdict = verdict
        self._offers = Offers(verdict.standing, verdict.order)
        self._task_of = {item.item.id: task for task in verdict.standing.tasks.values() for item in task.items}

    def views(self) -> Iterator[ReasonView]:
        failures: dict[tuple[str, str, str | None], list[ItemFailed]] = {}
        unsigned = [reason for reason in self._verdict.reasons if isinstance(reason, SignoffMissing)]
        for reason in self._verdict.reasons:
            if isinstance(reason, ItemFailed):
                failures.setdefault((reason.task, reason.standing.found, reason.standing.url), []).append(reason)
        for reason in self._verdict.reasons:
            if isinstance(reason, ItemFailed):
                yield from (self._failed(alike) for alike in failures.values())
                failures = {}
            elif isinstance(reason, SignoffMissing):
                if unsigned:
                    yield _unsigned(unsigned)
                unsigned = []
            elif isinstance(reason, BelowThreshold):
                yield self._below(reason)
            else:
                yield _said(reason)

    def _failed(self, alike: list[ItemFailed]) -> ReasonView:
        first = alike[0].standing
        task = self._task_of.get(first.item.id)
        run = task.run if task and isinstance(first.item.wanted, ByRun | ByJob) else None
        command = "status"  # what others run is run again where they run it; `status` then looks at it again
        if task and run:
            was_started = run.state is not RunState.REFUSED
            command = self._offers.again(task) if was_started else self._offers.command(task)
        return ReasonView(
            kind="failed",
            subject=alike[0].task,
            found=first.found,
            count=len(alike),
            names=tuple(_named(reason.standing.item.text) for reason in alike),
            url=first.url,
            since=run.at if run else None,
            commands=(command,),
        )

    def _below(self, reason: BelowThreshold) -> ReasonView:
        missing = [
            (item, task)
            for task in self._verdict.standing.tasks.values()
            for item in task.items
            if self._is_missing(item, reason.scope)
        ]
        holding = {task.task.id: task for _, task in missing}
        way = self._offers.way(holding.values())
        return ReasonView(
            kind="threshold",
            subject=reason.scope,
            found=percent(reason.found),
            wanted=percent(reason.wanted),
            count=reason.missing,
            by_hand=sum(isinstance(item.item.wanted, Manual) for item, _ in missing),
            names=tuple(str(item.item.id) for item, _ in missing if isinstance(item.item.wanted, Manual))[:_SHOWN],
            since=self._verdict.since,
            commands=self._commands(way.now.values())
            or waiting_workflows(holding.values(), self._verdict.repo)[:_SHOWN],
            then=self._commands(way.then.values()),
            running=_labels(way.running.values()),
            held=_labels(way.held.values()),
        )

    def _commands(self, tasks: Iterable[TaskStanding]) -> tuple[str, ...]:
        return tuple(self._offers.command(task) for task in islice(tasks, _SHOWN))

    def _is_missing(self, item: ItemStanding, scope: str) -> bool:
        counts = item.item.id in self._verdict.counted and not isinstance(item.item.wanted, ByTask)
        return counts and not item.state.is_settled and scope in (OVERALL, item.item.priority)


def _unsigned(missing: Sequence[SignoffMissing]) -> ReasonView:
    return ReasonView(
        kind="signoff",
        count=len(missing),
        names=tuple(f"{reason.role} ({', '.join(reason.who)})" if reason.who else reason.role for reason in missing),
        since=missing[0].since,
        commands=("approve",),
    )


def _said(
    reason: IsOver
    | Held
    | IsVetoed
    | NoGo
    | PlanIsBroken
    | BlockerOpen
    | NothingCounts
    | BlockersUnread
    | GoNotSaid
    | Beside,
) -> ReasonView:
    """Return a reason that says everything itself."""
    match reason:
        case IsOver(closing=closing):
            return ReasonView(kind="over", subject=closing.by.login, found=closing.reason, since=closing.at)
        case Held(hold=hold):
            return ReasonView(
                kind="held",
                subject=hold.by.login,
                found=hold.reason,
                since=hold.at,
                until=hold.until,
                commands=("resume",),
            )
        case IsVetoed(veto=veto):
            return ReasonView(
                kind="veto", subject=veto.by.login, found=veto.reason, since=veto.at, commands=("withdraw",)
            )
        case NoGo(call=call):
            return ReasonView(kind="no-go", subject=call.by.login, found=call.reason, since=call.at, commands=("go",))
        case PlanIsBroken(problem=problem):
            return ReasonView(kind="plan", found=problem.message, line=problem.line, commands=("replan",))
        case BlockerOpen(issue=issue):
            return ReasonView(
                kind="blocker",
                subject=issue.title,
                number=issue.number,
                names=issue.labels,
                url=issue.url,
                since=issue.updated_at,
            )
        case NothingCounts():
            return ReasonView(kind="nothing", commands=("replan",))
        case BlockersUnread(labels=labels):
            return ReasonView(kind="blockers", names=labels, commands=("status",))
        case GoNotSaid(since=since):
            return ReasonView(kind="go", since=since, commands=("go",))
        case Beside(version=version, issue=issue):
            return ReasonView(kind="beside", subject=version, number=issue)
        case _:
            assert_never(reason)
