"""A White Room on a simulated GitHub, a client that is the App, and the description it is all held against."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta

import httpx
import jwt
import pytest

from app.sim import Room, SimClock, SimGitHub, WebhookPost, white_room
from tests.contract import ContractChecked, problems_of_posts

VERSION = {"X-GitHub-Api-Version": "2026-03-10"}


class Kept(SimGitHub):
    """A GitHub that also keeps what was taken, to be held against the description at the end."""

    def __init__(self, clock: SimClock) -> None:
        super().__init__(clock)
        self.kept: list[WebhookPost] = []

    def take(self) -> list[WebhookPost]:
        taken = super().take()
        self.kept += taken
        return taken


@pytest.fixture
def clock() -> SimClock:
    return SimClock()


@pytest.fixture
def github(clock: SimClock) -> Iterator[Kept]:
    github = Kept(clock)
    yield github
    github.take()
    assert problems_of_posts(github.kept) == []


@pytest.fixture
def room(github: Kept) -> Room:
    return white_room(github)


@dataclass(slots=True)
class AppClient:
    """The App, speaking to the API."""

    http: httpx.AsyncClient
    room: Room
    clock: SimClock
    token: str = ""

    def jwt(self, **claims: object) -> str:
        now = self.clock.now()
        usual = {"iss": str(self.room.app.id), "iat": now - timedelta(seconds=60), "exp": now + timedelta(minutes=9)}
        return jwt.encode({**usual, **claims}, self.room.private_key, algorithm="RS256")

    async def as_app(self, method: str, path: str, **claims: object) -> httpx.Response:
        headers = {**VERSION, "Authorization": f"Bearer {self.jwt(**claims)}"}
        return await self.http.request(method, path, headers=headers)

    async def __call__(
        self, method: str, path: str, body: object = None, *, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        """Ask something of the repository (or of a path that begins with a slash) with an installation token."""
        if not self.token:
            answer = await self.as_app("POST", f"/app/installations/{self.room.installation.id}/access_tokens")
            self.token = answer.json()["token"]
        where = path if path.startswith("/") else f"/repos/{self.room.repo.full_name}/{path}".rstrip("/")
        given = {**VERSION, "Authorization": f"token {self.token}", **(headers or {})}
        return await self.http.request(method, where, json=body, headers=given)


@pytest.fixture
async def api(github: Kept, room: Room, clock: SimClock) -> AsyncIterator[AppClient]:
    checked = ContractChecked(github.asgi)
    transport = httpx.ASGITransport(app=checked)
    async with httpx.AsyncClient(transport=transport, base_url="https://api.github.com") as http:
        yield AppClient(http, room, clock)
    checked.assert_clean()
