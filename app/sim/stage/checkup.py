"""What the service's doctor found, as the page shows it: a light for each thing, what it is about, and what to do."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from app.domain.doctor.check import SERVICE, Check, State
from app.sim.stage.ci import Light

Doctor: TypeAlias = Callable[[], Sequence[Check]]
"""Says what was found last; nothing before the first time."""

_LIGHTS: Final[dict[State, Light]] = {
    State.OK: "green",
    State.WARNING: "yellow",
    State.UNKNOWN: "grey",
    State.FAILED: "red",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckLine:
    """One thing that was looked at."""

    name: str
    light: Light
    word: str
    about: str
    found: str
    todo: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckupCard:
    """All that was looked at, and how many of it stand how."""

    lines: tuple[CheckLine, ...]  # the worst first
    counts: tuple[tuple[Light, int, str], ...]


def checkup_card(checks: Sequence[Check]) -> CheckupCard | None:
    """Return the card; None before the first look."""
    if not checks:
        return None
    worst_first = (State.FAILED, State.UNKNOWN, State.WARNING, State.OK)
    ranked = sorted(checks, key=lambda check: worst_first.index(check.state))
    counted = ((state, sum(check.state is state for check in checks)) for state in worst_first)
    return CheckupCard(
        lines=tuple(
            CheckLine(
                name=check.name.value.replace("_", " "),
                light=_LIGHTS[check.state],
                word=check.state.value,
                about=check.about if check.about != SERVICE else "the service",
                found=check.found,
                todo=check.todo,
            )
            for check in ranked
        ),
        counts=tuple((_LIGHTS[state], number, state.value) for state, number in counted if number),
    )
