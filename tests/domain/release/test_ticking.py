"""Boxes that somebody changed in the issue: taken as their word or put back, in whatever order edits are told."""

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.facts import Actor
from app.domain.messages import PutBack, TicksPutBack
from app.domain.policy import doers
from app.domain.release.events import Event
from app.domain.release.events_said import ItemTicked, ItemUnticked, TickRefused
from app.domain.release.fold import evolve
from app.domain.release.model import Release
from app.domain.release.ticking import Edit, Flip, Taken, take_flips
from app.domain.values import ItemId, Person, Role, TaskId
from tests.given import (
    DAVE,
    GUIDE,
    HOLDS,
    MALLORY,
    NOW,
    OTHER_SHA,
    READ,
    RUTH,
    SHA,
    SHOTS,
    TEAM,
    TESS,
    WANDA,
    found,
    later,
    retargeted,
    team_release,
    ticked,
    unticked,
    waived,
)

LINT = ItemId("1.1.2")
FIGURES = ItemId("exit-criteria.1")
NO_BUG = ItemId("1.1.3")


def edit(by: Person, *, at: float = 0, role: Role | None = Role.WRITE, is_person: bool = True) -> Edit:
    actor = Actor(person=by, role=role, roles=frozenset(HOLDS.get(by, ())))
    return Edit(actor=actor, is_person=is_person, edited_at=later(at), delivery=f"d-{at:g}")


def on(*items: str) -> tuple[Flip, ...]:
    return tuple(Flip(item=ItemId(item), is_ticked=True) for item in items)


def off(*items: str) -> tuple[Flip, ...]:
    return tuple(Flip(item=ItemId(item), is_ticked=False) for item in items)


def take(of: Release, by: Edit, flips: tuple[Flip, ...]) -> Taken:
    return take_flips(TEAM, of, by, flips, NOW)


def after(of: Release, by: Edit, flips: tuple[Flip, ...]) -> Release:
    """The release after the edit was taken."""
    for event in take(of, by, flips).events:
        of = evolve(of, event)
    return of


def kinds(taken: Taken) -> list[str]:
    return [event.kind for event in taken.events]


def told(*boxes: PutBack) -> TicksPutBack:
    return TicksPutBack(by="wanda", boxes=boxes)


def why(taken: Taken) -> list[tuple[str, bool, str]]:
    """What is said of each box that is put back."""
    return [(box.item, box.is_ticked, box.why) for box in (taken.answer or told()).boxes]


# -- whose word it is ------------------------------------------------------------------------------------------


def test_a_tick_by_the_task_s_owner_is_their_word_for_this_commit() -> None:
    (event,) = take(team_release(), edit(TESS, at=3), on(READ)).events
    assert event == ItemTicked(item=READ, by=TESS, sha=SHA, note="", delivery="d-3", edited_at=later(3), at=NOW)


def test_unticking_takes_it_back() -> None:
    (event,) = take(team_release(ticked(READ)), edit(TESS, at=3), off(READ)).events
    assert event == ItemUnticked(item=READ, by=TESS, delivery="d-3", edited_at=later(3), at=NOW)


@pytest.mark.parametrize(
    ("by", "role", "item"),
    [
        (TESS, Role.READ, READ),
        (RUTH, Role.READ, READ),
        (RUTH, Role.READ, GUIDE),
        (WANDA, Role.READ, GUIDE),
        (DAVE, Role.ADMIN, READ),
        (DAVE, Role.WRITE, "exit-criteria.3"),  # a task that nobody owns
    ],
)
def test_who_owns_the_task_or_manages_the_release_may_tick(by: Person, role: Role, item: str) -> None:
    taken = take(team_release(), edit(by, role=role), on(item))
    assert (kinds(taken), taken.answer) == (["item_ticked"], None)


