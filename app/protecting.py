"""`gonogo protect`, put together: the settings and GitHub in, a report out."""

import asyncio
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from app.adapters.clock import SystemClock
from app.adapters.github.client import Line
from app.adapters.github.exchange import open_transport
from app.adapters.github.operations import RestGitHub
from app.adapters.github.tokens import AppJwt
from app.cli import Unusable
from app.domain.protection.report import ProtectReport
from app.log import set_up_logging
from app.ports import FoundRepo, GitHubError, Rejected, Throttled
from app.settings import Settings, SettingsError, load_settings
from app.worker.protecting import Hub, Protector


def protect_from_settings(repo: str, *, apply: bool) -> ProtectReport:
    """Look at a repository's protection and set it up where asked. Raises Unusable where that cannot be."""
    settings = usable_settings()
    set_up_logging(is_json=not sys.stderr.isatty())

    async def run() -> ProtectReport:
        async with open_hub(settings) as hub:
            return await protect(hub, settings.github_url, repo, apply=apply)

    return asyncio.run(run())


async def protect(hub: Hub, site: str, repo: str, *, apply: bool) -> ProtectReport:
    """Look at a repository's protection and, with `apply`, set it up and look again. Raises Unusable."""
    async with in_words():
        protector = Protector(hub, site)
        found = await find_repo(hub, repo)
        before = after = await protector.look(found)
        made, refused = None, ()
        if apply:
            done, refused = await protector.apply(before)
            made = tuple(done)
            after = await protector.look(found)
    return ProtectReport(
        repo=found.repo.full_name,
        app=before.app.id,
        slug=before.app.slug,
        plans=tuple(plan.path for plan in before.plans),
        tags=before.wanted.patterns,
        environments=before.wanted.environments,
        changes=before.changes,
        made=made,
        left=after.changes,
        limits=tuple(dict.fromkeys((*after.limits, *refused))),
    )


async def find_repo(hub: Hub, repo: str) -> FoundRepo:
    """Return a repository by `owner/name`. Raises Unusable for another word, and where the App is not there."""
    owner, name = owner_and_name(repo)
    installed = await hub.installation_on(owner, name)
    if installed is not None and installed.suspended_at is not None:
        raise Unusable(f"The App's installation on {installed.account} is suspended: it can see and do nothing there.")
    found = await hub.find(installed, owner, name) if installed is not None else None
    if found is None:
        raise Unusable(f"The App is not installed on {repo}, or there is no such repository.")
    return found


def owner_and_name(repo: str) -> tuple[str, str]:
    """Return the two parts of a repository's name. Raises Unusable for what is none."""
    owner, slash, name = repo.partition("/")
    if not (owner and slash and name) or "/" in name:
        raise Unusable(f"{repo} is no repository: it is named owner/name.")
    return owner, name


@asynccontextmanager
async def in_words() -> AsyncGenerator[None]:
    """Turn what GitHub could not answer into Unusable: whatever was done so far is found again the next time."""
    try:
        yield
    except Throttled as error:
        raise Unusable(f"GitHub asks us to wait: {error}. What was done stays done; run it again later.") from error
    except Rejected as error:
        raise Unusable(f"GitHub refused: {error}. Is GONOGO_APP_ID the App of this private key?") from error
    except GitHubError as error:
        raise Unusable(f"GitHub gave no answer: {error}. What was done stays done; run it again.") from error


@asynccontextmanager
async def open_hub(settings: Settings) -> AsyncGenerator[RestGitHub]:
    """Open the way to the GitHub of the settings. Raises Unusable for a key that cannot be used."""
    clock = SystemClock()
    try:
        jwt = AppJwt(settings.app_id, settings.read_private_key().get_secret_value(), clock)
    except ValueError as error:
        raise Unusable(f"The private key cannot be used: {error}") from error
    transport = open_transport()
    try:
        yield RestGitHub(Line(transport=transport, clock=clock, api_url=settings.github_api_url), jwt)
    finally:
        await transport.aclose()


def usable_settings() -> Settings:
    """Return the settings. Raises Unusable with all that is wrong with them."""
    try:
        return load_settings()
    except SettingsError as error:
        raise Unusable(str(error)) from error
