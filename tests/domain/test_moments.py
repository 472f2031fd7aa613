"""Times as people write them: how long from now, an hour of the day, a day; anything else is none."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.domain.moments import LONGEST, moment_in
from tests.given import NOW


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90m", "2026-03-10T13:30"),
        ("90min", "2026-03-10T13:30"),
        ("2h", "2026-03-10T14:00"),
        ("2 h", "2026-03-10T14:00"),
        ("2 hours", "2026-03-10T14:00"),
        ("1 HOUR", "2026-03-10T13:00"),
        ("3d", "2026-03-13T12:00"),
        ("3 days", "2026-03-13T12:00"),
        ("1w", "2026-03-17T12:00"),
        ("2 weeks", "2026-03-24T12:00"),
        ("366d", "2027-03-11T12:00"),
        ("17:00", "2026-03-10T17:00"),
        ("17:00Z", "2026-03-10T17:00"),
        ("17:00 utc", "2026-03-10T17:00"),
        ("9:30", "2026-03-11T09:30"),
        ("12:00", "2026-03-11T12:00"),  # it is noon just now: the next one is meant
        ("2026-03-11", "2026-03-11T00:00"),
        ("2026-03-11T09:00", "2026-03-11T09:00"),
        ("2026-03-11 09:00", "2026-03-11T09:00"),
        ("2026-03-11T09:00Z", "2026-03-11T09:00"),
        ("2026-03-11T09:00+02:00", "2026-03-11T07:00"),
        ("  2h  ", "2026-03-10T14:00"),
    ],
)
def test_a_time_is_understood_as_people_write_it(text: str, expected: str) -> None:
    assert moment_in(text, NOW) == at(expected)


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-10",  # began twelve hours ago
        "2026-03-10T11:59",
        "2026-03-10T12:00",
        "2026-03-10T13:00+02:00",
        "2020-01-01",
        "0m",
        "00000d",
    ],
)
def test_a_time_that_is_over_is_none(text: str) -> None:
    assert moment_in(text, NOW) is None


@pytest.mark.parametrize("text", ["367d", "99999w", "2030-01-01", "9999-12-31"])
def test_a_time_more_than_a_year_ahead_is_a_slip(text: str) -> None:
    assert moment_in(text, NOW) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tomorrow",
        "2",
        "h",
        "-2h",
        "2.5h",
        "2h 30m",
        "2 months",
        "123456m",
        "24:00",
        "12:60",
        "1:2",
        "2026-02-30",
        "2026-13-01",
        "10.3.2026",
        "3/10/2026",
        "0001-01-01T00:00+23:59",  # a moment before time begins
        "9999-12-31T23:59-23:59",  # and one after it ends
        "x" * 10_000,
    ],
)
def test_what_is_no_time_is_none(text: str) -> None:
    assert moment_in(text, NOW) is None


@given(st.text() | st.text("0123456789:-+TZmhdw ") | st.from_regex(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}[+-]\d{2}:\d{2}"))
@example("0001-01-01T00:00+23:59")
@example("\ud800")
def test_no_text_raises_and_every_time_is_ahead_and_in_utc(text: str) -> None:
    found = moment_in(text, NOW)
    assert found is None or (NOW < found <= NOW + LONGEST and found.tzinfo is UTC)


@given(
    st.datetimes(NOW.replace(tzinfo=None) + timedelta(minutes=1), NOW.replace(tzinfo=None) + timedelta(days=300)),
    st.integers(-12, 14),
)
def test_a_moment_written_in_any_zone_is_that_moment(moment: datetime, hours: int) -> None:
    written = moment.replace(tzinfo=UTC).astimezone(timezone(timedelta(hours=hours)))
    assert moment_in(written.isoformat(), NOW) == written
