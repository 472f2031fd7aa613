"""What follows from an effect once it was performed: events for the log, a reaction, and words where it went wrong."""

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from app.domain.decision import Accepted
from app.domain.guard.effects import CancelTagRuns, DeleteTag
from app.domain.guard.outcomes import GuardOutcome, RunsCancelled, TagOutcome, TagUnread
from app.domain.guard.settling import after_cancelling, after_deleting
from app.domain.messages import DispatchRefused, DispatchUnclear, Message, RunRequestRefused
from app.domain.plan.model import Plan
from app.domain.release.effects import CancelRun, DispatchRun, Effect, PublishRelease, PutTag, React, RerunRun
from app.domain.release.events import Event, RunRefused, RunStarted, RunUnclear
from app.domain.release.events_publish import ReleasePublished
from app.domain.release.events_tag import TagMade
from app.domain.release.model import Release, Run, RunState
from app.domain.release.no_publish import FilesAwaited, NotPublished, Unpublished
from app.domain.release.no_tag import NoTag, Problem
from app.domain.release.settling_publish import files_awaited, release_not_published, release_published
from app.domain.release.settling_tag import tag_made, tag_not_made
from app.domain.values import Repo


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """The effect was performed, now or at an earlier try."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """GitHub has a run for the dispatch."""

    run_id: int
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnedDown:
    """Nothing was done, and why, in words for people."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NobodyKnows:
    """It was sent, and whether it was done cannot be found out."""


RunOutcome = Done | Started | TurnedDown | NobodyKnows
"""What came of asking for something."""

PublishOutcome = ReleasePublished | NotPublished | FilesAwaited
Outcome = RunOutcome | TagMade | NoTag | GuardOutcome | PublishOutcome


def settle(effect: Effect, outcome: Outcome, release: Release | None, plan: Plan | None, now: datetime) -> Accepted:
    """Return what follows. Settling the same outcome twice adds nothing to the log's fold."""
    if isinstance(effect, DeleteTag):
        return after_deleting(effect, _of_tag(outcome), now, has_log=release is not None)
    if isinstance(effect, CancelTagRuns):
        return after_cancelling(effect, _of_runs(outcome), now, has_log=release is not None)
    if isinstance(outcome, GuardOutcome):
        return Accepted()  # of no other effect
    if isinstance(effect, PublishRelease):
        return _published(effect, outcome, release, now)
    if isinstance(outcome, PublishOutcome):
        return Accepted()  # of no other effect
    if isinstance(effect, PutTag):
        return _tagged(effect, outcome, release, now)
    if isinstance(outcome, TagMade | NoTag):
        return Accepted()  # of no other effect
    if isinstance(effect, DispatchRun):
        return _dispatched(effect, outcome, release, plan, now)
    if isinstance(effect, RerunRun | CancelRun):
        return _asked(effect, outcome, plan)
    return Accepted()


def _of_tag(outcome: Outcome) -> TagOutcome:
    """Return what came of deleting a tag, also where GitHub would not even be asked."""
    if isinstance(outcome, TagOutcome):
        return outcome
    return TagUnread(reason=_why_not(outcome))


def _of_runs(outcome: Outcome) -> RunsCancelled:
    """Return what came of cancelling a tag's runs, also where GitHub would not even list them."""
    return outcome if isinstance(outcome, RunsCancelled) else RunsCancelled(unread=_why_not(outcome))


def _why_not(outcome: Outcome) -> str:
    return outcome.reason if isinstance(outcome, TurnedDown) else "GitHub did not answer"


def run_of(release: Release, effect: DispatchRun) -> Run | None:
    """Return the run that the effect is to start, by its mark; None where the release knows of it no more."""
    return next((run for run in release.runs.values() if run.mark == effect.mark), None)


def _tagged(effect: PutTag, outcome: RunOutcome | TagMade | NoTag, release: Release | None, now: datetime) -> Accepted:
    match outcome:
        case TagMade():
            return tag_made(effect, outcome, release)
        case NoTag():
            return tag_not_made(effect, outcome, now)
        case TurnedDown(reason=reason):
            return tag_not_made(effect, NoTag(problem=Problem.REJECTED, detail=reason), now)
        case _:
            return tag_not_made(effect, NoTag(problem=Problem.SILENT), now)


