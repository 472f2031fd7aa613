"""Performing the ledger: each one-off effect once, looking before doing it again."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, assert_never

import structlog

from app.domain.guard.effects import CancelTagRuns, DeleteTag, OpenIssue
from app.domain.messages import Message, Quiet
from app.domain.messages_guard import TagNotDeletedTitle, TagRunsNotCancelledTitle
from app.domain.release.effects import (
    AnswerDeployment,
    CancelRun,
    DispatchRun,
    MoveCandidate,
    PublishRelease,
    PutTag,
    React,
    Reply,
    ReportDeployment,
    RerunRun,
    Unlabel,
)
from app.domain.release.model import Progress, Release
from app.domain.release.settling import Done, NobodyKnows, Outcome, Started, TurnedDown, run_of, settle
from app.domain.values import Sha
from app.ports import Entry, GitHubError, Ledger, Rejected, Throttled
from app.worker.breaker import LIMIT, Breaker, Passage
from app.worker.deployments import DeploymentDesk
from app.worker.dispatching import LOOK_EVERY, Dispatcher, NotSent, NotYetKnown
from app.worker.draft import Draft, reply_mark
from app.worker.publishing import Publisher
from app.worker.reverting import TagReverter
from app.worker.tagging import TagMaker
from app.worker.units import about
from app.worker.workbench import Workbench

_log: Final = structlog.stdlib.get_logger()
_LEASE: Final = timedelta(seconds=8)  # so long is a row out of reach that a process had in hand when it died
_RENEW_SECONDS: Final = 2.0  # a row that takes longer, such as the files of a release, is kept
_FIRST_WAIT: Final = timedelta(seconds=2)
_LONGEST_WAIT: Final = timedelta(minutes=5)
_TRIES: Final = 20  # of an effect that GitHub keeps failing: about an hour


QUIET: Final = (React, Reply, MoveCandidate, Unlabel, OpenIssue, ReportDeployment)
"""Effects of which nothing follows for the release."""

SILENT: Final = (*QUIET, AnswerDeployment)
"""Effects of which nobody is told anything more."""


class BrokenEffect(GitHubError):
    """Performing an effect fell over in our own code: tried again like a fault of GitHub's, and given up like one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doers:
    """Those who perform what takes more than one call."""

    tags: TagMaker
    reverter: TagReverter
    publisher: Publisher
    deployments: DeploymentDesk


