"""What the App asks in its own name: itself, where it is installed, and how its webhooks fared."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from app.adapters.github.office import PAGES, PER_PAGE, Office, at, segment
from app.adapters.github.shapes import shaped
from app.adapters.github.shapes_protection import (
    ALL_INSTALLED,
    DELIVERIES,
    HOOK,
    INSTALLED,
    REGISTERED,
    REPOSITORY,
    DeliveryShape,
    Installed,
)
from app.domain.doctor.facts import AppFacts, HookDelivery, HookFacts, HookLog, InstallationFacts
from app.domain.values import Repo
from app.ports import Missing
from app.ports.lost import LogPage
from app.ports.protection import FoundRepo

_LOG_PAGES: Final = 3
_ORGANIZATION: Final = "Organization"


class AppDesk(Office):
    """GitHub as the App itself may ask it."""

    async def app(self) -> AppFacts:
        """Return the App as it is registered."""
        read = shaped(REGISTERED, await self._app.getitem("/app"))
        return AppFacts(
            id=read.id,
            slug=read.slug,
            owner=read.owner.login,
            is_of_organization=read.owner.type == _ORGANIZATION,
            permissions=read.permissions,
            events=frozenset(read.events),
        )

    async def installations(self) -> Sequence[InstallationFacts]:
        """Return where the App is installed, suspended installations among them."""
        found: list[InstallationFacts] = []
        for number in range(1, PAGES + 1):
            page = await self._app.getpage(f"/app/installations?per_page={PER_PAGE}&page={number}")
            found += [_installation(one) for one in shaped(ALL_INSTALLED, page.content)]
            if page.is_last:
                break
        return found

    async def installation_on(self, owner: str, name: str) -> InstallationFacts | None:
        """Return the App's installation that covers a repository; None where there is none, or no repository."""
        try:
            url = f"/repos/{segment(owner)}/{segment(name)}/installation"
            return _installation(shaped(INSTALLED, await self._app.getitem(url)))
        except Missing:
            return None

    async def find(self, installation: InstallationFacts, owner: str, name: str) -> FoundRepo | None:
        """Return a repository as an installation sees it; None where it does not."""
        asked = Repo(id=0, owner=owner, name=name, installation=installation.id, default_branch="")
        try:
            read = shaped(REPOSITORY, await self._caller(asked).getitem(at(asked)))
        except Missing:
            return None
        repo = Repo(
            id=read.id,
            owner=read.owner.login,
            name=read.name,
            installation=installation.id,
            default_branch=read.default_branch,
        )
        return FoundRepo(repo=repo, is_private=read.private, installation=installation)

    async def hook(self) -> HookFacts:
        """Return where the App's webhook points."""
        read = shaped(HOOK, await self._app.getitem("/app/hook/config"))
        return HookFacts(
            url=read.url,
            content_type=read.content_type,
            has_secret=bool(read.secret),
            is_insecure=str(read.insecure_ssl) not in {"0", "0.0"},
        )

    async def hook_deliveries(self, since: datetime) -> HookLog:
        """Return the tries to deliver since then, newest first, the latest few hundred."""
        found: list[HookDelivery] = []
        url: str | None = f"/app/hook/deliveries?per_page={PER_PAGE}"
        for _ in range(_LOG_PAGES):
            page = await self._app.getpage(url)
            read = shaped(DELIVERIES, page.content)
            found += [_try(one) for one in read if one.delivered_at >= since]
            url = page.following
            if url is None or (read and read[-1].delivered_at < since):
                return HookLog(tuple(found))
        return HookLog(tuple(found), is_cut=True)

    async def failed_deliveries(self, following: str | None) -> LogPage:
        """Return tries that failed: the newest, or those of the page that followed."""
        page = await self._app.getpage(following or f"/app/hook/deliveries?per_page={PER_PAGE}&status=failure")
        return LogPage(tries=tuple(map(_try, shaped(DELIVERIES, page.content))), following=page.following)

    async def redeliver(self, number: int) -> None:
        """Have GitHub send once more what it sent in that try."""
        await self._app.post(f"/app/hook/deliveries/{number}/attempts", data=b"")

    def skew(self) -> timedelta | None:
        """Return how far GitHub's clock is ahead of ours, by its latest answer; None where none told the time."""
        return self._line.skew.latest


def _try(read: DeliveryShape) -> HookDelivery:
    return HookDelivery(
        number=read.id,
        guid=read.guid,
        at=read.delivered_at,
        seconds=read.duration,
        status_code=read.status_code,
        event=read.event,
        repository=read.repository_id,
        is_throttled=read.throttled_at is not None,
    )


def _installation(read: Installed) -> InstallationFacts:
    return InstallationFacts(
        id=read.id,
        account=read.account.login,
        is_of_organization=read.account.type == _ORGANIZATION,
        permissions=read.permissions,
        events=frozenset(read.events),
        suspended_at=read.suspended_at,
    )