@pytest.mark.parametrize(
    ("by", "role", "item", "problem"),
    [
        (WANDA, Role.WRITE, READ, "not-allowed"),
        (DAVE, Role.MAINTAIN, READ, "not-allowed"),
        (DAVE, Role.TRIAGE, "exit-criteria.3", "not-allowed"),
        (TESS, None, READ, "unread"),
        (MALLORY, Role.READ, GUIDE, "not-allowed"),
        (RUTH, Role.ADMIN, LINT, "machine"),
        (RUTH, Role.ADMIN, NO_BUG, "machine"),
        (RUTH, Role.ADMIN, FIGURES, "machine"),
        (RUTH, Role.ADMIN, "summary.1", "machine"),
    ],
)
@pytest.mark.parametrize("is_ticked", [True, False])
def test_a_box_that_is_not_for_this_hand_is_put_back_with_the_reason(
    by: Person, role: Role | None, item: str, problem: str, is_ticked: bool
) -> None:
    flip = Flip(item=ItemId(item), is_ticked=is_ticked)
    taken = take(team_release(), edit(by, role=role), (flip,))
    (event,) = taken.events
    assert isinstance(event, TickRefused)
    assert (event.item, event.is_ticked, event.by, event.why) == (item, is_ticked, by, problem)
    assert why(taken) == [(item, is_ticked, problem)]


def test_a_team_that_could_not_be_read_is_said() -> None:
    unsure = edit(WANDA)
    unsure = replace(unsure, actor=replace(unsure.actor, roles=frozenset(), unread=frozenset({"Tech Lead"})))
    assert why(take(team_release(), unsure, on(READ))) == [(READ, True, "unread")]
    assert why(take(team_release(), unsure, on(GUIDE))) == [(GUIDE, True, "not-allowed")]


def test_one_answer_tells_of_every_box_that_is_put_back_and_the_others_are_taken() -> None:
    taken = take(team_release(), edit(WANDA), on(READ, GUIDE, LINT))
    assert kinds(taken) == ["tick_refused", "item_ticked", "tick_refused"]
    task = TEAM.task(TaskId("1.1"))
    assert task is not None
    read = PutBack(
        item=READ,
        text="The code has been read by two people",
        is_ticked=True,
        why="not-allowed",
        allowed=doers(TEAM, task),
        wanted="manual",
    )
    lint = replace(read, item=LINT, text="Linter is quiet", why="machine", wanted="check")
    assert taken.answer == told(read, lint)


def test_another_app_s_ticks_are_put_back_without_a_word() -> None:
    """Bots do not read answers, and an answer may be what they answer to."""
    taken = take(team_release(), edit(MALLORY, role=None, is_person=False), on(READ, LINT))
    assert [event.why for event in taken.events if isinstance(event, TickRefused)] == ["bot", "machine"]
    assert taken.answer is None


def test_a_waived_item_that_is_done_all_the_same_may_be_ticked() -> None:
    assert kinds(take(team_release(waived(READ)), edit(TESS), on(READ))) == ["item_ticked"]


def test_a_box_of_an_item_that_is_not_in_the_plan_any_more_says_nothing() -> None:
    assert take(team_release(), edit(TESS), on("9.9.9")) == Taken()


def test_a_tick_for_the_commit_before_does_not_stand() -> None:
    moved = after(team_release(ticked(READ), retargeted()), edit(TESS, at=5), on(READ))
    assert (moved.ticks[READ].sha, moved.ticks[READ].at) == (OTHER_SHA, NOW)


# -- boxes that were found changed --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("flips", "before", "is_ticked"),
    [
        (on(READ), (found(READ),), True),
        (off(READ), (found(READ),), False),
        (on(READ), (ticked(READ), found(READ, is_ticked=False)), True),
        (off(READ), (ticked(READ), found(READ, is_ticked=False)), False),
    ],
)
def test_a_word_settles_what_nobody_had_claimed(
    flips: tuple[Flip, ...], before: tuple[Event, ...], is_ticked: bool
) -> None:
    of = after(team_release(*before), edit(TESS), flips)
    assert (READ in of.ticks, of.claims) == (is_ticked, {})


def test_a_refused_hand_settles_only_the_change_that_was_theirs() -> None:
    of = after(team_release(found(READ)), edit(WANDA), on(READ))
    assert (READ in of.ticks, of.claims) == (False, {})
    of = after(team_release(found(READ)), edit(WANDA), off(READ))
    assert (READ in of.ticks, of.claims.keys()) == (False, {READ})


