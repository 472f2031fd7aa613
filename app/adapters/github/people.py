"""Who is who, and who may do what: accounts, roles on a repository, members of teams."""

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Generic, TypeVar

from app.adapters.github.client import Line
from app.adapters.github.office import Office, at, segment
from app.adapters.github.pacing import Pacing
from app.adapters.github.shapes import ACCOUNT, MEMBERSHIP, PERMISSION, shaped
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
_SETTLES_IN: Final = timedelta(seconds=10)  # GitHub may answer from before a change for a moment

K = TypeVar("K")
V = TypeVar("V")


class Fresh(Generic[K, V]):
    """Answers of less than a minute ago, the oldest thrown out first."""

    def __init__(self, size: int = _KEPT) -> None:
        self._size = size
        self._kept: OrderedDict[K, tuple[V, datetime]] = OrderedDict()

    def get(self, key: K, now: datetime) -> V | None:
        """Return the answer where it was read less than a minute ago."""
        kept = self._kept.get(key)
        return kept[0] if kept is not None and kept[1] <= now < kept[1] + _KEPT_FOR else None

    def put(self, key: K, answer: V, now: datetime) -> None:
        """Keep an answer that was read now."""
        self._kept.pop(key, None)
        self._kept[key] = (answer, now)
        if len(self._kept) > self._size:
            self._kept.popitem(last=False)


@dataclass(slots=True)
class Known:
    """What is known of an installation's people."""

    roles: Fresh[tuple[int, int], Role] = field(default_factory=Fresh[tuple[int, int], Role])  # repository, person
    members: Fresh[tuple[str, str, str], bool] = field(default_factory=Fresh[tuple[str, str, str], bool])
    settles_at: datetime | None = None  # somebody's have changed: what is read before then is not kept

    def is_settled(self, now: datetime) -> bool:
        """Whether what is read now is of the latest change."""
        return self.settles_at is None or now >= self.settles_at


class People(Office):
    """Accounts, permissions and teams."""

    def __init__(self, line: Line, jwt: AppJwt, pacing: Pacing | None = None) -> None:
        super().__init__(line, jwt, pacing)
        self._people: dict[int, Known] = {}

    async def role_of(self, repo: Repo, login: str, user_id: int) -> Role:
        """Return the person's role by `role_name`; NONE for outsiders, unknown names and a login that is not that id.

        A role made by an organisation has a name of its own and counts as NONE until a plan can name it.
        """
        now, known = self._line.clock.now(), self._known(repo)
        role = known.roles.get((repo.id, user_id), now)
        if role is None:
            role = await self._read_role(repo, login, user_id)
            if known.is_settled(now):
                known.roles.put((repo.id, user_id), role, now)
        return role

    async def account_id(self, repo: Repo, login: str) -> int | None:
        """Return the numeric id that a login has today, read afresh; None where no person has it.

        Organisations and bots are accounts too, and nobody.
        """
        try:
            answer = await self._caller(repo).getitem(f"/users/{segment(login)}")
        except Missing:
            return None
        account = shaped(ACCOUNT, answer)
        return account.id if account.type == "User" else None

    async def in_team(self, repo: Repo, org: str, team: str, login: str) -> bool:
        """Whether the login is an active member of an organisation's team, or of a team below it.

        Answers are kept for less than a minute; a team that is not there has no members.
        """
        now, known = self._line.clock.now(), self._known(repo)
        # GitHub compares all three without regard to case, and so do we
        key = (org.lower(), team.lower(), login.lower())
        is_member = known.members.get(key, now)
        if is_member is None:
            is_member = await self._read_membership(repo, *key)
            if known.is_settled(now):
                known.members.put(key, is_member, now)
        return is_member

    def forget_people(self, installation: int) -> None:
        """Forget the roles and memberships that are kept for an installation: somebody's have changed."""
        # an answer under way, maybe from before the change, goes into what is thrown away here
        self._people[installation] = Known(settles_at=self._line.clock.now() + _SETTLES_IN)

    def _known(self, repo: Repo) -> Known:
        return self._people.setdefault(repo.installation, Known())

    async def _read_role(self, repo: Repo, login: str, user_id: int) -> Role:
        try:
            answer = await self._caller(repo).getitem(f"{at(repo)}/collaborators/{segment(login)}/permission")
        except Missing:
            return Role.NONE
        permission = shaped(PERMISSION, answer)
        if permission.user is None or permission.user.id != user_id:
            return Role.NONE  # the login was renamed, and may be somebody else's by now
        return _ROLES.get(permission.role_name, Role.NONE)

    async def _read_membership(self, repo: Repo, org: str, team: str, login: str) -> bool:
        try:
            url = f"/orgs/{segment(org)}/teams/{segment(team)}/memberships/{segment(login)}"
            answer = await self._caller(repo).getitem(url)
        except Missing:
            return False
        return shaped(MEMBERSHIP, answer).state == "active"
