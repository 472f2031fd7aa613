"""How much an installation has had written of late, where several processes write at its expense."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """What is left to an installation. Times are Unix seconds."""

    tokens: float  # at `filled_at`
    filled_at: float
    by_minute: Mapping[int, int]  # how much was written, by minutes since 1970, those of the last hour


class Buckets(Protocol):
    """The buckets of installations that all processes share, as one of them knows them."""

    async def of(self, installation: int) -> Bucket | None:
        """Return its bucket, which is known from then on; None where nobody has written anything yet."""
        ...

    async def replace(self, installation: int, after: Bucket) -> bool:
        """Put a bucket in the place of the one that is known here; False where another one is there by now."""
        ...
