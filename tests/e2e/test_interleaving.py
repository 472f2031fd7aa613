"""Whatever people do to the issue at whatever moment of our reading and writing: nothing of it is lost, none invented."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from app.domain.edits import boxes, outside
from app.domain.release.model import Release
from app.domain.values import ItemId
from tests.bot import REPO, Bot, TrackedRelease, running_bot
from tests.e2e.plans import TEAM_PLAN

pytestmark = pytest.mark.anyio

MAY, MAY_NOT = "writer", "developer"
ITEMS = ("1.1.1", "1.1.2")


@dataclass
class People:
    """People at the issue's page: each click and edit works on the body as it is at that moment, as GitHub has it."""

    release: TrackedRelease
    boxes: dict[str, bool] = field(default_factory=lambda: dict.fromkeys(ITEMS, False))  # what is to stand in the end
    lines: list[str] = field(default_factory=list[str])

    def click(self, item: str, *, on: bool, by: str) -> None:
        """Make a box ticked or not; one that stands so already cannot be clicked so."""
        body = self.release.body
        if boxes(body).get(ItemId(item)) is not (not on):
            return
        old, new = ("- [ ] ", "- [x] ") if on else ("- [x] ", "- [ ] ")
        lines = body.splitlines(keepends=True)
        clicked = "".join(line.replace(old, new, 1) if f"<!-- i:{item} -->" in line else line for line in lines)
        self.release.bot.github.edit_issue(REPO, self.release.issue, by=by, body=clicked)
        if by == MAY:
            self.boxes[item] = on

    def write(self, line: str) -> None:
        """Write a line of one's own below everything."""
        self.lines.append(line)
        self.release.bot.github.edit_issue(REPO, self.release.issue, by=MAY_NOT, body=f"{self.release.body}\r\n{line}")


def provoke(bot: Bot, number: int) -> None:
    """Have something happen that the bot writes into the issue."""
    conclusion = "success" if number % 2 else "failure"
    bot.github.check(REPO, bot.github.head(REPO), "lint", app="github-actions", conclusion=conclusion)


async def the_release(bot: Bot) -> Release:
    (number,) = await bot.service.releases.open_ids()
    found = await bot.service.releases.get(number)
    assert found is not None
    return found


async def check(release: TrackedRelease, people: People) -> None:
    """Hold the issue and the release against what people wanted."""
    shown = boxes(release.body)
    assert {item: shown[ItemId(item)] for item in ITEMS} == people.boxes
    state = await the_release(release.bot)
    assert {item for item in ITEMS if ItemId(item) in state.ticks} == {i for i, on in people.boxes.items() if on}
    assert all(tick.by.login == MAY for tick in state.ticks.values())
    assert state.claims == {}
    around = outside(release.body)
    assert around is not None
    written = [line for line in around.after.splitlines() if line.startswith("line ")]
    assert sorted(written) == sorted(people.lines)  # of lines put in one place in one moment either may come first


@pytest.mark.parametrize("at", range(9))
@pytest.mark.parametrize("who", [MAY, MAY_NOT])
async def test_d3_a_tick_at_any_moment_of_our_writing_is_neither_lost_nor_invented(
    tmp_path: Path, at: int, who: str
) -> None:
    async with running_bot(tmp_path, plan=TEAM_PLAN) as bot:
        release = await bot.open_release()
        await bot.pass_time(10)
        people = People(release)
        bot.meddler.within(at, lambda: people.click("1.1.1", on=True, by=who))
        provoke(bot, 1)
        await bot.pass_time(20)
        bot.meddler.finish()
        await bot.pass_time(40)
        await check(release, people)
        assert len(release.replies()) == (who == MAY_NOT)


@pytest.mark.parametrize("at", range(9))
async def test_d3_words_written_at_any_moment_of_our_writing_are_kept(tmp_path: Path, at: int) -> None:
    async with running_bot(tmp_path, plan=TEAM_PLAN) as bot:
        release = await bot.open_release()
        await bot.pass_time(10)
        people = People(release)
        bot.meddler.within(at, lambda: people.write("line of mine"))
        provoke(bot, 1)
        await bot.pass_time(20)
        bot.meddler.finish()
        await bot.pass_time(40)
        await check(release, people)


@pytest.mark.parametrize("at", range(6))
async def test_a_tick_at_any_moment_of_which_github_never_tells_is_not_lost(tmp_path: Path, at: int) -> None:
    """Its own event does not come; the echo of our write, or the next look, tells that it was there."""
    async with running_bot(tmp_path, plan=TEAM_PLAN) as bot:
        release = await bot.open_release()
        await bot.pass_time(10)

        def unheard() -> None:
            before = list(bot.github.outbox)
            people.click("1.1.1", on=True, by=MAY)
            bot.github.outbox[:] = before

        people = People(release)
        bot.meddler.within(at, unheard)
        provoke(bot, 1)
        await bot.pass_time(20)
        bot.meddler.finish()
        await bot.pass_time(330, step=5)
        assert boxes(release.body)[ItemId("1.1.1")] is True
        state = await the_release(bot)
        assert state.ticks == {}
        assert state.claims[ItemId("1.1.1")].is_ticked


EXAMPLES = settings().max_examples // 4  # a story takes a second

ACTIONS = st.one_of(
    st.tuples(st.just("click"), st.sampled_from(ITEMS), st.booleans(), st.sampled_from([MAY, MAY_NOT])),
    st.tuples(st.just("write"), st.integers(0, 99)),
    st.tuples(st.just("lint")),
)
MOMENTS = st.lists(st.tuples(st.integers(0, 12), st.sampled_from([0, 0.5, 3]), ACTIONS), max_size=8)


@settings(max_examples=EXAMPLES, phases=[Phase.explicit, Phase.reuse, Phase.generate])  # shrinking would take minutes
@given(story=MOMENTS)
def test_d3_any_story_of_people_and_machines_ends_as_people_left_it(
    story: list[tuple[int, float, tuple[object, ...]]],
) -> None:
    asyncio.run(play(story))


async def play(story: list[tuple[int, float, tuple[object, ...]]]) -> None:
    with TemporaryDirectory() as folder:
        async with running_bot(Path(folder), plan=TEAM_PLAN) as bot:
            release = await bot.open_release()
            people = People(release)
            for number, (requests, seconds, action) in enumerate(story):
                bot.meddler.within(requests, deed(people, bot, number, action))
                provoke(bot, number)
                await bot.pass_time(seconds)
            bot.meddler.finish()
            await bot.pass_time(60, step=1)
            await check(release, people)


def deed(people: People, bot: Bot, number: int, action: tuple[object, ...]) -> Callable[[], None]:
    """Return what somebody does; it takes them a second."""
    do = act(people, bot, number, action)

    def take_time() -> None:
        bot.clock.advance(1)
        do()

    return take_time


def act(people: People, bot: Bot, number: int, action: tuple[object, ...]) -> Callable[[], None]:
    match action:
        case ("click", str() as item, bool() as on, str() as by):
            return lambda: people.click(item, on=on, by=by)
        case ("write", int() as line):
            return lambda: people.write(f"line {number}.{line}")
        case _:
            return lambda: provoke(bot, number + 1)
