"""Trials: each is named by a word or two, from which all that goes wrong in it follows, and played anew by that name."""

import asyncio
import logging
import random
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import stamina
import structlog

from tests.chaos.database import POSTGRES, fresh
from tests.chaos.ends import End, differences, ending, ending_in_database, release_names
from tests.chaos.story import Story
from tests.chaos.trouble import FAULTS, All, Astray, Calm, DiesAt, DiesOften, FailsAt, FailsOften
from tests.chaos.world import World, scratch

Struck = Calm | All


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a trial ended."""

    name: str
    end: End
    releases: list[str]  # their names, which two endings that are alike need not share
    struck: Counter[str]
    points: list[str]
    calls: int
    seconds: float  # of CPU


@dataclass(kw_only=True)
class Result:
    """What a trial showed: nothing, or differences."""

    name: str
    struck: Counter[str] = field(default_factory=Counter[str])
    differences: list[str] = field(default_factory=list[str])
    seconds: float = 0.0


def trouble_of(name: str) -> Struck:
    """Return what a trial's name stands for, whichever its database. Raises ValueError."""
    kind, _, rest = name.removeprefix(POSTGRES).partition(":")
    match kind:
        case "calm":
            return Calm()
        case "kill":
            return DiesAt(*map(int, rest.split(",")))
        case "kills":
            return DiesOften(int(rest))
        case "astray":
            seed, _, way = rest.partition(":")
            return Astray(int(seed), ways=[way] if way else Astray.WAYS)
        case "fail":
            way, call, times = rest.rsplit(":", 2)
            return FailsAt(way, int(call), times=int(times))
        case "fails":
            seed, _, way = rest.partition(":")
            return FailsOften(int(seed), ways=[way] if way else tuple(FAULTS))
        case "all":
            seed = int(rest)
            return All(DiesOften(seed, times=4, within=800), Astray(seed, share=0.15), FailsOften(seed, share=0.04))
        case _:
            raise ValueError(name)


def play(name: str) -> Ended:
    """Tell the story with a trial's trouble. Raises AssertionError where it gets stuck."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.disable(logging.CRITICAL)
    began = time.process_time()
    trouble = trouble_of(name)
    with tempfile.TemporaryDirectory(dir=scratch()) as folder, fresh(name, Path(folder)) as url:
        end, releases, calls = asyncio.run(_tell(url, trouble))
    return Ended(
        name=name,
        end=end,
        releases=releases,
        struck=Counter(trouble.struck),
        points=trouble.came_by,
        calls=calls,
        seconds=time.process_time() - began,
    )


async def _tell(url: str, trouble: Struck) -> tuple[End, list[str], int]:
    world = World(url, trouble)
    story = Story(world)
    try:
        with stamina.set_testing(testing=True, attempts=2):
            try:
                await story.tell()
            except AssertionError as error:
                error.add_note(story.picture())
                raise
            await world.until("the service lives", lambda: world.life)
            assert world.life is not None
            end = {**ending(story), **await ending_in_database(story, world.life.service.database)}
    finally:
        await world.end()
    world.github.assert_no_unknown_calls()
    return end, release_names(story), len(world.github.calls)


def hold(name: str, calm: End) -> Result:
    """Play a trial and hold its end against the undisturbed one's."""
    result = Result(name=name)
    try:
        ended = play(name)
    except Exception:  # noqa: BLE001  whatever it is, it is a difference
        result.differences = [traceback.format_exc(limit=-4)]
    else:
        result.struck, result.seconds = ended.struck, ended.seconds
        result.differences = differences(calm, ended.end)
    return result


def every_kill(points: Sequence[str], dice: random.Random | None) -> list[str]:
    """Return a trial for each await point, first those before which something has just changed; shuffled with dice."""
    changes, others = list[int](), list[int]()
    for number, point in enumerate(points):
        changes_it = point == "after a commit" or not point.partition(" ")[2].startswith(("GET", "a "))
        (changes if changes_it else others).append(number)
    if dice is not None:
        dice.shuffle(changes)
        dice.shuffle(others)
    return [f"kill:{number}" for number in changes + others]


def every_fault(calls: int, dice: random.Random) -> list[str]:
    """Return a trial for each way in which each call can fail, once and several times in a row, in any order."""
    trials = [f"fail:{way}:{call}:{times}" for way in FAULTS for call in range(calls) for times in (1, 4)]
    dice.shuffle(trials)
    return trials


def trials(calm: Ended, seed: int, *, has_postgres: bool) -> Iterator[str]:
    """Yield trials without end: each await point and fault in turn, among seeds of what happens at random."""
    dice = random.Random(seed)  # noqa: S311  dice, no secret
    kills, faults = every_kill(calm.points, dice), every_fault(calm.calls, dice)
    number = seed * 1_000_000
    while True:
        for _ in range(3):
            if kills:
                yield kills.pop(0)
            if faults:
                yield faults.pop(0)
        yield f"kills:{number}"
        yield f"astray:{number}"
        yield f"fails:{number}"
        yield f"all:{number}"
        if has_postgres:
            yield f"{POSTGRES}kill:{dice.randrange(len(calm.points))}"
            yield f"{POSTGRES}{dice.choice(('kills', 'all'))}:{number}"
        number += 1
