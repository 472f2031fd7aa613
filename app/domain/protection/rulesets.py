"""Rulesets as values: what one forbids, where it holds, and who may pass it by."""

from dataclasses import dataclass

FORBIDDING = {"creation": "making", "update": "moving", "deletion": "deleting", "non_fast_forward": "forcing"}
"""The rules that forbid something by their name alone, and what. Of all others only the name is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequiredCheck:
    """A check or status that a commit must have, perhaps of one App only."""

    context: str
    app: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bypass:
    """Somebody whom a ruleset does not bind."""

    kind: str  # Integration | OrganizationAdmin | RepositoryRole | Team | DeployKey | User
    id: int | None
    mode: str = "always"  # always | pull_request | exempt

    @property
    def counts_for_tags(self) -> bool:
        """Whether it opens anything for a tag: by pull request no tag is ever made."""
        return self.mode != "pull_request"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruleset:
    """A ruleset as it stands on GitHub, or as it is wanted (then without an id)."""

    name: str
    target: str  # branch | tag | push
    enforcement: str  # active | disabled | evaluate
    include: tuple[str, ...]
    exclude: tuple[str, ...] = ()
    kinds: frozenset[str] = frozenset()  # the types of all its rules
    checks: tuple[RequiredCheck, ...] = ()
    is_enforced_on_create: bool = True  # of the required checks
    bypass: tuple[Bypass, ...] | None = ()  # None: GitHub does not show it to us
    own_bypass: str | None = None  # always | exempt | never: of our App, as GitHub says
    id: int | None = None
    source: str = ""  # owner/name, or the organisation or enterprise that it comes from
    is_of_repository: bool = True  # one from above cannot be changed here
