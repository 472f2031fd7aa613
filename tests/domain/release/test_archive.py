"""An archive proves itself: whatever is changed in it is found, and a changed event is named by its place."""

import io
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.db.codec import event_codec
from app.domain.release.archive import EVENTS, EVIDENCE, REPORT, about, log_line, plan_files
from app.domain.release.archive_manifest import MANIFEST, Manifest, manifest_text, read_manifest, seal
from app.domain.release.archive_proof import MOST_DERIVED, Broken, Verified, chain_trouble, verify
from app.domain.release.archive_zip import MAX_BYTES, packed, unpacked
from app.domain.release.chain import Link, link
from app.domain.release.events import Event
from app.domain.release.fold import fold
from app.exporting import derive
from tests.domain.release.everything import ARCHIVE, BODY, EVERYTHING, LOG, NEW_PLAN, adopted, archive_of, chained
from tests.given import NOW, PLAN_TEXT, STARTED, run_seen, seen

FILES = unpacked(ARCHIVE).files
SMALL = archive_of(chained([STARTED, seen(run_seen())]), body=None)


def proved(data: bytes, head: str | None = None) -> Verified | Broken:
    return verify(data, derive, head)


def broken(data: bytes, head: str | None = None) -> Broken:
    found = proved(data, head)
    assert isinstance(found, Broken), "a changed archive was taken for whole"
    return found


def whole(data: bytes, head: str | None = None) -> Verified:
    found = proved(data, head)
    assert isinstance(found, Verified), str(found)
    return found


def lines_of(log: Sequence[Link]) -> bytes:
    return "".join(f"{log_line(number, kept)}\n" for number, kept in enumerate(log, start=1)).encode()


def with_files(changed: Mapping[str, bytes | None], files: Mapping[str, bytes] = FILES) -> bytes:
    """The archive with files put in or taken out, packed properly, and nothing else put right."""
    every = {**files, **changed}
    return packed({name: content for name, content in every.items() if content is not None})


def forged(changed: Mapping[str, bytes], change: Callable[[Manifest], Manifest] = lambda manifest: manifest) -> bytes:
    """The archive as somebody leaves it who puts the manifest right, too."""
    files = {**FILES, **changed}
    manifest = read_manifest(files[MANIFEST])
    seals = {name: seal(content) for name, content in files.items() if name != MANIFEST}
    return packed({**files, MANIFEST: manifest_text(change(replace(manifest, files=seals))).encode()})


# -- what is in it ---------------------------------------------------------------------------------------------


def test_a_release_with_every_kind_of_event_is_whole_and_reads_as_it_was_kept() -> None:
    kinds = {kind for kind in get_args(Event) if isinstance(kind, type)}
    assert {type(event) for event in EVERYTHING} == kinds

    found = whole(ARCHIVE)
    assert found.warnings == ()
    lines = FILES[EVENTS].decode().splitlines()
    assert [event_codec().decode(json.loads(line)["body"]) for line in lines] == list(EVERYTHING)
    assert fold(EVERYTHING) == fold(event_codec().decode(kept.body) for kept in LOG)


def test_the_manifest_says_what_the_archive_is_of() -> None:
    manifest = whole(ARCHIVE).manifest
    assert (manifest.release, manifest.repo, manifest.version, manifest.tag) == (
        "r1",
        "octo-org/application",
        "1.0.0",
        "v1.0.0",
    )
    assert (manifest.events, manifest.head, manifest.exported_at) == (len(LOG), LOG[-1].hash, NOW)
    assert set(manifest.files) == set(FILES) - {MANIFEST}


def test_the_plan_that_counts_is_plan_md_and_those_before_it_are_there_too() -> None:
    assert (FILES["plan.md"].decode(), FILES["plan-1.md"].decode()) == (NEW_PLAN, PLAN_TEXT)


def test_without_the_issues_text_the_manifest_says_so() -> None:
    assert (FILES["body.md"].decode(), whole(ARCHIVE).manifest.has_body) == (BODY, True)
    assert whole(SMALL).manifest.has_body is False
    assert json.loads(unpacked(SMALL).files[MANIFEST])["has_body"] is False


