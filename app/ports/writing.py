"""How much an installation has had written of late, where several processes write at its expense."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """What is left to an installation. Times are Unix seconds.

    It is compared as it is kept: whoever gives it another field has to keep it under another name, or processes of the
    version before find no bucket that is theirs.
    """

    tokens: float  # at `filled_at`
    filled_at: float
    by_minute: Mapping[int, int]  # how much was written, by minutes since 1970, those of the last hour


class Buckets(Protocol):
    """The buckets of installations that all processes share."""

    async def of(self, installation: int) -> Bucket | None:
        """Return its bucket; None where nobody has written anything yet."""
        ...

    async def replace(self, installation: int, before: Bucket | None, after: Bucket) -> bool:
        """Put the bucket `after` in the place of `before`; False where another one is there by now."""
        ...
