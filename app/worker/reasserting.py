"""Saying again what the gate says, after somebody else has spoken in its name: ours is then the newest."""

from collections import OrderedDict, deque
from datetime import datetime, timedelta
from typing import Final, TypeVar

import structlog

from app.domain.release.model import Sighting
from app.domain.values import Repo, Sha
from app.ports import GitHubError, Throttled
from app.worker.show_gate import GateShower
from app.worker.workbench import Workbench

K = TypeVar("K")
V = TypeVar("V")
_log: Final = structlog.stdlib.get_logger()
_AGAIN: Final = timedelta(seconds=60)  # after GitHub failed
_AN_HOUR: Final = timedelta(hours=1)
_MOST_AN_HOUR: Final = 5
"""How often it is said again at one commit: two bots at war over a name would never end."""

_KEPT: Final = 1_000


def contested_key(repo: int, sighting: Sighting) -> str:
    """Return the key under which the gate is said again, once for each thing that somebody else has said."""
    said = ".".join(map(str, sighting.order))
    return f"assert:{repo}:{sighting.sha}:{sighting.kind.value}.{said}"


class Reasserter:
    """Says it again. What is answered already is remembered for as long as the process lives."""

    def __init__(self, bench: Workbench, gates: GateShower) -> None:
        self._bench = bench
        self._gates = gates
        self._answered: OrderedDict[str, None] = OrderedDict()
        self._times: OrderedDict[tuple[int, Sha], deque[datetime]] = OrderedDict()

    async def answer(self, rest: str) -> None:
        """Post the gate of that repository's id and commit once more, where that was not done for this word."""
        if rest in self._answered:
            return
        number, name, _ = rest.split(":", 2)
        sha, now = Sha(name), self._bench.clock.now()
        repo = await self._repo(int(number), sha)
        if repo is None:
            return
        if not self._may(repo, sha, now):
            _log.warning("gate.contested_too_often", repo=repo.full_name, sha=sha)
            return
        try:
            await self._gates.assert_again(repo, sha)
        except Throttled as error:
            self._bench.scheduler.wake_at(f"assert:{rest}", error.retry_at)
        except GitHubError as error:
            _log.warning("gate.not_asserted", repo=repo.full_name, sha=sha, error=str(error))
            self._bench.scheduler.wake_at(f"assert:{rest}", now + _AGAIN)
        else:
            _log.warning("gate.asserted_again", repo=repo.full_name, sha=sha)
            _keep(self._answered, rest, None)
            self._times[(repo.id, sha)].append(now)

    def _may(self, repo: Repo, sha: Sha, now: datetime) -> bool:
        key = (repo.id, sha)
        times = self._times.get(key, deque(maxlen=_MOST_AN_HOUR))
        _keep(self._times, key, times)
        return len(times) < _MOST_AN_HOUR or now - times[0] >= _AN_HOUR

    async def _repo(self, number: int, sha: Sha) -> Repo | None:
        """Return the repository as an open release at the commit knows it: elsewhere nobody speaks for it."""
        at = await self._bench.releases.at_commit(number, sha)
        return next((release.repo for release in at if release.closed is None), None)


def _keep(kept: "OrderedDict[K, V]", key: K, value: V) -> None:
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > _KEPT:
        kept.popitem(last=False)