def test_evidence_is_told_item_by_item() -> None:
    told = json.loads(FILES[EVIDENCE])
    archived = next(item for item in told["items"] if item["id"] == "1.1.2")
    assert (archived["state"], archived["found"]) == ("waived", "waived by release-manager: they are kept elsewhere")
    assert told["waivers"]["1.1.2"]["by"] == {"id": 1, "login": "release-manager"}
    assert told["closed"]["how"] == "abandoned"


def test_of_very_many_plans_the_latest_are_files_and_the_archive_is_whole() -> None:
    log = chained([STARTED, *(adopted(f"- [ ] Plan {number}\n", number) for number in range(1, 31))])
    data = archive_of(log)
    files = unpacked(data).files
    assert whole(data).warnings == ()
    assert (len(files), files["plan.md"]) == (20, b"- [ ] Plan 30\n")
    assert {"plan-17.md", "plan-30.md"} <= files.keys()
    assert plan_files(["only"]) == {"plan.md": b"only"}


def test_the_same_release_gives_the_same_bytes_on_every_machine() -> None:
    assert archive_of(LOG) == ARCHIVE
    # By this a change of the form shows: a new Python that packs otherwise would take old archives for changed.
    made = packed({"plan.md": b"- [ ] Ship\n", "manifest.json": b"{}\n"})
    assert sha256(made).hexdigest() == "88a29f30cc8582070d3b37bf2832d05f4119d05634792fc4d487bd116037e08b"


def test_any_program_can_unpack_it() -> None:
    with zipfile.ZipFile(io.BytesIO(ARCHIVE)) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == FILES


# -- bytes that were changed -----------------------------------------------------------------------------------


@given(st.integers(0, len(ARCHIVE) - 1), st.integers(1, 255))
def test_a_byte_changed_anywhere_is_found(place: int, change: int) -> None:
    changed = bytearray(ARCHIVE)
    changed[place] ^= change
    assert broken(bytes(changed))


def test_no_byte_of_the_container_is_passed_over() -> None:
    """Names, times, systems, rights, offsets: all that stands around the files, each byte of it."""
    contents = {at for content in FILES.values() for at in _places(ARCHIVE, content)}
    around = [place for place in range(len(ARCHIVE)) if place not in contents]
    assert 500 < len(around) < 2_000
    for place in around:
        changed = bytearray(ARCHIVE)
        changed[place] ^= 0x01
        assert broken(bytes(changed))


def _places(data: bytes, content: bytes) -> range:
    start = data.index(content)
    return range(start, start + len(content))


@given(st.sampled_from(sorted(FILES)), st.data())
def test_a_byte_changed_in_a_file_that_is_packed_anew_is_found(name: str, data: st.DataObject) -> None:
    content = bytearray(FILES[name])
    content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    changed = with_files({name: bytes(content)})
    if name == MANIFEST and isinstance(proved(changed), Verified):
        # The manifest seals the others and nothing seals it: when and by which program it was made can be rewritten.
        before, after = json.loads(FILES[MANIFEST]), json.loads(bytes(content))
        assert {key for key in before if before[key] != after[key]} <= {"exported_at", "by"}
    else:
        assert broken(changed)


@given(st.integers(0, len(ARCHIVE) - 1))
def test_an_archive_that_is_cut_off_is_found(length: int) -> None:
    assert broken(ARCHIVE[:length])
    assert broken(ARCHIVE + ARCHIVE[:length][-1:] + b"\0")


# -- events that were changed ------------------------------------------------------------------------------------

places = st.integers(1, len(LOG))


def with_log(log: Sequence[Link]) -> bytes:
    """The archive with another log, numbered anew, everything else as it was."""
    return with_files({EVENTS: lines_of(log)})


def raw(lines: Sequence[bytes]) -> bytes:
    """The archive with these lines as its log, whatever numbers they bear."""
    return with_files({EVENTS: b"".join(line + b"\n" for line in lines)})


LINES = FILES[EVENTS].splitlines()


@given(places)
def test_an_event_taken_out_is_named(place: int) -> None:
    assert broken(raw([*LINES[: place - 1], *LINES[place:]])).event == place
    assert broken(with_log([*LOG[: place - 1], *LOG[place:]])).event == place


