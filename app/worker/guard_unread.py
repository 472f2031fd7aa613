"""Tags that the guard cannot judge, since GitHub does not give it what it needs: they are tried again, and told of."""

from collections.abc import Awaitable, Collection, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from app.domain.messages_guard import TagIncidentsTitle, TagUnjudged
from app.domain.values import Sha
from app.ports import GitHubError, Throttled
from app.worker.draft import Draft
from app.worker.guard_judge import Looked
from app.worker.guard_scope import Scope
from app.worker.workbench import Workbench

_log: Final = structlog.stdlib.get_logger()
TOLD_AFTER: Final = timedelta(minutes=10)
"""A tag that could not be judged for so long is told of."""


@dataclass(frozen=True, slots=True)
class _Failing:
    since: datetime
    error: str


class UnreadTags:
    """The tags of one repository that could not be judged, each as it stands. A start begins anew: so does reading."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench
        self._failing: dict[tuple[str, Sha], _Failing] = {}

    def last(self, names: Sequence[str]) -> Sequence[str]:
        """Put those that could not be judged behind all others, so that they take no turn from them."""
        unread = self.names
        return sorted(names, key=lambda name: name in unread)

    def keep(self, there: Collection[tuple[str, Sha]]) -> None:
        """Forget all others: they went elsewhere, or are gone."""
        self._failing = {of: how for of, how in self._failing.items() if of in there}

    @property
    def names(self) -> AbstractSet[str]:
        """The names of all of them."""
        return {name for name, _ in self._failing}

    async def tried(self, name: str, at: Sha, judged: Awaitable[Looked | None]) -> Looked | None:
        """Return what comes of judging a tag; None where it cannot be done now. Raises Throttled."""
        try:
            found = await judged
        except Throttled:
            raise
        except GitHubError as error:
            _log.warning("guard.tag_unread", tag=name, error=str(error))
            before = self._failing.get((name, at))
            now = self._bench.clock.now()
            self._failing[name, at] = _Failing(before.since if before else now, str(error))
            return None
        self._failing.pop((name, at), None)
        return found

    async def tell(self, scope: Scope) -> None:
        """Tell of those that could not be judged for long, each once as it stands."""
        now, draft = self._bench.clock.now(), Draft((), self._bench.renderer)
        for (name, at), how in self._failing.items():
            if now - how.since < TOLD_AFTER:
                continue
            release = scope.concerned(name, None)
            source = f"guard:unread:{scope.repo.id}:{name}@{at}"
            message = TagUnjudged(name=name, object=at, reason=how.error)
            if release is not None:
                draft.reply(release.id, scope.repo, release.issue, source, message)
            else:
                draft.open_issue(None, scope.repo, source, TagIncidentsTitle(count=1), message)
        if draft.ledger_keys:
            await self._bench.write(draft)