def _published(
    effect: PublishRelease,
    outcome: RunOutcome | TagMade | NoTag | PublishOutcome,
    release: Release | None,
    now: datetime,
) -> Accepted:
    match outcome:
        case ReleasePublished():
            return release_published(effect, outcome, release)
        case NotPublished():
            return release_not_published(effect, outcome, release, now)
        case FilesAwaited():
            return files_awaited(effect, outcome, release, now)
        case TurnedDown(reason=reason):
            why = NotPublished(problem=Unpublished.REJECTED, detail=reason)
            return release_not_published(effect, why, release, now)
        case _:
            return release_not_published(effect, NotPublished(problem=Unpublished.SILENT), release, now)


def _dispatched(
    effect: DispatchRun, outcome: RunOutcome, release: Release | None, plan: Plan | None, now: datetime
) -> Accepted:
    run = run_of(release, effect) if release else None
    if release is not None and run is None:
        return _forgotten(effect, outcome, plan)
    id_ = run.task if run else effect.task  # a changed plan may have given it another number meanwhile
    task = plan.task(id_) if plan else None
    label, slug = (task.label, task.slug) if task else (id_, id_)
    events: tuple[Event, ...] = ()
    answer: Message | None = None
    is_known = run is not None and run.state is RunState.STARTED
    if run is not None and is_known and run.run_id is not None and not isinstance(outcome, Started):
        # A webhook has told of the run, whatever became of GitHub's answer.
        outcome = Started(run_id=run.run_id, url=run.url or "")
    match outcome:
        case Started(run_id=run_id, url=url):
            if run is None or run.run_id != run_id or run.state is not RunState.STARTED:
                events = (RunStarted(task=id_, attempt=effect.attempt, run_id=run_id, url=url, at=now),)
        case TurnedDown(reason=reason):
            events = (RunRefused(task=id_, attempt=effect.attempt, reason=reason, at=now),)
            answer = DispatchRefused(task=label, slug=slug, reason=reason)
        case Done() | NobodyKnows():
            reason = "GitHub did not answer, and no run with our mark was found"
            events = (RunUnclear(task=id_, attempt=effect.attempt, reason=reason, at=now),)
            answer = DispatchUnclear(task=label, slug=slug, workflow=effect.workflow)
        case _:
            assert_never(outcome)
    return Accepted(
        events=events, effects=_reaction(effect.repo, effect.comment, is_done=answer is None), answer=answer
    )


def _forgotten(effect: DispatchRun, outcome: RunOutcome, plan: Plan | None) -> Accepted:
    """Settle a dispatch of before the release moved on: a run of it is one too many, and no event is about it.

    By now the task may have another run, and attempts are counted anew at each commit.
    """
    task = plan.task(effect.task) if plan else None
    reason = outcome.reason if isinstance(outcome, TurnedDown) else "the release has moved on since it was asked for"
    cancel: tuple[Effect, ...] = ()
    if isinstance(outcome, Started):
        cancel = (
            CancelRun(
                repo=effect.repo,
                task=effect.task,
                run_id=outcome.run_id,
                attempt=1,
                comment=None,
                issue=effect.issue,
            ),
        )
    label, slug = (task.label, task.slug) if task else (effect.task, effect.task)
    return Accepted(
        effects=(*cancel, *_reaction(effect.repo, effect.comment, is_done=False)),
        answer=DispatchRefused(task=label, slug=slug, reason=reason),
    )


def _asked(effect: RerunRun | CancelRun, outcome: RunOutcome, plan: Plan | None) -> Accepted:
    task = plan.task(effect.task) if plan else None
    reason: str | None = None
    match outcome:
        case Done() | Started():
            pass
        case TurnedDown(reason=why):
            reason = why
        case NobodyKnows():
            reason = "GitHub did not answer, so it may have been done or not: the run's own page tells"
        case _:
            assert_never(outcome)
    if reason is None:
        return Accepted(effects=_reaction(effect.repo, effect.comment, is_done=True))
    answer = RunRequestRefused(
        task=task.label if task else effect.task,
        verb="rerun" if isinstance(effect, RerunRun) else "cancel",
        reason=reason,
    )
    return Accepted(effects=_reaction(effect.repo, effect.comment, is_done=False), answer=answer)


def _reaction(repo: Repo, comment: int | None, *, is_done: bool) -> tuple[Effect, ...]:
    return (React(repo=repo, comment=comment, content="rocket" if is_done else "-1"),) if comment is not None else ()
