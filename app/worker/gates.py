"""The verdict over a commit: from what is known, or read again from GitHub where something hangs on it for good."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from app.domain.plan.model import Plan
from app.domain.release.commit_gate import judge_beside, judge_commit
from app.domain.release.gate import GateState, Verdict
from app.domain.release.model import Release
from app.domain.release.reasons import explain
from app.domain.release.views import ReasonView
from app.domain.values import ReleaseId, Repo, Sha
from app.ports import OwnCheckSeen
from app.worker.workbench import Workbench

GREEN: Final = "success"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitGate:
    """What the gate says of a commit. No release there is a failure: nobody has asked whether it may go out."""

    sha: Sha
    state: GateState
    releases: tuple[Release, ...]  # whose target it is, closed ones too, oldest first
    lead: Release | None  # the one that stands worst, from which the reasons are told
    reasons: tuple[ReasonView, ...]
    is_shown: bool = False  # GitHub's own check run says the same: known only after a re-read

    @property
    def is_green(self) -> bool:
        """Whether the commit may go out."""
        return self.state is GateState.SUCCESS


class Asks(Protocol):
    """Asks GitHub how a release stands."""

    async def ask(self, release_id: ReleaseId) -> None:
        """Write down what is news. Raises GitHubError where something could not be asked."""
        ...


class ShowsGate(Protocol):
    """Shows a commit's gate."""

    async def show_now(self, repo: Repo, sha: Sha) -> OwnCheckSeen | None:
        """Make GitHub show the gate as it stands, and read back what is shown. Raises GitHubError."""
        ...


class Gates:
    """Judges commits."""

    def __init__(self, bench: Workbench, asks: Asks, shows: ShowsGate) -> None:
        self._bench = bench
        self._asks = asks
        self._shows = shows

    async def at(self, repo: Repo, sha: Sha) -> CommitGate:
        """Return the verdict from what is known."""
        return await gate_at(self._bench, repo, sha)

    async def reread(self, repo: Repo, sha: Sha) -> CommitGate:
        """Return the verdict after everything that it rests on was asked for anew, and GitHub shows it.

        Raises GitHubError: what could not be asked is no yes.
        """
        for release in await self._bench.releases.at_commit(repo.id, sha):
            if release.closed is None:
                await self._asks.ask(release.id)
        seen = await self._shows.show_now(repo, sha)
        gate = await gate_at(self._bench, repo, sha)
        is_shown = seen is not None and (seen.conclusion == GREEN) is gate.is_green
        return CommitGate(
            sha=sha,
            state=gate.state,
            releases=gate.releases,
            lead=gate.lead,
            reasons=gate.reasons,
            is_shown=is_shown,
        )


async def gate_at(bench: Workbench, repo: Repo, sha: Sha) -> CommitGate:
    """Return the verdict over a commit from what is known."""
    at = await planned_at(bench, repo.id, sha)
    judged = judge_commit(at)
    return CommitGate(
        sha=sha,
        state=judged.verdict.state if judged else GateState.FAILURE,
        releases=tuple(release for _, release in at),
        lead=judged.release if judged else None,
        reasons=explain(judged.verdict) if judged else (),
    )


async def judged_beside(bench: Workbench, plan: Plan, release: Release) -> Verdict:
    """Return the verdict over one release, beside the others of its commit."""
    at = await planned_at(bench, release.repo.id, release.target.sha)
    return judge_beside(plan, release, [one for one in at if one[1].id != release.id])


async def planned_at(bench: Workbench, repo: int, sha: Sha) -> Sequence[tuple[Plan, Release]]:
    """Return the releases at a commit, each with its plan."""
    return [(await bench.plans.of(release), release) for release in await bench.releases.at_commit(repo, sha)]
