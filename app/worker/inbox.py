"""Draining the inbox: each delivery is translated, decided on and committed, one after another within a key."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, assert_never

import structlog
from pydantic import ValidationError

from app.domain.decision import Accepted
from app.domain.inputs import (
    AtRepo,
    BodyEdited,
    CommentChanged,
    Commented,
    DeploymentRequested,
    GateClaimed,
    Input,
    IssueGone,
    IssueHeard,
    Labelled,
    PeopleChanged,
    PullChanged,
    PullHeard,
    Pushed,
    RecheckAsked,
    ReleaseHeard,
    Sighted,
    TagHeard,
)
from app.domain.messages import Trouble
from app.domain.release.events import RepositoryMoved
from app.domain.slash import find_invocations
from app.ports import (
    READ_BYTES,
    UNWATCHED,
    AlreadySettled,
    Conflict,
    Delivery,
    GitHubError,
    Handling,
    Inbox,
    Moments,
    Rejected,
    Throttled,
    Watch,
)
from app.worker.asking import asked_by_label, asked_in_comment
from app.worker.commands import CommandDesk
from app.worker.deployments_asked import DeploymentsAsked
from app.worker.draft import Draft
from app.worker.editing import Editing
from app.worker.freezing import Freezer
from app.worker.happenings import Happenings
from app.worker.labels import is_state_label
from app.worker.moments import OwnMoments
from app.worker.news import Rest, is_news
from app.worker.plan_checks import PlanChecker
from app.worker.quiet import Quiet
from app.worker.units import about_inputs
from app.worker.workbench import Workbench
from handlers.translating import EventHandler

_log: Final = structlog.stdlib.get_logger()
_BATCH: Final = 10  # deliveries read at once: payloads are kept in memory only for these
_TRIES: Final = 8  # of a delivery whose facts GitHub would not give, before it is parked
_TRIES_OF_PEOPLE: Final = 5  # of asking who somebody is, before they are turned away for want of an answer: 30 s
_TRIES_OF_OURS: Final = 3  # where asking again is hardly of use: GitHub said no, or the fault is in our own code
_FIRST_WAIT: Final = timedelta(seconds=2)  # before the second try; each further one waits twice as long


class InboxWorker:
    """Drains the deliveries of a key. Running it twice, or beside another worker, writes nothing twice."""

    def __init__(  # noqa: PLR0913 - each is a part of its own
        self,
        inbox: Inbox,
        bench: Workbench,
        desk: CommandDesk,
        freezer: Freezer,
        handlers: Mapping[str, tuple[EventHandler, ...]],
        *,
        watch: Watch = UNWATCHED,
        moments: Moments | None = None,
    ) -> None:
        self._inbox = inbox
        self._bench = bench
        self._desk = desk
        self._editing = Editing(bench)
        self._happenings = Happenings(bench)
        self._plan_checks = PlanChecker(bench)
        self._freezer = freezer
        self._deployments = DeploymentsAsked(bench)
        self._handlers = handlers
        self._meter = watch.meter
        self._tracer = watch.tracer
        self._moments = moments or OwnMoments()
        self._rests: dict[str, Rest] = {}

    async def drain(self, key: str) -> None:
        """Handle what waits under the key, oldest first.

        Where one must be tried again later, those behind it wait as well, except for news of how things stand.
        """
        if (rest := self._rests.get(key)) is None or self._bench.clock.now() >= rest.until:
            self._rests.pop(key, None)
            until = await self._moments.of(f"rest:inbox:{key}")
            if until is not None and self._bench.clock.now() < until:  # another process has found that it must rest
                rest = self._rests[key] = Rest(until=until, seen=0)
            else:
                rest = await self._drain(key)
        if rest is not None:
            await self._let_by(key, rest)
            self._bench.scheduler.wake_at(f"inbox:{key}", rest.until)  # a new delivery is no reason to hurry

    async def _drain(self, key: str) -> Rest | None:
        """Handle what waits; return how long the key has to rest, where it has to.

        Deliveries that nothing follows from are ticked off together, with the next one that something follows from.
        """
        while waiting := await self._inbox.waiting(key, _BATCH):
            quiet = Quiet()
            is_resting = False
            for delivery in waiting:
                if not await self._handled(delivery, quiet):
                    is_resting = True
                    break
            taken = quiet.take()
            if not await self._ticked_off(taken) or is_resting:
                return self._rests[key]
            # Whatever has come since has asked for a run of its own. On PostgreSQL that begins half a second later: so
            # one that took time, since something followed from what it handled, looks once more by itself.
            if len(taken) == len(waiting) and _was_all(waiting):
                break
        return None

    async def _let_by(self, key: str, rest: Rest) -> None:
        """Handle what only tells how something stands that a release is about: it says the same in whatever order.

        Without that a command that GitHub holds up, for an hour where its limit is used up, would hold up all of CI.
        """
        while waiting := await self._inbox.waiting(key, _BATCH, after=rest.seen):
            for delivery in waiting:
                rest.seen = delivery.seq
                names = {"delivery": delivery.id, "github_event": delivery.event}
                with structlog.contextvars.bound_contextvars(**names), self._tracer.span("delivery", **names) as span:
                    try:
                        is_handled = await self._went_by(delivery)
                    except Exception as error:  # noqa: BLE001 - it keeps its place, and is taken in its turn
                        _log.warning("delivery.not_let_by", error=f"{type(error).__name__}: {error}")
                        is_handled = False
                    span.note("outcome", Handling.HANDLED.value if is_handled else "kept")
                if is_handled:
                    self._note_handled(Handling.HANDLED, delivery)

    async def _went_by(self, delivery: Delivery) -> bool:
        """Handle a delivery where it is news, and return whether it was."""
        inputs = self._translate(delivery)
        if not await is_news(inputs, self._bench.releases):
            return False
        self._lag(delivery, inputs)
        quiet = Quiet()
        with about_inputs(inputs):
            await self._commit(delivery, inputs, quiet)
        if quiet.take():
            await self._bench.decide(self._nothing, deliveries=[delivery.id])
        return True

    async def _handled(self, delivery: Delivery, quiet: Quiet) -> bool:
        """Handle one delivery; False where the key has to wait."""
        names = {"delivery": delivery.id, "github_event": delivery.event}
        with structlog.contextvars.bound_contextvars(**names), self._tracer.span("delivery", **names) as span:
            outcome = await self._outcome(delivery, quiet)
            span.note("outcome", outcome.value)
        self._note_handled(outcome, delivery)
        return outcome is not Handling.POSTPONED

    async def _outcome(self, delivery: Delivery, quiet: Quiet) -> Handling:
        """Handle it, postpone it or park it."""
        inputs: tuple[Input, ...] = ()
        try:
            inputs = self._translate(delivery)
            self._lag(delivery, inputs)
            with about_inputs(inputs):
                await self._commit(delivery, inputs, quiet)
        except Throttled as error:
            await self._rest(delivery, error.retry_at)
            return Handling.POSTPONED
        except Exception as error:  # noqa: BLE001 - GitHub's fault, a bug of ours, or a database that is busy
            with about_inputs(inputs):
                return await self._again_later(delivery, inputs, error)
        return Handling.HANDLED

    def _lag(self, delivery: Delivery, inputs: tuple[Input, ...]) -> None:
        """Note how late it came, by the first moment that it tells; a later try of the same says nothing more."""
        told = next((at for one in inputs if (at := _told_at(one)) is not None), None)
        if told is not None and delivery.attempts == 0:
            seconds = (delivery.received_at - told).total_seconds()
            self._meter.lagged(seconds)
            repos = {one.repo.id for one in inputs if not isinstance(one, PeopleChanged)}
            for repo in repos:
                self._bench.lag.note(repo, seconds, self._bench.clock.now())

    def _note_handled(self, outcome: Handling, delivery: Delivery) -> None:
        self._meter.handled(outcome, (self._bench.clock.now() - delivery.received_at).total_seconds())

    async def _rest(self, delivery: Delivery, until: datetime) -> None:
        await self._moments.keep(f"rest:inbox:{delivery.key}", until)
        self._rests[delivery.key] = Rest(until=until, seen=delivery.seq)

    def _translate(self, delivery: Delivery) -> tuple[Input, ...]:
        handlers = self._handlers.get(delivery.event, ())
        try:
            return tuple(i for handler in handlers for i in handler.read(delivery.payload))
        except ValidationError as error:
            # Not a payload as GitHub sends it for what we act on (no installation, say): nothing to do for us.
            fields = sorted({".".join(map(str, e["loc"])) for e in error.errors(include_input=False)})
            _log.warning("delivery.not_understood", fields=fields[:10])
            return ()

    async def _commit(self, delivery: Delivery, inputs: tuple[Input, ...], quiet: Quiet) -> None:
        draft = await self._draft(delivery, inputs, quiet, is_first=True)
        if draft.is_empty:
            quiet.add(delivery, inputs, draft)
            return
        try:
            await self._bench.write(draft, deliveries=[*(one.id for one in quiet.deliveries), delivery.id])
        except (AlreadySettled, Conflict):  # another worker has handled some of it, or a release has moved on
            quiet.look_again()
            await self._bench.decide(
                lambda: self._draft(delivery, inputs, quiet, is_first=False), deliveries=[delivery.id]
            )
        else:
            quiet.take()

    async def _ticked_off(self, deliveries: Sequence[Delivery]) -> bool:
        """Mark as handled what nothing follows from; False where the key has to wait, since that cannot be written."""
        try:
            await self._bench.write(await self._nothing(), deliveries=tuple(one.id for one in deliveries))
        except Exception:  # noqa: BLE001 - another worker has handled one, or one of them trips the database: see below
            for one in deliveries:
                try:
                    await self._bench.decide(self._nothing, deliveries=[one.id])
                except Exception as error:  # noqa: BLE001 - a bug of ours, or a database that is busy
                    if await self._again_later(one, (), error) is Handling.POSTPONED:
                        return False
        return True

    async def _nothing(self) -> Draft:
        return Draft((), self._bench.renderer)

    async def _draft(self, delivery: Delivery, inputs: tuple[Input, ...], quiet: Quiet, *, is_first: bool) -> Draft:
        for value in inputs:
            if isinstance(value, PeopleChanged):
                self._bench.github.forget_people(value.installation)
        at_repo = [value for value in inputs if not isinstance(value, PeopleChanged)]
        if not at_repo:
            return Draft((), self._bench.renderer)
        repo = at_repo[0].repo
        seen = quiet.seen_for(inputs)
        draft = await self._bench.draft_in(repo) if seen is None else Draft(seen, self._bench.renderer)
        for release in draft.releases:
            if release.repo != repo:  # renamed, transferred, or the App was installed anew
                moved = RepositoryMoved(repo=repo, at=self._bench.clock.now())
                draft.add(release.id, repo, Accepted(events=(moved,)))
        for value in at_repo:
            await self._take(value, delivery, draft, is_first=is_first)
        return draft

    async def _take(self, value: AtRepo, delivery: Delivery, draft: Draft, *, is_first: bool) -> None:
        match value:
            case Commented():
                if asking := asked_in_comment(value):
                    is_last = _is_last(delivery)
                    await self._desk.answer(asking, delivery.id, draft, is_first=is_first, is_last=is_last)
            case Labelled():
                await self._label(value, delivery, draft, is_first=is_first)
            case BodyEdited():
                await self._editing.take(value, delivery.id, draft, is_last=_is_last(delivery))
            case Sighted() | GateClaimed() | IssueHeard() | IssueGone() | CommentChanged() | Pushed() | ReleaseHeard():
                await self._happenings.take(value, draft)
            case TagHeard():
                draft.retagged.add(value.repo.id)
            case DeploymentRequested():
                self._deployments.take(value, delivery.id, draft)
            case PullChanged() | PullHeard():
                await self._pull(value)
            case RecheckAsked(sha=sha):
                draft.refreshed.update(r.id for r in draft.releases if r.target.sha == sha)
            case _:
                assert_never(value)

    async def _pull(self, value: PullChanged | PullHeard) -> None:
        """Take a pull request: what it changes of a plan, and whether its branch is frozen."""
        if isinstance(value, PullChanged):
            await self._plan_checks.check(value.repo, value.pull, value.head, value.base)
        else:
            await self._freezer.pull(value.repo, value.pull)

    async def _label(self, labelled: Labelled, delivery: Delivery, draft: Draft, *, is_first: bool) -> None:
        """Take a label on a tracking issue: a command, or one of ours that somebody has put on or taken off."""
        tracked = next((r for r in draft.releases if r.issue == labelled.issue), None)
        if tracked is None:
            return
        if is_state_label(labelled.label):
            if labelled.is_person:
                await self._happenings.state_label(tracked, draft)
            return
        asking = asked_by_label(labelled)
        if asking is None:
            return
        if labelled.is_person:
            await self._desk.answer(asking, delivery.id, draft, is_first=is_first, is_last=_is_last(delivery))
        else:  # no bot gives commands: the label goes, or it would look as if it did something
            for effect in asking.heard(is_accepted=False, key=asking.key):
                draft.plan(tracked.id, tracked.repo, effect)

    async def _again_later(self, delivery: Delivery, inputs: tuple[Input, ...], error: Exception) -> Handling:
        """Have the key rest, a little longer each time; park the delivery where that has not helped."""
        is_passing = isinstance(error, GitHubError) and not isinstance(error, Rejected)
        if delivery.attempts + 1 >= (_TRIES if is_passing else _TRIES_OF_OURS):
            await self._park(delivery, inputs, error)
            return Handling.PARKED
        _log.warning("delivery.postponed", error=f"{type(error).__name__}: {error}", attempts=delivery.attempts + 1)
        await self._inbox.failed(delivery.id, f"{type(error).__name__}: {error}", park=False)
        await self._rest(delivery, self._bench.clock.now() + _FIRST_WAIT * 2**delivery.attempts)
        return Handling.POSTPONED

    async def _park(self, delivery: Delivery, inputs: tuple[Input, ...], error: Exception) -> None:
        _log.error("delivery.parked", exc_info=error)
        apologies = Draft((), self._bench.renderer)
        for value in _commands(inputs):
            apologies.reply(None, value.repo, value.issue, f"trouble:{delivery.id}", Trouble(delivery=delivery.id))
        await self._bench.write(apologies)
        await self._inbox.failed(delivery.id, f"{type(error).__name__}: {error}", park=True)


def _told_at(value: Input) -> datetime | None:
    """Return when, by GitHub's clock, it happened; None where that is not told."""
    if isinstance(value, Sighted):
        return datetime.fromtimestamp(value.sighting.order[-1], UTC)
    at = getattr(value, "at", None)
    return at if isinstance(at, datetime) else None


def _was_all(waiting: Sequence[Delivery]) -> bool:
    """Whether nothing waited beside what a look has found."""
    return len(waiting) < _BATCH and sum(len(one.payload) for one in waiting) < READ_BYTES


def _is_last(delivery: Delivery) -> bool:
    """Whether people are to be judged by what can be read of them now."""
    return delivery.attempts + 1 >= _TRIES_OF_PEOPLE


def _commands(inputs: Iterable[Input]) -> Iterable[Commented]:
    return (i for i in inputs if isinstance(i, Commented) and find_invocations(i.text))
