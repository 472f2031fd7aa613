"""Who may do what: a person's role on a repository, kept for at most a minute."""

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from app.adapters.github.client import Line
from app.adapters.github.office import Office, at, segment
from app.adapters.github.pacing import Pace
from app.adapters.github.shapes import PERMISSION, shaped
from app.adapters.github.tokens import AppJwt
from app.domain.values import Repo, Role
from app.ports import Missing

_ROLES: Final = {
    "read": Role.READ,
    "triage": Role.TRIAGE,
    "write": Role.WRITE,
    "maintain": Role.MAINTAIN,
    "admin": Role.ADMIN,
}
_KEPT_FOR: Final = timedelta(seconds=60)
_KEPT: Final = 10_000


@dataclass(slots=True)
class RoleCache:
    """Roles by repository and person, the oldest thrown out first."""

    roles: OrderedDict[tuple[int, int], tuple[Role, datetime]] = field(
        default_factory=OrderedDict[tuple[int, int], tuple[Role, datetime]]
    )

    def get(self, repo: int, user: int, now: datetime) -> Role | None:
        """Return the role where it was read less than a minute ago."""
        kept = self.roles.get((repo, user))
        return kept[0] if kept is not None and kept[1] <= now < kept[1] + _KEPT_FOR else None

    def put(self, repo: int, user: int, role: Role, now: datetime) -> None:
        """Keep a role that was read now."""
        self.roles.pop((repo, user), None)
        self.roles[repo, user] = (role, now)
        if len(self.roles) > _KEPT:
            self.roles.popitem(last=False)


class People(Office):
    """Permissions."""

    def __init__(self, line: Line, jwt: AppJwt, pace: Pace | None = None) -> None:
        super().__init__(line, jwt, pace)
        self._roles = RoleCache()

    async def role_of(self, repo: Repo, login: str, user_id: int) -> Role:
        """Return the person's role by `role_name`; NONE for outsiders, unknown names and a login that is not that id.

        A role made by an organisation has a name of its own and counts as NONE until a plan can name it.
        """
        now = self._line.clock.now()
        known = self._roles.get(repo.id, user_id, now)
        if known is None:
            known = await self._read_role(repo, login, user_id)
            self._roles.put(repo.id, user_id, known, now)
        return known

    async def _read_role(self, repo: Repo, login: str, user_id: int) -> Role:
        try:
            answer = await self._caller(repo).getitem(f"{at(repo)}/collaborators/{segment(login)}/permission")
        except Missing:
            return Role.NONE
        permission = shaped(PERMISSION, answer)
        if permission.user is None or permission.user.id != user_id:
            return Role.NONE  # the login was renamed, and may be somebody else's by now
        return _ROLES.get(permission.role_name, Role.NONE)
