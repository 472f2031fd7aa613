"""How long who has to wait."""

from datetime import timedelta

from app.adapters.github.answers import Answer
from app.adapters.github.throttles import Budget, Throttles
from tests.clock import NOON

REST = Budget(7, "rest")
REFUSED = Answer(429, {}, b"")
MOMENT = timedelta(milliseconds=10)
MINUTE = timedelta(minutes=1)


def test_refusals_of_calls_made_side_by_side_count_as_one() -> None:
    throttles = Throttles()
    hits = [throttles.hit(REST, REFUSED, NOON + number * MOMENT, is_shared=True) for number in range(5)]
    until = hits[-1].retry_at
    assert until == NOON + 4 * MOMENT + MINUTE
    again = throttles.hit(REST, REFUSED, until, is_shared=True)
    assert again.retry_at == until + 2 * MINUTE


def test_a_wait_that_github_has_named_makes_the_next_one_no_longer() -> None:
    throttles, now = Throttles(), NOON
    for _ in range(5):
        named = throttles.hit(REST, Answer(429, {"retry-after": "7"}, b""), now, is_shared=True)
        assert named.retry_at == now + timedelta(seconds=7)
        now = named.retry_at
    until = throttles.hit(REST, REFUSED, now, is_shared=True).retry_at
    assert until == now + MINUTE
    named = throttles.hit(REST, Answer(429, {"retry-after": "7"}, b""), until, is_shared=True)
    assert throttles.hit(REST, REFUSED, named.retry_at, is_shared=True).retry_at == named.retry_at + 2 * MINUTE


def test_an_answer_from_before_a_wait_makes_it_no_shorter() -> None:
    throttles = Throttles()
    until = throttles.hit(REST, REFUSED, NOON, is_shared=True).retry_at
    reset = str(int((NOON + timedelta(seconds=5)).timestamp()))
    throttles.note(REST, Answer(200, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": reset}, b""), NOON + MOMENT)
    assert throttles.waiting(NOON + MOMENT) == {REST: until, Budget(7, "graphql"): until}
