"""Who may ask: one installation that is limited, silent or busy leaves all the others alone."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import timedelta

import httpx
import pytest
from structlog.testing import capture_logs

from app.adapters.github.answers import Answer, Unreachable
from app.adapters.github.door import Door
from app.adapters.github.seats import AT_ONCE, Seats
from app.adapters.github.throttles import Budget
from app.adapters.scheduler.local import LocalScheduler
from app.ports import Throttled, Turn, Unclear
from tests.adapters.github.scripted import OTHER, REPO, Reply, Scripted, issue

pytestmark = pytest.mark.anyio

OK = Reply(200, issue())
REST, GRAPHQL = Budget(7, "rest"), Budget(7, "graphql")
SPENT = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1773144090"}  # 90 s after noon


def answer(status: int, headers: dict[str, str]) -> Answer:
    return Answer(status, headers, b"")


# -- rate limits -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "also_stops_rest"),
    [(SPENT, False), ({"retry-after": "30"}, True), ({}, True), ({**SPENT, "retry-after": "30"}, True)],
)
async def test_the_hour_s_limit_of_graphql_is_its_own_and_a_secondary_one_is_shared(
    hub: Scripted, headers: dict[str, str], also_stops_rest: bool
) -> None:
    door = Door(hub.clock)
    with pytest.raises(Throttled):
        door.answered(GRAPHQL, answer(403 if headers else 429, headers))
    with pytest.raises(Throttled):
        door.check(GRAPHQL)
    door.check(Budget(8, "graphql"))
    door.check(Budget(7, "token"))
    if also_stops_rest:
        with pytest.raises(Throttled):
            door.check(REST)
    else:
        door.check(REST)


async def test_after_the_last_call_of_an_hour_none_is_made_that_would_be_refused(hub: Scripted) -> None:
    hub.then(Reply(200, issue(), headers=SPENT), OK)
    github = hub.github()
    await github.issue(REPO, 1)
    with pytest.raises(Throttled) as told:
        await github.issue(REPO, 1)
    assert told.value.retry_at == hub.clock.now() + timedelta(seconds=91)
    assert github.troubles() == {7: "throttled"}
    await hub.clock.wind(91)
    await github.issue(REPO, 1)
    assert (len(hub.calls), github.troubles()) == (2, {})


@pytest.mark.parametrize(("date", "seconds"), [("12:02:00", 1), ("11:58:00", 211), ("12:00:30", 61)])
async def test_d27_an_hour_s_end_is_reckoned_by_github_s_clock(hub: Scripted, date: str, seconds: int) -> None:
    """By ours, which is wrong by two minutes, it would be asked again and again, or waited for in vain."""
    hub.then(Reply(403, {"message": "x"}, headers={**SPENT, "date": f"Tue, 10 Mar 2026 {date} GMT"}))
    with pytest.raises(Throttled) as told:
        await hub.github().issue(REPO, 1)
    assert told.value.retry_at == hub.clock.now() + timedelta(seconds=seconds)


async def test_a_limit_is_told_in_the_log(hub: Scripted) -> None:
    hub.then(Reply(429, headers={"retry-after": "30"}))
    with capture_logs() as log, pytest.raises(Throttled):
        await hub.github().issue(REPO, 1)
    assert [(one["event"], one["installation"], one["what"]) for one in log] == [("github.rate_limit", 7, "rest")]


# -- trouble with a token is that of its installation -----------------------------------------------------------


@pytest.mark.parametrize(
    "reply",
    [
        Reply(429),
        Reply(403, {"message": "You have exceeded a secondary rate limit."}),
        Reply(403, {"message": "This installation has been suspended"}),
        Reply(401, {"message": "'Issued at' claim ('iat') must be an Integer"}),
        Reply(404, {"message": "Not Found"}),
        Reply(500),
        Reply(lost=httpx.ReadTimeout("it hangs")),
    ],
)
async def test_d12_an_installation_that_gets_no_token_keeps_no_other_from_getting_one(
    hub: Scripted, reply: Reply
) -> None:
    github = hub.github()
    for _ in range(8):
        hub.token_script.extend([reply] * 3)
        with pytest.raises(Exception, match=r"rate limited|token|not installed|not answer"):
            await github.issue(REPO, 1)
        hub.token_script.clear()
        await hub.clock.wind(5)
    hub.then(OK)
    assert (await github.issue(OTHER, 1)).body == "text"
    assert 7 in github.troubles()
    assert 8 not in github.troubles()


# -- no answers ------------------------------------------------------------------------------------------------


def events(log: Sequence[Mapping[str, object]]) -> list[object]:
    """What we told, beside the retries."""
    return [one["event"] for one in log if str(one["event"]).startswith("github.")]


async def test_after_five_calls_without_an_answer_an_installation_rests(hub: Scripted) -> None:
    github = hub.github()
    hub.then(*[Reply(502)] * 5)
    with capture_logs() as log:
        for _ in range(2):
            with pytest.raises(Unclear, match="502"):  # the second finds nobody to ask any more, and says what it got
                await github.issue(REPO, 1)
        with pytest.raises(Unreachable, match="does not answer") as told:
            await github.issue(REPO, 1)
        with pytest.raises(Unreachable):
            await github.comment(REPO, 1, "hello")
    assert told.value.retry_at == hub.clock.now() + timedelta(seconds=5)
    assert len(hub.calls) == 5
    assert github.troubles() == {7: "no_answer"}
    assert events(log) == ["github.does_not_answer"]
    hub.clock.advance(17 * 60)
    assert github.troubles() == {}  # nobody has asked for so long
    hub.then(OK)
    await github.issue(OTHER, 1)


async def test_a_rest_is_longer_each_time_up_to_a_minute_and_one_call_ends_it(hub: Scripted) -> None:
    github = hub.github()
    rests: list[float] = []
    while len(rests) < 6:
        hub.then(Reply(502))
        try:
            await github.comment(REPO, 1, "hello")
        except Unreachable as told:
            rests.append((told.retry_at - hub.clock.now()).total_seconds())
            await hub.clock.wind(rests[-1])
        except Unclear:
            continue
    assert rests == [5, 10, 20, 40, 60, 60]
    assert len(hub.calls) == 5 + 5  # one after each rest but the last
    hub.script.clear()
    hub.then(Reply(201, {"id": 5, "html_url": ""}), *[Reply(502)] * 3, OK)
    with capture_logs() as log:
        await hub.clock.wind(60)
        await github.comment(REPO, 1, "hello")
        with pytest.raises(Unclear):
            await github.issue(REPO, 1)
        await github.issue(REPO, 1)  # three failures are not five
    assert events(log) == ["github.answers_again"]


async def test_while_one_call_finds_out_the_others_wait(hub: Scripted) -> None:
    door = Door(hub.clock)
    for _ in range(5):
        with pytest.raises(Unclear):
            async with door.open_to(REST):
                raise Unclear("502")
    await hub.clock.wind(5)
    async with door.open_to(REST):
        with pytest.raises(Unreachable):
            async with door.open_to(REST):
                pytest.fail("it was let in")
    with pytest.raises(Throttled, match="another way"):  # it found out nothing: the next may try
        async with door.open_to(REST):
            raise Unreachable(hub.clock.now(), "another way")
    async with door.open_to(REST):
        door.answered(REST, answer(200, {}))
    async with door.open_to(REST), door.open_to(REST):
        pass


async def test_calls_that_were_under_way_when_a_rest_began_make_it_no_longer(hub: Scripted) -> None:
    door = Door(hub.clock)
    async with AsyncExitStack() as others:
        for _ in range(8):
            await others.enter_async_context(suppressed(door))
        for _ in range(5):
            with pytest.raises(Unclear):
                async with door.open_to(REST):
                    raise Unclear("502")
    with pytest.raises(Unreachable) as told:
        door.check(REST)
    assert told.value.retry_at == hub.clock.now() + timedelta(seconds=5)


@asynccontextmanager
async def suppressed(door: Door) -> AsyncGenerator[None]:
    """A call that is under way until the test is done with it, and then gets no answer."""
    with suppress(Unclear):
        async with door.open_to(REST):
            yield
            raise Unclear("502")


# -- seats -----------------------------------------------------------------------------------------------------


class Asking:
    """Work that asks GitHub for an installation, `<installation>/<number>`, and waits for the answer."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self.answers = {7: asyncio.Event(), 8: asyncio.Event()}
        self.answers[8].set()
        self.inside: list[str] = []
        self.most = 0
        self.done: list[str] = []

    async def __call__(self, key: str) -> None:
        installation = int(key.partition("/")[0])
        for _ in range(2):  # the second call needs no second seat
            async with self._door.open_to(Budget(installation, "rest")):
                self.inside.append(key)
                self.most = max(self.most, len(self.inside))
                try:
                    await self.answers[installation].wait()
                finally:
                    self.inside.remove(key)
        self.done.append(key)


