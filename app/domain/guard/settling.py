"""What follows from what was done about a tag: a line in the release's log, the end of its runs, words where it failed.

Events are for a release's log, where there is one.
"""

from datetime import datetime
from typing import Literal, assert_never

from app.domain.decision import Accepted
from app.domain.guard.effects import CancelTagRuns, DeleteTag
from app.domain.guard.outcomes import (
    GateIsGreen,
    RunsCancelled,
    TagDeleted,
    TagNotDeletable,
    TagOutcome,
    TagOvertaken,
    TagUnread,
)
from app.domain.messages_guard import TagLine, TagNotDeleted, TagRunsNotCancelled
from app.domain.release.events_guard import GuardEvent, TagLeft, TagReverted, TagRunsCancelled, TagRunsLeft


def after_deleting(effect: DeleteTag, outcome: TagOutcome, now: datetime, *, has_log: bool) -> Accepted:
    """Return what follows from deleting a tag, or from letting it stand."""
    answer: TagNotDeleted | None = None
    match outcome:
        case TagDeleted():
            event: GuardEvent = TagReverted(tag=effect.tag, object=effect.object, at=now)
        case GateIsGreen():
            event = _left(effect, "its gate has turned green", now)
            answer = _not_deleted(effect, "green", "")
        case TagOvertaken():
            event = _left(effect, "it points at something else by now", now)
        case TagNotDeletable(reason=reason):
            event = _left(effect, reason, now)
            answer = _not_deleted(effect, "kept", reason)
        case TagUnread(reason=reason):
            event = _left(effect, reason, now)
            answer = _not_deleted(effect, "unread", reason)
        case _:
            assert_never(outcome)
    runs: tuple[CancelTagRuns, ...] = ()
    if effect.commit is not None and not isinstance(outcome, GateIsGreen | TagUnread):
        # no green gate stands behind what its push has started, whatever has become of the tag itself
        runs = (
            CancelTagRuns(repo=effect.repo, tag=effect.tag, commit=effect.commit, told=effect.told, issue=effect.issue),
        )
    return Accepted(events=(event,) if has_log else (), effects=runs, answer=answer)


def after_cancelling(effect: CancelTagRuns, outcome: RunsCancelled, now: datetime, *, has_log: bool) -> Accepted:
    """Return what follows from cancelling the runs of a tag."""
    tag, commit = effect.tag, effect.commit
    events: list[GuardEvent] = []
    if outcome.runs:
        events.append(TagRunsCancelled(tag=tag, commit=commit, runs=outcome.runs, at=now))
    if not outcome.left and not outcome.unread:
        return Accepted(events=tuple(events) if has_log else ())
    reasons = dict.fromkeys((outcome.unread,) if outcome.unread else (one.reason for one in outcome.left))
    runs = tuple(one.run for one in outcome.left)
    events.append(TagRunsLeft(tag=tag, commit=commit, runs=runs, reason="; ".join(reasons), at=now))
    answer = TagRunsNotCancelled(tag=tag, runs=outcome.left, reason=outcome.unread)
    return Accepted(events=tuple(events) if has_log else (), answer=answer)


def _left(effect: DeleteTag, reason: str, now: datetime) -> TagLeft:
    return TagLeft(tag=effect.tag, object=effect.object, reason=reason, at=now)


def _not_deleted(effect: DeleteTag, why: Literal["green", "kept", "unread"], reason: str) -> TagNotDeleted:
    line = TagLine(name=effect.tag, at=effect.commit, wrong=(), flaws=())
    return TagNotDeleted(tag=line, why=why, reason=reason)
