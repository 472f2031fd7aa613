"""What people say about a release beside ticks: sign-offs, vetoes, waivers, holds, go, and how a release ends."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from tests.bot import REPO, Bot, TrackedRelease, running_bot
from tests.e2e.plans import TEAM_PLAN

pytestmark = pytest.mark.anyio


@pytest.fixture
async def team(tmp_path: Path) -> AsyncIterator[Bot]:
    async with running_bot(tmp_path, plan=TEAM_PLAN) as bot:
        yield bot


async def all_done(bot: Bot, release: TrackedRelease) -> None:
    """Bring about everything but sign-offs and go."""
    bot.github.check(REPO, bot.github.head(REPO), "lint", app="github-actions", conclusion="success")
    for item, who in (("1.1.1", "writer"), ("1.1.2", "writer"), ("1.3.1", "security-lead")):
        await release.tick(item, by=who)
    await release.comment("/release docs", by="qa-lead", seconds=20)


async def green(bot: Bot, release: TrackedRelease) -> None:
    """Bring about everything."""
    await all_done(bot, release)
    await release.comment("/release approve", by="writer")
    await release.comment("/release approve", by="security-lead")
    await release.comment("/release go", seconds=10)
    assert bot.gate().conclusion == "success"


async def test_d7_a_push_after_the_sign_offs_moves_nothing_by_itself(team: Bot) -> None:
    release = await team.open_release()
    await green(team, release)
    approved = team.github.head(REPO)
    team.github.commit(REPO, {"evil.py": "1"}, by="developer")
    await team.pass_time(400, step=5)
    assert team.gate(approved).conclusion == "success"
    assert "release/gate" not in [c.name for c in team.room.repo.checks_at.get(team.github.head(REPO), [])]

    await release.comment("/release retarget", seconds=10)
    gate = team.gate()
    assert gate.conclusion is None
    for reason in (
        "Sign-off of Technical Writer (writer), Security Lead",
        "Go by a release manager",
        "P0: 1 item open",
    ):
        assert reason in (gate.summary or "")
    assert release.ticked() == []
    assert release.replies()[-1] == snapshot("""\
Release `1.0.0` moved from `0dfb00f` to `5d95d99`. Evidence is looked for anew at that commit, and go is to be said for it.

- 3 ticks by hand fell
- The sign-offs of Technical Writer, Security Lead fell: `/release approve`

How everything stands: `/release status`\
""")


async def test_ticks_are_taken_along_to_another_commit_where_a_manager_says_why(team: Bot) -> None:
    release = await team.open_release()
    await green(team, release)
    team.github.commit(REPO, {"CHANGELOG.md": "1"}, by="developer")
    await team.pass_time(3)
    await release.comment("/release retarget --keep only the changelog has changed", seconds=10)
    assert {"The guide is read", "The notes are written", "No secret is in the repository"} <= set(release.ticked())
    assert team.gate().conclusion is None


async def test_a_run_that_is_going_on_is_stopped_when_the_release_moves_and_the_candidate_branch_moves_along(
    team: Bot,
) -> None:
    release = await team.open_release()
    first = team.github.head(REPO)
    team.github.commit(REPO, {"a": "1"}, by="developer")
    await team.pass_time(3)
    await release.comment("/release docs --force trying it out", by="release-manager", seconds=2)
    assert team.github.head(REPO, "gonogo/1.0.0") == first
    team.github.outcome("release.yml", conclusion=None)
    await release.comment("/release retarget", seconds=15)
    (run,) = team.dispatched
    assert run.conclusion == "cancelled"
    assert team.github.head(REPO, "gonogo/1.0.0") == team.github.head(REPO)


async def test_d6_a_force_push_between_command_and_run_never_runs_another_commit(team: Bot) -> None:
    release = await team.open_release()
    target = team.github.head(REPO)
    evil = team.github.commit(REPO, {"evil.py": "1"}, by="developer", branch="evil").sha

    def force_push() -> None:
        team.github.push_branch(REPO, "main", evil, by="developer")

    team.meddler.before("GET", "/git/ref/heads/main", force_push)
    await release.comment("/release docs --force trying it out", seconds=20)
    assert [run.sha for run in team.dispatched] == [target]


async def test_a_hold_turns_the_gate_red_until_its_owner_or_a_manager_lifts_it(team: Bot) -> None:
    release = await team.open_release()
    await release.comment("/release HOLD! the certificate has leaked", by="security-lead", seconds=8)
    assert team.gate().conclusion == "failure"
    assert release.labels == ["gate:failure", "gate:held"]
    other = await release.comment("/release resume", by="writer")
    assert release.reactions(other) == ["eyes", "-1"]
    assert release.replies()[-1] == snapshot("""\
The release stays held by security-lead: a hold is lifted by whoever placed it.

All holds can be lifted by `maintain` and above: `/release resume`\
""")
    await release.comment("/release resume", by="security-lead", seconds=8)
    assert release.labels == ["gate:pending"]
    await release.comment("/release hold", by="writer", seconds=2)
    await release.comment("/release resume", by="release-manager", seconds=8)
    assert release.labels == ["gate:pending"]


async def test_a_hold_ends_by_itself_also_when_the_service_was_away_at_that_moment(team: Bot) -> None:
    release = await team.open_release()
    await release.comment("/release hold lunch --until 30m", by="writer", seconds=8)
    assert "It ends by itself on 2026-03-02 09:30 UTC" in release.body
    await team.stop()
    team.clock.advance(3600)
    await team.start()
    await team.pass_time(10)
    assert "Held by" not in release.body
    assert release.labels == ["gate:pending"]


async def test_a_veto_stands_until_it_is_withdrawn(team: Bot) -> None:
    release = await team.open_release()
    await release.comment("/release approve", by="security-lead")
    await release.comment("/release veto a hole was found", by="security-lead", seconds=8)
    assert team.gate().conclusion == "failure"
    assert "a hole was found" in release.body
    assert "Security Lead" in release.body.partition("Sign-off of")[2]
    await release.comment("/release withdraw", by="security-lead", seconds=8)
    assert team.gate().conclusion is None


async def test_a_p0_item_is_waived_by_two_people(team: Bot) -> None:
    release = await team.open_release()
    await release.comment("/release waive 1.3.1 no time", by="release-manager")
    assert release.replies()[-1] == snapshot("""\
