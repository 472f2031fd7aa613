"""What is said to a job that waits to be let into an environment, as typed values."""

from dataclasses import dataclass

from app.domain.deploying import Why
from app.domain.messages import Message
from app.domain.release.gate import GateState
from app.domain.values import Sha


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentLetIn(Message):
    """A job is let into its environment."""

    sha: Sha
    version: str
    issue_url: str
    task: str | None  # as whose run it is let in; None: since the gate is green


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentTurnedAway(Message):
    """A job is not let into its environment, and what helps."""

    sha: Sha
    why: Why
    found: str  # the commit of the run, where it is another one
    days: int  # how long it was kept waiting at most


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentWaits(Message):
    """A job waits to be let into its environment, and for what."""

    sha: Sha
    version: str
    issue_url: str
    gate: GateState
    is_stopped: bool  # it would be let in as the run of a task, had nobody stopped the release


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentUnanswered(Message):
    """A job waits to be let into its environment, and GitHub does not take our answer."""

    environment: str
    run_url: str
    minutes: int
    error: str
