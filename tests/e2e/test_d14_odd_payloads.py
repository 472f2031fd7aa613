"""D14: signed deliveries of a GitHub that sends odd things: each is handled or turned away, and none is parked."""

import asyncio
import hmac
import json
import os
from collections.abc import Iterator
from functools import partial
from itertools import count
from pathlib import Path
from typing import Final, cast

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select

from app.adapters.db.tables import deliveries
from app.sim.scenario import OWNER, SECRET
from tests.bot import Bot, TrackedRelease, running_bot
from tests.events.reading import DROPPED, PAYLOADS
from tests.events.test_payloads import places

NAMES: Final = sorted(path.stem for path in PAYLOADS.glob("*.json"))
EARLIEST, LATEST = "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"
DEEP: Final[object] = json.loads("[" * 150 + "]" * 150)
ODD: Final[tuple[object, ...]] = (
    DROPPED,
    None,
    True,
    0,
    -1,
    2**31,
    2**63 - 1,
    2**63,
    10**30,
    1.5,
    1e308,
    "",
    "\0",
    "a\0b",
    "\u2028\u202e\x1b[2J",
    "🎉" * 20_000,
    "x" * 70_000,
    "../../../etc/passwd",
    "refs/heads/\0",
    EARLIEST,
    LATEST,
    "2026-03-10T12:00:00",
    "1e400",
    [],
    {},
    [None],
    DEEP,
)
"""What is put in the place of each value: wrong kinds, nothing, what is huge, deep, early and late, and NUL."""


class Company:
    """A running bot with an open release, on a loop of its own: each delivery finds what the ones before have left."""

    def __init__(self, folder: Path) -> None:
        self._loop = asyncio.new_event_loop()
        self._running = running_bot(folder)
        self.bot: Bot = self._loop.run_until_complete(self._running.__aenter__())
        self.release: TrackedRelease = self._loop.run_until_complete(self.bot.open_release())
        self._numbers = count(1)

    def deliver(self, event: str, body: bytes) -> tuple[int, list[tuple[str, str]]]:
        """Deliver a body, let it be handled, and return the status and what is not handled: its event and why."""
        return self._loop.run_until_complete(self._deliver(event, body))

    async def _deliver(self, event: str, body: bytes) -> tuple[int, list[tuple[str, str]]]:
        name = f"odd-{next(self._numbers)}"
        headers = {
            "content-type": "application/json",
            "x-github-event": event,
            "x-github-delivery": name,
            "x-hub-signature-256": "sha256=" + hmac.digest(SECRET.encode(), body, "sha256").hex(),
        }
        answer = await self.bot.http.post("/webhook", content=body, headers=headers)
        await self.bot.service.scheduler.idle()
        for _ in range(3):  # whatever is to be tried again is tried again
            if not await self.bot.service.database.run(partial(left, name)):
                break
            await self.bot.pass_time(10, step=5)
        return answer.status_code, await self.bot.service.database.run(partial(left, name))

    def close(self) -> None:
        self._loop.run_until_complete(self._running.__aexit__(None, None, None))
        self._loop.close()


def left(name: str, connection: Connection) -> list[tuple[str, str]]:
    """The delivery of that id, where it is parked or waiting."""
    rows = connection.execute(select(deliveries).where(deliveries.c.id == name, deliveries.c.handled_at.is_(None)))
    return [(row.event, f"{'parked' if row.parked_at else 'waiting'}: {row.error}") for row in rows]


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    made = Company(tmp_path_factory.mktemp("odd"))
    yield made
    made.close()


def of_this_release(company: Company, document: dict[str, object]) -> dict[str, object]:
    """Return a payload as it would be told of the release that is open: its repository, issue and commit."""
    room = company.bot.room
    document["installation"] = {"id": room.installation.id}
    whose = cast("dict[str, object]", document.get("repository", {}))
    whose |= {"id": room.repo.id, "name": room.repo.name, "owner": {"id": room.repo.owner.id, "login": OWNER}}
    if isinstance(issue := document.get("issue"), dict):
        issue["number"] = company.release.issue
    return document


def changed(document: dict[str, object], place: tuple[str, ...], value: object) -> dict[str, object]:
    """Return a payload with another value in one place."""
    part = document
    for name in place[:-1]:
        part = cast("dict[str, object]", part[name])
    if value is DROPPED:
        del part[place[-1]]
    else:
        part[place[-1]] = value
    return document


def payload_of(company: Company, name: str) -> dict[str, object]:
    document = cast("dict[str, object]", json.loads((PAYLOADS / f"{name}.json").read_text(encoding="utf-8")))
    return of_this_release(company, document)


@pytest.mark.parametrize("name", NAMES)
def test_d14_an_odd_value_in_any_place_is_no_reason_to_park_a_delivery(company: Company, name: str) -> None:
    """Some odd values in each place of each payload, others in each run; all of them in the long one."""

    @settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
    @given(
        st.lists(
            st.tuples(st.sampled_from(places(payload_of(company, name))), st.sampled_from(ODD)), min_size=1, max_size=3
        )
    )
    def check(changes: list[tuple[tuple[str, ...], object]]) -> None:
        document = payload_of(company, name)
        for place, value in changes:
            try:
                changed(document, place, value)
            except (KeyError, TypeError):  # what stood there is gone already
                continue
        status, unhandled = company.deliver(name.partition(".")[0], json.dumps(document).encode())
        assert (status, unhandled) == (202, [])

    check()


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(NAMES), st.data())
@example("issue_comment.created", None)
def test_d14_what_is_hardly_json_is_turned_away_or_handled(
    company: Company, name: str, data: st.DataObject | None
) -> None:
    body = json.dumps(payload_of(company, name)).encode()
    if data is None:
        body = body.replace(b'"body": "', b'"body": "\\ud83d ')
    else:
        at = data.draw(st.integers(0, len(body)))
        piece = data.draw(st.sampled_from([b"\0", b"\\ud800", b"\\u0000", b"\xff", b"[" * 300, b'"', b"9" * 5_000]))
        body = body[:at] + piece + body[at:]
    status, unhandled = company.deliver(name.partition(".")[0], body)
    assert status in {202, 400}
    assert unhandled == []


@pytest.mark.skipif("GONOGO_LONG" not in os.environ, reason="each value in each place takes minutes: make hostile")
@pytest.mark.parametrize("name", NAMES)
def test_d14_each_odd_value_in_each_place_is_no_reason_to_park_a_delivery(company: Company, name: str) -> None:
    for place in places(payload_of(company, name)):
        for value in ODD:
            document = changed(payload_of(company, name), place, value)
            status, unhandled = company.deliver(name.partition(".")[0], json.dumps(document).encode())
            assert (status, unhandled) == (202, []), (place, repr(value)[:60])
