"""Looking for keys that have work and of which nobody was told: a lost wake is no lost work."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Mapping, Sequence

import structlog

Find = Callable[[], Awaitable[Sequence[str]]]
"""Finds the keys, without their prefix, that have work."""

log = structlog.stdlib.get_logger()


class Once:
    """Finds what has to be begun with after a start: each key once, for as long as it is found without a break.

    After that its own alarms see to it. With several processes each hands out each key once after its own start.
    """

    def __init__(self, find: Find) -> None:
        self._find = find
        self._handed_out: frozenset[str] = frozenset()

    async def __call__(self) -> Sequence[str]:
        """Return the keys that are new. Raises what finding them raises."""
        found = await self._find()
        new = [key for key in found if key not in self._handed_out]
        self._handed_out = frozenset(found)
        return new


class Sweeps:
    """What finds keys, by their prefix. Raises ValueError for a prefix of which there is no work."""

    def __init__(self, sweeps: Mapping[str, Find] | None, prefixes: Collection[str]) -> None:
        self._sweeps = dict(sweeps or {})
        unknown = self._sweeps.keys() - set(prefixes)
        if unknown:
            raise ValueError(f"sweeps without work: {', '.join(sorted(unknown))}")

    def __bool__(self) -> bool:
        return bool(self._sweeps)

    async def keys(self) -> AsyncGenerator[str]:
        """Yield every key that has work. A sweep that fails is told, and the others go on."""
        for prefix, find in self._sweeps.items():
            try:
                found = await find()
            except Exception:
                log.exception("sweep.failed", kind=prefix)
                continue
            for rest in found:
                yield f"{prefix}:{rest}"
