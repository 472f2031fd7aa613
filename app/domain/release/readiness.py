"""How ready a release is: what part of its items is done, by priority and all together."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.plan.model import ByReadiness, ByTask, CreateTag, Item, Phase, Plan
from app.domain.release.standing import Standing, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """Done and counted items of one priority, and their share in percent."""

    priority: str
    done: int
    counted: int  # items of the priority less the waived

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
        if scope == "overall":
            return self.overall
        return next((f.percent for f in self.figures if f.priority == scope), None)


def counted_phases(plan: Plan) -> tuple[Phase, ...]:
    """Return the phases the gate looks at: those before `gate.before`, by default before the first that tags."""
    before = plan.gate.before
    for index, phase in enumerate(plan.phases):
        is_border = phase.id == before if before else any(isinstance(t.action, CreateTag) for t in phase.tasks)
        if is_border:
            return plan.phases[:index]
    return plan.phases


def counted_items(plan: Plan) -> tuple[Item, ...]:
    """Return the items that count: of the counted phases, without those that repeat a task or speak of readiness.

    An item such as `P1 completion ≥ 90 %` is about the figures: counted in them, it would wait for itself.
    """
    return tuple(
        item
        for phase in counted_phases(plan)
        for task in phase.tasks
        for item in task.items
        if not isinstance(item.wanted, ByTask | ByReadiness)
    )


def readiness(plan: Plan, standing: Standing) -> Readiness:
    """Work out the figures."""
    done = {i.item.id for task in standing.tasks.values() for i in task.items if i.state is State.DONE}
    tally: dict[str, list[int]] = {}
    for item in counted_items(plan):
        figure = tally.setdefault(item.priority, [0, 0])
        figure[0] += item.id in done
        figure[1] += 1
    figures = tuple(Figure(priority=p, done=d, counted=n) for p, (d, n) in sorted(tally.items()))
    return Readiness(figures=figures, weights=plan.gate.weights)