`1.3.1` “No secret is in the repository” is waived by release-manager. It is P0, which takes two people, so until a second one agrees it counts as open.

Who may agree: `maintain` and above. They say: `/release waive 1.3.1 <reason>`\
""")
    again = await release.comment("/release waive 1.3.1 no time", by="release-manager")
    assert release.reactions(again) == ["eyes", "-1"]
    assert "P0 0/1 · 0 %" in release.body
    await release.comment("/release waive 1.3.1 I agree", by="tech-lead", seconds=8)
    assert "- [ ] No secret is in the repository <!-- i:1.3.1 --> · waived by release-manager and tech-lead" in (
        release.body
    )
    assert "P0 0/0 · 1 waived" in release.body
    await release.comment("/release unwaive 1.3.1", by="tech-lead", seconds=8)
    assert "P0 0/1 · 0 %" in release.body


async def test_d23_one_person_cannot_fill_two_sign_offs_nor_two_people_one_at_the_same_moment(tmp_path: Path) -> None:
    plan = TEAM_PLAN.replace("Security Lead: [", "Security Lead: [writer, ", 1)
    async with running_bot(tmp_path, plan=plan) as bot:
        release = await bot.open_release()
        for text in ("/release approve Technical Writer", "/release approve Security Lead"):
            bot.github.comment(REPO, release.issue, text, by="writer")
        for who in ("security-lead", "security-lead"):
            bot.github.comment(REPO, release.issue, "/release approve Security Lead", by=who)
        await bot.post_at_once(bot.github.take())
        await bot.pass_time(10)
        (number,) = await bot.service.releases.open_ids()
        found = await bot.service.releases.get(number)
        assert found is not None
        assert {role: s.by.login for role, s in found.signoffs.items()} == {
            "Technical Writer": "writer",
            "Security Lead": "security-lead",
        }
        assert release.replies() == snapshot(
            [
                """\
Nothing was signed off for Security Lead: you have signed off for Technical Writer, and nobody signs off for two roles.

Somebody else with that role says `/release approve Security Lead`. To take your own sign-off back: `/release withdraw`\
""",
                """\
Security Lead has signed off this commit already: security-lead did. Nothing more is needed from that role.

What the gate waits for: `/release why`\
""",
            ]
        )


async def test_an_abandoned_release_leaves_its_version_and_its_issue_free(team: Bot) -> None:
    release = await team.open_release()
    await release.comment("/release abandon the plan was wrong", seconds=10)
    assert team.gate().conclusion == "failure"
    assert "Given up by release-manager" in release.body
    assert release.labels == []
    await release.comment("/release start 1.0.0", seconds=10)
    assert "Given up" not in release.body
    assert release.labels == ["gate:pending"]
    assert team.gate().conclusion is None  # one gate a commit: it speaks for the new release now


async def test_a_green_release_is_finished_and_says_so(team: Bot) -> None:
    release = await team.open_release()
    early = await release.comment("/release finish")
    assert release.reactions(early) == ["eyes", "-1"]
    await green(team, release)
    await release.comment("/release finish", seconds=10)
    assert "Finished by release-manager" in release.body
    assert team.gate().conclusion == "success"
    after = await release.comment("/release docs", by="qa-lead")
    assert release.reactions(after) == ["eyes", "-1"]


async def test_the_same_comment_under_another_delivery_id_is_decided_once(team: Bot) -> None:
    """Two webhooks may be set up, for the App and for the repository."""
    release = await team.open_release()
    team.github.outcome("release.yml", conclusion="failure")
    team.github.comment(REPO, release.issue, "/release docs --force now", by="release-manager")
    (webhook,) = team.github.take()
    for number in range(5):
        await team.post(replace(webhook, headers={**webhook.headers, "X-GitHub-Delivery": f"another-{number}"}))
    await team.pass_time(30)
    assert len(team.dispatched) == 1
    assert release.replies() == []


async def test_two_releases_of_one_commit_share_a_gate_and_the_worst_counts(tmp_path: Path) -> None:
    other = "# Other\n\n- [ ] Somebody looked <!-- gonogo: P0 -->\n"
    files = {".github/release-plans/team.md": TEAM_PLAN, ".github/release-plans/other.md": other}
    async with running_bot(tmp_path, plan="", files={**files, ".github/release-plan.md": "no plan"}) as bot:
        first = await bot.open_release("1.0.0", more="--plan other")
        second = await bot.open_release("2.0.0", more="--plan team")
        await first.tick(f"{'other'}.1", by="developer")
        await first.comment("/release go", seconds=10)
        assert bot.gate().conclusion is None
        assert "2.0.0" in first.body.partition("Why the gate is not green")[2]
        await second.comment("/release abandon not now", seconds=15)
        assert bot.gate().conclusion == "success"


async def test_commands_that_race_are_decided_one_after_another(team: Bot) -> None:
    release = await team.open_release()
    await all_done(team, release)
    for who, text in (("writer", "approve"), ("security-lead", "approve"), ("release-manager", "go")):
        team.github.comment(REPO, release.issue, f"/release {text}", by=who)
    await asyncio.gather(*map(team.post, team.github.take()))
    await team.pass_time(10)
    assert team.gate().conclusion == "success"
