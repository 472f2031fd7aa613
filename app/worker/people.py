"""Who somebody is: their role on the repository, and the roles that a release's plan gives them."""

from collections.abc import Collection, Iterable, Mapping
from typing import Final

import structlog

from app.domain.facts import Actor
from app.domain.plan.model import Plan
from app.domain.release.model import Release
from app.domain.values import Person, Repo, Role
from app.ports import GitHub, GitHubError, Rejected, Throttled

_log: Final = structlog.stdlib.get_logger()
MOST_PEOPLE: Final = 100
"""Logins of a plan that are looked up at its start; whoever is named after them holds no role."""


class People:
    """Asks GitHub who somebody is. Whatever cannot be read denies, and only for as long as it cannot.

    What GitHub fails to answer just now is worth asking again a little later, before anybody is turned away for it: so
    it is raised until the last try. What GitHub refuses to tell is not.
    """

    def __init__(self, github: GitHub) -> None:
        self._github = github

    async def stranger(self, repo: Repo, person: Person, *, is_last: bool = True) -> Actor:
        """Return somebody by their role on the repository alone. Raises Throttled, and Unclear until the last try."""
        try:
            role = await self._github.role_of(repo, person.login, person.id)
        except Throttled:
            raise
        except GitHubError as error:
            if not (is_last or isinstance(error, Rejected)):
                raise
            _log.warning("people.role_unreadable", error=str(error))
            role = None
        return Actor(person=person, role=role)

    async def in_plan(
        self,
        actor: Actor,
        release: Release,
        plan: Plan,
        roles: Collection[str] | None = None,
        *,
        is_last: bool = True,
    ) -> Actor:
        """Return the same person with those of these roles that the plan gives them; None: of all.

        Raises Throttled, and Unclear until the last try.
        Each team costs a call in a minute, so only roles that matter are asked for. Only a login that is this person's
        today is looked for in teams: `stranger` has seen to that.
        """
        if actor.role is None or actor.role is Role.NONE:
            return actor
        held: set[str] = set()
        unread: set[str] = set()
        for role, members in plan.roles.items():
            if roles is not None and role not in roles:
                continue
            found = await self._holds(actor.person, release, members, is_last=is_last)
            if found is None:
                unread.add(role)
            elif found:
                held.add(role)
        return Actor(person=actor.person, role=actor.role, roles=frozenset(held), unread=frozenset(unread))

    async def _holds(self, person: Person, release: Release, members: Iterable[str], *, is_last: bool) -> bool | None:
        """Whether one of these is the person, or a team of theirs; None where nobody knows."""
        is_known = True
        for member in members:
            team = team_of(member)
            if team is None:
                if release.people.get(_login(member)) == person.id:
                    return True
                continue
            try:
                if await self._github.in_team(release.repo, *team, person.login):
                    return True
            except Throttled:
                raise
            except GitHubError as error:
                if not (is_last or isinstance(error, Rejected)):
                    raise
                _log.warning("people.team_unreadable", team=member, error=str(error))
                is_known = False
        return False if is_known else None

    async def ids(self, repo: Repo, plan: Plan) -> Mapping[str, int]:
        """Return the ids of the logins that the plan's roles name, as of now. Raises GitHubError.

        They are pinned with the plan: a login that is given up and taken by somebody else gives that person nothing.
        """
        logins = dict.fromkeys(_login(m) for who in plan.roles.values() for m in who if team_of(m) is None)
        found: dict[str, int] = {}
        for login in list(logins)[:MOST_PEOPLE]:
            number = await self._github.account_id(repo, login)
            if number is not None:
                found[login] = number
        return found


def team_of(member: str) -> tuple[str, str] | None:
    """Return organisation and team of `@org/team`; None for a login."""
    org, slash, team = member.removeprefix("@").partition("/")
    return (org, team) if slash else None


def _login(member: str) -> str:
    """Return the login as it is pinned: plans may write it as it is mentioned, with an @."""
    return member.removeprefix("@").casefold()
