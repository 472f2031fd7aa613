"""People, teams and roles: changes and the events they send."""

from app.sim.shapes import accounts as shapes
from app.sim.state import FOLDED, ROLES, Actor, Repo, Team, User
from app.sim.wire import Json
from app.sim.world import World

TOLD_ROLES = frozenset({"write", "admin"})
"""The permissions that an event knows somebody can be given."""

PERMISSIONS = {"pull": "read", "push": "write", "admin": "admin"}
"""What a team may do, and the least role that lets it."""


def rename(world: World, user: User, login: str) -> None:
    """Give somebody another login. Nobody is told; who takes the old login is somebody else, with another id."""
    before, after = user.login.lower(), login.lower()
    owners = [one.owner for one in (*world.repos.values(), *world.apps.values())]
    if user.type != "User" or user in owners:
        raise ValueError(f"{user.login} is no person, or owns something: the simulation does not rename those")
    if after != before and after in world.users:
        raise ValueError(f"{login} is taken")
    held = [repo.collaborators for repo in world.repos.values()]
    for team in world.teams.values():
        held += [team.members, team.invited]
    for roles in held:
        if before in roles:
            roles[after] = roles.pop(before)
    del world.users[before]
    world.users[after] = user
    user.login, user.shape = login, {}


def _tell_team(world: World, team: Team, user: User, action: str, actor: Actor) -> None:
    payload: Json = {"action": action, "scope": "team", "member": shapes.user(user), "team": shapes.team(team)}
    world.emit_of_org(team.org, "membership", payload, actor)


def join_team(world: World, team: Team, user: User, actor: Actor, *, role: str, pending: bool) -> None:
    """Put somebody in a team, or only invite them, of which nobody is told before they accept."""
    login = user.login.lower()
    was_there = login in team.members
    if pending and not was_there:
        team.invited[login] = role
        return
    team.invited.pop(login, None)
    team.members[login] = role
    if not was_there:
        _tell_team(world, team, user, "added", actor)


def leave_team(world: World, team: Team, user: User, actor: Actor) -> None:
    """Take somebody out of a team, or their invitation back. Raises KeyError for somebody who has neither."""
    login = user.login.lower()
    if team.invited.pop(login, None) is None:
        del team.members[login]
        _tell_team(world, team, user, "removed", actor)


def join_org(world: World, org: User, user: User, actor: Actor) -> None:
    """Tell that somebody has become a member of an organisation; the simulation keeps no list of them."""
    payload: Json = {"action": "member_added", "membership": shapes.membership(org, user)}
    world.emit_of_org(org, "organization", payload, actor)


def leave_org(world: World, org: User, user: User, actor: Actor) -> None:
    """Take somebody out of an organisation, and so out of its teams and repositories. One event tells of it all."""
    login = user.login.lower()
    for team in world.teams.values():
        if team.org is org:
            team.members.pop(login, None)
            team.invited.pop(login, None)
    for repo in world.repos.values():
        if repo.owner is org:
            repo.collaborators.pop(login, None)
    payload: Json = {"action": "member_removed", "membership": shapes.membership(org, user)}
    world.emit_of_org(org, "organization", payload, actor)


def _changed(roles: dict[str, str], name: str, role: str) -> str | None:
    """Change a role in a list of roles; return what it was, or None where nothing changes."""
    if role not in ROLES:
        raise ValueError(role)
    before = roles.pop(name, "none")
    if role != "none":
        roles[name] = role
    return None if before == role else before


def set_role(world: World, repo: Repo, user: User, role: str, actor: Actor) -> None:
    """Give somebody a role of their own on a repository; `none` takes it away."""
    before = _changed(repo.collaborators, user.login.lower(), role)
    if before is None:
        return
    payload: Json = {"member": shapes.user(user)}
    given = FOLDED.get(role, role)
    if role == "none":
        payload["action"] = "removed"
    elif before == "none":
        payload["action"] = "added"
        if given in TOLD_ROLES:
            payload["changes"] = {"permission": {"to": given}}
    else:
        payload |= {"action": "edited", "changes": {"old_permission": {"from": FOLDED.get(before, before)}}}
    world.emit(repo, "member", payload, actor)


def set_team_role(world: World, repo: Repo, team: Team, role: str, actor: Actor) -> None:
    """Give a team a role on a repository; `none` takes it away."""
    before = _changed(repo.teams, team.slug, role)
    if before is None:
        return
    payload: Json = {"team": shapes.team(team)}
    if role == "none":
        payload["action"] = "removed_from_repository"
    elif before == "none":
        payload["action"] = "added_to_repository"
    else:
        rank = ROLES.index(before)
        could = {name: rank >= ROLES.index(least) for name, least in PERMISSIONS.items()}
        payload |= {"action": "edited", "changes": {"repository": {"permissions": {"from": could}}}}
    world.emit(repo, "team", payload, actor)
