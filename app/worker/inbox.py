"""Draining the inbox: each delivery is translated, decided on and committed, one after another within a key."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final, assert_never

import structlog
from pydantic import ValidationError

from app.domain.decision import Accepted
from app.domain.inputs import Commented, Input, RecheckAsked, Sighted, TextChanged
from app.domain.messages import Trouble
from app.domain.release.events import RepositoryMoved
from app.domain.release.model import Release
from app.domain.release.seeing import see
from app.domain.slash import find_invocations
from app.ports import AlreadySettled, Conflict, Delivery, GitHubError, Inbox, Rejected, Throttled
from app.worker.commands import CommandDesk
from app.worker.draft import Draft
from app.worker.shown import forget_changed
from app.worker.workbench import Workbench
from handlers.translating import EventHandler

_log: Final = structlog.stdlib.get_logger()
_BATCH: Final = 10  # deliveries read at once: payloads are kept in memory only for these
_TRIES: Final = 8  # of a delivery whose facts GitHub would not give, before it is parked
_TRIES_OF_OURS: Final = 3  # where asking again is hardly of use: GitHub said no, or the fault is in our own code
_FIRST_WAIT: Final = timedelta(seconds=2)  # before the second try; each further one waits twice as long


class InboxWorker:
    """Drains the deliveries of a key. Running it twice, or beside another worker, writes nothing twice."""

    def __init__(
        self, inbox: Inbox, bench: Workbench, desk: CommandDesk, handlers: Mapping[str, tuple[EventHandler, ...]]
    ) -> None:
        self._inbox = inbox
        self._bench = bench
        self._desk = desk
        self._handlers = handlers
        self._rests: dict[str, datetime] = {}

    async def drain(self, key: str) -> None:
        """Handle what waits under the key, oldest first; stop where one must be tried again later."""
        if (rest := self._rests.get(key)) is not None and self._bench.clock.now() < rest:
            self._bench.scheduler.wake_at(f"inbox:{key}", rest)  # a new delivery, or a sweep, is no reason to hurry
            return
        self._rests.pop(key, None)
        while waiting := await self._inbox.waiting(key, _BATCH):
            for delivery in waiting:
                if not await self._handled(delivery):
                    return

    async def _handled(self, delivery: Delivery) -> bool:
        """Handle one delivery; False where the key has to wait."""
        inputs: tuple[Input, ...] = ()
        with structlog.contextvars.bound_contextvars(delivery=delivery.id, github_event=delivery.event):
            try:
                inputs = self._translate(delivery)
                await self._commit(delivery, inputs)
            except Throttled as error:
                self._rest(delivery.key, error.retry_at)
                return False
            except Exception as error:  # noqa: BLE001 - GitHub's fault, a bug of ours, or a database that is busy
                return await self._again_later(delivery, inputs, error)
        return True

    def _rest(self, key: str, until: datetime) -> None:
        self._rests[key] = until
        self._bench.scheduler.wake_at(f"inbox:{key}", until)

    def _translate(self, delivery: Delivery) -> tuple[Input, ...]:
        handlers = self._handlers.get(delivery.event, ())
        try:
            return tuple(i for handler in handlers for i in handler.read(delivery.payload))
        except ValidationError as error:
            # Not a payload as GitHub sends it for what we act on (no installation, say): nothing to do for us.
            fields = sorted({".".join(map(str, e["loc"])) for e in error.errors(include_input=False)})
            _log.warning("delivery.not_understood", fields=fields[:10])
            return ()

    async def _commit(self, delivery: Delivery, inputs: tuple[Input, ...]) -> None:
        is_first = True
        while True:
            draft = await self._draft(delivery, inputs, is_first=is_first)
            try:
                await self._bench.write(draft, deliveries=[delivery.id])
            except AlreadySettled:
                return  # another worker has handled it
            except Conflict:
                is_first = False
                continue
            else:
                return

    async def _draft(self, delivery: Delivery, inputs: tuple[Input, ...], *, is_first: bool) -> Draft:
        if not inputs:
            return Draft((), self._bench.renderer)
        draft = Draft(await self._bench.releases.open_in(inputs[0].repo.id), self._bench.renderer)
        repo = inputs[0].repo
        for release in draft.releases:
            if release.repo != repo:  # renamed, transferred, or the App was installed anew
                moved = RepositoryMoved(repo=repo, at=self._bench.clock.now())
                draft.add(release.id, repo, Accepted(events=(moved,)))
        for value in inputs:
            match value:
                case Commented():
                    await self._desk.answer(value, delivery.id, draft, is_first=is_first)
                case Sighted():
                    await self._see(value, draft)
                case TextChanged():
                    draft.touched.update([r.id for r in draft.releases if await self._is_ours(r, value)])
                case RecheckAsked(release=asked):
                    draft.refreshed.update(r.id for r in draft.releases if r.id == asked)
                case _:
                    assert_never(value)
        return draft

    async def _is_ours(self, release: Release, changed: TextChanged) -> bool:
        """Whether a text of ours reads otherwise than we wrote it; what we wrote is then forgotten, to be looked at."""
        if release.issue != changed.issue:
            return False
        while True:
            shown = await self._bench.releases.shown(release.id)
            afresh = forget_changed(shown, changed)
            if afresh is None:
                return False
            if afresh == shown or await self._bench.releases.save_shown(release.id, shown, afresh):
                return True

    async def _see(self, sighted: Sighted, draft: Draft) -> None:
        for release in draft.releases:
            plan = await self._bench.plans.of(release)
            draft.add(release.id, release.repo, see(plan, release, sighted.sighting, self._bench.clock.now()))

    async def _again_later(self, delivery: Delivery, inputs: tuple[Input, ...], error: Exception) -> bool:
        """Have the key rest, a little longer each time; park the delivery where that has not helped."""
        is_passing = isinstance(error, GitHubError) and not isinstance(error, Rejected)
        if delivery.attempts + 1 >= (_TRIES if is_passing else _TRIES_OF_OURS):
            await self._park(delivery, inputs, error)
            return True
        _log.warning("delivery.postponed", error=f"{type(error).__name__}: {error}", attempts=delivery.attempts + 1)
        await self._inbox.failed(delivery.id, f"{type(error).__name__}: {error}", park=False)
        self._rest(delivery.key, self._bench.clock.now() + _FIRST_WAIT * 2**delivery.attempts)
        return False

    async def _park(self, delivery: Delivery, inputs: tuple[Input, ...], error: Exception) -> None:
        _log.error("delivery.parked", exc_info=error)
        apologies = Draft((), self._bench.renderer)
        for value in _commands(inputs):
            apologies.reply(None, value.repo, value.issue, f"trouble:{delivery.id}", Trouble(delivery=delivery.id))
        await self._bench.write(apologies)
        await self._inbox.failed(delivery.id, f"{type(error).__name__}: {error}", park=True)


def _commands(inputs: Iterable[Input]) -> Iterable[Commented]:
    return (i for i in inputs if isinstance(i, Commented) and find_invocations(i.text))
