"""What the page shows, read from the simulated GitHub as it stands: issues, labels, CI, branches and tags."""

from dataclasses import dataclass

from app.domain.plan.model import Dispatch, Plan
from app.sim.github import SimGitHub
from app.sim.history import peeled
from app.sim.scenario import Room
from app.sim.stage.cast import Member
from app.sim.stage.checkup import CheckupCard, checkup_card
from app.sim.stage.chips import chips
from app.sim.stage.ci import GateCard, Part, RunCard, checks_at, gate_card, gate_of, run_card
from app.sim.stage.latest import Latest, latest_of
from app.sim.stage.talk import IssueCard, IssueLine, issue_card, issue_line
from app.sim.stage.telling import Telling
from app.sim.state import GitHubRelease, Repo


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseCard:
    """A release or a draft, with the names of its files."""

    part: Part
    assets: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Everything on the page that moves."""

    issue: IssueCard | None
    others: tuple[IssueLine, ...]  # the other issues, newest first
    latest: Latest | None
    gate: GateCard | None
    sha: str
    runs: tuple[RunCard, ...]
    checks: tuple[Part, ...]
    branches: tuple[tuple[str, str], ...]  # name, short sha
    tags: tuple[tuple[str, str], ...]
    releases: tuple[ReleaseCard, ...]  # drafts too, newest first
    step: str
    is_over: bool
    has_more: bool  # the rest of the story may be asked for
    troubles: tuple[str, ...]
    checkup: CheckupCard | None
    chips: tuple[str, ...]  # commands to say now, without `/release`


def look(github: SimGitHub, room: Room, telling: Telling, plan: Plan, who: Member) -> Scene:
    """Look at the simulated GitHub, as it concerns somebody."""
    github.tick()
    repo = room.repo
    issue = repo.issues.get(min(repo.issues, default=0))
    gate = gate_of(room)
    sha = gate.suite.sha if gate else github.head(repo)
    return Scene(
        issue=issue_card(issue) if issue else None,
        others=tuple(issue_line(one) for one in reversed(repo.issues.values()) if one is not issue),
        latest=latest_of(issue, telling.deed) if issue else None,
        gate=gate_card(gate) if gate else None,
        sha=sha,
        runs=tuple(run_card(run) for run in reversed(repo.runs.values())),
        checks=tuple(checks_at(room, sha)),
        branches=_refs(repo, "refs/heads/"),
        tags=_refs(repo, "refs/tags/"),
        releases=tuple(_release(one) for one in reversed(repo.releases.values())),
        step=telling.step,
        is_over=telling.is_over,
        has_more=telling.is_over and not telling.is_asked_on,
        troubles=(*telling.troubles, *_unknown(github)),
        checkup=checkup_card(telling.doctor()),
        chips=chips(plan, who, (issue.body or "") if issue and telling.is_over else ""),
    )


def labels_to_choose(plan: Plan) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the labels that the page offers, by what they mean."""
    runnable = (task.slug for task in plan.tasks() if isinstance(task.action, Dispatch))
    return (
        ("Blocks the release", plan.gate.blockers),
        ("Runs a task", tuple(f"release:{slug}" for slug in runnable)),
        ("Set by the bot", ("gate:success", "gate:held")),
    )


def _refs(repo: Repo, below: str) -> tuple[tuple[str, str], ...]:
    refs = sorted(repo.refs.items())
    return tuple((ref.removeprefix(below), peeled(repo, sha)[:7]) for ref, sha in refs if ref.startswith(below))


def _release(one: GitHubRelease) -> ReleaseCard:
    part = Part(
        anchor=f"release-{one.id}",
        name=one.name or one.tag,
        light="yellow" if one.draft else "green",
        word="draft" if one.draft else "published",
    )
    return ReleaseCard(part=part, assets=tuple(asset.name for asset in one.assets.values()))


def _unknown(github: SimGitHub) -> list[str]:
    calls = dict.fromkeys((call.method, call.path) for call in github.unknown_calls)
    return [f"The service asked for {method} {path}, which the simulated GitHub lacks." for method, path in calls][:3]
