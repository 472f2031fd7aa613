"""The cast: everybody a visitor can act as, with their roles in the plan and on the repository."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from app.domain.facts import Actor
from app.domain.plan.model import Plan
from app.domain.values import Person, Role
from app.sim.github import SimGitHub
from app.sim.scenario import PEOPLE, Room

OUTSIDER: Final = "outsider"
LEAD: Final = "release-manager"
"""Whom the page begins with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody of the cast."""

    actor: Actor
    roles: tuple[str, ...]  # of the plan, in its order

    @property
    def login(self) -> str:
        """Their name on GitHub."""
        return self.actor.person.login

    @property
    def repo_role(self) -> Role:
        """Their role on the repository."""
        return self.actor.role or Role.NONE

    @property
    def label(self) -> str:
        """Who they are, on one line: `qa-lead · QA Team Lead · write`."""
        if self.repo_role is Role.NONE:
            return f"{self.login} · nobody"
        return " · ".join((self.login, *self.roles[:1], self.repo_role.name.lower()))


def cast_of(github: SimGitHub, room: Room, plan: Plan) -> dict[str, Member]:
    """Return the cast by login: who runs the release first, who has no business here last."""
    logins = (LEAD, *(login for login in PEOPLE if login != LEAD), OUTSIDER)
    return {login: _member(github, room, plan, login) for login in logins}


def _member(github: SimGitHub, room: Room, plan: Plan, login: str) -> Member:
    user = github.person(login).user
    roles = tuple(_roles(github, room, plan, login))
    role = Role[github.role(room.repo, user).upper()]
    actor = Actor(person=Person(id=user.id, login=login), role=role, roles=frozenset(roles))
    return Member(actor=actor, roles=roles)


def _roles(github: SimGitHub, room: Room, plan: Plan, login: str) -> Iterator[str]:
    owner = room.repo.owner
    names = {login, *(f"@{owner.login}/{team.slug}" for team in github.teams_of(owner, login))}
    for role, members in plan.roles.items():
        if not names.isdisjoint(members):
            yield role
