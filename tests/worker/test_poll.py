"""Asking GitHub how things stand: only for what is waited for, and only news is written down."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.release.model import Progress, Sight
from app.ports import Missing, Throttled, Unclear
from app.worker.poll import AT_REST, Poller
from app.worker.workbench import POLL_AFTER
from tests.clock import NOON
from tests.given import requested, run_seen, seen, sighting, started
from tests.worker.workshop import R1, Rival, Workshop

pytestmark = pytest.mark.anyio

BY_HAND = "# Release\n\n- [ ] Ask the lawyers\n- [ ] Tell the press\n"
LINT = sighting(Sight.CHECK, "lint", source="github-actions")
LEGAL = sighting(Sight.STATUS, "legal/ok", source="octocat")
NIGHTLY = sighting(Sight.WORKFLOW, "nightly.yml", source="nightly.yml")
JOB = sighting(Sight.JOB, "build (linux)", run_id=500)


async def kinds(shop: Workshop) -> list[str]:
    return [event.kind for event in await shop.releases.events(R1)]


async def test_a_release_that_waits_for_people_only_asks_github_nothing(shop: Workshop) -> None:
    await shop.open_release(plan=BY_HAND)
    await Poller(shop.bench).poll(R1)
    assert shop.github.calls == []
    assert shop.scheduler.alarms["poll:r1"] == NOON + AT_REST


async def test_what_items_wait_for_is_asked_for_and_written_down_once(shop: Workshop) -> None:
    await shop.open_release()
    shop.github.sightings = {"checks": [LINT], "statuses": [LEGAL], "workflow_runs": [NIGHTLY]}
    await Poller(shop.bench).poll(R1)
    assert shop.github.calls == ["checks", "statuses", "workflow_runs"]
    assert set((await shop.release()).sightings.values()) == {LINT, LEGAL, NIGHTLY}
    assert "show:r1" in shop.scheduler.woken


async def test_a_green_that_turned_red_unheard_is_found(shop: Workshop) -> None:
    await shop.open_release(seen(LINT), seen(LEGAL), seen(NIGHTLY))
    red = sighting(Sight.CHECK, "lint", Progress.FAILURE, source="github-actions", at=9)
    shop.github.sightings = {"checks": [red]}
    await Poller(shop.bench).poll(R1)
    assert (await shop.release()).sightings[red.key].progress is Progress.FAILURE


async def test_old_news_is_not_written_down(shop: Workshop) -> None:
    red = sighting(Sight.CHECK, "lint", Progress.FAILURE, source="github-actions")
    await shop.open_release(seen(red))
    shop.github.sightings = {"checks": [red]}
    await Poller(shop.bench).poll(R1)
    assert await kinds(shop) == ["release_started", "seen"]


async def test_a_silent_run_is_asked_after_with_its_jobs_every_minute(shop: Workshop) -> None:
    await shop.open_release(requested(), started())
    shop.github.sighting = run_seen(Progress.RUNNING)
    shop.github.sightings = {"jobs": [JOB]}
    await Poller(shop.bench).poll(R1)
    assert shop.github.calls[:2] == ["run", "jobs"]
    assert shop.scheduler.alarms["poll:r1"] == NOON + POLL_AFTER
    assert {"run:500", "job:500:build (linux)"} <= (await shop.release()).sightings.keys()


async def test_a_run_that_is_over_is_asked_after_when_all_is_quiet(shop: Workshop) -> None:
    await shop.open_release(requested(), started(), seen(run_seen()), seen(JOB))
    shop.github.sighting = run_seen(Progress.FAILURE, at=9)
    await Poller(shop.bench).poll(R1)
    assert (await shop.release()).sightings["run:500"].progress is Progress.FAILURE


async def test_a_run_without_an_id_cannot_be_asked_after(shop: Workshop) -> None:
    await shop.open_release(requested())
    await Poller(shop.bench).poll(R1)
    assert not {"run", "jobs"} & set(shop.github.calls)


async def test_what_github_fails_to_say_keeps_nothing_else_from_being_heard(shop: Workshop) -> None:
    await shop.open_release()
    shop.github.errors["statuses"] = [Unclear("502")]
    shop.github.sightings = {"checks": [LINT]}
    await Poller(shop.bench).poll(R1)
    assert await kinds(shop) == ["release_started", "seen"]
    assert shop.scheduler.alarms["poll:r1"] <= NOON + AT_REST


async def test_a_run_that_is_gone_can_be_run_again(shop: Workshop) -> None:
    await shop.open_release(requested(), started())
    shop.github.errors["run"] = [Missing(404, "Not Found")]
    shop.github.sightings = {"checks": [LINT]}
    await Poller(shop.bench).poll(R1)
    assert await kinds(shop) == ["release_started", "run_requested", "run_started", "seen", "run_refused"]


@pytest.mark.parametrize(("minutes", "expected"), [(1, 5), (30, 30)])
async def test_a_rate_limit_is_waited_for_and_no_less_than_usual(shop: Workshop, minutes: int, expected: int) -> None:
    await shop.open_release()
    shop.github.errors["checks"] = [Throttled(NOON + timedelta(minutes=minutes))]
    await Poller(shop.bench).poll(R1)
    assert shop.scheduler.alarms["poll:r1"] == NOON + timedelta(minutes=expected)


async def test_a_release_that_is_not_there_is_not_asked_after(shop: Workshop) -> None:
    await Poller(shop.bench).poll("nobody")
    assert (shop.github.calls, shop.scheduler.alarms) == ([], {})


async def test_after_a_start_each_open_release_waits_to_be_asked_after_once(shop: Workshop) -> None:
    await shop.open_release(plan=BY_HAND)
    poller = Poller(shop.bench)
    assert await poller.unwatched() == [R1]
    await poller.poll(R1)
    assert await poller.unwatched() == []


async def test_what_a_webhook_told_meanwhile_is_not_written_down_twice(shop: Workshop) -> None:
    await shop.open_release()
    shop.github.sightings = {"checks": [LINT], "statuses": [LEGAL]}
    late = replace(shop.bench, releases=Rival(shop, lambda: shop.happened(seen(LINT))))
    await Poller(late).poll(R1)
    assert await kinds(shop) == ["release_started", "seen", "seen"]
