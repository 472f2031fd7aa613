"""The timeline of a release: what people decided, in the order in which they did, one line each."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, assert_never

from app.domain.guard.telling import told
from app.domain.plan.model import Plan
from app.domain.release.events import (
    CancelRequested,
    Event,
    ReleaseStarted,
    RepositoryMoved,
    RerunRequested,
    RunEvent,
    RunRefused,
    RunRequested,
    RunStarted,
    RunUnclear,
    Seen,
)
from app.domain.release.events_course import (
    BlockRepaired,
    BranchSeen,
    CourseEvent,
    IssueSeen,
    IssuesRead,
    PlanAdopted,
    PlanSeen,
    ReleaseAbandoned,
    ReleaseFinished,
    Retargeted,
    TrackingIssueLost,
)
from app.domain.release.events_deploy import Answer, DeployEvent, DeploymentAsked
from app.domain.release.events_foreign import ForeignEvent
from app.domain.release.events_guard import GuardEvent
from app.domain.release.events_publish import (
    PublishEvent,
    PublishRefused,
    PublishRequested,
    PublishWaiting,
    ReleasePublished,
)
from app.domain.release.events_said import (
    BoxFound,
    CommandAnswered,
    GoSaid,
    HoldLifted,
    HoldPlaced,
    ItemTicked,
    ItemUnticked,
    ItemWaived,
    NoGoSaid,
    OrderWaived,
    SaidEvent,
    SignedOff,
    TickRefused,
    Vetoed,
    WaiverLifted,
    WaiverSeconded,
    Withdrawn,
)
from app.domain.release.events_tag import TagEvent, TagMade, TagRefused, TagRequested
from app.domain.release.fold_foreign import in_words
from app.domain.values import ItemId, Person, Sha, TaskId

_CAPITAL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One decision. Where nobody took it, `by` is empty and `what` is a whole sentence."""

    at: datetime
    by: Person | None
    what: str  # in words that follow the person's name: "waived 1.2.3"
    about: str = ""  # the words of the item it is about, as the plan has them, or what was not waited for
    reason: str = ""  # as it was given


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """What was decided, oldest first, and how often something was refused."""

    entries: tuple[Entry, ...]
    earlier: int  # decisions that were left out before the first entry
    refused: tuple[tuple[str, int], ...]  # why, in words, and how often


def timeline_of(plan: Plan, events: Sequence[Event], limit: int) -> Timeline:
    """Return the latest `limit` decisions of a log, and count what was refused in all of it."""
    teller = _Teller(plan, events)
    entries = [entry for place, event in enumerate(events) if (entry := teller.entry(place, event)) is not None]
    return Timeline(
        entries=tuple(entries[-limit:]),
        earlier=max(0, len(entries) - limit),
        refused=tuple(Counter(why for event in events if (why := _refusal(event))).most_common()),
    )


def _refusal(event: Event) -> str:
    """Why something was refused, in words; empty where nothing was."""
    if isinstance(event, TickRefused):
        return f"box put back, {event.why.replace('-', ' ')}"
    if isinstance(event, CommandAnswered) and event.refusal:
        return _CAPITAL.sub(" ", event.refusal).lower()
    return ""


