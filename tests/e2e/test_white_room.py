"""A whole White Room release, played by its ten roles from start to its end; and by three who may not."""

from collections.abc import AsyncIterator
from importlib.resources import files
from pathlib import Path

import pytest
from inline_snapshot import external_file

from app.domain.plan.model import Dispatch
from app.domain.plan.reader import read_plan
from app.domain.release.gate import judge
from tests.bot import REPO, Bot, TrackedRelease, running_bot
from tests.e2e.test_publishing import sums

pytestmark = pytest.mark.anyio

EXAMPLE = files("app") / "examples" / "white_room"
PLAN_TEXT = (EXAMPLE / "release-plan.md").read_text("utf-8")
STAGE = Path(__file__).parents[2] / "app" / "sim" / "stage" / "files"
PLAN = read_plan(PLAN_TEXT, path=".github/release-plan.md", version="1.0.0")

WHO = {
    "All Team Leads": "tech-lead",
    "Core Platform Team": "core-developer",
    "DevOps Team Lead": "devops",
    "Performance Team Lead": "performance-lead",
    "Product Manager": "product-manager",
    "QA Team Lead": "qa-lead",
    "Security Lead": "security-lead",
    "Support Lead": "support-lead",
    "Tech Lead": "tech-lead",
    "Technical Writer": "writer",
}
"""Who stands for each of the plan's ten owners."""

BUILT = {f"White-Room-1.0.0.{kind}": f"for {kind}".encode() for kind in ("dmg", "exe", "ipa")}
"""What the release consists of."""


@pytest.fixture
async def white_room(tmp_path: Path) -> AsyncIterator[Bot]:
    """The bot in a White Room with the example's plan and workflows."""
    workflows = {".github/workflows/release.yml": (EXAMPLE / "release.yml").read_text("utf-8")}
    workflows |= {f".github/workflows/{name}": (STAGE / name).read_text("utf-8") for name in ("ci.yml", "docs.yml")}
    workflows[".github/workflows/assets.yml"] = (
        "name: Assets\non: [push]\njobs:\n  assets:\n    runs-on: ubuntu-latest\n"
    )
    async with running_bot(tmp_path, plan=PLAN_TEXT, files=workflows) as bot:
        yield bot


def seen(name: str, text: str) -> None:
    assert text == external_file(f"snapshots/white-room-{name}.md", format=".txt")


async def run(release: TrackedRelease, phase: int) -> None:
    """Have every task of a phase that has a script run by its owner, in the plan's order."""
    for task in PLAN.phases[phase].tasks:
        if isinstance(task.action, Dispatch):
            comment = await release.comment(f"/release {task.slug}", by=WHO[task.owner or ""], seconds=20)
            assert release.reactions(comment) == ["eyes", "rocket"], task.label


async def tick_all(release: TrackedRelease, phase: int) -> None:
    """Have every item of a phase that waits for a person ticked by its task's owner, in the issue."""
    for task in PLAN.phases[phase].tasks:
        for item in task.items:
            if item.wanted.kind == "manual":
                await release.tick(item.id, by=WHO.get(task.owner or "", "release-manager"), seconds=6)


async def checks(bot: Bot) -> None:
    """Have other Apps and CI report on the commit."""
    sha = bot.github.head(REPO)
    bot.github.check(REPO, sha, "coverage", app="codecov", conclusion="success")
    for name in ("docs", "security-report"):
        bot.github.check(REPO, sha, name, app="github-actions", conclusion="success")
    await bot.pass_time(20)


