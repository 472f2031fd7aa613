"""Somebody else speaks as the gate: written down once for each thing said, told once, and bounded."""

from dataclasses import replace

from app.domain.release.events_foreign import ForeignGateSeen
from app.domain.release.fold import evolve
from app.domain.release.fold_foreign import in_words
from app.domain.release.foreign import MOST, hear_foreign, is_to_be_told
from app.domain.release.model import Progress, Release, Sight, Sighting
from app.domain.values import Sha
from tests.given import NOW, OTHER_SHA, release, sighting

FORGED = sighting(Sight.STATUS, "release/gate", source="mallory")
PENDING = replace(FORGED, progress=Progress.QUEUED)


def hear(known: Release, seen: Sighting, *, is_green: bool = False) -> tuple[Release, list[ForeignGateSeen]]:
    heard = hear_foreign(known, seen, is_green=is_green, now=NOW)
    events = [event for event in heard.events if isinstance(event, ForeignGateSeen)]
    for event in events:
        known = evolve(known, event)
    return known, events


def test_the_same_said_again_is_no_news() -> None:
    after, (first,) = hear(release(), FORGED)
    assert (first.contradicts, is_to_be_told(release(), FORGED), is_to_be_told(after, FORGED)) == (True, True, False)
    later = replace(FORGED, order=(99, 1, 1, 99))
    assert hear(after, later)[1] == []


def test_what_agrees_is_told_once_it_does_not() -> None:
    agreed, (first,) = hear(release(), PENDING)
    assert (first.contradicts, is_to_be_told(agreed, PENDING)) == (False, True)
    assert hear(agreed, PENDING)[1] == []
    turned_green, (second,) = hear(agreed, PENDING, is_green=True)
    assert second.contradicts
    assert hear(turned_green, PENDING, is_green=True)[1] == []


def test_a_red_word_against_a_green_gate_contradicts_too() -> None:
    _, (event,) = hear(release(), replace(FORGED, progress=Progress.FAILURE), is_green=True)
    assert event.contradicts


def test_what_is_said_of_another_commit_is_not_about_the_release() -> None:
    assert hear(release(), replace(FORGED, sha=OTHER_SHA))[1] == []
    assert hear(release(), replace(FORGED, sha=Sha("")))[1] == []


def test_whoever_makes_up_many_names_fills_no_log() -> None:
    known = release()
    for number in range(MOST + 5):
        known, _ = hear(known, sighting(Sight.STATUS, "release/gate", source=f"mallory-{number}"))
    assert len(known.foreign) == MOST


def test_it_reads_as_a_sentence() -> None:
    _, (status,) = hear(release(), FORGED)
    _, (check,) = hear(release(), sighting(Sight.CHECK, "release/gate", source="impostor"))
    assert in_words(status) == "A commit status release/gate by mallory said success at a1a1a1a, and counts for nothing"
    assert in_words(check) == "A check run release/gate by impostor said success at a1a1a1a, and counts for nothing"