class _Teller:
    """Puts events into words. Names of items and tasks are those of the plan that the event was said of."""

    def __init__(self, plan: Plan, events: Sequence[Event]) -> None:
        self._since = max((at for at, event in enumerate(events) if isinstance(event, PlanAdopted)), default=-1)
        self._items = {item.id: item.text for item in plan.items()}
        self._labels = {task.id: task.label for task in plan.tasks()}
        self._holders = {event.by.id: event.by.login for event in events if isinstance(event, HoldPlaced)}
        self._place = 0

    def entry(self, place: int, event: Event) -> Entry | None:
        """Return what was decided; None for what was only seen, and for refusals, which are counted."""
        self._place = place
        if isinstance(event, ReleaseStarted):
            return Entry(at=event.at, by=event.by, what=f"started {event.version} at {_at(event.target.sha)}")
        if isinstance(event, RunEvent):
            return self._run(event)
        if isinstance(event, GuardEvent):
            what, reason = told(event)
            return Entry(at=event.at, by=None, what=what, reason=reason)
        if isinstance(event, TagEvent):
            return _tag(event)
        if isinstance(event, PublishEvent):
            return _publish(event)
        if isinstance(event, DeployEvent):
            return _deployed(event)
        if isinstance(event, ForeignEvent):
            return Entry(at=event.at, by=None, what=in_words(event))
        return self._said(event) if isinstance(event, SaidEvent) else _course(event)

    def _run(self, event: RunEvent) -> Entry | None:
        match event:
            case RunRequested(task=task, attempt=attempt):
                return Entry(at=event.at, by=event.by, what=f"asked for run {attempt} of {self._task(task)}")
            case RerunRequested(task=task, failed_only=failed_only):
                part = "the failed jobs" if failed_only else "the run"
                return Entry(at=event.at, by=event.by, what=f"asked for {part} of {self._task(task)} once more")
            case CancelRequested(task=task):
                return Entry(at=event.at, by=event.by, what=f"asked for the run of {self._task(task)} to be stopped")
            case RunRefused(task=task, reason=reason):
                what = f"The run of {self._task(task)} did not come about"
                return Entry(at=event.at, by=None, what=what, reason=reason)
            case RunUnclear(task=task, reason=reason):
                what = f"Nobody knows whether the run of {self._task(task)} was started"
                return Entry(at=event.at, by=None, what=what, reason=reason)
            case RepositoryMoved(repo=repo):
                return Entry(at=event.at, by=None, what=f"The repository is {repo.full_name} from here on")
            case RunStarted() | Seen():
                return None
            case _:
                assert_never(event)

    def _said(self, event: SaidEvent) -> Entry | None:
        match event:
            case ItemTicked() | ItemUnticked() | ItemWaived() | WaiverSeconded() | WaiverLifted():
                return self._of_item(event)
            case SignedOff() | Vetoed() | Withdrawn() | GoSaid() | NoGoSaid():
                return _verdict(event)
            case HoldPlaced(by=by, reason=reason, until=until):
                end = f" until {until:%Y-%m-%d %H:%M} UTC" if until else ""
                return Entry(at=event.at, by=by, what=f"stopped the release{end}", reason=reason)
            case HoldLifted(by=by, holder=holder):
                return Entry(at=event.at, by=by, what=self._lifted(holder, by))
            case OrderWaived(task=task, over=over, by=by, reason=reason):
                what = f"let {self._task(task)} run before its time"
                return Entry(at=event.at, by=by, what=what, about=", ".join(over), reason=reason)
            case CommandAnswered() | TickRefused() | BoxFound():
                return None
            case _:
                assert_never(event)

    def _of_item(self, event: ItemTicked | ItemUnticked | ItemWaived | WaiverSeconded | WaiverLifted) -> Entry:
        reason = ""
        match event:
            case ItemTicked(note=reason):
                what = "ticked"
            case ItemUnticked():
                what = "took back the tick of"
            case ItemWaived(reason=reason, needs_second=needs_second):
                what = "asked for a waiver of" if needs_second else "waived"
            case WaiverSeconded(reason=reason):
                what = "agreed to the waiver of"
            case WaiverLifted():
                what = "took back the waiver of"
            case _:
                assert_never(event)
        return Entry(at=event.at, by=event.by, what=f"{what} {event.item}", about=self._text(event.item), reason=reason)

    def _lifted(self, holder: int, by: Person | None) -> str:
        whose = self._holders.get(holder, f"person {holder}")
        if by is None:
            return f"The hold of {whose} ended by itself"
        return "lifted their own hold" if by.id == holder else f"lifted the hold of {whose}"

    def _text(self, item: ItemId) -> str:
        """The item's words. An id of an earlier plan may be another item's by now: then the id has to do."""
        return self._items.get(item, "") if self._place > self._since else ""

    def _task(self, task: TaskId) -> str:
        return self._labels.get(task, task) if self._place > self._since else task


