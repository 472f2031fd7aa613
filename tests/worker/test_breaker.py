"""The circuit breaker: an issue takes so many comments of ours within a minute, and one that says so."""

from datetime import timedelta

import pytest

from app.worker.breaker import LIMIT, Breaker, Passage
from tests.clock import NOON


def asked(breaker: Breaker, times: int, *, seconds: float = 0, issue: int = 12, repo: int = 7) -> list[Passage]:
    """Ask so often whether a comment may be written, and write it where it may."""
    now = NOON + timedelta(seconds=seconds)
    found: list[Passage] = []
    for _ in range(times):
        found.append(breaker.ask(repo, issue, now))
        if found[-1] is not Passage.CLOSED:
            breaker.count(repo, issue, now)
    return found


def test_d18_after_so_many_comments_one_says_so_and_then_there_are_none() -> None:
    assert asked(Breaker(), LIMIT + 3) == [Passage.OPEN] * LIMIT + [Passage.LAST] + [Passage.CLOSED] * 2


def test_after_a_minute_there_is_room_again() -> None:
    breaker = Breaker()
    asked(breaker, LIMIT + 5)
    assert asked(breaker, 1, seconds=59.9) == [Passage.CLOSED]
    assert asked(breaker, 1, seconds=60) == [Passage.OPEN]


@pytest.mark.parametrize("seconds", [6, 60 / LIMIT])
def test_a_steady_run_of_comments_within_the_limit_is_never_stopped(seconds: float) -> None:
    breaker = Breaker()
    found = [asked(breaker, 1, seconds=seconds * number)[0] for number in range(5 * LIMIT)]
    assert found == [Passage.OPEN] * (5 * LIMIT)


def test_one_issue_never_stops_another() -> None:
    breaker = Breaker()
    asked(breaker, LIMIT + 5)
    assert asked(breaker, 1, issue=13) == [Passage.OPEN]
    assert asked(breaker, 1, repo=8) == [Passage.OPEN]


def test_a_comment_that_could_not_be_written_does_not_count() -> None:
    breaker = Breaker()
    assert [breaker.ask(7, 12, NOON) for _ in range(LIMIT + 5)] == [Passage.OPEN] * (LIMIT + 5)


def test_only_so_many_issues_are_remembered() -> None:
    breaker = Breaker()
    asked(breaker, LIMIT + 5)
    for issue in range(100, 10_101):
        breaker.count(7, issue, NOON)
    assert asked(breaker, 1) == [Passage.OPEN]
