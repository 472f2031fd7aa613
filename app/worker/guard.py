"""The tag guard: it looks at the release tags of a repository when GitHub tells of one, and every few minutes."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Final

import structlog

from app.domain.guard.looking import sort_out
from app.domain.guard.naming import fits, prefixes
from app.ports import GitHubError, TagMemory, TagRef, Throttled
from app.worker.guard_judge import TagJudge
from app.worker.guard_report import GuardReport
from app.worker.guard_scope import Scope, scope_of
from app.worker.guard_unread import UnreadTags
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
        self._unread: dict[int, UnreadTags] = {}  # by repository

    async def look(self, rest: str) -> None:
        """Look at the tags of the repository of that id, and come back later."""
        scope = await scope_of(self._bench, int(rest))
        if scope is None:
            return
        try:
            wait = await self._look(scope, self._unread.setdefault(int(rest), UnreadTags(self._bench)))
        except Throttled as error:
            wait = max(error.retry_at - self._bench.clock.now(), _SOON)
        except GitHubError as error:
            _log.warning("guard.failed", repo=scope.repo.full_name, error=str(error))
            wait = _AFTER_TROUBLE
        self._bench.scheduler.wake_at(f"tags:{rest}", self._bench.clock.now() + wait)

    async def _look(self, scope: Scope, unread: UnreadTags) -> timedelta:
        """Look once, and return how long it is to the next look. Raises GitHubError where no tag can be looked at."""
        memory, refs = await self._memory.of(scope.repo.id), await self._standing(scope)
        watch = scope.watch({*refs, *memory.tags})
        found = sort_out(watch, memory, {name: ref.object for name, ref in refs.items()})
        scope = await scope_of(self._bench, scope.repo.id) or scope  # a tag that we have made since is known as ours
        judge = TagJudge(self._bench, self._gates, scope, are_ours_signed=self._are_ours_signed)
        at_hand = (*found.fresh, *found.waiting)
        unread.keep({(tag.name, tag.object) for tag in found.missing} | {(name, refs[name].object) for name in at_hand})
        looked = [await unread.tried(tag.name, tag.object, judge.missing(tag)) for tag in found.missing[:_MOST]]
        for name in unread.last(found.fresh)[:_MOST]:
            ref = refs[name]
            looked.append(await unread.tried(name, ref.object, judge.standing(ref, memory.tags.get(name))))
        for name in found.waiting:
            ref = refs[name]
            looked.append(await unread.tried(name, ref.object, judge.redeemed(ref, memory.tags[name])))
        if not unread.names.isdisjoint(found.may_be_old):
            found = replace(found, patterns=())  # it would be new at the next look, and is not
        report = GuardReport(self._bench, scope, found)
        is_written = await report.write([one for one in looked if one is not None])
        await unread.tell(scope)
        is_more = max(len(found.fresh) - len(unread.names), len(found.missing)) > _MOST
        if is_more or not is_written:
            return _SOON
        return _AFTER_TROUBLE if unread.names else EVERY

    async def _standing(self, scope: Scope) -> Mapping[str, TagRef]:
        """Return the tags that are looked at, by name."""
        patterns, found = scope.patterns, dict[str, TagRef]()
        for prefix in prefixes(patterns):
            refs = await self._bench.github.tags(scope.repo, prefix)
            found |= {ref.name: ref for ref in refs if any(fits(ref.name, pattern) for pattern in patterns)}
        return found
