"""Freeze windows go by the clock of the plan's own time zone, and what is not understood is told with its line."""

from datetime import UTC, datetime

import pytest

from app.domain.plan.freeze import FreezeRules, Weekly
from tests.domain.plan.reading import read, told


def rules(*windows: str, zone: str = "Europe/Berlin") -> FreezeRules:
    lines = "\n".join(f"    - {window}" for window in windows)
    plan = read(f"---\nfreeze:\n  time_zone: {zone}\n  windows:\n{lines}\n---\n- [ ] item\n")
    assert told(plan) == []
    assert plan.freeze is not None
    return plan.freeze


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


HOLIDAYS = '{from: 2026-12-18 18:00, until: "2027-01-04T09:00", why: Holidays}'
WEEKENDS = "{from: Fri 16:00, until: Monday 08:00}"
NIGHTS = "{from: Wed 22:00, until: Wed 06:00}"


@pytest.mark.parametrize(
    ("window", "now", "end"),
    [
        (HOLIDAYS, "2026-12-18T16:59:59", None),
        (HOLIDAYS, "2026-12-18T17:00", "2027-01-04T08:00"),
        (HOLIDAYS, "2027-01-04T07:59:59", "2027-01-04T08:00"),
        (HOLIDAYS, "2027-01-04T08:00", None),
        (WEEKENDS, "2026-11-27T14:59", None),
        (WEEKENDS, "2026-11-27T15:00", "2026-11-30T07:00"),
        (WEEKENDS, "2026-11-30T06:59", "2026-11-30T07:00"),
        (WEEKENDS, "2026-11-30T07:00", None),
        (WEEKENDS, "2026-03-28T12:00", "2026-03-30T06:00"),  # the clocks go forward in between
        (NIGHTS, "2026-11-26T12:00", "2026-12-02T05:00"),  # until the next Wednesday
        (NIGHTS, "2026-12-02T12:00", None),
    ],
)
def test_a_window_stands_from_its_beginning_until_just_before_its_end(window: str, now: str, end: str | None) -> None:
    assert [until for _, until in rules(window).standing(at(now))] == ([at(end)] if end else [])


@pytest.mark.parametrize(
    ("now", "change"),
    [
        ("2026-12-01T00:00", "2026-12-04T15:00"),
        ("2026-12-04T15:00", "2026-12-07T07:00"),
        ("2026-12-18T15:30", "2026-12-18T17:00"),
    ],
)
def test_the_next_change_is_the_nearest_beginning_or_end_of_any_window(now: str, change: str) -> None:
    assert rules(HOLIDAYS, WEEKENDS).changes_after(at(now)) == at(change)


def test_after_the_last_window_nothing_changes_any_more() -> None:
    assert rules(HOLIDAYS).changes_after(at("2027-02-01T00:00")) is None


def test_a_label_or_a_branch_lets_a_pull_request_through() -> None:
    plan = read('---\nfreeze:\n  exceptions: [Security]\n  hotfix: ["hotfix/*"]\n---\n- [ ] item\n')
    assert plan.freeze is not None
    assert plan.freeze.lets(("security",), "work") == "Security"
    assert plan.freeze.lets((), "hotfix/1.2.1") == "hotfix/*"
    assert plan.freeze.lets(("bug",), "nohotfix/1") is None


@pytest.mark.parametrize(
    ("line", "where"),
    [
        ("  time_zone: Europe/Atlantis", 3),
        ("  windows: [{from: tomorrow, until: 2026-01-01}]", 3),
        ("  windows: [{from: Fri 16:00, until: 2026-01-01}]", 3),
        ("  windows: [{from: 2026-02-30, until: 2026-03-01}]", 3),
        ("  windows: [{from: 2026-03-01, until: 2026-03-01}]", 3),
        ("  windows: [{from: Fri 25:00, until: Mon 08:00}]", 3),
        ("  windows: [{from: Fri 16:00}]", 3),
        ("  windows: [{from: Monkey 8:00, until: Sunk 9:00}]", 3),
        ("  windows: [{from: 2026-03-01, until: 9999-12-31 23:59}]\n  time_zone: America/New_York", 3),
        ("  windows: [{from: 0001-01-01, until: 2026-03-01}]\n  time_zone: Asia/Tokyo", 3),
        ("  window: []", 3),
    ],
)
def test_what_is_not_understood_is_an_error_at_its_line(line: str, where: int) -> None:
    plan = read(f"---\nfreeze:\n{line}\n---\n- [ ] item\n")
    assert [number for number, _ in told(plan)] == [where]
    assert plan.errors


def test_a_plan_without_freeze_has_no_rules() -> None:
    assert read("- [ ] item\n").freeze is None


@pytest.mark.parametrize("day", ["Thu", "thur", "Thurs", "THURSDAY"])
def test_days_are_written_in_short_and_in_full(day: str) -> None:
    (window,) = rules(f"{{from: {day} 08:00, until: Sunday 9:00}}").windows
    assert isinstance(window, Weekly)
    assert (window.start_day, window.end_day) == (3, 6)
