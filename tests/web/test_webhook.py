"""The door: what is signed is stored before it is thanked for, and nothing that comes makes it fall."""

import asyncio
import hmac
import json
from collections.abc import AsyncIterator, Mapping, Sequence

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette

from app.ports import Delivery
from app.sim.clock import SimClock
from app.web.intake import MAX_BODY_BYTES, SMALL_BYTES, Intake
from app.web.webhook import MOST_BRACKETS, MOST_COMMAS, key_of, webhook_routes
from tests.clock import NOON

pytestmark = pytest.mark.anyio

SECRET = b"it is a secret"
STRANGERS = "sha256=" + "0" * 64
ID = "72d3162e-cc78-11e3-81ab-4c9367dc0958"


def signature(body: bytes) -> str:
    return "sha256=" + hmac.digest(SECRET, body, "sha256").hex()


def is_signed(body: bytes, header: str | None) -> bool:
    return header == signature(body)


class Inbox:
    """An inbox in memory, that can be out of order."""

    def __init__(self) -> None:
        self.stored: dict[str, Delivery] = {}
        self.is_down = False
        self.goes_on = asyncio.Event()  # else whoever stores waits
        self.goes_on.set()
        self.came = asyncio.Semaphore(0)  # released by each who stores

    async def store(self, delivery: Delivery) -> bool:
        self.came.release()
        await self.goes_on.wait()
        if self.is_down:
            raise OSError("no database")
        return self.stored.setdefault(delivery.id, delivery) is delivery

    async def waiting(self, key: str, limit: int, *, after: int = 0) -> Sequence[Delivery]:
        del after  # nothing here is ever passed over
        return [delivery for delivery in self.stored.values() if delivery.key == key][:limit]

    async def keys(self) -> Sequence[str]:
        return list({delivery.key for delivery in self.stored.values()})

    async def failed(self, delivery: str, error: str, *, park: bool) -> None:
        raise NotImplementedError(delivery, error, park)


class Door:
    """The route, mounted in an application of its own, and what it did."""

    def __init__(self, intake: Intake | None = None) -> None:
        self.inbox = Inbox()
        self.woken: list[str] = []
        routes = webhook_routes(self.inbox, is_signed, self.woken.append, SimClock(NOON), intake=intake)
        self._transport = httpx.ASGITransport(app=Starlette(routes=routes))

    async def post(
        self, body: bytes | AsyncIterator[bytes], headers: Mapping[str, str | bytes | None] | None = None
    ) -> httpx.Response:
        """Post as GitHub does; a header of None is left out."""
        usual: dict[str, str | bytes | None] = {
            "Content-Type": "application/json",
            "X-GitHub-Event": "issue_comment",
            "X-GitHub-Delivery": ID,
            "X-Hub-Signature-256": signature(body) if isinstance(body, bytes) else STRANGERS,
            **(headers or {}),
        }
        sent = [(name, value) for name, value in usual.items() if value is not None]
        async with httpx.AsyncClient(transport=self._transport, base_url="https://gonogo.example") as client:
            raw = [(n.encode(), v if isinstance(v, bytes) else v.encode()) for n, v in sent]
            return await client.post("/webhook", content=body, headers=raw)


@pytest.fixture
def door() -> Door:
    return Door()


async def test_a_signed_delivery_is_stored_as_it_came_and_accepted(door: Door) -> None:
    body = b'{ "repository": {"id": 7},\r\n "text": "\xe2\x9c\x85" }'

    answer = await door.post(body)

    assert (answer.status_code, answer.json()) == (202, {"status": "stored"})
    assert door.inbox.stored == {
        ID: Delivery(id=ID, event="issue_comment", key="repo:7", payload=body, received_at=NOON)
    }
    assert door.woken == ["inbox:repo:7"]


async def test_the_same_delivery_id_again_is_greeted_and_nothing_is_done(door: Door) -> None:
    await door.post(b'{"repository": {"id": 7}}')

    answer = await door.post(b'{"repository": {"id": 8}}')

    assert answer.status_code == 200
    assert [delivery.key for delivery in door.inbox.stored.values()] == ["repo:7"]
    assert door.woken == ["inbox:repo:7"]


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Hub-Signature-256": None},
        {"X-Hub-Signature-256": "sha256=" + "0" * 64},
        {"X-Hub-Signature-256": b"sha256=\xff\xfe"},
        {"X-Hub-Signature-256": ""},
        {"X-Hub-Signature-256": None, "X-Hub-Signature": "sha1=" + hmac.digest(SECRET, b"{}", "sha1").hex()},
    ],
    ids=["missing", "wrong", "not ascii", "empty", "sha-1"],
)
async def test_without_our_signature_nothing_is_taken(door: Door, headers: Mapping[str, str | bytes | None]) -> None:
    answer = await door.post(b"{}", headers)

    assert answer.status_code == 401
    assert (door.inbox.stored, door.woken) == ({}, [])


