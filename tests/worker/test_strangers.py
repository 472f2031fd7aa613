"""Changes of which GitHub never told: ticks are found whatever happens meanwhile, nothing of ours is taken for theirs."""

from datetime import timedelta

import pytest

from app.ports import IssueText, Throttled
from app.worker.looking import PATIENCE
from app.worker.poll import Poller
from app.worker.show import Shower
from tests.clock import NOON
from tests.given import GUIDE, READ, RUTH, WANDA, held, ticked, unticked
from tests.worker.delivering import kinds
from tests.worker.page import AT_ONCE, Page, page
from tests.worker.workshop import R1, Workshop

__all__ = ["page"]  # a fixture
pytestmark = pytest.mark.anyio

LINT = "1.1.2"  # a box that a machine ticks


class Death(BaseException):
    """The process dies."""


async def dies(*_: object, **__: object) -> None:
    raise Death


async def found(shop: Workshop) -> list[tuple[str, bool]]:
    """Return the boxes that were found changed."""
    return [(event.item, event.is_ticked) for event in await shop.releases.events(R1) if event.kind == "box_found"]


async def waited_for(shop: Workshop, page: Page, body: str) -> None:
    """Somebody changes the issue, GitHub tells nothing, and that is waited for until it is time."""
    page.changed(body)
    await Poller(shop.bench).poll(R1)
    await page.show()
    assert await found(shop) == []
    await shop.clock.wind(PATIENCE.total_seconds())


def damaged(body: str) -> str:
    assert "Screenshots are new" in body
    return body.replace("Screenshots are new", "Screenshots are old")


async def test_d3_a_tick_is_found_though_the_release_moves_on_in_that_moment(shop: Workshop, page: Page) -> None:
    await waited_for(shop, page, page.clicked(READ))

    async def meanwhile(now: IssueText) -> IssueText:
        await shop.happened(held(RUTH))
        return now

    with page.while_reading(meanwhile):
        await page.show()
    await page.look()
    assert await found(shop) == [(READ, True)]
    assert page.is_ticked(READ)


@pytest.mark.parametrize("is_damaged", [False, True])
@pytest.mark.parametrize("dies_at", ["commit", "save_shown"])
async def test_d13_what_is_found_is_written_down_once_though_the_process_dies(
    shop: Workshop, page: Page, monkeypatch: pytest.MonkeyPatch, dies_at: str, *, is_damaged: bool
) -> None:
    """It dies before that is written down, or after that and before it is remembered what was seen."""
    await page.look()
    await waited_for(shop, page, damaged(page.body) if is_damaged else page.clicked(READ))
    with monkeypatch.context() as patched:
        patched.setattr(shop.releases, dies_at, dies)
        with pytest.raises(Death):
            await page.show()
    assert ("block_repaired" in await kinds(shop), await found(shop) == [(READ, True)]) == (
        is_damaged and dies_at == "save_shown",
        not is_damaged and dies_at == "save_shown",
    )
    page.shower = Shower(shop.bench, AT_ONCE)
    await page.look()
    assert (await kinds(shop)).count("block_repaired") == is_damaged
    assert await found(shop) == ([] if is_damaged else [(READ, True)])
    assert page.is_ticked(READ) is not is_damaged


async def test_d3_a_box_of_a_write_whose_answer_was_lost_is_nobody_s(shop: Workshop, page: Page) -> None:
    await shop.happened(ticked(READ))
    await page.show_without_an_answer()
    assert page.is_ticked(READ)
    await shop.happened(unticked(READ, at=1))
    page.changed(page.clicked(GUIDE))
    await page.look()
    assert await found(shop) == [(GUIDE, True)]
    assert not page.is_ticked(READ)


async def test_d3_a_tick_like_one_that_was_put_back_without_an_answer_is_found(shop: Workshop, page: Page) -> None:
    await page.edit(page.clicked(READ), by=WANDA)  # who may not
    await page.show_without_an_answer()
    assert not page.is_ticked(READ)
    await shop.clock.wind(60)
    await page.look()
    page.changed(page.clicked(READ))
    await page.look()
    assert await found(shop) == [(READ, True)]
    assert page.is_ticked(READ)


@pytest.mark.parametrize("how", ["read again", "echo", "found changed"])
async def test_d4_damage_is_told_once_our_write_is_known_to_be_done(shop: Workshop, page: Page, how: str) -> None:
    """Its answer was lost, or something else was noted in the moment in which it came."""
    await page.look()
    before = page.body
    await shop.happened(ticked(READ))
    if how == "found changed":

        async def polled() -> None:
            await Poller(shop.bench).poll(R1)

        with page.after_writing(polled):
            await page.show()
        await page.look()
    else:
        await page.show_without_an_answer()
        if how == "echo":
            await page.echoed(before, page.body)
        else:
            await shop.clock.wind(60)
            await page.show()
    page.changed(damaged(page.body))
    await page.look()
    assert (await kinds(shop)).count("block_repaired") == 1
    assert "Screenshots are new" in page.body


async def test_d3_an_untold_change_that_comes_again_is_put_back_again(page: Page) -> None:
    for _ in range(3):
        page.changed(page.clicked(LINT))
        await page.look()
        await page.look()
        assert not page.is_ticked(LINT)


async def test_d12_damage_is_told_though_a_write_before_it_was_not_let_out(shop: Workshop, page: Page) -> None:
    """A write for which there was no room was not done: nobody waits for its answer."""
    await page.look()
    await shop.happened(ticked(READ))
    shop.github.errors["write_issue_body"] = [Throttled(NOON + timedelta(minutes=1))]
    await page.show()
    assert not page.is_ticked(READ)
    page.changed(damaged(page.body))
    await page.look()
    assert (await kinds(shop)).count("block_repaired") == 1
    assert page.is_ticked(READ)
