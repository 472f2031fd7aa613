"""Stories of how other bots lost commands and ran them twice, played on ours; the long form is `make chaos`.

Each trial tells a whole White Room release under trouble, and its end has to be the undisturbed one's.
"""

from functools import cache
from inspect import iscoroutinefunction

import pytest

from app.adapters.db.engine import Database
from tests.chaos.ends import differences
from tests.chaos.life import WAYS_IN
from tests.chaos.trials import Ended, every_kill, hold, play


@cache
def calm() -> Ended:
    """The undisturbed release, told once."""
    return play("calm")


def assert_ends_alike(name: str) -> None:
    result = hold(name, calm().end)
    assert result.differences == [], f"""make chaos ARGS='--replay "{name}"'"""
    assert result.struck, "nothing went wrong, so nothing was tried"


def test_the_undisturbed_release_ends_whole() -> None:
    end = calm().end
    assert end["wrong at some moment"] == []
    assert end["gates"][0][1] == "success"
    assert [one["is draft"] for one in end["releases"]] == [False]
    assert (len(end["tag"]), len(end["runs"]), len(end["comments of the bot"])) == (1, 2, 5)
    assert [one["in the issue"] for one in end["releases in the database"]] == [True]
    assert end["deliveries that nobody handled"] == []
    assert all(row.endswith(": done") for row in end["ledger"])


def test_the_story_runs_the_same_way_each_time_and_a_difference_is_found() -> None:
    """Else no trial could be played again by its name, and every trial would pass."""
    again = play("calm")
    assert again.points == calm().points
    other = {**calm().end, "runs": [*calm().end["runs"], calm().end["runs"][0]]}
    assert [found.partition(":")[0] for found in differences(other, again.end)] == ["runs"]


def test_there_is_no_other_way_into_the_database() -> None:
    """Else a process that is dead could still write there, and would not die where it does."""
    ways = {name for name, of in vars(Database).items() if iscoroutinefunction(of) and not name.startswith("_")}
    assert ways == {*WAYS_IN, "close"}


@pytest.mark.parametrize("way", ["doubled", "again"])
def test_d1_deliveries_that_come_again_do_nothing_again(way: str) -> None:
    assert_ends_alike(f"astray:1:{way}")


def test_d3_a_tick_on_top_of_a_write_whose_answer_was_lost_is_no_damage() -> None:
    """The log and the report said that other text of the block had been changed: it was our own."""
    assert_ends_alike("fails:3301000021")


def test_d1_a_release_may_be_begun_by_the_second_telling_of_its_comment() -> None:
    """It has another name then, which is nobody's business; the first telling comes later, and begins no other."""
    played = play("all:8419000006")
    assert len(played.releases) == 1
    assert played.releases != calm().releases, "the story runs another way now: another seed has to be found"
    assert differences(calm().end, played.end) == []


@pytest.mark.parametrize("way", ["dropped", "delayed"])
def test_d2_lost_late_and_reordered_deliveries_end_as_if_they_had_come(way: str) -> None:
    assert_ends_alike(f"astray:2:{way}")


def test_d13_a_process_that_dies_at_an_await_point_ends_as_if_it_had_lived() -> None:
    changes = [name for name in every_kill(calm().points, None) if calm().points[int(name[5:])] == "after a commit"]
    assert_ends_alike(changes[len(changes) // 3])


def test_d13_a_process_that_dies_again_and_again_ends_as_if_it_had_lived() -> None:
    assert_ends_alike("kills:13")
