"""Boxes that people tick in the tracking issue: taken with their name, or put back with one reply that says why."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from tests.bot import INTRO, REPO, Bot, running_bot
from tests.e2e.plans import TEAM_PLAN

pytestmark = pytest.mark.anyio


@pytest.fixture
async def team(tmp_path: Path) -> AsyncIterator[Bot]:
    """A bot for a plan whose tasks belong to roles."""
    async with running_bot(tmp_path, plan=TEAM_PLAN) as bot:
        yield bot


async def test_a_tick_by_who_may_is_evidence_with_their_name(team: Bot) -> None:
    release = await team.open_release()
    await release.tick("1.1.1", by="writer")
    assert "- [x] The guide is read <!-- i:1.1.1 --> · by writer, " in release.body
    assert "P1 1/4" in release.body
    assert release.body.startswith(INTRO)
    assert release.replies() == []


async def test_a_tick_is_taken_back_by_unticking(team: Bot) -> None:
    release = await team.open_release()
    await release.tick("1.1.1", by="writer")
    await release.tick("1.1.1", by="writer", on=False)
    assert "- [ ] The guide is read <!-- i:1.1.1 --> · by hand, `1.1.1`" in release.body
    assert release.replies() == []


async def test_a_tick_by_who_may_not_is_put_back_with_one_reply(team: Bot) -> None:
    release = await team.open_release()
    await release.tick("1.1.1", by="developer")
    assert release.ticked() == []
    assert release.replies() == snapshot(
        [
            """\
developer, this box was put back as it was:

- `1.1.1` “The guide is read”: it is for the plan's Technical Writer, and `maintain` and above. One of them says: `/release check 1.1.1`\
"""
        ]
    )
    await team.pass_time(30)
    assert len(release.replies()) == 1


async def test_an_untick_by_who_may_not_is_put_back_too(team: Bot) -> None:
    release = await team.open_release()
    await release.tick("1.1.1", by="writer")
    await release.tick("1.1.1", by="reader", on=False)
    assert release.ticked() == ["The guide is read"]
    assert len(release.replies()) == 1


async def test_a_box_that_only_a_machine_ticks_is_put_back(team: Bot) -> None:
    release = await team.open_release()
    await release.tick("1.2.1")
    assert release.ticked() == []
    assert release.replies() == snapshot(
        [
            """\
release-manager, this box was put back as it was:

- `1.2.1` “Linter is quiet”: a check ticks it, and no person. To leave it undone on purpose: `/release waive 1.2.1 <reason>`\
"""
        ]
    )


async def test_many_boxes_ticked_in_one_edit_are_decided_one_by_one_and_answered_once(team: Bot) -> None:
    release = await team.open_release()
    await release.edit(release.body.replace("- [ ] ", "- [x] "), by="writer")
    assert release.ticked() == ["The guide is read", "The notes are written", "P1 completion ≥60%"]
    assert len(release.replies()) == 1


async def test_an_issue_s_author_who_has_no_role_ticks_nothing(team: Bot) -> None:
    """Whoever opens an issue may edit it, whatever they are on the repository."""
    release = await team.open_release()
    await release.tick("1.1.1", by="outsider")
    assert release.ticked() == []
    assert release.replies() == []


async def test_a_tick_of_which_github_never_told_stays_and_counts_once_somebody_says_so(team: Bot) -> None:
    release = await team.open_release()
    body = release.body.replace("- [ ] The guide is read", "- [x] The guide is read")
    team.github.edit_issue(REPO, release.issue, by="writer", body=body)
    await team.settle(is_deaf=True)
    await team.pass_time(330, step=5, is_deaf=True)
    assert release.ticked() == ["The guide is read"]
    assert "GitHub has not told by whom" in release.body
    assert "P1 0/4" in release.body
    await release.comment("/release check 1.1.1", by="writer", seconds=8)
    assert "P1 1/4" in release.body
    assert "by writer" in release.body


async def test_an_edit_told_late_changes_nothing_that_was_said_since(team: Bot) -> None:
    release = await team.open_release()
    ticked = release.body.replace("- [ ] The guide is read", "- [x] The guide is read")
    team.github.edit_issue(REPO, release.issue, by="writer", body=ticked)
    late = team.github.take()
    await team.pass_time(2)
    await release.tick("1.1.1", by="writer", on=False)
    for webhook in late:
        await team.post(webhook)
    await team.pass_time(8)
    assert release.ticked() == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("The guide is read", r"The \1 \g<0> guide is (.*)+$ read", "The words of 1 item were changed"),
        ("<!-- gonogo:end -->", "", "The block's end marker was missing: it was put back."),
        ("<!-- gonogo:begin -->", "", "The block's begin marker was missing: it was put back."),
        (
            "<!-- gonogo:begin -->",
            "<!-- gonogo:begin -->\n<!-- gonogo:begin -->",
            "one was kept, the others were removed",
        ),
        ("**Readiness**", "**Whatever**\n\nmy own words", "Other text of the checklist's block was changed"),
    ],
)
async def test_d4_a_broken_block_is_mended_and_one_line_says_so(team: Bot, old: str, new: str, said: str) -> None:
    release = await team.open_release()
    await release.tick("1.1.1", by="writer")
    whole = release.body
    await release.edit(whole.replace(old, new, 1), by="developer")
    assert said in release.status_comments()[0]
    assert "after an edit by developer" in release.status_comments()[0]
    assert release.body.startswith(INTRO)
    assert release.ticked() == ["The guide is read"]
    assert release.body.count("gonogo:begin") == release.body.count("gonogo:end") == 1
    assert release.replies() == []


async def test_d4_a_deleted_line_comes_back_and_a_deleted_block_too(team: Bot) -> None:
    release = await team.open_release()
    kept = [line for line in release.body.splitlines(keepends=True) if "i:1.1.2" not in line]
    await release.edit("".join(kept), by="developer")
    assert "The notes are written" in release.body
    assert "1 item missing from the checklist: put back." in release.status_comments()[0]
    await release.edit("All gone 🎉", by="developer")
    assert release.body.startswith("All gone 🎉")
    assert "The notes are written" in release.body


async def test_an_old_body_that_is_pasted_is_decided_box_by_box(team: Bot) -> None:
    release = await team.open_release()
    old = release.body
    await release.tick("1.1.1", by="writer")
    await release.edit(old, by="developer")
    assert release.ticked() == ["The guide is read"]
    assert "it is for the plan's Technical Writer" in release.replies()[0]


async def test_what_people_write_around_the_block_keeps_every_byte(team: Bot) -> None:
    intro = "Trailing blanks  \r\nand\ttabs 🎉\r\n\r\n\r\n- [ ] a box of ours\r\n"
    release = await team.open_release(body=intro)
    end = "\r\n\r\nand a foot 🦶  \r\n"
    await release.edit(release.body + end, by="developer")
    await release.tick("1.1.1", by="writer")
    assert release.body.startswith(intro)
    assert release.body.endswith(end)
    assert release.body.count("a box of ours") == 1
