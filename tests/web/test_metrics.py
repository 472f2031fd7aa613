"""The figures for Prometheus, whatever the database does."""

import asyncio
from datetime import datetime, timedelta

import httpx
import pytest
from starlette.applications import Starlette

from app.adapters.metrics import PrometheusMeter
from app.ports import Backlog, Call, CallAnswer, Handling
from app.sim.clock import SimClock
from app.web.metrics import MOST_SERIES, Facts, Known, metrics_routes
from tests.clock import NOON

pytestmark = pytest.mark.anyio


class Database:
    """Tells the same each time, and counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.is_down = False

    async def backlog(self, now: datetime) -> Backlog:
        self.asked += 1
        await asyncio.sleep(0)
        if self.is_down:
            raise OSError("postgresql://gonogo:password@db")
        return Backlog(older_than=(3, 2, 1, 0, 0, 0), oldest_at=now - timedelta(seconds=30), ledger={"todo": 4})


class Page:
    """The page, and what is behind it."""

    def __init__(self, token: str | None = None) -> None:
        self.database, self.clock, self.meter = Database(), SimClock(NOON), PrometheusMeter()
        self.calls_left: dict[int, int] = {}
        self.is_stuck = False
        routes = metrics_routes(Known(self.tell), self.meter.registry, self.database.backlog, self.clock, token=token)
        self._transport = httpx.ASGITransport(app=Starlette(routes=routes))

    async def tell(self) -> Facts:
        if self.is_stuck:
            await asyncio.Event().wait()
        return Facts(calls_left=self.calls_left, troubles={7: "suspended"})

    async def get(self, authorization: str | None = None) -> httpx.Response:
        headers = [] if authorization is None else [(b"authorization", authorization.encode("latin-1"))]
        async with httpx.AsyncClient(transport=self._transport, base_url="https://gonogo.example") as client:
            return await client.get("/metrics", headers=headers)

    async def read(self) -> dict[str, float]:
        answer = await self.get()
        assert answer.status_code == 200
        lines = [line.rpartition(" ") for line in answer.text.splitlines() if not line.startswith("#")]
        return {name: float(value) for name, _, value in lines}


@pytest.mark.parametrize("given", [None, "", "Bearer ", "Bearer swordfisH", "Basic swordfish", "Bearer swordfish\xe9"])
async def test_without_the_token_nothing_is_told(given: str | None) -> None:
    page = Page(token="swordfish")
    refused = await page.get(given)
    assert (refused.status_code, refused.text, refused.headers["www-authenticate"]) == (401, "", "Bearer")
    assert page.database.asked == 0
    assert (await page.get("Bearer swordfish")).status_code == 200


async def test_what_waits_is_told_by_its_age() -> None:
    found = await Page().read()
    assert [found[f'gonogo_deliveries_waiting{{older_than="{age}"}}'] for age in (0, 1, 10, 60)] == [3, 2, 1, 0]
    assert (found["gonogo_deliveries_oldest_seconds"], found['gonogo_ledger_rows{state="todo"}']) == (30, 4)


async def test_a_database_that_does_not_answer_is_told_and_hides_no_other_figure() -> None:
    page = Page()
    await page.read()
    page.database.is_down = True
    page.clock.advance(6)
    page.meter.lagged(2)
    found = await page.read()
    assert (found["gonogo_database_readable"], found["gonogo_webhook_lag_seconds_count"]) == (0, 1)
    assert not [name for name in found if name.startswith("gonogo_deliveries")]


async def test_work_that_stands_still_is_claimed_nothing_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.web.metrics.TELL_SECONDS", 0.05)
    page = Page()
    assert 'gonogo_github_waits{installation="7",why="suspended"}' in await page.read()
    page.is_stuck = True
    found = await page.read()
    assert not [name for name in found if name.startswith("gonogo_github_waits{")]
    assert found["gonogo_database_readable"] == 1


async def test_however_many_ask_the_database_is_read_once_in_a_while() -> None:
    page = Page()
    await asyncio.gather(*(page.read() for _ in range(20)))
    assert page.database.asked == 1
    page.clock.advance(6)
    await page.read()
    assert page.database.asked == 2


async def test_the_number_of_series_is_bounded() -> None:
    page = Page()
    page.calls_left = dict.fromkeys(range(2 * MOST_SERIES), 1)
    found = await page.read()
    assert len([name for name in found if name.startswith("gonogo_github_calls_remaining")]) == MOST_SERIES


async def test_a_clock_that_was_set_back_counts_as_no_time_at_all() -> None:
    page = Page()
    page.meter.acknowledged(202, -5)
    page.meter.handled(Handling.PARKED, -5)
    page.meter.called(Call.WRITE, CallAnswer.DONE, -5)
    page.meter.lagged(-5)
    found = await page.read()
    assert [value for name, value in found.items() if name.partition("{")[0].endswith("_seconds_sum")] == [0, 0, 0, 0]
