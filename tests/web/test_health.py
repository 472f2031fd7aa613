"""Probes: alive while it answers, ready while it can take deliveries."""

import asyncio
from collections.abc import Awaitable, Callable

import httpx
import pytest
from starlette.applications import Starlette

from app.web.health import health_routes

pytestmark = pytest.mark.anyio


async def fine() -> str | None:
    return None


async def behind() -> str | None:
    return "run `gonogo db upgrade`"


async def broken() -> str | None:
    raise OSError("postgresql://gonogo:password@db")


async def hanging() -> str | None:
    await asyncio.Event().wait()
    return None


async def ask(path: str, trouble: Callable[[], Awaitable[str | None]], method: str = "GET") -> httpx.Response:
    app = Starlette(routes=health_routes(trouble, check_seconds=0.05))
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="https://gonogo.example") as client:
        return await client.request(method, path)


@pytest.mark.parametrize("trouble", [fine, behind, broken, hanging])
async def test_it_is_alive_whatever_the_database_does(trouble: Callable[[], Awaitable[str | None]]) -> None:
    answer = await ask("/healthz", trouble)

    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})


async def test_it_is_not_alive_where_its_work_stands_still() -> None:
    async def never() -> None:
        await asyncio.Event().wait()

    app = Starlette(routes=health_routes(fine, never, check_seconds=0.05))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="https://gonogo.example") as client:
        alive, ready = await client.get("/healthz"), await client.get("/readyz")
    assert (alive.status_code, alive.json()["status"]) == (503, "standing still")
    assert ready.status_code == 200  # what comes is stored, whoever works on it


@pytest.mark.parametrize(
    ("trouble", "status", "said"),
    [
        (fine, 200, {"status": "ready"}),
        (behind, 503, {"status": "not ready", "reason": "run `gonogo db upgrade`"}),
        pytest.param(
            broken, 503, {"status": "not ready", "reason": "the database cannot be reached"}, marks=pytest.mark.leaks
        ),
        (hanging, 503, {"status": "not ready", "reason": "the database cannot be reached"}),
    ],
)
async def test_it_is_ready_when_it_can_take_deliveries_and_else_says_why(
    trouble: Callable[[], Awaitable[str | None]], status: int, said: dict[str, str]
) -> None:
    answer = await ask("/readyz", trouble)

    assert (answer.status_code, answer.json()) == (status, said)


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
async def test_a_probe_may_ask_for_the_head_only(path: str) -> None:
    answer = await ask(path, fine, "HEAD")

    assert (answer.status_code, answer.content) == (200, b"")
