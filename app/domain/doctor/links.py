"""Addresses that people click to put something right, built from our own settings and never from an answer."""

from urllib.parse import quote

from app.domain.doctor.facts import AppFacts, InstallationFacts


def app_page(site: str, app: AppFacts, page: str = "permissions") -> str:
    """Return a page of the App's registration: `permissions` (with the events), or `` for its webhook and keys."""
    return (
        f"{_settings(site, app.owner, is_of_organization=app.is_of_organization)}/apps/{_part(app.slug)}/{page}".rstrip(
            "/"
        )
    )


def approval_page(site: str, one: InstallationFacts) -> str:
    """Return where the owner of an account accepts what the App asks for anew."""
    return f"{installation_page(site, one)}/permissions/update"


def installation_page(site: str, one: InstallationFacts) -> str:
    """Return the App's page on an account, where it is suspended and given repositories."""
    return f"{_settings(site, one.account, is_of_organization=one.is_of_organization)}/installations/{one.id}"


def deliveries_page(site: str, app: AppFacts) -> str:
    """Return the log of what GitHub delivered to the App."""
    return app_page(site, app, "advanced")


def rules_page(site: str, repo: str) -> str:
    """Return a repository's rulesets."""
    return f"{site}/{_path(repo)}/settings/rules"


def environments_page(site: str, repo: str) -> str:
    """Return a repository's environments."""
    return f"{site}/{_path(repo)}/settings/environments"


def _settings(site: str, account: str, *, is_of_organization: bool) -> str:
    return f"{site}/organizations/{_part(account)}/settings" if is_of_organization else f"{site}/settings"


def _path(repo: str) -> str:
    return "/".join(map(_part, repo.split("/")))


def _part(text: str) -> str:
    return quote(text, safe="")
