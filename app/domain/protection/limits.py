"""What keeps a repository from being protected as it should be, in plain words, and what takes its place."""

from dataclasses import dataclass
from enum import StrEnum


class LimitKind(StrEnum):
    """Why something cannot be set up."""

    ACCOUNT = "account"  # the plan of the GitHub account does not have it
    PERMISSION = "permission"  # the App may not
    REFUSED = "refused"  # GitHub said no for another reason
    UNSURE = "unsure"  # what would tell is not shown to us
    OBSTACLE = "obstacle"  # somebody's ruleset stands in the App's own way
    NO_PLAN = "no_plan"  # there is no plan, so the usual tags are protected


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """One limit, with what to do about it or what takes its place, and the links to click."""

    kind: LimitKind
    what: str
    instead: str = ""
    links: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether it leaves the repository less protected than it could be; no plan is a remark only."""
        return self.kind is not LimitKind.NO_PLAN


UPGRADE = "Upgrade to "
"""How GitHub's message begins where an account's plan does not have something."""

FORBIDDEN = 403
_NO_RULES = (
    "GitHub has no rulesets for this repository: it is private, and its account's plan has them for public ones only."
)
_NO_GUARDS = (
    "GitHub lets no App decide about deployments here: the repository is private, and that takes GitHub Enterprise."
)
_GUARD_INSTEAD = (
    "The tag guard takes their place: it finds a tag that no green gate stands behind after it was pushed, says so in "
    "the tracking issue, and deletes it where the plan says `guard: {delete: true}`. It comes after the fact: a "
    "workflow that the tag starts may have begun. GitHub Pro or Team, or a public repository, has rulesets."
)
_GATE_INSTEAD = (
    "The gate takes its place: `/release` dispatches the production run only when the gate allows it. "
    "A run that somebody starts by hand is not held."
)


def of_rulesets(status: int, message: str, links: tuple[str, ...]) -> Limit:
    """Return what GitHub's no to reading or writing rulesets means."""
    if status == FORBIDDEN and message.startswith(UPGRADE):
        return Limit(kind=LimitKind.ACCOUNT, what=_NO_RULES, instead=_GUARD_INSTEAD)
    return _of_permission(status, message, "rulesets", links)


def of_environment(status: int, message: str, links: tuple[str, ...], *, is_private: bool) -> Limit:
    """Return what GitHub's no to reading or writing an environment or its rules means."""
    if (status == FORBIDDEN and message.startswith(UPGRADE)) or (status == 404 and is_private):  # noqa: PLR2004 - HTTP
        return Limit(kind=LimitKind.ACCOUNT, what=_NO_GUARDS, instead=_GATE_INSTEAD)
    return _of_permission(status, message, "environments", links)


def of_permission(links: tuple[str, ...]) -> Limit:
    """Return that the App may not set anything up here; the links are the App's page and the account's approval."""
    return Limit(
        kind=LimitKind.PERMISSION,
        what="The App may not protect this repository: it lacks the permission `administration: write`.",
        instead="Ask for it on the App's page (first link), then accept it for the account (second link).",
        links=links,
    )


def _of_permission(status: int, message: str, what: str, links: tuple[str, ...]) -> Limit:
    if status == FORBIDDEN:
        return of_permission(links)
    return Limit(kind=LimitKind.REFUSED, what=f"GitHub refused to change {what}: {status} {message}")
