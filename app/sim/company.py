"""Acting as those who run an organisation on the simulated GitHub: names, teams and roles."""

from app.sim.doing import accounts
from app.sim.state import Repo, Team, User
from app.sim.world import World


class Company(World):
    """The world with hands for accounts. Repositories are named `owner/name`, people by login, teams by slug."""

    def rename_user(self, login: str, new_login: str) -> User:
        """Give a person another login: the id stays, and so do roles and teams; the old login is free for others."""
        user = self.person(login).user
        accounts.rename(self, user, new_login)
        return user

    def team(self, org: str, slug: str) -> Team:
        """Return a team of an organisation. Raises KeyError."""
        return self.teams[(org.lower(), slug)]

    def add_to_team(
        self, org: str, slug: str, login: str, *, by: str, role: str = "member", pending: bool = False
    ) -> None:
        """Put somebody in a team; `pending` only invites them, and doing it again without is their accepting."""
        team, user = self.team(org, slug), self.person(login).user
        accounts.join_team(self, team, user, self.person(by), role=role, pending=pending)

    def remove_from_team(self, org: str, slug: str, login: str, *, by: str) -> None:
        """Take somebody out of a team, or take their invitation back. Raises KeyError for who has neither."""
        accounts.leave_team(self, self.team(org, slug), self.person(login).user, self.person(by))

    def add_to_org(self, org: str, login: str, *, by: str) -> None:
        """Make somebody a member of an organisation."""
        accounts.join_org(self, self.person(org).user, self.person(login).user, self.person(by))

    def remove_from_org(self, org: str, login: str, *, by: str) -> None:
        """Take somebody out of an organisation, its teams and its repositories."""
        accounts.leave_org(self, self.person(org).user, self.person(login).user, self.person(by))

    def set_role(self, repo: Repo | str, login: str, role: str, *, by: str) -> None:
        """Give somebody a role of their own on a repository, as `collaborate` does, and tell of it."""
        accounts.set_role(self, self.repo(repo), self.person(login).user, role, self.person(by))

    def set_team_role(self, repo: Repo | str, slug: str, role: str, *, by: str) -> None:
        """Give a team of the repository's owner a role on it; `none` takes it away."""
        place = self.repo(repo)
        accounts.set_team_role(self, place, self.team(place.owner.login, slug), role, self.person(by))
