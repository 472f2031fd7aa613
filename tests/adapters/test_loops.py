"""An event loop apart: what is busy there holds up nobody here."""

import asyncio
import signal
import sys
import threading

import pytest
from structlog.testing import capture_logs

from app.adapters.loops import OwnLoop

pytestmark = pytest.mark.anyio


async def thread() -> int:
    return threading.get_ident()


async def test_it_runs_what_it_is_given_on_a_thread_of_its_own() -> None:
    place = OwnLoop(asyncio.new_event_loop)
    assert len({threading.get_ident(), await place.run(thread), await place.run(thread)}) == 2
    await place.close()


async def test_what_goes_wrong_there_is_raised_here() -> None:
    async def fail() -> None:
        raise LookupError("not there")

    place = OwnLoop(asyncio.new_event_loop)
    with pytest.raises(LookupError, match="not there"):
        await place.run(fail)
    await place.close()


async def test_this_loop_goes_on_while_that_one_is_busy() -> None:
    begun, may_end = threading.Event(), threading.Event()
    heard: list[str] = []

    async def hog() -> None:
        begun.set()
        assert may_end.wait(60)  # seconds: it holds its loop

    place = OwnLoop(asyncio.new_event_loop)
    busy = asyncio.create_task(place.run(hog))
    await asyncio.to_thread(begun.wait)
    place.call(heard.append, "a")
    assert heard == []
    may_end.set()
    await busy
    await place.run(thread)
    assert heard == ["a"]
    await place.close()


async def test_at_its_end_what_still_runs_there_is_cancelled() -> None:
    ends: list[str] = []

    async def wait() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            ends.append("cancelled")
            raise

    async def begin() -> asyncio.Task[None]:
        task = asyncio.create_task(wait())
        await asyncio.sleep(0)
        return task

    place = OwnLoop(asyncio.new_event_loop)
    task = await place.run(begin)
    await place.close()
    assert (ends, task.cancelled()) == (["cancelled"], True)


async def test_who_calls_a_loop_that_has_ended_is_not_heard_and_not_hurt() -> None:
    heard: list[str] = []
    place = OwnLoop(asyncio.new_event_loop)
    await place.close()
    place.call(heard.append, "a")
    assert heard == []
    with pytest.raises(RuntimeError, match="closed"):
        await place.run(thread)


async def test_a_loop_that_ends_by_itself_ends_the_process_and_can_be_let_go_of(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[int] = []
    has_ended = threading.Event()

    def kill(_: int, number: int) -> None:
        told.append(number)
        has_ended.set()

    async def fall() -> None:
        asyncio.get_running_loop().call_soon(sys.exit)

    monkeypatch.setattr("app.adapters.loops.os.kill", kill)
    place = OwnLoop(asyncio.new_event_loop)
    with capture_logs() as logs:
        await place.run(fall)
        assert await asyncio.to_thread(has_ended.wait, 60)
    await place.close()
    assert (told, [log["event"] for log in logs]) == ([signal.SIGTERM], ["work.ended"])
