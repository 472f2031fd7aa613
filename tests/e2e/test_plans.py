"""Plans of every size and origin, started for real: the tracking issue holds them."""

from importlib.resources import files
from pathlib import Path

import pytest

from app.domain.checklist import Found, find_block, read_items
from app.domain.plan.reader import read_plan
from tests.bot import REPO, TrackedRelease, running_bot

pytestmark = pytest.mark.anyio

LIMIT = 65_536
SHARED = Path(__file__).parents[3] / "shared" / "plans"
WHITE_ROOM = (files("app") / "examples" / "white_room" / "release-plan.md").read_text("utf-8")


def items_of(release: TrackedRelease) -> list[str]:
    block = find_block(release.body)
    assert isinstance(block, Found)
    return [item.id for item in read_items(block.inside)]


async def test_the_white_room_plan_shows_every_item(tmp_path: Path) -> None:
    release_yml = (files("app") / "examples" / "white_room" / "release.yml").read_text("utf-8")
    async with running_bot(tmp_path, plan=WHITE_ROOM, files={".github/workflows/release.yml": release_yml}) as bot:
        release = await bot.open_release("1.0.0")
        plan = read_plan(WHITE_ROOM, version="1.0.0")
        assert items_of(release) == [str(item.id) for item in plan.items()]
        answer = await release.comment("/release validate", by="developer")
        assert release.reactions(answer) == ["eyes", "-1"]
        assert "/release 1.1" in release.replies()[0]
        assert "/release 1.3" in release.replies()[0]
        early = await release.comment("/release notarize", by="devops")
        assert release.reactions(early) == ["eyes", "-1"]
        assert "exit criteria" in release.replies()[1]
        await release.comment("/release notarize --force the builds were checked by hand", seconds=20)
        assert bot.dispatches == [("release.yml", "notarize")]
        notarized = {i.id for t in plan.tasks() if t.id == "2.3" for i in t.items}
        block = find_block(release.body)
        assert isinstance(block, Found)
        assert {item.id for item in read_items(block.inside) if item.is_ticked} >= notarized


@pytest.mark.skipif(not SHARED.is_dir(), reason="the real plans are not beside this checkout")
@pytest.mark.parametrize("name", ["white-room", "besu", "butane", "pygmt", "temurin"])
async def test_a_real_plan_starts_as_it_is(tmp_path: Path, name: str) -> None:
    text = (SHARED / f"{name}.md").read_text("utf-8")
    async with running_bot(tmp_path, plan=text) as bot:
        release = await bot.open_release("1.0.0")
        plan = read_plan(text, version="1.0.0")
        assert items_of(release) == [str(item.id) for item in plan.items()]
        assert bot.gate().conclusion == ("failure" if plan.errors else None)
        if name == "white-room":
            assert "line 725" in (bot.gate().summary or "").lower()


async def test_a_thousand_items_fit_into_the_issue(tmp_path: Path) -> None:
    words = "and it takes a good many words to say what is to be done here before anybody ticks it off"
    tasks = (
        "\n".join([f"## Task {t}", "", *(f"- [ ] Item {t}.{i} {words}" for i in range(20)), ""]) for t in range(50)
    )
    async with running_bot(tmp_path, plan="# Long plan\n\n" + "\n".join(tasks)) as bot:
        release = await bot.open_release("1.0.0")
        assert len(release.body) <= LIMIT
        assert release.body.count("Task ") >= 50
        assert "1000" in release.body


async def test_where_people_s_text_leaves_no_room_it_is_said_once_and_not_a_byte_is_cut(tmp_path: Path) -> None:
    async with running_bot(tmp_path) as bot:
        own = "x" * (LIMIT - 10)
        release = await bot.open_release("1.0.0", body=own)
        await bot.pass_time(60)
        assert release.body == own
        (said,) = release.replies()
        assert "leaves no room for the checklist" in said
        bot.github.edit_issue(REPO, release.issue, by="release-manager", body="shorter")
        await bot.pass_time(10)
        assert "gonogo:begin" in release.body
