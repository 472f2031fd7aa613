"""What the tag guard has done on GitHub, once each. `told` is the mark of the report that it follows from."""

from dataclasses import dataclass
from typing import Literal

from app.domain.values import Repo, Sha


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenIssue:
    """Open an issue, which carries `mark` hidden so that it can be found again."""

    repo: Repo
    title: str
    body: str
    mark: str
    kind: Literal["open_issue"] = "open_issue"

    @property
    def ledger_key(self) -> str:
        """Unique over the whole ledger."""
        return f"issue:{self.mark}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteTag:
    """Delete a tag, if it still points at that object and the gate of its commit is not green."""

    repo: Repo
    tag: str
    object: Sha
    commit: Sha | None
    issue: int | None  # where to tell that it could not be done; None: in a new one
    told: str
    kind: Literal["delete_tag"] = "delete_tag"

    @property
    def ledger_key(self) -> str:
        """Once for each time that the tag was found to stand there."""
        return f"delete_tag:{self.repo.id}:{self.told}:{self.tag}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelTagRuns:
    """Cancel the runs that a push of the tag has started at that commit."""

    repo: Repo
    tag: str
    commit: Sha
    told: str
    issue: int | None = None  # where to tell that it could not be done; None: in a new one
    kind: Literal["cancel_tag_runs"] = "cancel_tag_runs"

    @property
    def ledger_key(self) -> str:
        """Once for each time that the tag was found to stand there."""
        return f"cancel_tag_runs:{self.repo.id}:{self.told}:{self.tag}"
