"""Whatever a delivery holds, reading it answers or says that it is not understood: nothing else leaves `read`."""

import json
import pkgutil
from importlib import import_module
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

import handlers.events
from handlers.events import load_events
from handlers.translating import EventHandler
from tests.events.reading import DROPPED, PAYLOADS, SHARED, payload, read

OURS = sorted(path.stem for path in PAYLOADS.glob("*.json"))
GITHUBS = sorted(SHARED.glob("*.json"))
FILES = sorted(module.name for module in pkgutil.iter_modules(handlers.events.__path__))
ABOUT_PEOPLE = ("member", "membership", "organization", "team")  # whose installation it is is all that matters

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=50),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=5,
)


def understood(event: str, body: bytes) -> bool:
    """Whether the payload is understood. Anything but a ValidationError is raised on."""
    try:
        read(event, body)
    except ValidationError:
        return False
    return True


def places(part: object, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Each place of a JSON object where a value stands."""
    if not isinstance(part, dict):
        return [path]
    inside = cast("dict[str, object]", part).items()
    return [*([path] if path else []), *(place for key, value in inside for place in places(value, (*path, key)))]


@pytest.mark.parametrize("file", FILES)
def test_every_file_of_events_makes_a_handler(file: str) -> None:
    made = vars(import_module(f"handlers.events.{file}")).values()
    handlers_of_file = [value for value in made if isinstance(value, EventHandler)]
    assert handlers_of_file
    assert all(handler in load_events()[handler.event] for handler in handlers_of_file)


def test_every_event_has_a_payload_of_our_own_to_be_tested_with() -> None:
    assert {name.partition(".")[0] for name in OURS} == set(load_events())


@pytest.mark.parametrize("name", OURS)
def test_our_own_payloads_are_understood_and_mean_something(name: str) -> None:
    assert read(name.partition(".")[0], payload(name))


@pytest.mark.parametrize("name", OURS)
def test_what_comes_for_no_installation_is_not_understood(name: str) -> None:
    assert not understood(name.partition(".")[0], payload(name, installation=DROPPED))


@pytest.mark.parametrize("name", [name for name in OURS if name.partition(".")[0] not in ABOUT_PEOPLE])
@pytest.mark.parametrize("part", ["repository", "sender"])
def test_what_comes_for_no_repository_or_sender_is_not_understood(name: str, part: str) -> None:
    assert not understood(name.partition(".")[0], payload(name, **{part: DROPPED}))


@pytest.mark.parametrize("sha", ["", "main", "A1" * 20, "a1" * 19, "a1" * 20 + "\n", "../" * 14])
def test_only_a_whole_sha_is_a_commit(sha: str) -> None:
    assert not understood("status", payload("status", sha=sha))
    assert not understood("workflow_run", payload("workflow_run.completed", workflow_run__head_sha=sha))
    assert not understood("push", payload("push", after=sha))
    assert not understood("pull_request", payload("pull_request.synchronize", pull_request__head__sha=sha))


@pytest.mark.parametrize("number", [2**63, 10**30, -1, 1.5, "x"])
def test_d14_an_id_that_no_database_holds_is_not_understood(number: object) -> None:
    for place in ("repository__id", "installation__id", "sender__id", "comment__id", "issue__number"):
        assert not understood("issue_comment", payload("issue_comment.created", **{place: number})), place
    assert not understood("workflow_run", payload("workflow_run.completed", workflow_run__run_attempt=number))


@pytest.mark.parametrize(
    "moment", ["2026-03-10T12:00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "soon", 10**30]
)
def test_d14_a_moment_that_cannot_be_compared_with_ours_is_not_understood(moment: object) -> None:
    assert not understood("issue_comment", payload("issue_comment.created", comment__created_at=moment))


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../../x", "a/b", "a b", "a?b", "a#b", "a%2fb", "é", "a\n", "a\0", "x" * 200]
)
def test_d14_a_repository_of_no_possible_name_is_not_understood(name: str) -> None:
    assert not understood("status", payload("status", repository__name=name))
    assert not understood("status", payload("status", repository__owner__login=name))


@pytest.mark.parametrize("name", ["daw", ".github", "a.b_c-d", "-", "..x", "x" * 100])
def test_a_repository_of_any_possible_name_is_understood(name: str) -> None:
    assert understood("status", payload("status", repository__name=name))


@pytest.mark.parametrize("body", [b"", b"{", b"null", b"[]", b'"x"', b"\xff\xfe", b'{"a":' * 2000, b"{}"])
def test_what_is_no_payload_at_all_is_not_understood(body: bytes) -> None:
    assert [event for event in load_events() if understood(event, body)] == []


@given(st.sampled_from(OURS), st.data(), JUNK | st.just(DROPPED))
def test_no_mutated_payload_raises_anything_else(name: str, data: st.DataObject, value: object) -> None:
    place = data.draw(st.sampled_from(places(json.loads(payload(name)))))
    understood(name.partition(".")[0], payload(name, **{"__".join(place): value}))


@given(st.sampled_from(OURS), st.data())
def test_no_mangled_bytes_raise_anything_else(name: str, data: st.DataObject) -> None:
    body = payload(name)
    at = data.draw(st.integers(0, len(body)))
    mangled = body[:at] + data.draw(st.binary(max_size=5)) + body[data.draw(st.integers(at, len(body))) :]
    understood(name.partition(".")[0], mangled)


@pytest.mark.skipif(not GITHUBS, reason="GitHub's example payloads are not at hand")
@pytest.mark.parametrize("path", GITHUBS, ids=lambda path: cast("Path", path).stem)
def test_github_s_own_examples_are_understood(path: Path) -> None:
    """Each example is read as every event: those of an installation must be understood as their own."""
    body = path.read_bytes()
    own = path.name.partition(".")[0]
    taken = {event: understood(event, body) for event in load_events()}
    assert taken.get(own, True) or "installation" not in json.loads(body)
