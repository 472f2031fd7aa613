"""What happens around a release: labels that are commands or facts, issues that block, a plan that changes."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from tests.bot import REPO, Bot, running_bot
from tests.e2e.plans import TEAM_PLAN

pytestmark = pytest.mark.anyio


@pytest.fixture
async def team(tmp_path: Path) -> AsyncIterator[Bot]:
    async with running_bot(tmp_path, plan=TEAM_PLAN) as bot:
        yield bot


# -- labels ---------------------------------------------------------------------------------------------------


async def test_a_label_runs_a_task_once_and_is_taken_off(tmp_path: Path) -> None:
    async with running_bot(tmp_path) as bot:
        release = await bot.open_release()
        bot.github.label(REPO, release.issue, "release:build-docs", by="developer")
        (webhook, *_) = [w for w in bot.github.outbox if w.action == "labeled"]
        await bot.pass_time(10)
        assert bot.dispatches == [("release.yml", "build-docs")]
        assert release.labels == ["gate:pending"]
        await bot.post(webhook)
        await bot.pass_time(10)
        assert len(bot.dispatches) == 1
        assert release.replies() == []


async def test_a_label_by_who_may_not_is_taken_off_with_one_reply(team: Bot) -> None:
    release = await team.open_release()
    team.github.label(REPO, release.issue, "release:build-docs", by="developer")
    await team.pass_time(10)
    assert team.dispatches == []
    assert release.labels == ["gate:pending"]
    assert release.replies() == snapshot(
        [
            """\
Nothing was done: `/release build-docs` is for the plan's QA Team Lead, and `maintain` and above. You have `write` on this repository, and that role of the plan is not yours.

