"""What our own check runs say, as it was written last."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from app.domain.values import Sha

UNKNOWN: Final = 0
"""In place of a check run's number: which one it is, if there is one, GitHub has to be asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckShown:
    """A check run of ours, and what was written into it last."""

    check: int  # its number, or UNKNOWN
    digest: str | None  # None: to be written again, whatever it says: it may say anything
    is_settled: bool = False  # nothing more is to be said of that commit, unless something changes there


class ChecksShown(Protocol):
    """The check runs of ours that stand on GitHub, by commit and name."""

    async def of(self, repo: int, sha: Sha, name: str) -> CheckShown | None:
        """Return what stands at a commit; None where nothing does yet."""
        ...

    async def save(self, repo: int, sha: Sha, name: str, shown: CheckShown) -> None:
        """Remember what stands there now."""
        ...

    async def unsettled(self, repo: int, name: str) -> Sequence[Sha]:
        """Return the commits of a repository at which there is more to be said."""
        ...

    async def deserted(self, name: str) -> Sequence[tuple[int, Sha]]:
        """Return the repositories and commits at which there is more to be said, and that no release is at."""
        ...
