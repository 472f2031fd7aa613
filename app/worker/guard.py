"""The tag guard: it looks at the release tags of a repository when GitHub tells of one, and every few minutes."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

import structlog

from app.domain.guard.memory import KnownTag, Standing
from app.ports import GitHubError, TagMemory, TagRef, Throttled
from app.worker.guard_judge import TagJudge
from app.worker.guard_report import GuardReport
from app.worker.guard_scope import Scope, scope_of
from app.worker.reverting import JudgesCommits
from app.worker.workbench import Workbench

_log: Final = structlog.stdlib.get_logger()
EVERY: Final = timedelta(minutes=5)
"""How often the tags of a repository are looked at when nothing is told of them."""

_MOST: Final = 20  # tags that are new or changed, in one look
_SOON: Final = timedelta(seconds=5)  # until the next look, where there were more
_AFTER_TROUBLE: Final = timedelta(minutes=1)


class TagGuard:
    """Looks at tags. A tag that stands where it stood costs nothing, and of each thing that is wrong it tells once."""

    def __init__(self, bench: Workbench, memory: TagMemory, gates: JudgesCommits, *, are_ours_signed: bool) -> None:
        self._bench = bench
        self._memory = memory
        self._gates = gates
        self._are_ours_signed = are_ours_signed
        self._looked: set[int] = set()

    async def unwatched(self) -> Sequence[str]:
        """Return the repositories that had a release and were not looked at yet: all of them after a start."""
        return [str(repo) for repo in await self._bench.releases.repos() if repo not in self._looked]

    async def look(self, rest: str) -> None:
        """Look at the tags of the repository of that id, and come back later."""
        scope = await scope_of(self._bench, int(rest))
        if scope is None:
            return
        self._looked.add(int(rest))
        wait = EVERY
        try:
            if await self._look(scope):
                wait = _SOON
        except Throttled as error:
            wait = max(error.retry_at - self._bench.clock.now(), _SOON)
        except GitHubError as error:
            _log.warning("guard.failed", repo=scope.repo.full_name, error=str(error))
            wait = _AFTER_TROUBLE
        self._bench.scheduler.wake_at(f"tags:{rest}", self._bench.clock.now() + wait)

    async def _look(self, scope: Scope) -> bool:
        """Look once; True where there is more to be looked at soon. Raises GitHubError."""
        known = await self._memory.known(scope.repo.id)
        standing = await self._standing(scope)
        before = () if known is not None else _from_before(scope, standing)
        old = {**(known or {}), **{tag.name: tag for tag in before}}
        fresh = [ref for name, ref in sorted(standing.items()) if _is_news(old.get(name), ref)]
        missing = _missing(scope, known or {}, standing)
        judge = TagJudge(self._bench, self._gates, scope, are_ours_signed=self._are_ours_signed)
        looked = [await judge.missing(tag) for tag in missing[:_MOST]]
        looked += [await judge.standing(ref, old.get(ref.name)) for ref in fresh[:_MOST]]
        news = [one for one in looked if one is not None]
        is_written = await GuardReport(self._bench, scope).write(news, before, begins=known is None)
        return not is_written or max(len(fresh), len(missing)) > _MOST

    async def _standing(self, scope: Scope) -> Mapping[str, TagRef]:
        """Return the tags that are looked at, by name."""
        found: dict[str, TagRef] = {}
        for prefix in scope.prefixes():
            for ref in await self._bench.github.tags(scope.repo, prefix):
                if scope.is_watched(ref.name):
                    found[ref.name] = ref
        return found


def _is_news(known: KnownTag | None, ref: TagRef) -> bool:
    return known is None or known.standing is Standing.GONE or known.object != ref.object


def _from_before(scope: Scope, standing: Mapping[str, TagRef]) -> Sequence[KnownTag]:
    """Return what is taken as it stands at the first look: all but the tags of releases that are going on."""
    of_open = {release.tag for release in scope.open}
    return [
        KnownTag(name=name, object=ref.object, standing=Standing.BEFORE, kept=ref.object, revision=1)
        for name, ref in sorted(standing.items())
        if name not in of_open
    ]


def _missing(scope: Scope, known: Mapping[str, KnownTag], standing: Mapping[str, TagRef]) -> Sequence[KnownTag]:
    """Return the tags that stood somewhere and are not listed any more, of those that are looked for."""
    listed = tuple(scope.prefixes())
    return [
        tag
        for name, tag in sorted(known.items())
        if tag.standing is not Standing.GONE
        and name not in standing
        and name.startswith(listed)
        and scope.is_watched(name)
    ]