Ask one of them to say it.\
"""
        ]
    )


async def test_a_label_that_names_no_task_is_told(team: Bot) -> None:
    release = await team.open_release()
    team.github.label(REPO, release.issue, "release:bild-docs", by="qa-lead")
    await team.pass_time(10)
    assert release.labels == ["gate:pending"]
    assert "/release build-docs" in release.replies()[0]


async def test_a_bot_s_label_is_taken_off_without_words(team: Bot) -> None:
    release = await team.open_release()
    team.github.add_app_record("labeller", team.github.add_user("labeller-inc", "Organization"))
    team.github.label(REPO, release.issue, "release:build-docs", by="labeller[bot]")
    await team.pass_time(10)
    assert (team.dispatches, release.labels, release.replies()) == ([], ["gate:pending"], [])


async def test_labels_on_other_issues_are_nobody_s_command(team: Bot) -> None:
    await team.open_release()
    other = team.github.open_issue(REPO, "A bug", "", by="developer", labels=["release:build-docs"])
    await team.pass_time(10)
    assert team.dispatches == []
    assert [label.name for label in other.labels] == ["release:build-docs"]


async def test_state_labels_that_are_changed_by_hand_are_put_back(team: Bot) -> None:
    release = await team.open_release()
    await team.pass_time(8)
    team.github.unlabel(REPO, release.issue, "gate:pending", by="developer")
    team.github.label(REPO, release.issue, "gate:success", "mine", by="developer")
    await team.pass_time(10)
    assert release.labels == ["gate:pending", "mine"]


# -- blockers -----------------------------------------------------------------------------------------------------


def unlabelled(bot: Bot, number: int) -> None:
    bot.github.unlabel(REPO, number, "P0", by="developer")


def closed(bot: Bot, number: int) -> None:
    bot.github.close_issue(REPO, number, by="developer")


def deleted(bot: Bot, number: int) -> None:
    bot.github.delete_issue(REPO, number, by="owner")


def transferred(bot: Bot, number: int) -> None:
    bot.github.add_repo("white-room/other")
    bot.github.transfer_issue(REPO, number, "white-room/other", by="owner")


@pytest.mark.parametrize("settle", [unlabelled, closed, deleted, transferred])
async def test_a_blocker_turns_the_gate_at_once_and_back_when_it_is_settled(
    team: Bot, settle: Callable[[Bot, int], None]
) -> None:
    release = await team.open_release()
    bug = team.github.open_issue(REPO, "Ping @everybody and #1", "", by="developer")
    await team.pass_time(8)
    assert team.gate().conclusion is None
    team.github.label(REPO, bug.number, "p0", by="developer")
    await team.pass_time(8)
    assert team.gate().conclusion == "failure"
    assert "Ping @\u200beverybody and #\u200b1" in release.body.replace("&#35;", "#")
    settle(team, bug.number)
    await team.pass_time(8)
    assert team.gate().conclusion is None


@pytest.mark.parametrize("settle", [unlabelled, closed, deleted])
async def test_a_blocker_that_is_settled_in_the_second_in_which_it_came_up_blocks_for_a_minute(
    team: Bot, settle: Callable[[Bot, int], None]
) -> None:
    """GitHub tells time by the second: which word came last is asked for, as soon as the answer is the newer one."""
    await team.open_release()
    bug = team.github.open_issue(REPO, "A bug", "", by="developer", labels=["critical"])
    await team.pass_time(8)
    team.github.unlabel(REPO, bug.number, "critical", by="developer")
    team.github.label(REPO, bug.number, "P0", by="developer")
    settle(team, bug.number)
    await team.pass_time(4)
    assert team.gate().conclusion == (None if settle is deleted else "failure")
    await team.pass_time(61)
    assert team.gate().conclusion is None


async def test_a_label_that_blocks_counts_though_others_were_taken_off_in_the_same_second(team: Bot) -> None:
    await team.open_release()
    bug = team.github.open_issue(REPO, "A bug", "", by="developer", labels=["critical", "needs-triage"])
    await team.pass_time(70)
    team.github.unlabel(REPO, bug.number, "critical", by="developer")
    team.github.unlabel(REPO, bug.number, "needs-triage", by="developer")
    team.github.label(REPO, bug.number, "P0", by="developer")
    for seconds in (8, 54, 10, 70):
        await team.pass_time(seconds)
        assert team.gate().conclusion == "failure"


async def test_a_blocker_that_is_reopened_blocks_again_and_a_pull_request_blocks_as_well(team: Bot) -> None:
    await team.open_release()
    target = team.github.head(REPO)
    bug = team.github.open_issue(REPO, "A bug", "", by="developer", labels=["P0"])
    await team.pass_time(2)
    team.github.close_issue(REPO, bug.number, by="developer")
    await team.pass_time(8)
    assert team.gate().conclusion is None
    team.github.reopen_issue(REPO, bug.number, by="developer")
    await team.pass_time(8)
    assert team.gate().conclusion == "failure"
    team.github.close_issue(REPO, bug.number, by="developer")
    team.github.commit(REPO, {"fix": "1"}, by="developer", branch="fix")
    pull = team.github.open_pull(REPO, "Mend it", head="fix", by="developer")
    team.github.label(REPO, pull.number, "P0", by="developer")
    await team.pass_time(8)
    assert team.gate().conclusion == "failure"
    team.github.merge_pull(REPO, pull.number, by="developer")
    await team.pass_time(8)
    assert team.gate(target).conclusion is None


async def test_blockers_from_before_the_release_and_those_nobody_told_of_are_found(team: Bot) -> None:
    old = team.github.open_issue(REPO, "An old bug", "", by="developer", labels=["P0"])
    await team.open_release()
    await team.pass_time(8)
    assert team.gate().conclusion == "failure"
    team.github.close_issue(REPO, old.number, by="developer")
    await team.pass_time(330, step=5, is_deaf=True)
    assert team.gate().conclusion is None


# -- the plan ---------------------------------------------------------------------------------------------------------

LONGER = TEAM_PLAN.replace("- [ ] The notes are written", "- [ ] The licences are listed\n- [ ] The notes are written")


async def test_a_merged_change_of_the_plan_is_shown_and_taken_up_with_what_stayed(team: Bot) -> None:
    release = await team.open_release()
    await release.tick("1.1.1", by="writer")
    await release.tick("1.1.2", by="writer")
    await release.comment("/release approve", by="writer")
    target = team.github.head(REPO)
    team.github.commit(REPO, {".github/release-plan.md": LONGER}, by="developer", branch="plan")
    pull = team.github.open_pull(REPO, "A longer plan", head="plan", by="developer")
    await team.pass_time(3)
    (check,) = [c for c in team.room.repo.checks_at[team.github.head(REPO, "plan")] if c.name == "release/plan"]
    assert (check.conclusion, check.title, check.summary) == snapshot(
        (
            "success",
            "The plan is in order",
            """\
