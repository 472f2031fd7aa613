"""Who may: the one place that compares what somebody is with what something asks for."""

import re
from typing import Final, assert_never

from app.domain.facts import Actor
from app.domain.messages import NotAllowed
from app.domain.plan.model import Plan, Task
from app.domain.values import Allowed, Role, Who

RELEASE_MANAGER: Final = "release manager"
"""The role of a plan, however it is spelled, whose people are its release managers."""

_AND: Final = re.compile(r"\s*(?:[,;/&+]|\band\b|\bor\b)\s*")


def allowed(who: Who, plan: Plan | None) -> Allowed:
    """Return who may give a command. Where that depends on the task or on who said something, whoever might."""
    match who:
        case Who.EVERYBODY | Who.OWNER:
            return Allowed(least=Role.READ)
        case Who.STARTER:
            return Allowed(least=Role.MAINTAIN)
        case Who.MANAGER:
            return managers(plan)
        case Who.DOER:
            return Allowed(roles=tuple(plan.roles) if plan else (), least=Role.WRITE)
        case Who.SIGNER:
            asked = plan.gate.signoffs if plan else ()
            return Allowed(roles=asked, least=None if asked else Role.READ)  # who is asked for nothing is told so
        case Who.STOPPER:
            return Allowed(roles=tuple(plan.roles) if plan else (), least=managers(plan).least)
        case _:
            assert_never(who)


def managers(plan: Plan | None) -> Allowed:
    """Return who the release managers are: the plan's, where it names them, and administrators; else maintainers."""
    named = tuple(role for role in plan.roles if role.casefold() == RELEASE_MANAGER) if plan else ()
    return Allowed(roles=named, least=Role.ADMIN if named else Role.MAINTAIN)


def doers(plan: Plan, task: Task) -> Allowed:
    """Return who may run a task and tick its items: the plan's role that owns it, or else who may write."""
    whole = task.owner.casefold().strip() if task.owner else ""
    owners = tuple(role for role in plan.roles if role.casefold() == whole)  # a role's own name may hold an "and"
    if not owners:
        owning = {name.strip(" .;()") for name in _AND.split(whole)}
        owners = tuple(role for role in plan.roles if role.casefold() in owning)
    if not owners:
        return Allowed(roles=managers(plan).roles, least=Role.WRITE)
    chiefs = managers(plan)
    return Allowed(roles=tuple(dict.fromkeys((*owners, *chiefs.roles))), least=chiefs.least)


def may(actor: Actor, whom: Allowed) -> bool:
    """Whether the actor is one of them. A role that could not be read denies, and outsiders are never one of them."""
    if actor.role is None or actor.role is Role.NONE:
        return False
    if whom.least is not None and actor.role >= whom.least:
        return True
    return not actor.roles.isdisjoint(whom.roles)


def refusal(actor: Actor, whom: Allowed, command: str) -> NotAllowed | None:
    """Return why the actor may not, or None where they may."""
    if may(actor, whom):
        return None
    is_unread = actor.role is None or not actor.unread.isdisjoint(whom.roles)
    return NotAllowed(command=command, allowed=whom, found=actor.role, is_unread=is_unread)
