"""What `gonogo protect` found and did, as one value to be printed."""

from dataclasses import dataclass

from app.domain.protection.changes import Change
from app.domain.protection.limits import Limit


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtectReport:
    """A repository's protection: what is to change, or was changed, and what stands in the way."""

    repo: str
    app: int
    slug: str
    plans: tuple[str, ...]  # paths
    tags: tuple[str, ...]
    environments: tuple[str, ...]
    changes: tuple[Change, ...]  # before anything was done
    made: tuple[Change, ...] | None  # None: it was a dry run
    left: tuple[Change, ...]  # still to be done, as read again afterwards
    limits: tuple[Limit, ...]

    @property
    def is_well(self) -> bool:
        """Whether nothing is left to do."""
        return not self.left and not any(limit.is_open for limit in self.limits)
