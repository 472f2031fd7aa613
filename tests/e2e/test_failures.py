"""Stories of how other bots failed, played on ours. The numbers are those of the list that they are kept in."""

import itertools
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from app.domain.plan.reader import read_plan
from app.domain.release.gate import GateState, judge
from tests.bot import REPO, Bot, TrackedRelease, running_bot
from tests.e2e.plans import TEAM_PLAN

pytestmark = pytest.mark.anyio

SMALL_PLAN = """---
gate: {blockers: [P0], signoffs: [Technical Writer]}
roles: {Technical Writer: [writer]}
---
# Plan

- [ ] Linter is quiet <!-- gonogo: evidence="check=lint" -->
"""


@pytest.fixture
async def team(tmp_path: Path) -> AsyncIterator[Bot]:
    async with running_bot(tmp_path, plan=TEAM_PLAN) as bot:
        yield bot


async def test_d5_an_edited_or_deleted_comment_never_executes_and_the_editor_is_logged(team: Bot) -> None:
    release = await team.open_release()
    harmless = await release.comment("looks good", by="security-lead")
    command = await release.comment("/release hold a moment", by="security-lead")
    with capture_logs() as logs:
        team.github.edit_comment(REPO, harmless, "/release approve", by="owner")
        team.github.edit_comment(REPO, command, "/release resume", by="owner")
        team.github.delete_comment(REPO, command, by="owner")
        await team.pass_time(10)
    assert "Sign-off of Technical Writer (writer), Security Lead" in release.body
    assert "Held by security-lead" in release.body
    owner = team.github.person("owner").user.id
    told = [log for log in logs if log["event"] == "command.text_changed"]
    assert [(log["editor"], log["comment"], log["is_deleted"]) for log in told] == [
        (owner, harmless, False),
        (owner, command, False),
        (owner, command, True),
    ]


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
async def test_d9_in_whatever_order_things_are_told_the_gate_is_green_only_when_all_is_so(
    tmp_path: Path, order: tuple[int, ...]
) -> None:
    """A check turns green, a blocker opens and closes again, a role signs off: told in every order."""
    async with running_bot(tmp_path, plan=SMALL_PLAN) as bot:
        release = await bot.open_release()
        await bot.pass_time(5)
        bot.github.check(REPO, bot.github.head(REPO), "lint", app="github-actions", conclusion="success")
        bug = bot.github.open_issue(REPO, "A bug", "", by="developer", labels=["P0"])
        bot.clock.advance(2)
        bot.github.close_issue(REPO, bug.number, by="developer")
        bot.github.comment(REPO, release.issue, "/release approve", by="writer")
        told = {(w.event, w.action): w for w in bot.github.take()}
        check, opened, shut, signed = (
            told[what]
            for what in (
                ("check_run", "completed"),
                ("issues", "opened"),
                ("issues", "closed"),
                ("issue_comment", "created"),
            )
        )
        known: set[int] = set()
        for place in order:
            await bot.post((check, opened, shut, signed)[place])
            known.add(place)
            await release.comment("/release go", seconds=1)
            is_all_so = {0, 3} <= known and (1 not in known or 2 in known)
            assert (await verdict(bot) is GateState.SUCCESS) is is_all_so
        await bot.pass_time(10)
        assert bot.gate().conclusion == "success"


async def verdict(bot: Bot) -> GateState:
    """Judge the one open release as it stands."""
    (number,) = await bot.service.releases.open_ids()
    found = await bot.service.releases.get(number)
    assert found is not None
    return judge(read_plan(SMALL_PLAN, version="1.0.0"), found).state