def test_a_stranger_s_boxes_are_put_back_without_a_word() -> None:
    taken = take(team_release(), edit(MALLORY, role=Role.NONE), on(READ))
    assert (kinds(taken), taken.answer) == (["tick_refused"], None)


# -- in any order, any number of times -------------------------------------------------------------------------------


def state(of: Release) -> tuple[object, ...]:
    """What the boxes come to: whose tick stands for each item, and what nobody has claimed."""
    return ({item: (tick.by, tick.sha) for item, tick in of.ticks.items()}, dict(of.claims))


def test_d3_an_older_edit_that_comes_late_changes_nothing() -> None:
    of = team_release(unticked(READ, at=9))
    assert take(of, edit(TESS, at=5), on(READ)) == Taken()
    of = team_release(ticked(READ, at=9))
    assert take(of, edit(TESS, at=5), off(READ)) == Taken()


def test_d3_an_older_edit_that_would_be_put_back_is_not_told_of_any_more() -> None:
    assert take(team_release(ticked(READ, at=9)), edit(WANDA, at=5), off(READ)) == Taken()


@pytest.mark.parametrize("flips", [on(READ), off(READ), on(READ, GUIDE), off(GUIDE)])
def test_the_same_edit_once_more_changes_nothing(flips: tuple[Flip, ...]) -> None:
    of = after(team_release(ticked(GUIDE, RUTH, at=-1)), edit(RUTH, at=5), flips)
    assert take(of, edit(RUTH, at=5), flips) == Taken()


def test_a_box_that_is_put_back_once_more_is_as_it_was() -> None:
    of = after(team_release(ticked(READ)), edit(WANDA, at=5), off(READ))
    assert state(after(of, edit(WANDA, at=5), off(READ))) == state(of) == state(team_release(ticked(READ)))


HISTORY = (
    (edit(TESS, at=1), on(READ)),
    (edit(TESS, at=2), off(READ)),
    (edit(RUTH, at=3), on(READ)),
    (edit(WANDA, at=4), off(READ)),
)
"""Ticked, taken back, ticked by somebody else, and unticked by somebody who may not."""


@pytest.mark.parametrize("order", list(permutations(HISTORY)))
@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_d3_edits_end_the_same_in_whatever_order_they_are_told(
    order: tuple[tuple[Edit, tuple[Flip, ...]], ...], count: int
) -> None:
    history = HISTORY[:count]
    of = undisturbed = team_release()
    for by, flips in history:
        undisturbed = after(undisturbed, by, flips)
    for by, flips in (one for one in order if one in history):
        of = after(of, by, flips)
    assert state(of) == state(undisturbed)


edits = st.tuples(st.sampled_from([TESS, RUTH, WANDA, DAVE, MALLORY]), st.sampled_from([READ, GUIDE, SHOTS, LINT]))


@given(st.lists(edits, max_size=9).flatmap(lambda made: st.permutations(list(enumerate(made)))))
def test_d3_the_last_word_of_those_who_may_stands_and_no_tick_is_invented(
    told_in: list[tuple[int, tuple[Person, ItemId]]],
) -> None:
    """Each edit clicks one box; they are a minute apart, and told in any order."""
    allowed = {READ: {TESS, RUTH}, GUIDE: {WANDA, RUTH}, SHOTS: {WANDA, RUTH}, LINT: set[Person]()}
    expected: dict[ItemId, Person | None] = {}
    flips: dict[int, Flip] = {}
    for minute, (by, item) in sorted(told_in):
        flips[minute] = Flip(item=item, is_ticked=expected.get(item) is None)
        if by in allowed[item]:
            expected[item] = by if flips[minute].is_ticked else None
    of = team_release()
    for minute, (by, _) in told_in:
        of = after(of, edit(by, at=minute), (flips[minute],))
    assert {item: tick.by for item, tick in of.ticks.items()} == {i: by for i, by in expected.items() if by}
