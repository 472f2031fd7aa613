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
    digest: str | None
    """Of what was written, a SHA-256. Anything else: it may say anything, and is to be written again, as while a write
    is out, or where its answer never came."""
    is_settled: bool = False  # nothing more is to be said of that commit, unless something changes there


class ChecksShown(Protocol):
    """The check runs of ours that stand on GitHub, by commit and name."""

    async def of(self, repo: int, sha: Sha, name: str) -> CheckShown | None:
        """Return what stands at a commit; None where nothing does yet."""
        ...

    async def save(self, repo: int, sha: Sha, name: str, shown: CheckShown, before: CheckShown | None) -> bool:
        """Remember what stands there now, unless somebody has remembered something else than `before` by now.

        Returns False then.
        """
        ...

    async def unsettled(self, repo: int, name: str) -> Sequence[Sha]:
        """Return the commits of a repository at which there is more to be said."""
        ...

    async def deserted(self, name: str) -> Sequence[tuple[int, Sha]]:
        """Return the repositories and commits at which there is more to be said, and that no open release is at."""
        ...
