"""A pull request as far as we look at it."""

from dataclasses import dataclass

from app.domain.values import Sha


@dataclass(frozen=True, slots=True, kw_only=True)
class PullSeen:
    """An open pull request."""

    number: int
    sha: Sha  # of its head
    head: str  # the branch it comes from, of whichever repository
    base: str  # the branch it goes into
    is_from_fork: bool
    labels: tuple[str, ...]
