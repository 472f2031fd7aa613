"""Looking for keys that have work and of which nobody was told: a lost wake is no lost work."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Mapping, Sequence

import structlog

Find = Callable[[], Awaitable[Sequence[str]]]
"""Finds the keys, without their prefix, that have work."""

log = structlog.stdlib.get_logger()


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
