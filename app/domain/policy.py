"""Who may: the one place that compares what somebody is with what a command asks for."""

from app.domain.facts import Actor
from app.domain.messages import NotAllowed
from app.domain.values import Role


def refusal(actor: Actor, wanted: Role, command: str) -> NotAllowed | None:
    """Return why the actor may not, or None where they may. A role that could not be read denies."""
    if actor.role is not None and actor.role >= wanted:
        return None
    return NotAllowed(command=command, wanted=wanted, found=actor.role)