@given(places)
def test_an_event_put_in_is_named(place: int) -> None:
    before = LOG[place - 2].hash if place > 1 else "0" * 64
    body = event_codec().encode_canonically(seen(run_seen(at=99)))
    forgery = Link(body=body, previous=before, hash=link(before, body))
    log = [*LOG[: place - 1], forgery, *LOG[place - 1 :]]
    # Its own hash can be made to fit; the first that cannot be is that of the event after it.
    assert broken(with_log(log)).event == place + 1
    assert broken(with_log([*LOG, replace(LOG[-1], previous=LOG[-1].hash)])).event == len(LOG) + 1


def test_an_event_put_behind_the_last_is_named_though_its_hash_fits() -> None:
    body = event_codec().encode_canonically(seen(run_seen(at=99)))
    forgery = Link(body=body, previous=LOG[-1].hash, hash=link(LOG[-1].hash, body))
    found = broken(with_log([*LOG, forgery]))
    assert (found.event, found.kind) == (len(LOG) + 1, "seen")


@given(st.integers(1, len(LOG) - 1))
def test_two_events_that_changed_places_are_named(place: int) -> None:
    swapped = [*LINES[: place - 1], LINES[place], LINES[place - 1], *LINES[place + 1 :]]
    assert broken(raw(swapped)).event == place
    log = [*LOG[: place - 1], LOG[place], LOG[place - 1], *LOG[place + 1 :]]
    assert broken(with_log(log)).event == place


@given(places)
def test_an_altered_event_is_named_with_its_kind(place: int) -> None:
    kept = LOG[place - 1]
    body = kept.body.replace('"at":"2026-', '"at":"2025-')
    found = broken(with_log([*LOG[: place - 1], replace(kept, body=body), *LOG[place:]]))
    assert (found.event, found.kind) == (place, EVERYTHING[place - 1].kind)
    assert str(found).startswith(f"event {place} ({found.kind}): its hash is not that of its content")


@given(places, st.data())
def test_an_event_that_a_flipped_byte_altered_is_named(place: int, data: st.DataObject) -> None:
    start = ARCHIVE.index(LINES[place - 1])
    at = data.draw(st.integers(start, start + len(LINES[place - 1])))  # its line's end, too
    changed = bytearray(ARCHIVE)
    changed[at] ^= 0x01
    assert broken(bytes(changed)).event == place


def test_a_chain_forged_from_an_event_on_is_found_by_the_manifest() -> None:
    log = chained([*EVERYTHING[:-1], replace(STARTED, version="2.0.0")])
    assert broken(with_log(log)).event == len(LOG)


def test_a_whole_log_that_was_made_up_is_found_by_a_hash_that_was_noted() -> None:
    made_up = archive_of(chained([replace(STARTED, version="9.9.9"), *EVERYTHING[1:]]))
    assert whole(made_up).warnings == ()
    assert "no event has the hash that was noted" in broken(made_up, LOG[-1].hash).what
    assert whole(ARCHIVE, LOG[-1].hash.upper()).warnings == ()


def test_a_hash_noted_earlier_proves_the_log_up_to_there() -> None:
    (note,) = whole(ARCHIVE, LOG[9].hash).warnings
    assert note == f"the hash that was noted is that of event 10: {len(LOG) - 10} came after it"


def test_a_whole_log_has_no_trouble_and_one_with_a_gap_has() -> None:
    numbered = list(enumerate(LOG, start=1))
    assert chain_trouble(numbered) is None
    found = chain_trouble([*numbered[:3], *numbered[4:]])
    assert found is not None
    assert str(found) == "event 4 (seen): it bears the number 5: event 4 is missing here"


# -- what does not agree ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_file_that_is_missing_is_named(name: str) -> None:
    assert broken(with_files({name: None})).what.startswith(name)


@pytest.mark.parametrize("name", ["plan.md", "plan-1.md"])
def test_another_plan_than_the_pinned_is_found_though_the_manifest_was_put_right(name: str) -> None:
    assert broken(forged({name: b"- [ ] Nothing\n"})).what == f"{name} is not the plan that was pinned"


def test_a_plan_that_was_never_pinned_does_not_belong() -> None:
    assert broken(forged({"plan-2.md": b"- [ ] Nothing\n"})).what == "plan-2.md does not belong to this release"


@pytest.mark.parametrize("field", ["release", "repo", "version", "tag"])
def test_a_manifest_of_another_release_is_found(field: str) -> None:
    def change(manifest: Manifest) -> Manifest:
        values = {name: getattr(manifest, name) for name in ("release", "repo", "version", "tag")}
        return replace(manifest, **{**values, field: "other"})

    assert broken(forged({}, change)).what.startswith(f"manifest.json says {field} 'other'")