class LedgerWorker:
    """Performs what is due under a key, in order."""

    def __init__(self, ledger: Ledger, bench: Workbench, doers: Doers) -> None:
        self._ledger = ledger
        self._bench = bench
        self._doers = doers
        self._dispatcher = Dispatcher(bench.github, bench.clock)
        self._breaker = Breaker()

    async def drain(self, key: str) -> None:
        """Perform what is due under the key; come back when the next is."""
        now = self._bench.clock.now()
        while isinstance(found := await self._ledger.claim(key, now, now + _LEASE), Entry):
            entry, effect = found, found.effect
            issue = getattr(effect, "issue", None)
            with about(repo=effect.repo, issue=issue, release=entry.release, entry=entry.id, effect=effect.kind):
                await self._perform_under_lease(entry)
            now = self._bench.clock.now()
        if found is not None:
            self._bench.scheduler.wake_at(f"ledger:{key}", found)

    async def _perform_under_lease(self, entry: Entry) -> None:
        """Perform a row for as long as it is in our hands; give it back where we are told to stop."""
        performing = asyncio.ensure_future(self._perform(entry))
        renewing = asyncio.ensure_future(self._renew(entry))
        try:
            await asyncio.wait((performing, renewing), return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            await _cut_off(performing)
            await self._ledger.put_off(entry, self._bench.clock.now(), "stopped meanwhile")
            raise
        finally:
            await _cut_off(renewing)
        if not performing.done():
            _log.warning("effect.lost")
            await _cut_off(performing)
        elif error := performing.exception():
            raise error

    async def _renew(self, entry: Entry) -> None:
        """Keep the row, and return when it is lost. A database that is away says nothing about that."""
        while True:
            await self._bench.clock.sleep(_RENEW_SECONDS)
            try:
                if not await self._ledger.renew(entry, self._bench.clock.now() + _LEASE):
                    return
            except Exception as error:  # noqa: BLE001 - whatever ails the database
                _log.warning("effect.not_renewed", error=type(error).__name__)

    async def _perform(self, entry: Entry) -> None:
        if isinstance(entry.effect, AnswerDeployment):  # may wait for weeks: it never gives up early
            await self._doers.deployments.perform(entry, entry.effect)
            return
        try:
            outcome = await self._outcome(entry)
        except NotYetKnown:
            await self._ledger.put_off(
                entry, self._bench.clock.now() + LOOK_EVERY, "nothing to be seen yet: looking for the run"
            )
        except NotSent as error:
            await self._ledger.put_back(entry, self._bench.clock.now() + LOOK_EVERY, str(error))
        except Throttled as error:
            # Of a publication much may be done by then: it is not to be forgotten that there was a try.
            is_begun = isinstance(entry.effect, PublishRelease)
            give_back = self._ledger.put_off if is_begun else self._ledger.put_back
            await give_back(entry, error.retry_at, str(error))
        except GitHubError as error:
            await self._failed(entry, error)
        except Exception as error:  # noqa: BLE001 - a bug of ours must not hold up the rows behind it for ever
            _log.error("effect.broken", exc_info=error)
            await self._failed(entry, BrokenEffect(f"{type(error).__name__} in our own code"))
        else:
            await self._record(entry, outcome)

    async def _failed(self, entry: Entry, error: GitHubError) -> None:
        if not isinstance(error, Rejected) and entry.attempts < _TRIES:
            _log.warning("effect.postponed", error=str(error), attempts=entry.attempts)
            wait = min(_FIRST_WAIT * 2 ** min(entry.attempts - 1, 10), _LONGEST_WAIT)
            await self._ledger.put_off(entry, self._bench.clock.now() + wait, str(error))
            return
        _log.error("effect.failed", error=str(error))
        if isinstance(entry.effect, QUIET):
            await self._ledger.fail(entry, str(error))  # the issue is locked or gone: nobody can be told
        elif entry.attempts == 1:
            await self._record(entry, TurnedDown(reason=f"GitHub answered: {error}"))
        else:
            await self._record(entry, NobodyKnows())

    async def _record(self, entry: Entry, outcome: Outcome) -> None:
        """Write down what came of it, with what follows, in one transaction."""

        async def draft() -> Draft:
            # Reactions and replies change no release: there is none to be read for them.
            concerns = None if isinstance(entry.effect, QUIET) else entry.release
            release = await self._bench.releases.get(concerns) if concerns else None
            drafted = Draft((release,) if release else (), self._bench.renderer)
            plan = await self._bench.plans.of(release) if release else None
            follows = settle(entry.effect, outcome, release, plan, self._bench.clock.now())
            drafted.add(entry.release, entry.effect.repo, follows)
            if follows.answer is not None:
                self._answer(entry, drafted, follows.answer)
            return drafted

        await self._bench.decide(draft, entries=[entry])

    def _answer(self, entry: Entry, draft: Draft, answer: Message) -> None:
        effect, source = entry.effect, f"outcome:{entry.effect.ledger_key}"
        if isinstance(effect, SILENT):
            return
        if effect.issue is not None:
            draft.reply(entry.release, effect.repo, effect.issue, source, answer)
        else:
            title = TagRunsNotCancelledTitle() if isinstance(effect, CancelTagRuns) else TagNotDeletedTitle()
            draft.open_issue(entry.release, effect.repo, source, title, answer)

    async def _outcome(self, entry: Entry) -> Outcome:
        effect = entry.effect
        match effect:
            case React():
                await self._bench.github.react(effect.repo, effect.comment, effect.content)
                return Done()
            case Reply():
                return await self._reply(entry, effect)
            case DispatchRun():
                return await self._settled_already(entry, effect) or await self._dispatcher.perform(entry, effect)
            case RerunRun():
                return await self._unwanted(entry, effect) or await self._rerun(entry, effect)
            case CancelRun():
                return await self._cancel(effect)
            case MoveCandidate():
                return await self._move(effect)
            case Unlabel():
                await self._bench.github.remove_label(effect.repo, effect.issue, effect.label)
                return Done()
            case OpenIssue():
                return await self._open(entry, effect)
            case DeleteTag():
                return await self._doers.reverter.delete(effect)
            case CancelTagRuns():
                return await self._doers.reverter.cancel(entry, effect)
            case PutTag():
                return await self._doers.tags.perform(entry, effect)
            case PublishRelease():
                return await self._doers.publisher.perform(entry, effect)
            case ReportDeployment():
                await self._doers.deployments.report(effect)
                return Done()
            case AnswerDeployment():
                raise TypeError(effect.kind)  # has its own way, from waiting to recording
            case _:
                assert_never(effect)

    async def _settled_already(self, entry: Entry, effect: DispatchRun) -> Outcome | None:
        """Return the run that a webhook has told of meanwhile, or why none is wanted any more: then nothing is sent."""
        release = await self._bench.releases.get(entry.release) if entry.release else None
        if release is None:
            return None
        run = run_of(release, effect)
        if run is not None and run.run_id is not None:
            return Started(run_id=run.run_id, url=run.url or "")
        why = _why_not_wanted(release, effect.sha)
        if why is None and run is None:
            why = "the release has changed since it was asked for"
        if why is None:
            return None
        # What may have been sent before is looked for, and never sent again.
        return TurnedDown(reason=why) if entry.attempts == 1 else await self._dispatcher.look(entry, effect)

    async def _unwanted(self, entry: Entry, effect: RerunRun) -> TurnedDown | None:
        """Return why a run is not wanted again any more."""
        release = await self._bench.releases.get(entry.release) if entry.release else None
        if release is None or entry.attempts > 1:
            return None
        if release.closed is not None:
            return TurnedDown(reason="the release is over")
        if all(run.run_id != effect.run_id for run in release.runs.values()):
            return TurnedDown(reason="the release has moved on from that run")
        return None

    async def _reply(self, entry: Entry, effect: Reply) -> Outcome:
        is_there = entry.attempts > 1 and await self._bench.github.find_comment(
            effect.repo, effect.issue, reply_mark(effect.mark)
        )
        if is_there:
            return Done()
        passage = self._breaker.ask(effect.repo.id, effect.issue, self._bench.clock.now())
        if passage is Passage.CLOSED:
            _log.error("reply.not_written", issue=effect.issue, limit=LIMIT)
            return Done()
        body = effect.body
        if passage is Passage.LAST:
            body = f"{self._bench.renderer.message(Quiet(limit=LIMIT))}\n\n{reply_mark(effect.mark)}"
        await self._bench.github.comment(effect.repo, effect.issue, body)
        self._breaker.count(effect.repo.id, effect.issue, self._bench.clock.now())
        return Done()

    async def _open(self, entry: Entry, effect: OpenIssue) -> Outcome:
        mark = reply_mark(effect.mark)
        is_there = entry.attempts > 1 and await self._bench.github.find_issue(effect.repo, mark, entry.first_claimed_at)
        if not is_there:
            await self._bench.github.open_issue(effect.repo, effect.title, effect.body)
        return Done()

    async def _move(self, effect: MoveCandidate) -> Outcome:
        """Move the candidate branch, where it stands at the target before; anywhere else it is somebody's own doing."""
        if await self._bench.github.head_of(effect.repo, effect.branch) == effect.before:
            await self._bench.github.move_branch(effect.repo, effect.branch, effect.sha)
        return Done()

    async def _rerun(self, entry: Entry, effect: RerunRun) -> Outcome:
        if entry.attempts > 1:
            seen = await self._bench.github.run(effect.repo, effect.run_id)
            if seen.order[1] > effect.after_attempt:
                return Done()
        try:
            await self._bench.github.rerun(effect.repo, effect.run_id, failed_only=effect.failed_only)
        except Rejected as error:
            return TurnedDown(reason=f"GitHub answered {error.status}: {error.message}")
        return Done()

    async def _cancel(self, effect: CancelRun) -> Outcome:
        try:
            await self._bench.github.cancel(effect.repo, effect.run_id)
        except Rejected as error:
            seen = await self._bench.github.run(effect.repo, effect.run_id)
            if seen.progress is Progress.CANCELLED:
                return Done()
            if seen.progress.is_over:
                return TurnedDown(reason=f"it had ended before, with {seen.progress}")
            return TurnedDown(reason=f"GitHub answered {error.status}: {error.message}")
        return Done()


async def _cut_off(task: asyncio.Future[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def _why_not_wanted(release: Release, sha: Sha) -> str | None:
    if release.closed is not None:
        return "the release is over"
    if release.target.sha != sha:
        return f"the release has moved from {sha[:7]} to {release.target.sha[:7]}"
    return None
