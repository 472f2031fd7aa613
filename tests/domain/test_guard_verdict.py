"""Whether a tag may stand: the table of what is known of it."""

from dataclasses import replace
from itertools import product

import pytest

from app.domain.guard.memory import KnownTag, Standing
from app.domain.guard.verdict import Flaw, SeenTag, TagFacts, TagVerdict, Wrong, judge_missing, judge_tag
from app.domain.values import Sha

HERE, THERE, OBJECT, OTHER = (Sha(pair * 20) for pair in ("c3", "d4", "e5", "f6"))
TAG = SeenTag(name="v1.0.0", object=OBJECT, commit=HERE, is_annotated=True, is_signed=True)
LIGHT = replace(TAG, object=HERE, is_annotated=False, is_signed=False)
UNSIGNED = replace(TAG, is_signed=False)
GOOD = TagFacts(
    tag=TAG, known=None, is_green=True, is_released_there=True, own_target=HERE, made=None, are_ours_signed=True
)
RED = replace(GOOD, is_green=False)


def known(standing: Standing, kept: Sha | None, at: Sha = OTHER) -> KnownTag:
    return KnownTag(name="v1.0.0", object=at, standing=standing, kept=kept, revision=1)


ACCEPTED_HERE, ACCEPTED_THERE = known(Standing.ACCEPTED, HERE), known(Standing.ACCEPTED, THERE)


@pytest.mark.parametrize(
    ("facts", "wrong", "flaws"),
    [
        (GOOD, [], []),
        (RED, [Wrong.RED_GATE], []),
        (replace(RED, own_target=None), [Wrong.RED_GATE], []),
        (replace(RED, own_target=THERE), [Wrong.WRONG_COMMIT], []),
        (replace(RED, own_target=THERE, is_released_there=False), [Wrong.WRONG_COMMIT], []),
        (replace(RED, own_target=None, is_released_there=False), [Wrong.NO_RELEASE], []),
        (replace(RED, tag=LIGHT), [Wrong.RED_GATE], [Flaw.LIGHTWEIGHT]),
        (replace(RED, tag=UNSIGNED), [Wrong.RED_GATE], [Flaw.UNSIGNED]),
        (replace(RED, tag=replace(TAG, commit=None)), [Wrong.NO_COMMIT], []),
        # a green gate stands behind it: nothing is wrong, whatever it lacks
        (replace(GOOD, tag=LIGHT), [], [Flaw.LIGHTWEIGHT]),
        (replace(GOOD, tag=UNSIGNED), [], [Flaw.UNSIGNED]),
        (replace(GOOD, tag=UNSIGNED, are_ours_signed=False), [], []),
        (replace(GOOD, tag=LIGHT, are_ours_signed=False), [], [Flaw.LIGHTWEIGHT]),
        (replace(GOOD, own_target=None), [], [Flaw.OTHER_NAME]),
        (replace(GOOD, own_target=THERE), [], [Flaw.OTHER_COMMIT]),
        # it was accepted at this commit
        (replace(GOOD, known=ACCEPTED_HERE), [], []),
        (replace(RED, known=ACCEPTED_HERE), [], []),
        (replace(RED, known=ACCEPTED_HERE, own_target=THERE, is_released_there=False), [], []),
        (replace(RED, known=known(Standing.GONE, HERE)), [], []),
        (replace(RED, known=known(Standing.INCIDENT, HERE)), [], []),
        # it was accepted at another one
        (replace(GOOD, known=ACCEPTED_THERE), [Wrong.MOVED], []),
        (replace(RED, known=ACCEPTED_THERE), [Wrong.MOVED, Wrong.RED_GATE], []),
        (replace(GOOD, known=known(Standing.GONE, THERE)), [Wrong.MOVED], []),
        (replace(GOOD, known=known(Standing.INCIDENT, THERE)), [Wrong.MOVED], []),
        # it was an incident, and never accepted: whoever puts it right moves it
        (replace(GOOD, known=known(Standing.INCIDENT, None)), [], []),
        (replace(RED, known=known(Standing.INCIDENT, None)), [Wrong.RED_GATE], []),
        # it was there before: what it pointed at is all that is known
        (replace(GOOD, known=known(Standing.BEFORE, OTHER)), [Wrong.MOVED], []),
        (replace(RED, known=known(Standing.BEFORE, HERE)), [], []),
        (replace(RED, known=known(Standing.GONE, OBJECT)), [], []),
        # we made it
        (replace(RED, made=OBJECT), [], []),
        (replace(RED, made=OTHER), [Wrong.RED_GATE], []),
    ],
)
def test_a_tag_is_judged_by_the_gate_behind_it_and_by_where_it_stood(
    facts: TagFacts, wrong: list[Wrong], flaws: list[Flaw]
) -> None:
    assert judge_tag(facts) == TagVerdict(wrong=tuple(wrong), flaws=tuple(flaws))


@pytest.mark.parametrize("standing", Standing)
def test_only_what_was_accepted_is_missed(standing: Standing) -> None:
    is_missed = standing in (Standing.ACCEPTED, Standing.BEFORE)
    assert judge_missing(known(standing, HERE)).wrong == ((Wrong.DELETED,) if is_missed else ())


ALL = [
    TagFacts(
        tag=tag,
        known=before,
        is_green=is_green,
        is_released_there=is_released,
        own_target=target,
        made=made,
        are_ours_signed=are_signed,
    )
    for tag, before, is_green, is_released, target, made, are_signed in product(
        (TAG, LIGHT, UNSIGNED, replace(TAG, commit=None)),
        (None, *(known(standing, kept) for standing in Standing for kept in (None, HERE, THERE))),
        (True, False),
        (True, False),
        (None, HERE, THERE),
        (None, OBJECT),
        (True, False),
    )
]


def test_no_tag_that_a_green_gate_stands_behind_is_an_incident_unless_somebody_moved_it() -> None:
    for facts in ALL:
        if facts.is_green and facts.tag.commit is not None:
            assert set(judge_tag(facts).wrong) <= {Wrong.MOVED}, facts
        kept = facts.known.kept if facts.known else None
        if judge_tag(facts).wrong == (Wrong.MOVED,):
            assert kept is not None
            assert kept not in (facts.tag.commit, facts.tag.object), facts


def test_every_tag_without_a_green_gate_is_an_incident_unless_it_was_accepted_there_or_is_ours() -> None:
    for facts in ALL:
        was_accepted = facts.known is not None and facts.known.kept in {facts.tag.commit, facts.tag.object} - {None}
        is_ours = facts.made == facts.tag.object
        if not facts.is_green:
            assert judge_tag(facts).is_incident is not (was_accepted or is_ours), facts
