"""Dispatching a run so that it is never sent twice blindly, and never on another commit than the target."""

from datetime import timedelta
from typing import Final

from app.domain.release.effects import DispatchRun
from app.domain.release.settling import NobodyKnows, Outcome, Started, TurnedDown
from app.ports import Clock, Entry, GitHub, Rejected, StartedRun, Throttled, Unclear

LOOK_FOR: Final = timedelta(seconds=60)
"""How long a run that may have been started is looked for before the dispatch is sent once more."""

LOOK_EVERY: Final = timedelta(seconds=10)


class NotYetKnown(Exception):
    """The dispatch may have been done: look again a little later."""


class NotSent(Exception):
    """GitHub could not be asked where the target stands, so nothing was sent: the whole try is to be made again."""


class Dispatcher:
    """Performs DispatchRun."""

    def __init__(self, github: GitHub, clock: Clock) -> None:
        self._github = github
        self._clock = clock

    async def perform(self, entry: Entry, effect: DispatchRun) -> Outcome:
        """Start the run, or find the one started before. Raises NotYetKnown, NotSent and GitHubError."""
        if entry.attempts == 1:
            return await self._send(effect, entry, is_last=False)
        if not effect.is_marked:
            return NobodyKnows()  # nothing tells our run from another's: a person has to look
        found = await self.look(entry, effect)
        return await self._send(effect, entry, is_last=True) if isinstance(found, NobodyKnows) else found

    async def look(self, entry: Entry, effect: DispatchRun) -> Outcome:
        """Find the run that an earlier try may have started, and send nothing. Raises NotYetKnown and GitHubError."""
        if not effect.is_marked:
            return NobodyKnows()
        if found := await self._find(effect, entry):
            return found
        if self._clock.now() - entry.first_claimed_at < LOOK_FOR:
            raise NotYetKnown
        return NobodyKnows()

    async def _send(self, effect: DispatchRun, entry: Entry, *, is_last: bool) -> Outcome:
        try:
            ref = await self._ref(effect)
        except Unclear as error:
            raise NotSent(str(error)) from error
        if isinstance(ref, TurnedDown):
            return ref
        try:
            started = await self._github.dispatch(effect.repo, effect.workflow, ref, effect.inputs)
        except Rejected as error:
            return TurnedDown(reason=f"GitHub answered {error.status}: {error.message}")
        except Unclear:
            started = None
        if started is not None:
            return _outcome(started)
        if not effect.is_marked:
            return NobodyKnows()
        try:
            found = await self._find(effect, entry)
        except Throttled:  # to look is what was put off: that something may have been sent must not be forgotten
            found = None
        if found or is_last:
            return found or NobodyKnows()
        raise NotYetKnown

    async def _find(self, effect: DispatchRun, entry: Entry) -> Started | None:
        found = await self._github.find_run(effect.repo, effect.workflow, effect.mark, entry.first_claimed_at)
        return _outcome(found) if found else None

    async def _ref(self, effect: DispatchRun) -> str | TurnedDown:
        """Return a branch whose head is the target: GitHub runs a branch or tag, never a bare commit."""
        if effect.branch and await self._github.head_of(effect.repo, effect.branch) == effect.sha:
            return effect.branch
        head = await self._github.head_of(effect.repo, effect.candidate)
        if head is None:
            try:
                await self._github.create_branch(effect.repo, effect.candidate, effect.sha)
            except Rejected as error:
                if await self._github.head_of(effect.repo, effect.candidate) != effect.sha:
                    return TurnedDown(
                        reason=f"branch {effect.candidate} could not be created at {effect.sha[:7]}: {error.message}"
                    )
            return effect.candidate
        if head != effect.sha:
            return TurnedDown(
                reason=f"branch {effect.candidate} stands at {head[:7]}, not at the target {effect.sha[:7]}, "
                "and no other branch does. Delete that branch: it is made anew at the target"
            )
        return effect.candidate


def _outcome(run: StartedRun) -> Started:
    return Started(run_id=run.id, url=run.url)
