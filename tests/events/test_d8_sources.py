"""Each event that we listen to: "it means nothing to a release" and "what we read is not there" are two things."""

import json
from typing import cast

import pytest
from pydantic import ValidationError

from app.domain.doctor.grants import EVENTS
from app.sim.github import EVENTS as TOLD_BY_THE_SIMULATION
from handlers.events import load_events
from tests.events.reading import DROPPED, PAYLOADS, payload, read

OURS = sorted(path.stem for path in PAYLOADS.glob("*.json"))
ABOUT = {
    "check_run": "check_run",
    "create": "ref",
    "delete": "ref",
    "deployment_protection_rule": "deployment_callback_url",
    "issue_comment": "comment",
    "issues": "issue",
    "pull_request": "pull_request",
    "push": "after",
    "release": "release",
    "status": "sha",
    "workflow_job": "workflow_job",
    "workflow_run": "workflow_run",
}
"""What each event is about: without it there is nothing to read."""
OF_PEOPLE = {"member", "membership", "organization", "team"}
"""Of these only the installation is read, which test_payloads takes away."""
MEANS_NOTHING = {
    "issue_comment": {"action": "frobnicated"},
    "deployment_protection_rule": {"action": "frobnicated"},
    "push": {"deleted": True, "ref": "refs/heads/main"},
    "create": {"ref_type": "branch"},
    "delete": {"ref_type": "branch"},
}
"""Changes after which a payload is as it should be, and means nothing to any release."""


def event_of(name: str) -> str:
    return name.partition(".")[0]


def test_d8_what_the_app_subscribes_to_is_what_somebody_reads() -> None:
    """An event that nobody reads would be lost in silence, and one that nobody sends would never be missed."""
    assert set(EVENTS) == set(load_events())
    assert set(EVENTS) <= TOLD_BY_THE_SIMULATION


def test_d8_of_every_event_it_is_known_what_it_is_about() -> None:
    assert set(ABOUT) | OF_PEOPLE == set(load_events())


@pytest.mark.parametrize("name", [name for name in OURS if event_of(name) in ABOUT])
def test_d8_without_what_it_is_about_a_payload_is_not_understood(name: str) -> None:
    with pytest.raises(ValidationError):
        read(event_of(name), payload(name, **{ABOUT[event_of(name)]: DROPPED}))


@pytest.mark.parametrize("name", [name for name in OURS if event_of(name) in ABOUT])
def test_d8_under_another_name_it_is_missed_too(name: str) -> None:
    """As when GitHub, or whoever makes a file, moves a thing elsewhere."""
    document = cast("dict[str, object]", json.loads(payload(name)))
    document["moved"] = document.pop(ABOUT[event_of(name)])
    with pytest.raises(ValidationError):
        read(event_of(name), json.dumps(document).encode())


@pytest.mark.parametrize("name", [name for name in OURS if event_of(name) in MEANS_NOTHING])
def test_d8_what_means_nothing_is_understood_all_the_same(name: str) -> None:
    assert read(event_of(name), payload(name, **MEANS_NOTHING[event_of(name)])) == []
