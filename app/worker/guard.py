"""The tag guard: it looks at the release tags of a repository when GitHub tells of one, and every few minutes."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

import structlog

from app.domain.guard.looking import sort_out
from app.domain.guard.naming import fits, prefixes
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
        memory, refs = await self._memory.of(scope.repo.id), await self._standing(scope)
        watch = scope.watch({*refs, *memory.tags})
        found = sort_out(watch, memory, {name: ref.object for name, ref in refs.items()})
        judge = TagJudge(self._bench, self._gates, scope, are_ours_signed=self._are_ours_signed)
        looked = [await judge.missing(tag) for tag in found.missing[:_MOST]]
        looked += [await judge.standing(refs[name], memory.tags.get(name)) for name in found.fresh[:_MOST]]
        looked += [await judge.redeemed(refs[name], memory.tags[name]) for name in found.waiting]
        report = GuardReport(self._bench, scope, found)
        is_written = await report.write([one for one in looked if one is not None])
        return not is_written or max(len(found.fresh), len(found.missing)) > _MOST

    async def _standing(self, scope: Scope) -> Mapping[str, TagRef]:
        """Return the tags that are looked at, by name."""
        patterns, found = scope.patterns, dict[str, TagRef]()
        for prefix in prefixes(patterns):
            refs = await self._bench.github.tags(scope.repo, prefix)
            found |= {ref.name: ref for ref in refs if any(fits(ref.name, pattern) for pattern in patterns)}
        return found