@pytest.mark.parametrize("events", [0, -1, 1, len(LOG) - 1, len(LOG) + 1])
def test_a_manifest_that_counts_otherwise_is_found(events: int) -> None:
    found = broken(forged({}, lambda manifest: replace(manifest, events=events)))
    assert found.event == min(max(events, 0), len(LOG)) + 1


def test_a_manifest_with_another_head_is_found() -> None:
    assert broken(forged({}, lambda manifest: replace(manifest, head="f" * 64))).event == len(LOG)


@pytest.mark.parametrize("name", [EVIDENCE, REPORT])
def test_what_another_version_derived_is_told_and_breaks_nothing(name: str) -> None:
    assert whole(forged({name: b"otherwise\n"})).warnings == (f"{name} is derived otherwise by this version",)


def test_events_that_this_version_does_not_know_are_told_and_break_nothing() -> None:
    body = '{"at":"2030-01-01T00:00:00Z","kind":"moon_landed"}'
    log = [*LOG, Link(body=body, previous=LOG[-1].hash, hash=link(LOG[-1].hash, body))]
    data = forged({EVENTS: lines_of(log)}, lambda manifest: replace(manifest, events=len(log), head=log[-1].hash))
    (warning,) = whole(data).warnings
    assert warning.endswith(
        f"cannot be derived again by this version: event {len(log)} is none that this version knows"
    )


def test_more_events_than_can_be_derived_from_in_good_time_are_told() -> None:
    log = chained([STARTED, *(seen(run_seen(at=1)) for _ in range(MOST_DERIVED))])
    files = {**unpacked(SMALL).files, EVENTS: lines_of(log)}
    seals = {name: seal(content) for name, content in files.items() if name != MANIFEST}
    manifest = replace(read_manifest(files[MANIFEST]), files=seals, events=len(log), head=log[-1].hash)
    (warning,) = whole(packed({**files, MANIFEST: manifest_text(manifest).encode()})).warnings
    assert "20,000 events" in warning


def test_a_log_is_about_nothing_without_its_start() -> None:
    for bodies in ([], ["[]"], [LOG[1].body], [LOG[0].body, LOG[0].body], ['{"kind":"release_started"}']):
        with pytest.raises(ValueError, match=r"start|text"):
            about(bodies)


# -- archives meant to harm ----------------------------------------------------------------------------------------


def zipped(files: Sequence[tuple[str, bytes]], method: int = zipfile.ZIP_STORED) -> bytes:
    """A zip file as any program makes it."""
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", method) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return into.getvalue()


def with_header(at: int, *values: int) -> bytes:
    """The archive with other bytes in its first header."""
    return ARCHIVE[:at] + bytes(values) + ARCHIVE[at + len(values) :]