async def test_ten_roles_take_a_release_from_start_to_its_end(white_room: Bot) -> None:
    white_room.github.commit(REPO, {"VERSION": "1.0.0\n"}, "Set the version", by="core-developer")
    release = await white_room.open_release("1.0.0")
    seen("started", release.body)
    await checks(white_room)

    await run(release, 0)
    assert "Opens when Phase 1" not in release.body
    seen("validated", release.body)
    await run(release, 1)
    await run(release, 2)
    await tick_all(release, 2)
    bug = white_room.github.open_issue(REPO, "It crashes", "", by="qa-lead", labels=["P0"])
    await white_room.pass_time(8)
    assert white_room.gate().conclusion == "failure"
    seen("blocked", release.body)
    white_room.github.close_issue(REPO, bug.number, by="core-developer")
    await white_room.pass_time(8)

    early = await release.comment("/release go", by="release-manager")
    assert release.reactions(early) == ["eyes", "-1"]
    for who in ("tech-lead", "security-lead", "product-manager"):
        signed = await release.comment("/release approve", by=who)
        assert release.reactions(signed) == ["eyes", "rocket"]
    await white_room.pass_time(6)
    assert white_room.gate().conclusion is None
    said = await release.comment("/release go", by="release-manager", seconds=10)
    assert release.reactions(said) == ["eyes", "rocket"]
    gate = white_room.gate()
    assert (gate.status, gate.conclusion) == ("completed", "success")
    assert release.labels == ["gate:success"]
    seen("green", release.body)
    seen("green-status", release.status_comments()[0])
    seen("green-gate", gate.summary or "")
    await release.comment("/release report", by="reader")
    seen("report", release.replies()[-1])

    # Launch, and what comes after it: the plan's last two phases, which the gate does not wait for.
    await release.comment("/release tag --confirm v1.0.0", by="release-manager", seconds=10)
    draft = white_room.github.draft_release(REPO, "v1.0.0", by="github-actions[bot]")
    for name, data in {**BUILT, "SHA256SUMS": sums(BUILT)}.items():
        white_room.github.upload_asset(REPO, draft.id, name, data, by="github-actions[bot]")
    await release.comment("/release publish --confirm v1.0.0 --adopt", by="release-manager", seconds=30)
    assert white_room.github.releases(REPO) == [draft]
    assert not draft.draft
    seen("published", release.replies()[-1])
    await release.comment("/release trigger-release-workflow", by="devops", seconds=20)
    for phase in (3, 4):
        await tick_all(release, phase)
    assert release.body.count("- [ ]") == 0
    await release.comment("/release finish", by="release-manager", seconds=10)
    assert await white_room.service.releases.open_ids() == []
    assert white_room.gate().conclusion == "success"
    seen("finished", release.body)
    seen("finished-status", release.status_comments()[0])


async def test_three_who_may_not_change_nothing(white_room: Bot) -> None:
    white_room.github.commit(REPO, {"VERSION": "1.0.0\n"}, "Set the version", by="core-developer")
    release = await white_room.open_release("1.0.0")
    await checks(white_room)
    await run(release, 0)
    await white_room.pass_time(10)
    before, dispatched = await state_of(white_room), white_room.dispatches
    tries = [
        "/release sign",
        "/release retry benchmark-all",
        "/release check 3.1.1",
        "/release uncheck 3.1.1",
        "/release waive 3.1.1 because",
        "/release approve Tech Lead",
        "/release veto",
        "/release go",
        "/release no-go",
        "/release hold",
        "/release retarget",
        "/release replan",
        "/release abandon never mind",
        "/release finish --force I say so",
        "/release run sign --force I say so",
    ]
    for who in ("reader", "outsider", "developer"):
        for text in tries:
            comment = await release.comment(text, by=who, seconds=6)
            assert release.reactions(comment) == ["eyes", "-1"], (who, text)
        white_room.github.label(REPO, release.issue, "release:sign", by=who)
        await release.tick("3.1.1", by=who)
        await release.tick("1.1.2", by=who, on=False)
    assert await state_of(white_room) == before
    assert white_room.dispatches == dispatched
    assert all("release:" not in label for label in release.labels)
    assert not any("outsider" in reply for reply in release.replies())


async def state_of(bot: Bot) -> tuple[object, ...]:
    """Return all of the release that a person could have changed."""
    (number,) = await bot.service.releases.open_ids()
    found = await bot.service.releases.get(number)
    assert found is not None
    verdict = judge(PLAN, found)
    said = (found.ticks, found.waivers, found.signoffs, found.vetoes, found.holds, found.call, found.forced)
    return (found.target, found.plan_blob, found.closed, found.claims, said, verdict.standing.states)
