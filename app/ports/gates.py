"""What was last shown as the gate of a commit."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from app.domain.values import Sha


@dataclass(frozen=True, slots=True, kw_only=True)
class GateShown:
    """The check run that shows a commit's gate, and what was written into it last."""

    check: int
    digest: str | None  # None: to be written again, whatever it says
    is_left: bool = False  # it says that the commit is not released any more


class GatesShown(Protocol):
    """The gates that stand on GitHub, by commit."""

    async def of(self, repo: int, sha: Sha) -> GateShown | None:
        """Return what stands at a commit; None where nothing does yet."""
        ...

    async def save(self, repo: int, sha: Sha, shown: GateShown) -> None:
        """Remember what stands there now."""
        ...

    async def deserted(self) -> Sequence[tuple[int, Sha]]:
        """Return the commits whose gate is still that of a release, and that no release is at any more."""
        ...