@pytest.fixture
async def asking(hub: Scripted) -> AsyncIterator[tuple[Asking, LocalScheduler]]:
    asking = Asking(Door(hub.clock))
    scheduler = LocalScheduler({"show": asking, "poll": asking}, hub.clock, concurrency=AT_ONCE + 1)
    await scheduler.start()
    yield asking, scheduler
    await scheduler.stop(grace_seconds=0.01)


async def turns(condition: Callable[[], bool]) -> None:
    for _ in range(200):
        if condition():
            return
        await asyncio.sleep(0)
    raise AssertionError("it did not happen")


async def test_d12_a_hanging_installation_with_much_to_do_leaves_room_for_the_next(
    asking: tuple[Asking, LocalScheduler],
) -> None:
    work, scheduler = asking
    hanging = [f"7/{number}" for number in range(40)]
    for key in (*hanging, "8/0", "8/1"):
        scheduler.wake(f"show:{key}")
    await turns(lambda: work.done == ["8/0", "8/1"])
    assert work.inside == hanging[:AT_ONCE]
    work.answers[7].set()
    await scheduler.idle()
    assert work.done[2:] == hanging  # whoever came first went on first
    assert work.most <= AT_ONCE + 1


async def test_seats_are_counted_for_each_kind_of_work_apart(asking: tuple[Asking, LocalScheduler]) -> None:
    work, scheduler = asking
    for number in range(AT_ONCE):
        scheduler.wake(f"poll:7/{number}")
    scheduler.wake("show:7/99")
    await turns(lambda: "7/99" in work.inside)
    assert len(work.inside) == AT_ONCE + 1


async def test_whoever_waits_for_a_seat_can_be_stopped_and_the_others_get_theirs() -> None:
    seats, done = Seats(), asyncio.Event()
    order: list[int] = []

    async def run(number: int) -> None:
        with Turn("show").goes_on():
            await seats.take(7)
            order.append(number)
            await done.wait()

    tasks = [asyncio.create_task(run(number)) for number in range(AT_ONCE + 3)]
    await turns(lambda: len(order) == AT_ONCE)
    tasks[AT_ONCE].cancel()  # it waits
    await asyncio.sleep(0)
    tasks[0].cancel()
    await turns(tasks[0].done)
    tasks[AT_ONCE + 1].cancel()  # it was given the seat, and has not sat down yet
    await turns(lambda: len(order) == AT_ONCE + 1)
    assert order == [*range(AT_ONCE), AT_ONCE + 2]
    done.set()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_outside_of_a_scheduler_s_work_no_seat_is_needed(hub: Scripted) -> None:
    hub.then(*[OK] * (AT_ONCE + 1))
    github = hub.github()
    assert len(await asyncio.gather(*(github.issue(REPO, 1) for _ in range(AT_ONCE + 1)))) == AT_ONCE + 1
