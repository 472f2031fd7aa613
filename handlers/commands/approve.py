"""`/release approve [role]`: a role signs the commit off."""

from app.domain.decision import Accepted, Decision, Refused
from app.domain.facts import Facts
from app.domain.messages import AlreadySigned, Message, NoRelease, NothingToSign, SignoffChoice
from app.domain.plan.model import Plan
from app.domain.policy import refusal
from app.domain.release.events_said import SignedOff
from app.domain.release.model import Release
from app.domain.slash import About, Args, Need, slash_command
from app.domain.values import Allowed, Who


@slash_command(
    "approve",
    usage="approve [role...]",
    who=Who.SIGNER,
    needs=frozenset({Need.RELEASE}),
    about=About.SIGN_OFF,
    examples=("approve", "approve Tech Lead"),
)
def approve(facts: Facts, args: Args) -> Decision:
    """Sign off the commit being released, for a role that the plan asks for.

    The role may be left out by who has only one. It holds for this commit only, and nobody signs off for two roles.
    """
    if facts.release is None or facts.plan is None:
        return Refused(NoRelease(command="approve"))
    role = _role(facts, facts.plan, facts.release, args.get("role"))
    if isinstance(role, Message):
        return Refused(role)
    own = next((s.role for s in facts.release.signoffs.values() if s.by.id == facts.actor.person.id), None)
    signed = facts.release.signoffs.get(role)
    if signed is not None:
        return Refused(AlreadySigned(role=role, by=signed.by.login))
    if own is not None:
        return Refused(AlreadySigned(role=role, by=facts.actor.person.login, own=own))
    sha = facts.release.target.sha
    return Accepted(events=(SignedOff(role=role, by=facts.actor.person, sha=sha, at=facts.now),))


def _role(facts: Facts, plan: Plan, release: Release, word: str | None) -> str | Message:
    """Return the role that is signed off for, or why that is not clear or not for the actor."""
    asked = plan.gate.signoffs
    if not asked:
        return NothingToSign()
    held = tuple(role for role in asked if role in facts.actor.roles)
    if word is None:
        left = tuple(role for role in held if role not in release.signoffs) or held
        return left[0] if len(left) == 1 else SignoffChoice(word=None, roles=left or asked)
    meant = tuple(role for role in asked if role.casefold() == word.casefold())
    meant = meant or tuple(role for role in asked if word.casefold() in role.casefold())
    if len(meant) != 1:
        return SignoffChoice(word=word, roles=meant or asked)
    return refusal(facts.actor, Allowed(roles=meant), f"approve {meant[0]}") or meant[0]
