"""Where every operation asks: one caller for each installation, writes counted, addresses built safely."""

from typing import Any, Final
from urllib.parse import quote

from app.adapters.github.client import Caller, Line
from app.adapters.github.pacing import Pacing
from app.adapters.github.throttles import Budget
from app.adapters.github.tokens import AppJwt, InstallationToken, Tokens
from app.domain.values import Repo
from app.ports import Missing

PER_PAGE: Final = 100
PAGES: Final = 10
"""Lists are read up to this many pages: 1,000 entries, which is also where GitHub's own searches end."""

_APP: Final = 0
_NOT_FOUND: Final = 404


class Office:
    """What the operations share. One office speaks to one GitHub, for one App."""

    def __init__(self, line: Line, jwt: AppJwt, pacing: Pacing | None = None) -> None:
        self._line = line
        self._app_id = jwt.app_id
        jwt.skew = line.skew
        self._app = Caller(line, Budget(_APP, "rest"), jwt)
        self._tokens = Tokens(lambda number: Caller(line, Budget(number, "token"), jwt), line.clock)
        self._pacing = pacing or Pacing(line.clock)
        self._callers: dict[int, Caller] = {}

    def remaining(self) -> dict[int, int]:
        """Return how many calls of this hour are left, by installation, as last told; none of an hour that is over."""
        now = self._line.clock.now()
        told = {installation: caller.rate_limit for installation, caller in self._callers.items()}
        return {id_: limit.remaining for id_, limit in told.items() if limit is not None and limit.reset_datetime > now}

    def troubles(self) -> dict[int, str]:
        """Return the installations (0: the App itself) that cannot be asked just now, and why, in one word."""
        return self._line.door.troubles() | self._tokens.troubles()

    def _caller(self, repo: Repo) -> Caller:
        """Return the caller for reading."""
        caller = self._callers.get(repo.installation)
        if caller is None:
            credentials = InstallationToken(self._tokens, repo.installation)
            caller = self._callers[repo.installation] = Caller(
                self._line, Budget(repo.installation, "rest"), credentials
            )
        return caller

    async def _writer(self, repo: Repo, *, for_people: bool) -> Caller:
        """Return the caller for one write, which is counted. Raises Throttled where there is no room for it.

        What answers a person goes before what shows state: projections leave a share of the room to it.
        """
        self._line.door.check(Budget(repo.installation, "rest"))
        await self._pacing.take(repo.installation, for_people=for_people)
        return self._caller(repo)

    async def _pages(self, repo: Repo, url: str) -> list[Any]:
        """Read a list from its first page on, up to the bound; `url` has a query already."""
        caller = self._caller(repo)
        contents: list[Any] = []
        for number in range(1, PAGES + 1):
            page = await caller.getpage(f"{url}&per_page={PER_PAGE}&page={number}")
            contents.append(page.content)
            if page.is_last:
                break
        return contents


def at(repo: Repo) -> str:
    """Return the address of a repository."""
    return f"/repos/{segment(repo.owner)}/{segment(repo.name)}"


def segment(text: str) -> str:
    """Quote one segment of an address. Raises Missing for dots, which would lead elsewhere."""
    if text in {"", ".", ".."}:
        raise Missing(_NOT_FOUND, f"there is nothing named {text!r}")
    return quote(text, safe="")


def segments(text: str) -> str:
    """Quote a path or ref, keeping its slashes. Raises Missing for one that has empty or dotted segments."""
    return "/".join([segment(part) for part in text.split("/")])