@pytest.mark.parametrize("who", ["outsider", "reader"])
async def test_d17_commands_from_a_fork_s_pull_request_by_who_has_no_rights_are_denied(team: Bot, who: str) -> None:
    release = await team.open_release()
    fork = team.github.fork(REPO, by=who)
    team.github.commit(fork, {"evil.yml": "on: push"}, by=who, branch="evil")
    pull = team.github.open_pull(REPO, "/release docs", head="evil", by=who, fork=True)
    for text in ("/release docs", "/release approve", "/release hold", "/release retarget evil", "/release go"):
        team.github.comment(REPO, pull.number, text, by=who)
    for label in ("release:build-docs", "P9"):
        team.github.label(REPO, pull.number, label, by=who)
    await team.pass_time(15)
    assert (team.dispatches, release.labels) == ([], ["gate:pending"])
    assert "Held by" not in release.body


async def test_d17_a_commit_of_a_fork_is_no_target_by_its_sha(team: Bot) -> None:
    release = await team.open_release()
    fork = team.github.fork(REPO, by="outsider")
    evil = team.github.commit(fork, {"evil.py": "1"}, by="outsider", branch="evil")
    for ref in (evil.sha, "pull/1/head", "refs/pull/1/head"):
        comment = await release.comment(f"/release retarget {ref}")
        assert release.reactions(comment) == ["eyes", "-1"]
    stray = await release.comment(f"/release retarget {evil.sha}")
    assert release.reactions(stray) == ["eyes", "-1"]
    started = team.github.open_issue(REPO, "Another", "", by="release-manager")
    other = TrackedRelease(bot=team, issue=started.number)
    comment = await other.comment(f"/release start 2.0.0 --target {evil.sha}")
    assert other.reactions(comment) == ["eyes", "-1"]


async def test_d17_a_locked_issue_keeps_the_gate_going(team: Bot) -> None:
    release = await team.open_release()
    team.github.lock_issue(REPO, release.issue, by="owner")
    await release.comment("/release hold it", by="tech-lead", seconds=15)
    assert team.gate().conclusion == "failure"


async def test_d18_our_own_answers_that_quote_every_command_set_nothing_off(team: Bot) -> None:
    release = await team.open_release()
    await release.comment("/release help", by="reader")
    (answer,) = release.replies()
    assert answer.count("/release ") > 20
    every = "\n".join(f"/release {word}" for word in ("docs", "hold", "approve", "go", "retarget", "abandon it"))
    team.github.comment(REPO, release.issue, every, by="go-no-go[bot]")
    team.github.comment(REPO, release.issue, "\n".join(f"> {line}" for line in every.splitlines()), by="writer")
    await team.pass_time(15)
    assert (team.dispatches, release.labels) == ([], ["gate:pending"])
    assert len(release.replies()) == 2  # the help and the comment that was put into its mouth


async def test_d18_after_too_many_answers_in_a_minute_no_more_are_written(team: Bot) -> None:
    release = await team.open_release()
    for _ in range(3):
        team.github.comment(REPO, release.issue, "\n".join(["/release why"] * 10), by="reader")
    await team.pass_time(40)
    assert len(release.replies()) == 13
    assert "12 answers" in release.replies()[-1]
    await team.pass_time(60)
    await release.comment("/release why", by="reader", seconds=5)
    assert len(release.replies()) == 14


HOSTILE = "@white-room/everybody #1 GH-2 ![x](https://evil.example/x.png) <img src=x> <!-- gonogo:end --> ``` [a](b) www.evil.example"


async def test_d19_what_people_write_is_repeated_as_nothing_but_text(team: Bot) -> None:
    release = await team.open_release()
    await release.comment(f"/release hold {HOSTILE}", by="writer")
    await release.comment(f"/release veto {HOSTILE}", by="security-lead")
    await release.comment(f"/release waive 1.1.1 {HOSTILE}", by="release-manager")
    await release.comment(f'/release check 1.1.2 "{HOSTILE}"', by="writer")
    await release.comment(f"/release {HOSTILE}", by="writer")
    team.github.open_issue(REPO, HOSTILE, "", by="outsider", labels=["P0"])
    await team.pass_time(10)
    await release.comment("/release why", by="reader")
    await release.comment("/release report", by="reader")
    assert release.body.count("<!-- gonogo:end -->") == 1
    for text in (release.body, *release.status_comments(), *release.replies(), team.gate().summary or ""):
        assert "everybody" not in text or "@white-room/everybody" not in text
        for live in ("![", "<img", "](b)", "](https://evil", "www.evil", "GH-2", " #1 "):
            assert live not in text.replace("&#35;", "#"), live
    assert release.labels == ["gate:failure", "gate:held"]


