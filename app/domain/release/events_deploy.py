"""Jobs that wait to be let into an environment, as events of a release's log: what was asked, what was answered."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from app.domain.values import Sha


class Answer(StrEnum):
    """What became of a job that waited."""

    LET_IN = "let-in"
    TURNED_AWAY = "turned-away"
    GONE = "gone"  # it waits no more, and not by our word: cancelled, or decided by somebody else


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentAsked:
    """GitHub asks whether a run at the release's commit may go into an environment; the answer is in the ledger."""

    key: str
    environment: str
    run_id: int
    sha: Sha
    at: datetime
    kind: Literal["deployment_asked"] = "deployment_asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentAnswered:
    """It was answered, or nobody waits for an answer any more."""

    key: str
    environment: str
    run_id: int
    answer: Answer
    reason: str  # in words
    at: datetime
    kind: Literal["deployment_answered"] = "deployment_answered"


DeployEvent = DeploymentAsked | DeploymentAnswered
"""Who waited to be let in, and what we said."""
