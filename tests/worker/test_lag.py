"""People are told when webhooks come late, and not bothered with seconds."""

from datetime import timedelta

import pytest

from app.ports import Delivery
from app.worker.lag import GOOD_FOR, STEPS, Lag
from app.worker.show import Shower
from tests.clock import NOON
from tests.events.reading import payload
from tests.worker.delivering import worker
from tests.worker.workshop import R1, Workshop


@pytest.mark.parametrize(
    ("seconds", "told"), [(-5, 0), (59, 0), (60, 1), (119, 1), (120, 2), (599, 5), (3_599, 30), (9e9, 60)]
)
def test_a_delay_is_told_in_steps(seconds: float, told: int) -> None:
    lag = Lag()
    lag.note(7, seconds, NOON)
    assert (lag.minutes(7, NOON), lag.minutes(8, NOON)) == (told, 0)


def test_the_latest_webhook_counts_and_not_for_ever() -> None:
    lag = Lag()
    lag.note(7, 700, NOON)
    assert lag.minutes(7, NOON + GOOD_FOR) == 10
    assert lag.minutes(7, NOON + GOOD_FOR + timedelta(seconds=1)) == 0
    lag.note(7, 1, NOON)
    assert lag.minutes(7, NOON) == 0


def test_of_very_many_repositories_the_longest_silent_is_forgotten() -> None:
    lag = Lag()
    for repo in range(1_001):
        lag.note(repo, 60, NOON)
    assert [lag.minutes(repo, NOON) for repo in (0, 1, 1_000)] == [0, 1, 1]


@pytest.mark.anyio
async def test_the_status_comment_says_that_webhooks_come_late_and_no_more_once_they_do_not(shop: Workshop) -> None:
    await shop.open_release()
    shower = Shower(shop.bench)

    async def status() -> str:
        for _ in range(2):
            shop.clock.advance(6)
            await shower.show(R1)
        (text,) = [text for text in shop.github.comments.values() if "gonogo:status" in text]
        return text

    assert "minutes late" not in await status()
    said = payload("issue_comment.created")
    came = NOON + timedelta(days=9_999)  # long after it was written, as it says itself
    await shop.inbox.store(Delivery(id="d1", event="issue_comment", key="repo:7", payload=said, received_at=came))
    await worker(shop).drain("repo:7")
    assert shop.bench.lag.minutes(7, shop.clock.now()) == STEPS[-1]
    shop.bench.lag.note(7, 700, shop.clock.now())
    assert "GitHub's webhooks come 10 minutes late, or more." in await status()
    shop.bench.lag.note(7, 1, shop.clock.now())
    assert "minutes late" not in await status()
