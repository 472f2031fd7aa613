"""Whatever the domain can say comes back from JSON as it was."""

import json
from datetime import UTC
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.adapters.db.codec import effect_codec, event_codec, release_codec, shown_codec
from app.domain.release.effects import DispatchRun, Effect
from app.domain.release.events import Event, Seen
from app.domain.release.model import Release, Run, Sighting
from app.ports import Shown

TEXT = st.text(max_size=20)
TIMES = st.datetimes(timezones=st.just(UTC))
SIGHTINGS = st.builds(Sighting, key=TEXT, name=TEXT, url=TEXT)

# A Mapping could be anything that maps; the domain only ever makes dicts.
st.register_type_strategy(DispatchRun, st.builds(DispatchRun, inputs=st.dictionaries(TEXT, TEXT, max_size=3)))
st.register_type_strategy(Seen, st.builds(Seen, sighting=SIGHTINGS, at=TIMES))
st.register_type_strategy(
    Release,
    st.builds(
        Release,
        started_at=TIMES,
        runs=st.dictionaries(TEXT, st.from_type(Run), max_size=3),
        sightings=st.dictionaries(TEXT, SIGHTINGS, max_size=3),
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
