"""Edits of the tracking issue: people's ticks are taken or put back, their text stays, nothing of ours is believed."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from app.adapters.db.moments import SqlMoments
from app.domain.checklist import read_items
from app.domain.release.desired import BODY_LIMIT
from app.domain.release.events_said import HoldLifted
from app.domain.values import Repo, Role
from app.ports import BodyWrite, IssueText, Rejected, Shown, Throttled, Unclear
from app.worker.body import NOT_RESTORED
from app.worker.looking import PATIENCE
from app.worker.poll import Poller
from app.worker.show import Shower
from tests.clock import NOON
from tests.events.reading import payload
from tests.given import GUIDE, MALLORY, OTHER_SHA, READ, RUTH, TESS, WANDA, held, retargeted, ticked, unticked
from tests.worker.delivering import KEY, effects, kinds, store, worker
from tests.worker.fakes import FakeGitHub
from tests.worker.page import AT_ONCE, Page, overwritten, page
from tests.worker.workshop import R1, Workshop

pytestmark = pytest.mark.anyio

__all__ = ["page"]  # a fixture
LINT = "1.1.2"


# -- ticks --------------------------------------------------------------------------------------------------------


async def test_a_tick_by_who_may_is_their_word_and_stays(shop: Workshop, page: Page) -> None:
    await page.edit(page.clicked(READ))
    assert await kinds(shop) == ["item_ticked"]
    assert (await shop.release()).ticks[READ].by == TESS
    await page.show()
    assert page.is_ticked(READ)
    assert await effects(shop) == []


async def test_a_tick_taken_back_is_open_again(shop: Workshop, page: Page) -> None:
    await page.edit(page.clicked(READ))
    await page.show()
    await page.edit(page.clicked(READ))
    await page.show()
    assert await kinds(shop) == ["item_ticked", "item_unticked"]
    assert not page.is_ticked(READ)


async def test_a_tick_by_who_may_not_is_put_back_and_said_why_once(shop: Workshop, page: Page) -> None:
    await page.edit(page.clicked(READ, GUIDE), by=WANDA)
    assert await kinds(shop) == ["tick_refused", "item_ticked"]
    (words,) = await effects(shop)
    assert "1.1.1" in words
    assert "1.2.1" not in words
    await page.show()
    assert (page.is_ticked(READ), page.is_ticked(GUIDE)) == (False, True)


@pytest.mark.parametrize("is_saved_over_the_new_one", [False, True])
async def test_boxes_of_a_checklist_of_another_commit_are_not_taken(
    shop: Workshop, page: Page, *, is_saved_over_the_new_one: bool
) -> None:
    """An editor that was opened before the release moved is saved after it: before the new checklist stands, or over it."""
    stale = page.clicked(READ)
    await shop.happened(retargeted())
    if is_saved_over_the_new_one:
        await page.show()
    await page.edit(stale)
    await page.show()
    assert (await shop.release()).ticks == {}
    assert "item_ticked" not in await kinds(shop)
    assert not page.is_ticked(READ)
    assert any("checklist of another commit" in said for said in await effects(shop))


async def test_a_box_that_only_a_machine_ticks_is_put_back_whoever_clicked_it(shop: Workshop, page: Page) -> None:
    shop.github.role = Role.ADMIN
    await page.edit(page.clicked(LINT), by=RUTH)
    (words,) = await effects(shop)
    assert "/release waive 1.1.2" in words
    await page.show()
    assert not page.is_ticked(LINT)


async def test_another_app_s_tick_is_put_back_without_a_word(shop: Workshop, page: Page) -> None:
    await page.edit(page.clicked(READ), by=MALLORY, kind="Bot")
    await page.show()
    assert not page.is_ticked(READ)
    assert await effects(shop) == []
    assert "role_of" not in shop.github.calls


async def test_d22_a_hand_that_cannot_be_told_is_put_back_and_said_so(shop: Workshop, page: Page) -> None:
    shop.github.errors["role_of"] = [Rejected(403, "Resource not accessible by integration")]
    await page.edit(page.clicked(READ))
    (words,) = await effects(shop)
    assert "could not be read" in words
    await page.show()
    assert not page.is_ticked(READ)


async def test_a_rate_limit_leaves_the_tick_to_be_taken_later(shop: Workshop, page: Page) -> None:
    shop.github.errors["role_of"] = [Throttled(NOON)]
    await page.edit(page.clicked(READ))
    assert await kinds(shop) == []
    await worker(shop).drain(KEY)
    assert await kinds(shop) == ["item_ticked"]


async def test_a_tick_in_a_browser_that_turns_every_line_end_is_a_tick(shop: Workshop, page: Page) -> None:
    await page.edit(page.clicked(READ).replace("\r\n", "\n").replace("\n", "\r\n"))
    assert await kinds(shop) == ["item_ticked"]


async def test_an_edit_of_which_the_old_text_is_not_told_is_held_against_what_was_seen_last(
    shop: Workshop, page: Page
) -> None:
    _, at = page.changed(page.clicked(READ))
    await page.told(None, page.body, at)
    assert await kinds(shop) == ["item_ticked"]


async def test_the_same_edit_under_another_delivery_id_is_one_tick(shop: Workshop, page: Page) -> None:
    before, at = page.changed(page.clicked(READ))
    for _ in range(3):
        await page.told(before, page.body, at)
    assert await kinds(shop) == ["item_ticked"]


async def test_d3_two_people_s_ticks_both_stay_in_whatever_order_they_are_told(shop: Workshop, page: Page) -> None:
    first = page.changed(page.clicked(READ))
    middle = page.body
    second = page.changed(page.clicked(GUIDE))
    await page.told(second[0], page.body, second[1], WANDA)
    await page.told(first[0], middle, first[1], TESS)
    await page.show()
    assert {item: tick.by for item, tick in (await shop.release()).ticks.items()} == {READ: TESS, GUIDE: WANDA}
    assert page.is_ticked(READ)
    assert page.is_ticked(GUIDE)


async def test_d3_an_old_edit_that_is_told_late_brings_nothing_back(shop: Workshop, page: Page) -> None:
    first = page.changed(page.clicked(READ))
    ticked_ = page.body
    second = page.changed(page.clicked(READ))
    await page.told(second[0], page.body, second[1])
    await page.told(first[0], ticked_, first[1])
    await page.show()
    assert (await shop.release()).ticks == {}
    assert not page.is_ticked(READ)


async def test_an_edit_of_another_issue_is_no_tick(shop: Workshop, page: Page) -> None:
    edit = payload(
        "issues.edited", issue__number=13, issue__body=page.clicked(READ), changes={"body": {"from": page.body}}
    )
    await store(shop, "d1", "issues", edit)
    await worker(shop).drain(KEY)
    assert await kinds(shop) == []


async def test_d6_a_tick_in_a_checklist_of_another_commit_is_not_taken_for_this_one(shop: Workshop, page: Page) -> None:
    await shop.happened(retargeted())  # and the issue still shows the commit before
    await page.edit(page.clicked(READ))
    assert await kinds(shop) == ["retargeted"]
    (words,) = await effects(shop)
    assert "b2b2b2" in words.replace("\u200b", "")
    await page.show()
    assert not page.is_ticked(READ)
    await page.edit(page.clicked(READ))
    assert (await shop.release()).ticks[READ].sha == OTHER_SHA


async def test_d17_an_outsider_s_edit_fills_no_log_and_gets_no_words(shop: Workshop, page: Page) -> None:
    shop.github.role = Role.NONE
    await page.edit(page.clicked(READ).replace("Screenshots are new", "x"), by=MALLORY)
    assert (await kinds(shop), await effects(shop)) == ([], [])
    await page.show()
    assert not page.is_ticked(READ)
    assert "Screenshots are new" in page.body


async def test_d1_a_box_that_is_put_back_is_told_once_under_every_delivery_id(shop: Workshop, page: Page) -> None:
    before, at = page.changed(page.clicked(READ))
    for _ in range(2):
        await page.told(before, page.body, at, WANDA)
    assert len(await effects(shop)) == 1


# -- our own writes, told back ----------------------------------------------------------------------------------------


async def test_the_echo_of_our_own_write_says_nothing(shop: Workshop, page: Page) -> None:
    before = page.body
    await shop.happened(ticked(READ))
    await page.show()
    shop.scheduler.woken.clear()
    await page.told(before, page.body, (NOON + timedelta(seconds=9)).isoformat(), MALLORY, "Bot")
    assert await kinds(shop) == ["item_ticked"]
    assert shop.scheduler.woken == []


async def test_d3_a_tick_that_a_write_of_ours_went_over_is_left_as_they_had_it(shop: Workshop, page: Page) -> None:
    await overwritten(shop, page, page.clicked(READ))
    assert (await kinds(shop))[1:] == ["box_found"]
    await page.show()
    assert page.is_ticked(READ)  # and it counts for nothing until somebody says so
    assert READ not in (await shop.release()).ticks


async def test_d3_a_tick_that_was_told_before_is_not_found_again(shop: Workshop, page: Page) -> None:
    theirs = page.clicked(READ)
    await page.told(page.body, theirs, (NOON + timedelta(seconds=3)).isoformat())
    await overwritten(shop, page, theirs)
    assert "box_found" not in await kinds(shop)
    assert READ in (await shop.release()).ticks


async def test_d3_words_that_a_write_of_ours_went_over_are_put_back(shop: Workshop, page: Page) -> None:
    await overwritten(shop, page, page.body.replace("See below.", "See below, please."))
    assert "please" not in page.body
    await page.show()
    assert page.body.startswith("Hello 🚀\r\n\r\nSee below, please.\r\n")


async def test_d3_where_the_same_words_were_changed_since_it_is_said_that_one_version_is_lost(
    shop: Workshop, page: Page
) -> None:
    await overwritten(shop, page, page.body.replace("See below.", "See below, please."))
    await page.edit(page.body.replace("See below.", "See above."), by=MALLORY)
    await page.show()
    assert "See above." in page.body
    repair = (await shop.release()).repair
    assert repair is not None
    assert repair.what == (NOT_RESTORED,)


class Meddled(FakeGitHub):
    """Somebody changes the issue between our writing and our reading it again, once."""

    meddlers = 1

    async def write_issue_body(self, repo: Repo, number: int, body: str) -> IssueText:
        written = await super().write_issue_body(repo, number, body)
        if self.meddlers:
            self.meddlers -= 1
            self.body = self.body.replace("Hello", "Dear all")
            self.writes += 1
        return written


async def test_d3_what_does_not_read_as_it_was_written_is_looked_at_again(shop: Workshop) -> None:
    await shop.open_team_release()
    github = Meddled(body="Hello\r\n")
    shower = Shower(replace(shop.bench, github=github), AT_ONCE)
    await shower.show(R1)
    assert shop.scheduler.alarms["show:r1"] == NOON + PATIENCE
    await shop.clock.wind(PATIENCE.total_seconds())
    await shower.show(R1)
    assert github.body.startswith("Dear all\r\n")
    github.calls.clear()
    await shower.show(R1)
    assert github.calls == []


async def test_d3_an_echo_of_ours_that_comes_when_the_same_was_written_again_is_no_person_s(
    shop: Workshop, page: Page
) -> None:
    before = page.body
    await shop.happened(ticked(READ))
    await page.show()
    made, at = page.body, (NOON + timedelta(seconds=shop.github.writes)).isoformat()
    await shop.happened(held(RUTH))
    await page.show()
    await shop.happened(HoldLifted(by=RUTH, holder=RUTH.id, at=shop.clock.now()))
    await page.show()
    assert page.body == made
    await page.told(before, made, at, MALLORY, "Bot")  # of the first of the two writes that made it
    await page.look()
    assert "box_found" not in await kinds(shop)
    assert page.is_ticked(READ)


async def test_d3_an_echo_that_went_over_a_write_of_ours_whose_answer_was_lost_is_no_person_s(
    shop: Workshop, page: Page
) -> None:
    old = page.body
    await shop.happened(ticked(READ))
    await page.show_without_an_answer()
    lost = page.body
    await shop.happened(unticked(READ, at=1), ticked(GUIDE, WANDA))

    async def stale(now: IssueText) -> IssueText:
        return replace(now, body=old, updated_at=now.updated_at - timedelta(seconds=1))

    with page.while_reading(stale):
        await page.show()
    await page.told(lost, page.body, (NOON + timedelta(minutes=2)).isoformat(), MALLORY, "Bot")
    await page.look()
    assert "box_found" not in await kinds(shop)
    assert not page.is_ticked(READ)


async def test_d3_words_come_back_when_the_checklist_had_been_taken_away_meanwhile(shop: Workshop, page: Page) -> None:
    await overwritten(shop, page, page.body.replace("See below.", "See below, please."))
    await page.edit("Hello 🚀\r\n\r\nSee below.\r\n", by=MALLORY)
    await page.show()
    assert page.body.startswith("Hello 🚀\r\n\r\nSee below, please.\r\n")
    assert page.is_ticked(GUIDE)


@pytest.mark.parametrize("trouble", ["no answers", "no room"])
async def test_d3_that_one_version_is_lost_is_said_once_whatever_happens_then(
    shop: Workshop, page: Page, trouble: str
) -> None:
    await overwritten(shop, page, page.body.replace("See below.", "See below, please."))
    much = "x" * (BODY_LIMIT if trouble == "no room" else 0)
    await page.edit(page.body.replace("See below.", "See above." + much), by=MALLORY)
    await shop.happened(held(RUTH))
    shop.github.errors["write_issue_body"] = [Unclear("502")] * 5
    for _ in range(6):
        await shop.clock.wind(90)
        await page.show()
    shop.scheduler.woken.clear()
    await page.show()
    assert (await kinds(shop)).count("block_repaired") == 1
    assert "show:r1" not in shop.scheduler.woken


async def test_d3_that_one_version_is_lost_is_said_though_the_release_moves_on_meanwhile(
    shop: Workshop, page: Page
) -> None:
    await overwritten(shop, page, page.body.replace("See below.", "See below, please."))
    await page.edit(page.body.replace("See below.", "See above."), by=MALLORY)

    async def meanwhile(now: IssueText) -> IssueText:
        await shop.happened(held(RUTH))
        return now

    with page.while_reading(meanwhile):
        await page.show()
    repair = (await shop.release()).repair
    assert repair is not None
    assert repair.what == (NOT_RESTORED,)


# -- damage -------------------------------------------------------------------------------------------------------------


async def test_people_s_own_text_is_theirs_and_stays(shop: Workshop, page: Page) -> None:
    await page.edit(f"# Read this first\r\n\r\n{page.body}\r\nBye.\r\n", by=MALLORY)
    await page.show()
    assert page.body.startswith("# Read this first\r\n\r\nHello 🚀\r\n")
    assert page.body.endswith("\r\nBye.\r\n")
    assert await kinds(shop) == []


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("all of it", None, "Gone."),
        ("a marker", "<!-- gonogo:end -->", ""),
        ("the gate's line", "not green yet", "green"),
        ("an item's words", "Screenshots are new", "Screenshots are old"),
        ("an item", "- [ ] Screenshots are new", "Screenshots"),
    ],
)
async def test_d4_a_block_that_was_broken_is_put_right_and_it_is_written_down_who_broke_it(
    shop: Workshop, page: Page, name: str, before: str | None, after: str
) -> None:
    whole = page.body
    await page.edit(after if before is None else whole.replace(before, after, 1), by=MALLORY)
    repair = (await shop.release()).repair
    assert repair is not None, name
    assert repair.by == MALLORY
    await page.show()
    assert page.body.count("<!-- gonogo:begin -->") == page.body.count("<!-- gonogo:end -->") == 1
    assert [item.id for item in read_items(page.body)] == [item.id for item in read_items(whole)]


async def test_a_tick_beside_damage_is_taken_all_the_same(shop: Workshop, page: Page) -> None:
    await page.edit(page.clicked(READ).replace("Screenshots are new", "x"))
    assert await kinds(shop) == ["item_ticked", "block_repaired"]


async def test_an_emptied_issue_gets_its_checklist_back(shop: Workshop, page: Page) -> None:
    await shop.happened(ticked(READ))
    await page.show()
    await page.edit("", by=MALLORY)
    await page.show()
    assert page.is_ticked(READ)
    assert (await kinds(shop))[-1] == "block_repaired"


@pytest.mark.parametrize("who", ["a bot", "a bot that counts", "an account like a person's", "nobody tells who"])
@pytest.mark.parametrize("every", [5, 30])
async def test_d18_whoever_changes_the_checklist_each_time_is_answered_ever_later(
    shop: Workshop, page: Page, who: str, every: int
) -> None:
    good, bad = "Screenshots are new", "Screenshots are NEW"
    answered = list[datetime]()
    for _ in range(3_600 // every):
        if good in page.body:
            answered.append(shop.clock.now())
            body = page.body.replace(good, bad)
            if who == "a bot that counts":
                body = re.sub(r"See below\.( \d+)?", f"See below. {len(answered)}", body)
            if who == "nobody tells who":
                page.changed(body)
                await Poller(shop.bench).poll(R1)
            else:
                await page.edit(body, by=MALLORY, kind="User" if who == "an account like a person's" else "Bot")
        await shop.clock.wind(every)
        await page.show()
    assert 8 <= len(answered) <= 16
    waits = [(after - before).total_seconds() for before, after in pairwise(answered)]
    assert waits[4:] == sorted(waits[4:])
    assert max(waits[:3]) <= 2 * every < 600 <= waits[-1]


async def test_d18_what_says_something_new_is_written_at_once_in_the_middle_of_that(shop: Workshop, page: Page) -> None:
    broken = page.body.replace("Screenshots are new", "Screenshots are NEW")
    for _ in range(5):
        await page.edit(broken, by=MALLORY, kind="Bot")
        await page.show()
    assert page.body == broken
    await shop.happened(ticked(READ))
    await page.show()
    assert page.is_ticked(READ)
    assert "Screenshots are new" in page.body
    shop.scheduler.alarms.clear()
    await page.edit(page.body.replace("Screenshots are new", "Screenshots are NEW"), by=MALLORY, kind="Bot")
    await page.show()
    assert "Screenshots are new" in page.body  # another time


async def test_d18_whoever_changes_the_checklist_once_an_hour_is_answered_at_once(shop: Workshop, page: Page) -> None:
    for _ in range(8):
        await page.edit(page.body.replace("Screenshots are new", "Screenshots are NEW"), by=MALLORY, kind="Bot")
        await page.show()
        assert "Screenshots are new" in page.body
        await shop.clock.wind(3_600)


async def test_d18_whoever_damages_the_checklist_and_mends_it_is_told_of_ever_later(shop: Workshop, page: Page) -> None:
    """Nothing but the time and what was put right is new in it then."""
    told = set[str]()
    for _ in range(120):
        good = page.body
        told.add(good)
        await page.edit(good.replace("Screenshots are new", "Screenshots are NEW"), by=MALLORY, kind="Bot")
        await page.edit(good, by=MALLORY, kind="Bot")
        await page.show()
        await shop.clock.wind(30)
    assert len(told) <= 16


@pytest.mark.parametrize(
    ("hours", "times"), [((), 0), ((0, 0, 0), 3), ((0, 0.3, 0.6), 3), ((-1, 0, 0), 2), ((0, 0.5, 0.5), 2), ((9, 0), 1)]
)
def test_d18_a_row_ends_where_it_stood_for_long_or_a_clock_was_set_back(hours: tuple[float, ...], times: int) -> None:
    def write(hour: float) -> BodyWrite:
        at = NOON + timedelta(hours=hour)
        return BodyWrite(base="a", made="b", flipped=(), at=at, shows="the same", is_answered=True)

    known = Shown(writes=tuple(map(write, hours)))
    assert known.times_said(write(hours[-1] if hours else 0), timedelta(hours=0.4)) == times


async def test_d12_a_pause_is_no_longer_for_a_write_that_was_not_let_out(shop: Workshop, page: Page) -> None:
    for _ in range(5):
        await page.edit(page.body.replace("Screenshots are new", "Screenshots are NEW"), by=MALLORY, kind="Bot")
        await page.show()
    assert "Screenshots are NEW" in page.body
    again = shop.scheduler.alarms[f"show:{R1}"]
    await shop.clock.wind((again - shop.clock.now()).total_seconds())
    shop.github.errors["write_issue_body"] = [Throttled(shop.clock.now() + timedelta(seconds=1))]
    await page.show()
    assert "Screenshots are NEW" in page.body
    await shop.clock.wind(1)
    await page.show()
    assert "Screenshots are new" in page.body


async def test_d12_when_there_is_room_is_heeded_though_something_was_noted_meanwhile(
    shop: Workshop, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    retry_at = shop.clock.now() + timedelta(minutes=1)
    writes = list[str]()

    async def meanwhile(repo: Repo, number: int, body: str) -> IssueText:
        del repo, number
        writes.append(body)
        shown = await shop.releases.shown(R1)
        assert await shop.releases.save_shown(R1, shown, replace(shown, comment_digest=None))
        raise Throttled(retry_at)

    monkeypatch.setattr(shop.github, "write_issue_body", meanwhile)
    await shop.happened(ticked(READ))
    shop.scheduler.alarms.clear()
    await page.show()
    assert len(writes) == 1
    assert shop.scheduler.alarms[f"show:{R1}"] == retry_at


async def test_a_box_of_a_machine_is_put_back_at_once_though_somebody_clicks_it_thrice(
    shop: Workshop, page: Page
) -> None:
    for _ in range(3):
        await page.edit(page.clicked(LINT))
        await page.show()
        assert not page.is_ticked(LINT)
    assert (await kinds(shop)) == ["tick_refused"] * 3


async def test_somebody_s_own_words_are_never_cut_for_the_checklist(shop: Workshop, page: Page) -> None:
    long = "x" * 65_500
    await page.edit(long, by=MALLORY)
    await page.show()
    assert page.body == long
    assert any("65" in words for words in await effects(shop))


# -- edits that GitHub has not told of ------------------------------------------------------------------------------------


async def unheard(shop: Workshop, page: Page, body: str) -> tuple[str, str]:
    """Somebody changes the issue, GitHub tells nobody, and it is looked at twice, some seconds apart."""
    changed = page.changed(body)
    for _ in range(2):
        await Poller(shop.bench).poll(R1)
        await page.show()
        await shop.clock.wind(PATIENCE.total_seconds())
    return changed


async def test_d2_a_tick_of_which_nobody_told_is_left_and_counts_for_nothing(shop: Workshop, page: Page) -> None:
    await unheard(shop, page, page.clicked(READ))
    after = await shop.release()
    assert ("box_found" in await kinds(shop), READ in after.ticks) == (True, False)
    assert page.is_ticked(READ)


async def test_d2_what_nobody_told_of_is_waited_for_once_whichever_process_looks(shop: Workshop, page: Page) -> None:
    moments = SqlMoments(shop.database)
    one, other = (Shower(shop.bench, AT_ONCE, moments) for _ in range(2))

    async def look(shower: Shower) -> int:
        await Poller(shop.bench).poll(R1)
        await shower.show(R1)
        return (await kinds(shop)).count("box_found")

    page.changed(page.clicked(READ))
    assert await look(one) == 0
    await shop.clock.wind(PATIENCE.total_seconds())
    assert await look(other) == 1
    page.changed(page.clicked(READ))
    assert await look(one) == 1  # and not by what was waited for before
    await shop.clock.wind(PATIENCE.total_seconds())
    assert await look(other) == 2


async def test_d2_when_it_is_told_after_all_it_is_their_word(shop: Workshop, page: Page) -> None:
    before, at = await unheard(shop, page, page.clicked(READ))
    await page.told(before, page.clicked(), at)
    after = await shop.release()
    assert (after.ticks[READ].by, after.claims) == (TESS, {})
    await page.show()
    assert page.is_ticked(READ)


async def test_a_machine_s_box_of_which_nobody_told_is_just_put_back(shop: Workshop, page: Page) -> None:
    await unheard(shop, page, page.clicked(LINT))
    assert "box_found" not in await kinds(shop)
    assert not page.is_ticked(LINT)


async def test_words_outside_of_which_nobody_told_stay(shop: Workshop, page: Page) -> None:
    await unheard(shop, page, f"{page.body}\r\nBye.\r\n")
    await shop.happened(ticked(READ))
    await page.show()
    assert page.body.endswith("\r\nBye.\r\n")
    assert page.is_ticked(READ)


async def test_d29_what_no_database_holds_keeps_nothing_from_being_shown(shop: Workshop, page: Page) -> None:
    page.changed("a\0b" + page.body)
    await shop.happened(ticked(READ))
    await page.look()
    assert page.is_ticked(READ)
    shop.github.calls.clear()
    await page.show()
    assert shop.github.calls == []


async def test_d29_a_body_older_than_what_is_known_is_not_written_over(shop: Workshop, page: Page) -> None:
    """GitHub answers with what stood there before the edit that it has told of."""
    old = page.body
    await page.edit(page.clicked(READ))
    new = page.body
    shop.github.body, shop.github.writes = old, shop.github.writes - 1
    shop.github.calls.clear()
    await page.show()
    assert "write_issue_body" not in shop.github.calls
    shop.github.body, shop.github.writes = new, shop.github.writes + 1
    await shop.clock.wind(PATIENCE.total_seconds())
    await page.show()
    assert page.is_ticked(READ)
