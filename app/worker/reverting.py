"""Deleting a tag that may not stand, and stopping what it has started: only after everything was read anew."""

from datetime import timedelta
from typing import Final, Protocol

from app.domain.guard.effects import CancelTagRuns, DeleteTag
from app.domain.guard.outcomes import (
    GateIsGreen,
    RunLeft,
    RunsCancelled,
    TagDeleted,
    TagNotDeletable,
    TagOutcome,
    TagOvertaken,
)
from app.domain.release.model import Progress
from app.domain.values import Repo, Sha
from app.ports import Clock, Entry, GitHub, GitHubError, Missing, Rejected, TagMemory, Throttled
from app.worker.dispatching import NotYetKnown
from app.worker.gates import CommitGate

LOOK_FOR: Final = timedelta(minutes=2)
"""How long runs of a tag are looked for: GitHub starts and lists each of them a while after the push."""


class JudgesCommits(Protocol):
    """The gates of commits: see `app.worker.gates.Gates`."""

    async def at(self, repo: Repo, sha: Sha) -> CommitGate:
        """Return the verdict from what is known."""
        ...

    async def reread(self, repo: Repo, sha: Sha) -> CommitGate:
        """Return the verdict after all that it rests on was asked for anew. Raises GitHubError."""
        ...


async def reread_where_released(gates: JudgesCommits, repo: Repo, sha: Sha) -> CommitGate:
    """Return the verdict read anew; where no release is there is nothing to be read. Raises GitHubError."""
    known = await gates.at(repo, sha)
    return await gates.reread(repo, sha) if known.releases else known


class TagReverter:
    """Performs DeleteTag and CancelTagRuns. Both may run twice."""

    def __init__(self, github: GitHub, gates: JudgesCommits, memory: TagMemory, clock: Clock) -> None:
        self._github = github
        self._gates = gates
        self._memory = memory
        self._clock = clock

    async def delete(self, effect: DeleteTag) -> TagOutcome:
        """Delete the tag where it still stands as it was told of, and no green gate stands behind it.

        Raises GitHubError: what cannot be read anew is not deleted.
        """
        if effect.commit is not None:
            gate = await reread_where_released(self._gates, effect.repo, effect.commit)
            if gate.is_green:
                return GateIsGreen()
        standing = await self._github.tag(effect.repo, effect.tag)
        if standing is not None and standing.object != effect.object:
            return TagOvertaken()
        if standing is not None:
            try:
                await self._github.delete_tag(effect.repo, effect.tag)
            except Rejected as error:
                if await self._github.tag(effect.repo, effect.tag) is not None:
                    return TagNotDeletable(reason=f"GitHub answered {error.status}: {error.message}")
        await self._memory.gone(effect.repo.id, effect.tag, effect.object)
        return TagDeleted()

    async def cancel(self, entry: Entry, effect: CancelTagRuns) -> RunsCancelled:
        """Cancel whatever is going on, at each look anew, and return what is cancelled by the last.

        Raises NotYetKnown until then, since one run that is listed says nothing of the next, and GitHubError.
        """
        listed = await self._github.runs_of_tag(effect.repo, effect.tag, effect.commit)
        stopped: list[int] = []
        left: list[RunLeft] = []
        trouble: GitHubError | None = None
        for run, progress, url in [(one.run_id, one.progress, one.url) for one in listed if one.run_id is not None]:
            try:
                stopped += [run] if await self._is_stopped(effect.repo, run, progress) else []
            except Throttled:
                raise
            except Rejected as error:
                left.append(RunLeft(run=run, url=url, reason=f"GitHub answered {error.status}: {error.message}"))
            except GitHubError as error:
                trouble = error  # and the others are cancelled all the same
        if trouble is not None:
            raise trouble
        if self._clock.now() - entry.first_claimed_at < LOOK_FOR:
            raise NotYetKnown
        return RunsCancelled(runs=tuple(sorted(stopped)), left=tuple(left))

    async def _is_stopped(self, repo: Repo, run: int, progress: Progress) -> bool:
        """Cancel a run that is going on; False where it had come to its end by itself. Raises GitHubError."""
        if progress.is_over:
            return progress is Progress.CANCELLED
        try:
            await self._github.cancel(repo, run)
        except Missing:
            return False
        except Rejected:
            if not (await self._github.run(repo, run)).progress.is_over:
                raise
            return False
        return True
