"""A stage without a service, and a browser of sorts that asks for its page."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest

from app.sim.clock import SimClock
from app.sim.stage import Stage, build_stage


@dataclass
class Visitor:
    """Somebody with the page, which needs no script for this."""

    http: httpx.AsyncClient

    async def words(self, who: str = "") -> str:
        """Return what stands on the page, without the markup."""
        answer = await self.http.get("/live", params={"who": who})
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))

    async def token(self) -> str:
        """Return the token that the page carries."""
        found = re.search(r'name="token" value="([\w-]{32})"', (await self.http.get("/")).text)
        assert found
        return found[1]

    async def do(self, act: str, who: str, **fields: str) -> httpx.Response:
        """Press a button of the page."""
        data = {"token": await self.token(), "who": who, **fields}
        return await self.http.post(f"/do/{act}", data=data)


@pytest.fixture
def clock() -> SimClock:
    return SimClock()


@pytest.fixture
def stage(clock: SimClock) -> Stage:
    return build_stage(clock)


@pytest.fixture
async def http(stage: Stage) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=stage.web)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8787") as http:
        yield http


@pytest.fixture
def visitor(http: httpx.AsyncClient) -> Visitor:
    return Visitor(http)