async def test_the_signature_is_looked_at_before_the_body(door: Door) -> None:
    answer = await door.post(b"no json", {"X-Hub-Signature-256": "sha256=00", "X-GitHub-Event": None})

    assert answer.status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"X-GitHub-Event": None},
        {"X-GitHub-Event": "Issue Comment"},
        {"X-GitHub-Event": "a" * 65},
        {"X-GitHub-Event": b"issues\xc3\xa9"},
        {"X-GitHub-Delivery": None},
        {"X-GitHub-Delivery": "' OR 1=1 --"},
        {"X-GitHub-Delivery": "a" * 65},
        {"X-GitHub-Delivery": "\t"},
        {"Content-Type": None},
        {"Content-Type": "text/plain"},
    ],
)
async def test_headers_that_are_missing_or_malformed_are_refused(
    door: Door, headers: Mapping[str, str | bytes | None]
) -> None:
    answer = await door.post(b"{}", headers)

    assert answer.status_code == 400
    assert door.inbox.stored == {}


async def test_a_form_is_refused_with_what_to_do_about_it(door: Door) -> None:
    answer = await door.post(b"payload=%7B%7D", {"Content-Type": "application/x-www-form-urlencoded"})

    assert answer.status_code == 400
    assert answer.json()["reason"] == "set the webhook's content type to application/json"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no json",
        b"[]",
        b"null",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": "\\ud800"}',
        b'{"a": "\xff"}',
        b"\xff\xfe{\x00}\x00",
        b'{"a":' * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a": ' + b"9" * 10_000 + b"}",
    ],
    ids=lambda body: repr(body[:16]),
)
async def test_what_is_no_json_object_is_refused(door: Door, body: bytes) -> None:
    answer = await door.post(body)

    assert answer.status_code == 400
    assert door.inbox.stored == {}


@pytest.mark.parametrize(
    ("payload", "key"),
    [
        ({"repository": {"id": 7}, "installation": {"id": 3}}, "repo:7"),
        ({"installation": {"id": 3}}, "installation:3"),
        ({"repository": None, "installation": {"id": 3}}, "installation:3"),
        ({"repository": {"id": True}}, "app"),
        ({"repository": {"id": "7"}}, "app"),
        ({"repository": {"id": 7.0}}, "app"),
        ({"repository": {"id": -7}}, "app"),
        ({"repository": {"id": 2**63}}, "app"),
        ({"repository": [{"id": 7}]}, "app"),
        ({"repository": {}}, "app"),
        ({}, "app"),
    ],
)
def test_the_key_says_in_whose_turn_it_is_handled(payload: dict[str, object], key: str) -> None:
    assert key_of(payload) == key


async def test_the_last_of_repeated_keys_counts_and_a_nul_is_text(door: Door) -> None:
    answer = await door.post(b'{"repository": {"id": 1}, "a": "\\u0000", "repository": {"id": 2}}')

    assert answer.status_code == 202
    assert door.woken == ["inbox:repo:2"]


async def test_a_body_at_the_limit_is_taken_and_one_byte_more_is_not(door: Door) -> None:
    largest = b"{" + b" " * (MAX_BODY_BYTES - 2) + b"}"

    assert (await door.post(largest)).status_code == 202
    assert (await door.post(largest + b" ")).status_code == 413


@pytest.mark.parametrize("length", [None, "2", "-1", "9" * 5_000])
async def test_the_limit_holds_whatever_length_was_declared(door: Door, length: str | None) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1
            yield b" " * 1024 * 1024

    answer = await door.post(endless(), {"Content-Length": length})

    assert answer.status_code == 413
    assert sent == 26


async def test_a_length_that_is_too_large_is_refused_unread(door: Door) -> None:
    async def unread() -> AsyncIterator[bytes]:
        raise AssertionError("it was read")
        yield b""

    answer = await door.post(unread(), {"Content-Length": str(MAX_BODY_BYTES + 1)})

    assert answer.status_code == 413


async def test_a_body_that_never_ends_is_not_waited_for() -> None:
    async def stuck() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.Event().wait()

    answer = await Door(Intake(seconds=0.01)).post(stuck())

    assert answer.status_code == 408


@pytest.mark.parametrize(
    "header", ["sha256=", "sha256=" + "0" * 63, "sha256=" + "A" * 64, "sha1=" + "0" * 40, "x" * 5_000]
)
async def test_d14_a_body_whose_signature_can_be_none_is_not_read(door: Door, header: str) -> None:
    async def unread() -> AsyncIterator[bytes]:
        raise AssertionError("it was read")
        yield b""

    answer = await door.post(unread(), {"X-Hub-Signature-256": header})

    assert answer.status_code == 401
    assert answer.headers["connection"] == "close"


class Sender:
    """Sends a body of a stranger's in two parts, the second when it is told to."""

    def __init__(self, door: Door, first: int) -> None:
        self._first = b" " * first
        self.go_on = asyncio.Event()
        self.is_read = asyncio.Event()  # the first part was taken
        self.answer = asyncio.create_task(door.post(self._body()))

    async def _body(self) -> AsyncIterator[bytes]:
        yield self._first
        self.is_read.set()
        await self.go_on.wait()
        yield b" "

    async def finish(self) -> int:
        self.go_on.set()
        return (await self.answer).status_code


