"""The small words everything else is said in: shas, roles, people, repositories."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import NewType

Sha = NewType("Sha", str)
"""A full lower-case hexadecimal object id (40 or 64 characters)."""

PhaseId = NewType("PhaseId", str)
TaskId = NewType("TaskId", str)
ItemId = NewType("ItemId", str)
ReleaseId = NewType("ReleaseId", str)


def version_of(word: str) -> str:
    """Return the version that somebody means by `1.2.0` or `v1.2.0`: the v belongs to the tag."""
    return word[1:] if word[:1] in ("v", "V") and word[1:2].isdigit() else word


class Role(IntEnum):
    """A person's role on a repository, ordered; from `role_name`, which tells maintain and triage apart."""

    NONE = 0
    READ = 1
    TRIAGE = 2
    WRITE = 3
    MAINTAIN = 4
    ADMIN = 5


class Who(StrEnum):
    """Who may give a command. What that means for a plan and its roles is worked out in `policy`."""

    EVERYBODY = "everybody"  # who can read the repository
    STARTER = "starter"  # before there is a plan: maintain and above
    DOER = "doer"  # the role that the task is owned by, else write and above
    MANAGER = "manager"  # the plan's Release Manager, else maintain and above
    SIGNER = "signer"  # a role that the plan wants signed off by
    STOPPER = "stopper"  # managers, and whoever has a role in the plan
    OWNER = "owner"  # whoever said what is taken back


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """Who may do one thing: these roles of the plan, or whoever has at least this role on the repository."""

    roles: tuple[str, ...] = ()
    least: Role | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who did something. The numeric id is the identity: logins can be renamed and taken over."""

    id: int
    login: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Repo:
    """A repository as an installation of the App sees it."""

    id: int
    owner: str
    name: str
    installation: int
    default_branch: str

    @property
    def full_name(self) -> str:
        """`owner/name`, as people write it."""
        return f"{self.owner}/{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The commit being released and the branch it came from (empty when named by a bare sha)."""

    sha: Sha
    branch: str
