"""Whatever the domain can say comes back from JSON as it was."""

import json
from datetime import UTC, datetime
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.adapters.db.codec import effect_codec, event_codec, release_codec, shown_codec
from app.domain.release.effects import DispatchRun, Effect
from app.domain.release.events import Event, ReleaseStarted, Seen
from app.domain.release.events_course import PlanAdopted
from app.domain.release.model import LabelledIssue, Release, Run, Sighting
from app.domain.release.said import Claim, Forced, SignOff, Tick, Waiver
from app.ports import Shown

TEXT = st.text(max_size=20)
TIMES = st.datetimes(timezones=st.just(UTC))
SIGHTINGS = st.builds(Sighting, key=TEXT, name=TEXT, url=TEXT)

PEOPLE = st.dictionaries(TEXT, st.integers(0), max_size=3)
NAMES = st.dictionaries(TEXT, TEXT, max_size=3)


def by_name(values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(TEXT, values, max_size=2)


# A Mapping could be anything that maps; the domain only ever makes dicts. Every moment has its time zone.
st.register_type_strategy(datetime, TIMES)
st.register_type_strategy(DispatchRun, st.builds(DispatchRun, inputs=NAMES))
st.register_type_strategy(Seen, st.builds(Seen, sighting=SIGHTINGS))
st.register_type_strategy(ReleaseStarted, st.builds(ReleaseStarted, people=PEOPLE))
st.register_type_strategy(PlanAdopted, st.builds(PlanAdopted, people=PEOPLE, items=NAMES, tasks=NAMES))
st.register_type_strategy(
    Release,
    st.builds(
        Release,
        runs=by_name(st.from_type(Run)),
        sightings=by_name(SIGHTINGS),
        people=PEOPLE,
        ticks=by_name(st.from_type(Tick)),
        claims=by_name(st.from_type(Claim)),
        edited=by_name(TIMES),
        words=by_name(by_name(TIMES)),
        waivers=by_name(st.from_type(Waiver)),
        signoffs=by_name(st.from_type(SignOff)),
        forced=by_name(st.from_type(Forced)),
        issues=st.dictionaries(st.integers(1), st.from_type(LabelledIssue), max_size=2),
    ),
)


EVENTS: st.SearchStrategy[Event] = st.one_of(*(st.from_type(kind) for kind in get_args(Event)))
EFFECTS: st.SearchStrategy[Effect] = st.one_of(*(st.from_type(kind) for kind in get_args(Effect)))


@given(EVENTS)
def test_an_event_comes_back(event: Event) -> None:
    codec = event_codec()

    assert codec.decode(codec.encode(event)) == event
    assert codec.decode(codec.encode_canonically(event)) == event


@given(EFFECTS)
def test_an_effect_comes_back(effect: Effect) -> None:
    assert effect_codec().decode(effect_codec().encode(effect)) == effect


@given(st.from_type(Release))
def test_a_release_comes_back(release: Release) -> None:
    assert release_codec().decode(release_codec().encode(release)) == release


@given(st.from_type(Shown))
def test_what_was_shown_comes_back(shown: Shown) -> None:
    assert shown_codec().decode(shown_codec().encode(shown)) == shown


@pytest.mark.parametrize("kind", [*get_args(Event), *get_args(Effect)])
@given(data=st.data())
def test_each_kind_is_told_apart_by_its_name(kind: type[Any], data: st.DataObject) -> None:
    value = data.draw(st.from_type(kind))
    codec: Any = event_codec() if kind in get_args(Event) else effect_codec()

    assert json.loads(codec.encode(value))["kind"] == value.kind
    assert type(codec.decode(codec.encode(value))) is kind


@given(EVENTS)
def test_an_events_canonical_text_is_the_same_after_coming_back(event: Event) -> None:
    codec = event_codec()
    text = codec.encode_canonically(event)

    assert codec.encode_canonically(codec.decode(text)) == text


@pytest.mark.parametrize("text", ["", "null", "{}", '{"kind": "magic"}', '{"kind": "seen"}', "[" * 5_000])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        event_codec().decode(text)