DEEP = b"[" * 200_000
HUGE = b'{"format":' + b"9" * 10_000 + b"}"
TWICE = ARCHIVE[: ARCHIVE.index(b"PK\x03\x04", 4)] * 2
HOSTILE: Mapping[str, tuple[bytes, str]] = {
    "nothing": (b"", "no zip file"),
    "text": (b"hello", "no zip file"),
    "an empty zip": (zipped([]), "no zip file"),
    "a path upwards": (zipped([("../plan.md", b"")]), "does not belong there: '../plan.md'"),
    "an absolute path": (zipped([("/etc/passwd", b"")]), "does not belong there"),
    "a folder": (zipped([("plan/", b"")]), "does not belong there"),
    "a name that drives terminals": (zipped([("plan\x1b[2J.md", b"")]), r"does not belong there: 'plan\x1b"),
    "a name in other letters": (zipped([("pl\u0430n.md", b"")]), "does not belong there"),
    "a file twice": (TWICE, "body.md twice"),
    "a bomb": (zipped([(MANIFEST, b"0" * 1_000_000)], zipfile.ZIP_DEFLATED), "is compressed"),
    "an encrypted file": (with_header(6, 1), "is encrypted"),
    "sizes that come behind": (with_header(6, 8), "not packed by"),
    "a field more": (with_header(28, 4), "not packed by"),
    "a file of four gigabytes": (with_header(18, *b"\xff" * 8), "cut off"),
    "a name of sixty-four kilobytes": (with_header(26, 0xFF, 0xFF), "does not belong there"),
    "too many files": (zipped([(f"plan-{number}.md", b"") for number in range(1, 40)]), "more than 20 files"),
    "the files packed by another program": (zipped(sorted(FILES.items())), "packed by something else"),
    "too many bytes": (bytes(MAX_BYTES + 10_000), "larger than"),
    "no manifest": (packed({EVENTS: b""}), "manifest.json is missing"),
    "no log": (packed({MANIFEST: b"{}"}), "events.jsonl is missing"),
    "no event": (with_files({EVENTS: b""}), "there is no event"),
    "a deep manifest": (with_files({MANIFEST: DEEP}), "cannot be read"),
    "a manifest that is no object": (with_files({MANIFEST: b"[]"}), "cannot be read"),
    "a manifest with a huge number": (with_files({MANIFEST: HUGE}), "cannot be read"),
    "a manifest of another format": (with_files({MANIFEST: b'{"format": 2}'}), "its format is 2"),
    "a manifest with a key more": (
        with_files({MANIFEST: FILES[MANIFEST].replace(b'"by"', b'"bz": 1, "by"')}),
        "not as it was written",
    ),
    "a manifest that seals itself": (
        forged({}, lambda manifest: replace(manifest, files={**manifest.files, MANIFEST: seal(b"")})),
        "manifest.json does not belong",
    ),
    "a deep event": (raw([DEEP]), "event 1: its line cannot be read"),
    "an event that is no object": (raw([b"[]"]), "event 1: its line is not as it was written"),
    "an event with a key twice": (raw([LINES[0][:-1] + b',"version":1}']), "event 1 (release_started): its line"),
    "an event of nothing": (with_log([Link(body="0", previous="0" * 64, hash=link("0" * 64, "0"))]), "it is no event"),
    "a log that ends in the midst": (with_files({EVENTS: FILES[EVENTS][:-1]}), f"event {len(LOG)} (release_abandoned)"),
}


@pytest.mark.parametrize(("data", "says"), HOSTILE.values(), ids=HOSTILE)
def test_an_archive_meant_to_harm_is_refused_in_words(data: bytes, says: str) -> None:
    assert says in str(broken(data))


@pytest.mark.parametrize(
    "body",
    [
        '{"kind":"seen","kind":"go_said"}',
        '{"kind": "seen"}',
        '{"kind":"\\ud800"}',
        '{"at":NaN,"kind":"seen"}',
        "[" * 9_999,
    ],
)
def test_an_event_that_can_be_read_in_two_ways_is_none(body: str) -> None:
    log = [*LOG[:1], Link(body=body, previous=LOG[0].hash, hash=link(LOG[0].hash, body))]
    assert str(broken(with_log(log))) == "event 2: it is no event"


@given(st.binary(max_size=300))
def test_any_bytes_at_all_are_told_to_be_no_archive(data: bytes) -> None:
    assert broken(data)
    assert broken(b"PK\x03\x04" + data)
    assert broken(with_files({MANIFEST: data}))
    assert broken(raw([data.replace(b"\n", b"")]))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(st.sampled_from(sorted(json.loads(FILES[MANIFEST]))), json_values)
def test_any_value_in_a_manifest_is_taken_or_told(key: str, value: object) -> None:
    told = json.dumps({**json.loads(FILES[MANIFEST]), key: value})
    assert broken(with_files({MANIFEST: told.encode()}))


@given(st.sampled_from(["repo", "plan_text", "release", "version", "tag", "target", "at", "kind"]), json_values)
def test_any_value_in_an_event_is_taken_or_told(key: str, value: object) -> None:
    body = json.dumps({**json.loads(LOG[0].body), key: value}, sort_keys=True, separators=(",", ":"))
    kept = Link(body=body, previous="0" * 64, hash=link("0" * 64, body))
    assert proved(forged({EVENTS: lines_of([kept])}, lambda m: replace(m, events=1, head=kept.hash)))


def test_more_than_an_archive_may_hold_is_not_packed() -> None:
    with pytest.raises(ValueError, match="at most 20 files"):
        packed({f"plan-{number}.md": b"" for number in range(1, 22)})
    with pytest.raises(ValueError, match="at most 20 files and"):
        packed({"plan.md": bytes(MAX_BYTES + 1)})