async def test_d21_a_login_that_is_given_up_and_taken_by_somebody_else_gives_them_nothing(team: Bot) -> None:
    release = await team.open_release()
    team.github.rename_user("writer", "former-writer")
    team.github.add_user("writer")
    team.github.collaborate(REPO, "writer", "write")
    await team.pass_time(70)
    await release.tick("1.1.1", by="writer")
    stranger = await release.comment("/release approve Technical Writer", by="writer")
    assert release.ticked() == []
    assert release.reactions(stranger) == ["eyes", "-1"]
    signed = await release.comment("/release approve Technical Writer", by="former-writer")
    assert release.reactions(signed) == ["eyes", "rocket"]


async def test_d22_membership_counts_while_it_lasts_and_what_cannot_be_read_denies(team: Bot) -> None:
    release = await team.open_release()
    team.github.add_team("white-room", "auditors", [], parent="security")
    refused = await release.comment("/release approve", by="qa-lead")
    assert release.reactions(refused) == ["eyes", "-1"]
    team.github.add_to_team("white-room", "auditors", "qa-lead", by="owner")
    signed = await release.comment("/release approve Security Lead", by="qa-lead")
    assert release.reactions(signed) == ["eyes", "rocket"]
    await release.comment("/release withdraw", by="qa-lead")
    team.github.remove_from_team("white-room", "auditors", "qa-lead", by="owner")
    again = await release.comment("/release approve Security Lead", by="qa-lead")
    assert release.reactions(again) == ["eyes", "-1"]
    await team.pass_time(61)
    team.github.fault("GET", r"/memberships/", status=500, times=1000)
    unread = await release.comment("/release approve Security Lead", by="security-lead", seconds=10)
    assert release.reactions(unread) == ["eyes"]  # it may be read yet
    await team.pass_time(30)
    assert release.reactions(unread) == ["eyes", "-1"]
    assert "could not be read" in release.replies()[-1]


async def test_d22_a_role_taken_away_is_heard_of_at_once(team: Bot) -> None:
    release = await team.open_release()
    await release.comment("/release hold", by="tech-lead")
    team.github.set_role(REPO, "tech-lead", "read", by="owner")
    refused = await release.comment("/release resume --release 1.0.0", by="tech-lead")
    assert release.reactions(refused) == ["eyes", "rocket"]  # their own hold
    refused = await release.comment("/release hold again", by="tech-lead")
    assert release.reactions(refused) == ["eyes", "-1"]


async def test_d3_a_stale_answer_of_github_s_undoes_nothing(team: Bot) -> None:
    release = await team.open_release()
    await release.tick("1.1.1", by="writer")
    team.github.stale_issue(REPO, release.issue, reads=3)
    team.github.check(REPO, team.github.head(REPO), "lint", app="github-actions", conclusion="success")
    await team.pass_time(40)
    assert release.ticked()[:2] == ["The guide is read", "Linter is quiet"]
    assert release.replies() == []


async def test_a_redelivery_of_everything_changes_nothing(team: Bot) -> None:
    release = await team.open_release()
    await release.tick("1.1.1", by="writer")
    await release.comment("/release docs --force now", seconds=20)
    await release.tick("1.1.1", by="writer", on=False)
    before, calls = release.body, len(team.github.calls)
    for number, webhook in enumerate(list(team.sent)):
        await team.post(replace(webhook, headers={**webhook.headers, "X-GitHub-Delivery": f"again-{number}"}))
    await team.pass_time(30)
    assert release.body == before
    assert len(team.dispatched) == 1
    made = [call for call in team.github.calls[calls:] if call.method == "POST" and "reactions" not in call.path]
    assert made == []
    assert all("/issues/1" not in call.path for call in team.github.calls[calls:] if call.method == "PATCH")