### `.github/release-plan.md`

8 items, 0 errors, 0 warnings.

What would change in the plan:

- added to 1.1 Write: "The licences are listed" (P1, by hand)

Once this is merged, `/release replan` in 1.0.0 (issue 1) would change the same, and 1 item would stand open, to be done or done again.\
""",
        )
    )
    team.github.merge_pull(REPO, pull.number, by="developer")
    await team.pass_time(8)
    assert "The plan has changed: 1 change. To take it up: `/release replan`" in release.body
    assert "The licences are listed" in release.body
    assert "i:1.1.3" not in release.body

    await release.comment("/release replan", seconds=10)
    assert release.replies()[-1] == snapshot("""\
The new text of `.github/release-plan.md` was taken up (`9dac19a`). What was run, ticked and waived for items that stayed is kept; sign-offs and go are to be said again.

- added to 1.1 Write: "The licences are listed" (P1, by hand)

What the gate waits for: `/release why`\
""")
    assert release.ticked() == ["The guide is read", "The notes are written"]
    assert "- [x] The notes are written <!-- i:1.1.3 --> · by writer" in release.body
    assert "The plan has changed" not in release.body
    assert team.gate(target).external_id != ""
    assert "Technical Writer: writer" not in release.status_comments()[0]  # signed for the plan as it was


async def test_a_broken_plan_on_a_pull_request_is_told_line_by_line(team: Bot) -> None:
    await team.open_release()
    broken = TEAM_PLAN.replace("- [ ] The guide is read", "- [   ] The guide is read").replace("needs", "nedes")
    team.github.commit(REPO, {".github/release-plan.md": broken}, by="developer", branch="plan")
    team.github.open_pull(REPO, "A broken plan", head="plan", by="developer")
    await team.pass_time(3)
    (check,) = [c for c in team.room.repo.checks_at[team.github.head(REPO, "plan")] if c.name == "release/plan"]
    assert check.conclusion == "failure"
    assert [(note.start_line, note.annotation_level) for note in check.notes] == snapshot([(21, "failure")])


async def test_a_pull_request_that_leaves_the_plan_alone_costs_a_look_and_its_check(team: Bot) -> None:
    await team.open_release()
    team.github.commit(REPO, {"src.py": "1"}, by="developer", branch="fix")
    calls = len(team.github.calls)
    team.github.open_pull(REPO, "A fix", head="fix", by="developer")
    await team.pass_time(5)
    assert [call.path.rpartition("/")[2] for call in team.github.calls[calls:]] == [
        "files",
        *("check-runs", "check-runs"),  # `release/freeze`: is it there, and then made
    ]


async def test_a_tracking_issue_that_is_deleted_does_not_end_the_release(team: Bot) -> None:
    release = await team.open_release()
    team.github.delete_issue(REPO, release.issue, by="owner")
    await team.pass_time(30)
    other = team.github.open_issue(REPO, "Where is it", "", by="release-manager")
    team.github.comment(REPO, other.number, "/release why", by="release-manager")
    team.github.comment(REPO, other.number, "/release abandon its issue is gone", by="release-manager")
    await team.pass_time(10)
    assert team.gate().conclusion == "failure"
    anew = await team.open_release("1.0.0")
    assert "1.0.0" in anew.body


async def test_a_hold_freezes_pull_requests_into_the_branch_and_thaws_them_when_it_is_lifted(bot: Bot) -> None:
    bot.github.commit(REPO, {"work.txt": "1"}, "Work", by="developer", branch="work")
    release = await bot.open_release()
    pull = bot.github.open_pull(REPO, "Work", head="work", by="developer")
    await bot.pass_time(5)
    head = bot.github.head(REPO, "work")

    def frozen() -> list[str | None]:
        return [check.conclusion for check in bot.room.repo.checks_at[head] if check.name == "release/freeze"]

    assert frozen() == ["success"]
    await release.comment("/release hold the network is down", seconds=10)
    assert frozen() == ["failure"]
    await release.comment("/release resume", seconds=10)
    assert frozen() == ["success"]
    bot.github.close_issue(REPO, pull.number, by="developer")
    await bot.pass_time(2)
