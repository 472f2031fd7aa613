"""Why the gate is not green, for readers: what is missing, and what can be done about it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import assert_never

from app.domain.plan.model import ByJob, ByRun, ByTask, Manual
from app.domain.release.gate import (
    BelowThreshold,
    BlockersUnread,
    GoNotSaid,
    ItemFailed,
    NothingCounts,
    PlanIsBroken,
    SignoffMissing,
    Verdict,
)
from app.domain.release.model import RunState
from app.domain.release.offers import Offers
from app.domain.release.standing import ItemStanding, State, TaskStanding
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
    return tuple(v for v in reasons if not (is_said and v.kind == "threshold" and v.subject == "overall"))


def percent(share: float) -> str:
    """Write a share in percent with at most one decimal, rounded down: what is missed never looks met."""
    whole, tenth = divmod(int(share * 10 + 1e-9), 10)
    return f"{whole}.{tenth}" if tenth else str(whole)


def _named(text: str) -> str:
    """Return an item's words without its Markdown."""
    return _LINK.sub(r"\1", text[:300]).replace("`", "").replace("**", "")


def _labels(tasks: Iterable[TaskStanding]) -> tuple[str, ...]:
    return tuple(task.task.label for task in islice(tasks, _SHOWN))


class _Explainer:
    def __init__(self, verdict: Verdict) -> None:
        self._verdict = verdict
        self._offers = Offers(verdict.standing)
        self._task_of = {item.item.id: task for task in verdict.standing.tasks.values() for item in task.items}

    def views(self) -> Iterator[ReasonView]:
        failures: dict[tuple[str, str, str | None], list[ItemFailed]] = {}
        roles = tuple(reason.role for reason in self._verdict.reasons if isinstance(reason, SignoffMissing))
        for reason in self._verdict.reasons:
            if isinstance(reason, ItemFailed):
                failures.setdefault((reason.task, reason.standing.found, reason.standing.url), []).append(reason)
        for reason in self._verdict.reasons:
            if isinstance(reason, ItemFailed):
                yield from (self._failed(alike) for alike in failures.values())
                failures = {}
            elif isinstance(reason, SignoffMissing):
                if roles:
                    yield ReasonView(kind="signoff", count=len(roles), names=roles)
                roles = ()
            else:
                yield self._view(reason)

    def _view(self, reason: PlanIsBroken | BelowThreshold | NothingCounts | BlockersUnread | GoNotSaid) -> ReasonView:
        match reason:
            case PlanIsBroken(problem=problem):
                return ReasonView(kind="plan", found=problem.message, line=problem.line)
            case NothingCounts():
                return ReasonView(kind="nothing")
            case BelowThreshold():
                return self._below(reason)
            case BlockersUnread(labels=labels):
                return ReasonView(kind="blockers", names=labels)
            case GoNotSaid():
                return ReasonView(kind="go")
            case _:
                assert_never(reason)

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
            commands=self._commands(way.now.values()),
            then=self._commands(way.then.values()),
            running=_labels(way.running.values()),
            held=_labels(way.held.values()),
        )

    def _commands(self, tasks: Iterable[TaskStanding]) -> tuple[str, ...]:
        return tuple(self._offers.command(task) for task in islice(tasks, _SHOWN))

    def _is_missing(self, item: ItemStanding, scope: str) -> bool:
        counts = item.item.id in self._verdict.counted and not isinstance(item.item.wanted, ByTask)
        return counts and item.state is not State.DONE and scope in ("overall", item.item.priority)
