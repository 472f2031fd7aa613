"""What GitHub remembers of rulesets: the rules, where they hold, who may pass them by, and how pushes fared."""

from dataclasses import dataclass, field
from datetime import datetime

from app.sim.wire import Json


@dataclass(slots=True, kw_only=True, eq=False)
class Ruleset:
    """A ruleset of a repository, or of its organisation. Rules and bypass actors are kept as the API words them."""

    id: int
    name: str
    target: str  # branch | tag | push
    enforcement: str  # active | disabled | evaluate
    include: list[str]
    exclude: list[str]
    rules: list[Json]
    bypass: list[Json]
    source: str  # owner/name, or the organisation's login
    created_at: datetime
    updated_at: datetime

    @property
    def is_of_organization(self) -> bool:
        """Whether it comes from above: a repository shows it and cannot change it."""
        return "/" not in self.source


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSuite:
    """How one change of one ref fared against the rules."""

    id: int
    actor_id: int
    actor_name: str
    ref: str
    before: str
    after: str
    at: datetime
    result: str  # pass | fail | bypass


@dataclass(slots=True)
class Protection:
    """The rulesets of one repository and what they decided."""

    rulesets: dict[int, Ruleset] = field(default_factory=dict[int, Ruleset])
    suites: list[RuleSuite] = field(default_factory=list[RuleSuite])
