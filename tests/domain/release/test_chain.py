"""A log that was tampered with is found out, at the event where it begins."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.release.chain import GENESIS, Link, canonical, first_broken, link

BODIES = st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=6)


def chained(bodies: list[str]) -> list[Link]:
    links: list[Link] = []
    previous = GENESIS
    for body in bodies:
        links.append(Link(body=body, previous=previous, hash=link(previous, body)))
        previous = links[-1].hash
    return links


@given(BODIES)
def test_an_untouched_chain_is_whole(bodies: list[str]) -> None:
    assert first_broken(chained(bodies)) is None


@given(BODIES.filter(bool), st.data())
def test_a_changed_event_is_named(bodies: list[str], data: st.DataObject) -> None:
    links = chained(bodies)
    at = data.draw(st.integers(0, len(links) - 1))
    links[at] = replace(links[at], body=links[at].body + "!")

    assert first_broken(links) == at + 1


@given(BODIES.filter(lambda bodies: len(bodies) > 1), st.data())
def test_an_event_taken_out_is_named(bodies: list[str], data: st.DataObject) -> None:
    links = chained(bodies)
    at = data.draw(st.integers(0, len(links) - 2))
    del links[at]

    assert first_broken(links) == at + 1


def test_a_forged_event_with_a_fitting_hash_breaks_the_one_after_it() -> None:
    links = chained(["one", "two", "three"])
    links[1] = Link(body="forged", previous=links[0].hash, hash=link(links[0].hash, "forged"))

    assert first_broken(links) == 3


def test_canonical_json_is_one_text_whatever_the_order_of_keys() -> None:
    assert canonical({"b": [1, None, True], "a": "✅\0"}) == '{"a":"✅\\u0000","b":[1,null,true]}'
    assert canonical({"a": 1, "b": 2}) == canonical({"b": 2, "a": 1})


def test_canonical_json_has_no_word_for_what_is_no_number() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical(float("nan"))