async def test_d14_no_more_bodies_of_strangers_are_read_at_once_than_there_are_places() -> None:
    door = Door(Intake(most=3))
    senders = [Sender(door, 1) for _ in range(3)]
    for sender in senders:
        await sender.is_read.wait()

    assert (await door.post(b"{}")).status_code == 202  # whoever comes is let in, and the slowest goes

    assert [await sender.finish() for sender in senders] == [408, 401, 401]
    assert (await door.post(b"{}")).status_code == 200


async def test_d14_large_bodies_wait_for_one_of_few_places_while_small_ones_pass() -> None:
    door = Door(Intake(most_large=1))
    first, second = Sender(door, SMALL_BYTES + 1), Sender(door, SMALL_BYTES + 1)
    await first.is_read.wait()
    for _ in range(20):  # as long as it likes: it does not get to its second part
        await asyncio.sleep(0)

    assert not second.is_read.is_set()
    assert (await door.post(b"{}")).status_code == 202
    assert [await first.finish(), await second.finish()] == [401, 401]
    assert (await door.post(b"{" + b" " * SMALL_BYTES + b"}", {"X-GitHub-Delivery": "large"})).status_code == 202


async def test_d14_who_holds_a_place_too_long_loses_it() -> None:
    door = Door(Intake(seconds=0.01, most=1, most_large=1))
    stuck = Sender(door, SMALL_BYTES + 1)

    assert (await stuck.answer).status_code == 408
    assert (await door.post(b"{}")).status_code == 202


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"a": [' + b"{}," * (MOST_BRACKETS - 3) + b"{}]}", 202),
        (b'{"a": [' + b"{}," * (MOST_BRACKETS - 2) + b"{}]}", 400),
        (b'{"a": [' + b"[]," * MOST_BRACKETS + b"[]]}", 400),
        (b'{"a": [' + b"1," * MOST_COMMAS + b"1]}", 202),
        (b'{"a": [' + b"1," * (MOST_COMMAS + 1) + b"1]}", 400),
        (b'{"a": "' + b"{[," * 2 * MOST_COMMAS + b'"}', 202),
        (b'{"a": "' + rb"\"[," * MOST_COMMAS + b'"}', 202),
        (b'{"a": "' + rb"\"{" * MOST_COMMAS, 400),
        (b'{"a": "' + b"{" * MOST_BRACKETS + b"\\", 400),
    ],
    ids=["full", "objects", "lists", "many", "numbers", "text", "quotes in text", "cut off", "cut off in an escape"],
)
async def test_a_body_that_would_take_many_times_its_size_is_refused_and_a_long_text_is_not(
    door: Door, body: bytes, status: int
) -> None:
    assert (await door.post(body)).status_code == status


async def test_a_database_that_is_down_asks_for_redelivery(door: Door) -> None:
    door.inbox.is_down = True
    failed = await door.post(b"{}")
    door.inbox.is_down = False

    assert failed.status_code == 503
    assert door.woken == []
    assert (await door.post(b"{}")).status_code == 202


async def test_d14_while_the_database_stands_still_a_bounded_amount_waits_for_it(door: Door) -> None:
    large = b"{" + b" " * (MAX_BODY_BYTES - 2) + b"}"  # three are more than may wait
    door.inbox.goes_on.clear()
    waiting = [asyncio.create_task(door.post(large, {"X-GitHub-Delivery": name})) for name in "abc"]
    for _ in waiting:
        await door.inbox.came.acquire()

    turned_away = await door.post(b"{}")
    door.inbox.goes_on.set()

    assert (turned_away.status_code, turned_away.json()["status"]) == (503, "refused")
    assert [(await one).status_code for one in waiting] == [202] * 3
    assert (await door.post(b"{}")).status_code == 202


async def test_a_sender_that_hangs_up_leaves_nothing() -> None:
    inbox, sent = Inbox(), list[dict[str, object]]()
    app = Starlette(routes=webhook_routes(inbox, is_signed, lambda _: None, SimClock(NOON)))
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/webhook",
        "query_string": b"",
        "headers": [(b"x-hub-signature-256", STRANGERS.encode())],
    }

    async def receive() -> dict[str, object]:
        return {"type": "http.disconnect"}

    async def send(message: Mapping[str, object]) -> None:
        sent.append(dict(message))

    await app(scope, receive, send)

    assert sent[0]["status"] == 400
    assert inbox.stored == {}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)
ODD = st.fixed_dictionaries({}, optional={"repository": JSON, "installation": JSON, "action": JSON})


@given(st.binary(max_size=200) | ODD.map(lambda value: json.dumps(value).encode()))
def test_no_signed_body_makes_it_fall(body: bytes) -> None:
    answer = asyncio.run(Door().post(body))

    assert answer.status_code in {202, 400}


@given(
    st.dictionaries(st.sampled_from(["X-GitHub-Event", "X-GitHub-Delivery", "Content-Type"]), st.binary(max_size=80))
)
def test_no_header_makes_it_fall(headers: Mapping[str, bytes]) -> None:
    answer = asyncio.run(Door().post(b"{}", headers))

    assert answer.status_code in {202, 400}
