"""CI as the page shows it: runs with their jobs, checks and statuses, each with a light and a word."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from markupsafe import Markup

from app.sim.scenario import Room
from app.sim.stage.markdown import to_html
from app.sim.state import CheckRun, WorkflowRun

GATE: Final = "release/gate"
_ACTIONS: Final = "github-actions"

Light = Literal["green", "red", "yellow", "grey"]

_WORDS: Final[dict[str, tuple[Light, str]]] = {
    "queued": ("grey", "queued"),
    "in_progress": ("yellow", "running"),
    "pending": ("yellow", "pending"),
    "success": ("green", "passed"),
    "failure": ("red", "failed"),
    "error": ("red", "error"),
    "timed_out": ("red", "timed out"),
    "action_required": ("red", "wants a person"),
    "cancelled": ("grey", "cancelled"),
    "skipped": ("grey", "skipped"),
    "neutral": ("grey", "neutral"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A run, job, check or status."""

    anchor: str
    name: str
    light: Light
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunCard:
    """A workflow run with the jobs of its latest attempt, without the skipped ones."""

    run: Part
    about: str
    jobs: tuple[Part, ...]
    done: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GateCard:
    """The check release/gate."""

    check: Part
    title: str
    html: Markup


def part(anchor: str, name: str, state: str) -> Part:
    """Return how something in that state is shown."""
    light, word = _WORDS.get(state, ("grey", state))
    return Part(anchor=anchor, name=name, light=light, word=word)


def run_card(run: WorkflowRun) -> RunCard:
    """Return how a run is shown."""
    jobs = tuple(
        part(f"job-{job.id}", job.name, job.conclusion or job.status)
        for job in run.latest
        if job.conclusion != "skipped"
    )
    again = f", attempt {run.attempt}" if run.attempt > 1 else ""
    return RunCard(
        run=part(f"run-{run.id}", run.title.partition(" [")[0], run.conclusion or run.status),
        about=f"{run.workflow.name} #{run.number}{again} · {run.branch} · {run.triggering.user.login}",
        jobs=jobs,
        done=sum(job.word not in {"queued", "running"} for job in jobs),
    )


def gate_of(room: Room) -> CheckRun | None:
    """Return our App's newest check run release/gate."""
    checks = reversed(room.repo.checks.values())
    return next((one for one in checks if one.name == GATE and one.suite.app is room.app), None)


def gate_card(gate: CheckRun) -> GateCard:
    """Return how the gate is shown."""
    light, word = _WORDS.get(gate.conclusion or gate.status, ("grey", gate.status))
    words = {"green": "green", "red": "red", "yellow": "not green yet"}
    return GateCard(
        check=Part(anchor=f"check-{gate.id}", name=GATE, light=light, word=words.get(light, word)),
        title=gate.title or "",
        html=to_html(gate.summary or ""),
    )


def checks_at(room: Room, sha: str) -> Iterator[Part]:
    """Yield the newest check of each name and the newest status of each context at a commit.

    The gate and the jobs of workflow runs, which are checks too, have their own places on the page.
    """
    for check in {one.name: one for one in room.repo.checks_at.get(sha, ())}.values():
        if check.name != GATE and check.suite.app.slug != _ACTIONS:
            yield part(f"check-{check.id}", f"{check.name} · {check.suite.app.slug}", check.conclusion or check.status)
    for status in {one.context: one for one in room.repo.statuses.get(sha, ())}.values():
        yield part(f"status-{status.id}", f"{status.context} · {status.creator.login}", status.state)