def _verdict(event: SignedOff | Vetoed | Withdrawn | GoSaid | NoGoSaid) -> Entry:
    match event:
        case SignedOff(role=role, sha=sha):
            return Entry(at=event.at, by=event.by, what=f"signed {_at(sha)} off as {role}")
        case Vetoed(reason=reason, sha=sha):
            return Entry(at=event.at, by=event.by, what=f"vetoed {_at(sha)}", reason=reason)
        case Withdrawn():
            return Entry(at=event.at, by=event.by, what="took back their sign-off and their veto")
        case GoSaid(sha=sha):
            return Entry(at=event.at, by=event.by, what=f"said go to {_at(sha)}")
        case NoGoSaid(reason=reason, sha=sha):
            return Entry(at=event.at, by=event.by, what=f"said no-go to {_at(sha)}", reason=reason)
        case _:
            assert_never(event)


def _tag(event: TagEvent) -> Entry:
    match event:
        case TagRequested(tag=tag, sha=sha, by=by):
            return Entry(at=event.at, by=by, what=f"asked for the tag {tag} at {_at(sha)}")
        case TagMade(tag=tag, commit=commit, is_signed=is_signed):
            how = "signed" if is_signed else "not signed"
            return Entry(at=event.at, by=None, what=f"The tag {tag} was made at {_at(commit)}, {how}")
        case TagRefused(tag=tag, reason=reason):
            return Entry(at=event.at, by=None, what=f"The tag {tag} was not made", reason=reason)
        case _:
            assert_never(event)


def _publish(event: PublishEvent) -> Entry:
    match event:
        case PublishRequested(tag=tag, by=by, is_adopting=is_adopting):
            how = ", with a draft that others made" if is_adopting else ""
            return Entry(at=event.at, by=by, what=f"asked for {tag} to be published{how}")
        case PublishWaiting(missing=missing):
            return Entry(at=event.at, by=None, what=f"Publishing waits for files: {', '.join(missing)}")
        case PublishRefused(reason=reason):
            return Entry(at=event.at, by=None, what="The release was not published", reason=reason)
        case ReleasePublished(tag=tag, assets=assets):
            return Entry(at=event.at, by=None, what=f"{tag} was published with {len(assets)} files, each checked")
        case _:
            assert_never(event)


_ANSWERED: Final = {
    Answer.LET_IN: "was let into",
    Answer.TURNED_AWAY: "was turned away from",
    Answer.GONE: "waits no more for",
}


def _deployed(event: DeployEvent) -> Entry:
    if isinstance(event, DeploymentAsked):
        what = f"Run {event.run_id} asked to be let into {event.environment}"
        return Entry(at=event.at, by=None, what=what)
    what = f"Run {event.run_id} {_ANSWERED[event.answer]} {event.environment}"
    return Entry(at=event.at, by=None, what=what, reason=event.reason)


def _course(event: CourseEvent) -> Entry | None:
    match event:
        case Retargeted(target=target, kept=kept):
            what = f"moved the release to {_at(target.sha)}{', and ticks stayed' if kept else ''}"
            return Entry(at=event.at, by=event.by, what=what, reason=kept or "")
        case PlanAdopted(plan_path=path):
            return Entry(at=event.at, by=event.by, what=f"took up the new text of {path}")
        case BlockRepaired(by=by, what=lines):
            after = f" after an edit by {by.login}" if by else ""
            what = f"The checklist in the issue was put right{after}"
            return Entry(at=event.at, by=None, what=what, reason="; ".join(lines[:3]))
        case TrackingIssueLost(how=how):
            return Entry(at=event.at, by=None, what="The tracking issue is gone", reason=how)
        case ReleaseFinished(reason=reason):
            return Entry(at=event.at, by=event.by, what="finished the release", reason=reason)
        case ReleaseAbandoned(reason=reason):
            return Entry(at=event.at, by=event.by, what="gave the release up", reason=reason)
        case PlanSeen() | BranchSeen() | IssueSeen() | IssuesRead():
            return None
        case _:
            assert_never(event)


def _at(sha: Sha) -> str:
    return sha[:7]
