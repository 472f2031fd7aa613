"""What the App needs to be granted on an account, and what it is: permissions and events, with both links to click."""

from collections.abc import Mapping
from typing import Final

from app.domain.doctor.check import Check, CheckName, State
from app.domain.doctor.facts import AppFacts, InstallationFacts
from app.domain.doctor.links import app_page, approval_page, installation_page

PERMISSIONS: Final[Mapping[str, tuple[str, str]]] = {
    "actions": ("write", "dispatches and watches runs"),
    "administration": ("write", "sets up the rulesets and sees who may pass them by"),
    "checks": ("write", "posts release/gate"),
    "contents": ("write", "reads plans, makes branches, tags and releases"),
    "deployments": ("write", "approves and rejects deployments"),
    "issues": ("write", "writes the tracking issue and answers"),
    "members": ("read", "looks people up in teams"),
    "metadata": ("read", "reads roles and rulesets"),
    "pull_requests": ("write", "labels pull requests and answers on them"),
    "statuses": ("write", "lets release/gate be required from this App"),
    "workflows": ("write", "tags and branches commits whose workflows differ"),
}
"""What the App needs: the level, and what it does with it."""

OPTIONAL: Final = frozenset({"administration"})
"""What the service runs without: `gonogo protect` sets the rules up once, and they stand."""

OF_ORGANIZATIONS: Final = frozenset({"members"})

EVENTS: Final[Mapping[str, str]] = {
    "check_run": "checks",
    "create": "contents",
    "delete": "contents",
    "deployment_protection_rule": "deployments",
    "issue_comment": "issues",
    "issues": "issues",
    "member": "metadata",
    "membership": "members",
    "organization": "members",
    "pull_request": "pull_requests",
    "push": "contents",
    "release": "contents",
    "status": "statuses",
    "team": "members",
    "workflow_job": "actions",
    "workflow_run": "actions",
}
"""What the App subscribes to, and the permission that each takes."""

_LEVELS: Final = ("none", "read", "write", "admin")


def installation_check(one: InstallationFacts, site: str) -> Check:
    """Return whether the App may work on an account at all."""
    if one.suspended_at is None:
        found = f"The App is installed on {one.account}."
        return Check(name=CheckName.INSTALLATION, state=State.OK, found=found, about=one.account)
    return Check(
        name=CheckName.INSTALLATION,
        state=State.FAILED,
        found=f"The installation on {one.account} is suspended since {one.suspended_at:%Y-%m-%d %H:%M} UTC.",
        todo="Whoever owns the account lifts it on the installation's page.",
        links=(installation_page(site, one),),
        about=one.account,
    )


def permissions_check(app: AppFacts, one: InstallationFacts, site: str) -> Check:
    """Return whether what is granted on an account is enough."""
    lacking = [
        name for name, (level, _) in PERMISSIONS.items() if _needs(one, name) and _lacks(one.permissions, name, level)
    ]
    if not lacking:
        count = sum(_needs(one, name) for name in PERMISSIONS)
        return Check(
            name=CheckName.PERMISSIONS, state=State.OK, found=f"All {count} permissions are granted.", about=one.account
        )
    unasked = any(_lacks(app.permissions, name, PERMISSIONS[name][0]) for name in lacking)
    spelled = ", ".join(f"{name}:{PERMISSIONS[name][0]} ({PERMISSIONS[name][1]})" for name in lacking)
    return Check(
        name=CheckName.PERMISSIONS,
        state=State.WARNING if OPTIONAL.issuperset(lacking) else State.FAILED,
        found=f"Not granted: {spelled}.",
        todo=_todo(is_unasked=unasked),
        links=(app_page(site, app), approval_page(site, one)),
        about=one.account,
    )


def events_check(app: AppFacts, one: InstallationFacts, site: str) -> Check:
    """Return whether GitHub tells us of everything that we listen to."""
    needed = [event for event in EVENTS if one.is_of_organization or EVENTS[event] not in OF_ORGANIZATIONS]
    lacking = [event for event in needed if event not in one.events]
    if not lacking:
        return Check(
            name=CheckName.EVENTS, state=State.OK, found=f"All {len(needed)} events are sent.", about=one.account
        )
    unasked = any(event not in app.events for event in lacking)
    return Check(
        name=CheckName.EVENTS,
        state=State.FAILED,
        found=f"Not sent: {', '.join(lacking)}.",
        todo=_todo(is_unasked=unasked),
        links=(app_page(site, app), approval_page(site, one)),
        about=one.account,
    )


def _needs(one: InstallationFacts, name: str) -> bool:
    return one.is_of_organization or name not in OF_ORGANIZATIONS


def _lacks(granted: Mapping[str, str], name: str, level: str) -> bool:
    held = granted.get(name, "none")
    return held not in _LEVELS or _LEVELS.index(held) < _LEVELS.index(level)


def _todo(*, is_unasked: bool) -> str:
    if is_unasked:
        return "Ask for them on the App's page (first link), then have the account accept them (second link)."
    return "The App asks for them already: have the account accept them (second link)."
