"""A stage without a service, and a browser of sorts that asks for its page."""

from collections.abc import AsyncIterator

import httpx
import pytest

from app.sim.clock import SimClock
from app.sim.stage import Stage, build_stage


@pytest.fixture
def clock() -> SimClock:
    return SimClock()


@pytest.fixture
def stage(clock: SimClock) -> Stage:
    return build_stage(clock)


@pytest.fixture
async def visitor(stage: Stage) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=stage.web)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8787") as http:
        yield http
