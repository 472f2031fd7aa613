"""How ready a release is: what part of its items is done, by priority and all together."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.domain.plan.model import ByReadiness, ByTask, CreateTag, Item, Phase, Plan
from app.domain.release.items import State
from app.domain.values import ItemId, PhaseId

OVERALL = "overall"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """Done and counted items of one priority, and their share in percent."""

    priority: str
    done: int
    counted: int  # items of the priority less the waived
    waived: int = 0

    @property
    def percent(self) -> float:
        """100 · done / counted; nothing to do is wholly done."""
        return 100.0 * self.done / self.counted if self.counted else 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """The figures the gate compares with its thresholds."""

    figures: tuple[Figure, ...]  # by priority, P0 first
    weights: Mapping[str, float]

    @property
    def overall(self) -> float:
        """Return the mean of the priorities' shares in percent, weighted as the plan says."""
        pairs = [(self.weights.get(f.priority, 1.0), f) for f in self.figures if f.counted]
        total = sum(weight for weight, _ in pairs)
        return sum(weight * f.percent for weight, f in pairs) / total if total else 100.0

    def of(self, scope: str) -> float | None:
        """Return the share in percent of a priority or of `overall`; None for a priority without items."""
        if scope == OVERALL:
            return self.overall
        return next((f.percent for f in self.figures if f.priority == scope), None)


def percent(share: float) -> str:
    """Write a share in percent with at most one decimal, rounded down: what is missed never looks met."""
    whole, tenth = divmod(int(share * 10 + 1e-9), 10)
    return f"{whole}.{tenth}" if tenth else str(whole)


def counted_phases(plan: Plan) -> tuple[Phase, ...]:
    """Return the phases the gate looks at: those before `gate.before`, by default before the first that tags."""
    before = plan.gate.before
    for index, phase in enumerate(plan.phases):
        is_border = phase.id == before if before else any(isinstance(t.action, CreateTag) for t in phase.tasks)
        if is_border:
            return plan.phases[:index]
    return plan.phases


def counted_items(plan: Plan) -> tuple[Item, ...]:
    """Return the items that count for the gate."""
    return tuple(countable(counted_phases(plan)))


def countable(phases: Iterable[Phase]) -> Iterable[Item]:
    """Yield the items of the phases without those that repeat a task or speak of readiness.

    An item such as `P1 completion ≥ 90 %` is about the figures: counted in them, it would wait for itself.
    """
    for phase in phases:
        for task in phase.tasks:
            yield from (item for item in task.items if not isinstance(item.wanted, ByTask | ByReadiness))


def phases_up_to(plan: Plan, phase: PhaseId) -> tuple[Phase, ...]:
    """Return the phases up to and with this one: what its own exit criteria can speak of."""
    for index, one in enumerate(plan.phases):
        if one.id == phase:
            return plan.phases[: index + 1]
    return plan.phases


def readiness(plan: Plan, items: Iterable[Item], states: Mapping[ItemId, State]) -> Readiness:
    """Work out the figures of these items: done ÷ (items - waived) for each priority."""
    tally: dict[str, list[State]] = {}
    for item in items:
        tally.setdefault(item.priority, []).append(states.get(item.id, State.OPEN))
    figures = (_figure(priority, found) for priority, found in sorted(tally.items()))
    return Readiness(figures=tuple(figures), weights=plan.gate.weights)


def _figure(priority: str, states: list[State]) -> Figure:
    waived = states.count(State.WAIVED)
    return Figure(priority=priority, done=states.count(State.DONE), counted=len(states) - waived, waived=waived)
