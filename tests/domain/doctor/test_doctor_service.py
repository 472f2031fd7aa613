"""What the service itself needs: each trouble is named with what to do, and what could not be read is never ok."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest
from inline_snapshot import snapshot

from app.domain.doctor.check import Check, CheckName, State, unread, worst
from app.domain.doctor.facts import AppFacts, HookDelivery, HookFacts, HookLog, InstallationFacts
from app.domain.doctor.grants import EVENTS, PERMISSIONS, events_check, installation_check, permissions_check
from app.domain.doctor.service import (
    KeyFacts,
    app_refused,
    clock_check,
    database_check,
    deliveries_check,
    lag_check,
    signing_check,
    webhook_check,
)
from handlers.events import load_events
from tests.given import NOW

SITE = "https://github.acme.example"
ALL = {name: level for name, (level, _) in PERMISSIONS.items()}
APP = AppFacts(id=7, slug="go-no-go", owner="acme", is_of_organization=True, permissions=ALL, events=frozenset(EVENTS))
ONE = InstallationFacts(id=60, account="octo-org", is_of_organization=True, permissions=ALL, events=frozenset(EVENTS))
HOOK = HookFacts(url="https://gonogo.example/webhook", content_type="json", has_secret=True, is_insecure=False)


def said(check: Check) -> tuple[str, str]:
    return check.state.value, check.found


def without(*names: str) -> Mapping[str, str]:
    return {name: level for name, level in ALL.items() if name not in names}


def delivery(guid: str, status: int = 202, *, minutes_ago: float = 1, seconds: float = 0.1) -> HookDelivery:
    at = NOW - timedelta(minutes=minutes_ago)
    return HookDelivery(guid=guid, at=at, seconds=seconds, status_code=status, event="issues", repository=1)


def test_the_worst_counts() -> None:
    checks = [database_check(None), unread(CheckName.APP, "502")]
    assert worst([]) is State.OK
    assert worst(checks) is State.UNKNOWN
    assert worst([*checks, app_refused(401, "Bad credentials")]) is State.FAILED


def test_a_database_that_is_not_ready_failed() -> None:
    assert said(database_check("the database has no tables yet: run it")) == (
        "failed",
        "The database has no tables yet: run it.",
    )


@pytest.mark.parametrize(
    ("key", "state"),
    [
        (KeyFacts(kind="", fingerprint=""), State.WARNING),
        (KeyFacts(kind="ssh", fingerprint="SHA256:abc"), State.OK),
        (KeyFacts(kind="ssh", fingerprint="SHA256:abc", is_open=True), State.WARNING),
        (KeyFacts(kind="", fingerprint="", trouble="the file holds a public key"), State.FAILED),
    ],
)
def test_a_signing_key_is_there_loads_and_is_ours_alone(key: KeyFacts, state: State) -> None:
    assert signing_check(key).state is state


@pytest.mark.parametrize(
    ("ahead", "expected"),
    [
        (None, ("unknown", "GitHub has not told the time.")),
        (0, ("ok", "Our clock and GitHub's agree.")),
        (-10, ("ok", "Our clock and GitHub's agree.")),
        (11, ("warning", "Our clock is 11 s behind GitHub's.")),
        (-60, ("warning", "Our clock is 60 s ahead of GitHub's.")),
        (61, ("failed", "Our clock is 61 s behind GitHub's.")),
        (-3600, ("failed", "Our clock is 3600 s ahead of GitHub's.")),
    ],
)
def test_a_clock_that_is_a_minute_off_failed(ahead: int | None, expected: tuple[str, str]) -> None:
    assert said(clock_check(None if ahead is None else timedelta(seconds=ahead))) == expected


@pytest.mark.parametrize(
    ("hook", "public_url", "state", "part"),
    [
        (HOOK, None, State.OK, "Webhooks go to https://gonogo.example/webhook."),
        (HOOK, "https://gonogo.example/", State.OK, "go to"),
        (HOOK, "https://new.example", State.FAILED, "they go to https://gonogo.example/webhook, and this service is"),
        (replace(HOOK, url=""), "https://new.example", State.FAILED, "no address is set"),
        (replace(HOOK, has_secret=False), None, State.FAILED, "no secret is set"),
        (replace(HOOK, content_type="form"), None, State.FAILED, "they are sent as form, not as JSON"),
        (replace(HOOK, is_insecure=True), None, State.WARNING, "GitHub checks no certificate"),
        (replace(HOOK, url="http://10.0.0.7/webhook"), None, State.WARNING, "they go over plain http"),
    ],
)
def test_webhooks_come_to_us_and_signed(hook: HookFacts, public_url: str | None, state: State, part: str) -> None:
    check = webhook_check(hook, APP, public_url, SITE)
    assert check.state is state
    assert part in check.found


def test_deliveries_that_nobody_took_are_told() -> None:
    assert said(deliveries_check(HookLog(()), APP, SITE)) == ("ok", "GitHub has sent no webhook in a day.")
    assert said(deliveries_check(HookLog((delivery("a"), delivery("b"))), APP, SITE)) == (
        "ok",
        "All 2 webhooks of the last day were taken.",
    )
    healed = HookLog((delivery("a"), delivery("a", 502, minutes_ago=2)))
    assert deliveries_check(healed, APP, SITE).state is State.OK
    lost = HookLog((delivery("b"), delivery("a", 0, minutes_ago=2), delivery("a", 500, minutes_ago=3)))
    check = deliveries_check(lost, APP, SITE)
    assert said(check) == snapshot(
        (
            "warning",
            "1 of 2 webhooks of the last day were not taken, the last at 2026-03-10 11:58 UTC (issues, no answer).",
        )
    )
    assert check.links == ("https://github.acme.example/organizations/acme/settings/apps/go-no-go/advanced",)
    still = deliveries_check(HookLog((delivery("c", 503), delivery("b"))), APP, SITE)
    assert still.state is State.FAILED
    assert "(issues, status 503)" in still.found
    cut = HookLog((delivery("b"), delivery("a", minutes_ago=30)), is_cut=True)
    assert said(deliveries_check(cut, APP, SITE)) == ("ok", "All 2 webhooks since 2026-03-10 11:30 UTC were taken.")


@pytest.mark.parametrize(
    ("slowest", "minutes", "is_throttled", "state"),
    [
        (0.2, None, False, State.OK),
        (0.2, 1, False, State.OK),
        (0.2, 2, False, State.WARNING),
        (0.2, 11, False, State.FAILED),
        (6.0, None, False, State.WARNING),
        (0.2, None, True, State.WARNING),
    ],
)
def test_webhooks_are_taken_and_worked_on_soon(
    slowest: float, minutes: int | None, *, is_throttled: bool, state: State
) -> None:
    log = [replace(delivery("a", seconds=slowest), is_throttled=is_throttled)]
    oldest = None if minutes is None else NOW - timedelta(minutes=minutes)
    assert lag_check(log, oldest, NOW).state is state


def test_what_is_granted_is_enough() -> None:
    assert said(permissions_check(APP, ONE, SITE)) == ("ok", "All 11 permissions are granted.")
    assert said(events_check(APP, ONE, SITE)) == ("ok", "All 16 events are sent.")
    assert installation_check(ONE, SITE).state is State.OK


def test_a_permission_that_the_app_does_not_ask_for_is_told_with_both_links() -> None:
    app = replace(APP, permissions={**without("workflows"), "checks": "read"})
    one = replace(ONE, permissions=app.permissions)
    check = permissions_check(app, one, SITE)
    assert said(check) == snapshot(
        (
            "failed",
            "Not granted: checks:write (posts release/gate), workflows:write (tags and branches commits whose workflows differ).",
        )
    )
    assert check.todo == snapshot(
        "Ask for them on the App's page (first link), then have the account accept them (second link)."
    )
    assert check.links == snapshot(
        (
            "https://github.acme.example/organizations/acme/settings/apps/go-no-go/permissions",
            "https://github.acme.example/organizations/octo-org/settings/installations/60/permissions/update",
        )
    )


def test_a_permission_that_waits_for_approval_is_told() -> None:
    check = permissions_check(APP, replace(ONE, permissions=without("checks")), SITE)
    assert check.state is State.FAILED
    assert check.todo == snapshot("The App asks for them already: have the account accept them (second link).")


def test_without_administration_the_service_runs() -> None:
    one = replace(ONE, permissions={**ALL, "administration": "read"})
    assert permissions_check(APP, one, SITE).state is State.WARNING


def test_a_level_that_nobody_knows_is_not_enough() -> None:
    assert permissions_check(APP, replace(ONE, permissions={**ALL, "checks": "some"}), SITE).state is State.FAILED


def test_a_person_has_no_teams_to_be_read() -> None:
    mine = replace(ONE, is_of_organization=False, permissions=without("members"))
    mine = replace(mine, events=frozenset(EVENTS) - {"membership", "organization", "team"})
    assert permissions_check(APP, mine, SITE).state is State.OK
    assert events_check(APP, mine, SITE).state is State.OK


def test_an_event_that_is_not_sent_is_told() -> None:
    check = events_check(APP, replace(ONE, events=frozenset(EVENTS) - {"push"}), SITE)
    assert said(check) == ("failed", "Not sent: push.")
    unasked = replace(APP, events=frozenset(EVENTS) - {"push"})
    asked = events_check(unasked, replace(ONE, events=unasked.events), SITE)
    assert asked.todo == snapshot(
        "Ask for them on the App's page (first link), then have the account accept them (second link)."
    )


def test_a_suspended_installation_failed() -> None:
    check = installation_check(replace(ONE, suspended_at=NOW), SITE)
    assert said(check) == ("failed", "The installation on octo-org is suspended since 2026-03-10 12:00 UTC.")


def test_every_event_that_is_handled_is_asked_for() -> None:
    automatic = {"installation", "installation_repositories", "github_app_authorization", "ping", "meta"}
    assert set(load_events()) - automatic <= set(EVENTS)
    assert set(EVENTS.values()) <= set(PERMISSIONS)
