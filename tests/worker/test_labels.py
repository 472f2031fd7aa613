"""State labels: a picture of the gate on the tracking issue, put back when changed by hand, and nobody else's touched."""

from dataclasses import replace

import pytest

from app.domain.release.events import Event
from app.domain.release.events_course import ReleaseAbandoned, ReleaseFinished
from app.domain.release.gate import judge
from app.ports import Rejected, Shown
from app.worker.labels import is_state_label, show_labels, wanted_labels
from tests.given import NOW, RUTH, SAM, TEAM, all_signed, go_said, held, no_go_said, team_release
from tests.worker.fakes import FakeGitHub

pytestmark = pytest.mark.anyio

GREEN = (*all_signed(), go_said())


@pytest.fixture
def github() -> FakeGitHub:
    return FakeGitHub()


def wanted(*events: Event) -> tuple[str, ...]:
    release = team_release(*events)
    return wanted_labels(release, judge(TEAM, release))


async def show(github: FakeGitHub, shown: Shown, *events: Event) -> Shown:
    release = team_release(*events)
    return await show_labels(github, release, judge(TEAM, release), shown)


@pytest.mark.parametrize(
    ("events", "labels"),
    [
        ((), ("gate:pending",)),
        ((no_go_said(),), ("gate:failure",)),
        ((held(SAM),), ("gate:failure", "gate:held")),
        (GREEN, ("gate:success",)),
        ((*GREEN, ReleaseFinished(by=RUTH, reason="", at=NOW)), ()),
        ((held(SAM), ReleaseAbandoned(by=RUTH, reason="no", at=NOW)), ()),
    ],
)
def test_the_labels_show_the_gate_and_a_hold_and_nothing_once_it_is_over(
    events: tuple[Event, ...], labels: tuple[str, ...]
) -> None:
    assert wanted(*events) == labels


@pytest.mark.parametrize(
    ("label", "is_ours"),
    [("gate:pending", True), ("Gate:Held", True), ("gate:anything", True), ("gate", False), ("release:sign", False)],
)
def test_a_state_label_is_known_by_its_beginning(label: str, *, is_ours: bool) -> None:
    assert is_state_label(label) == is_ours


async def test_what_stands_there_already_costs_no_call(github: FakeGitHub) -> None:
    shown = await show(github, Shown())
    github.calls.clear()
    assert await show(github, shown) == shown
    assert github.calls == []


async def test_labels_follow_the_gate_and_people_s_own_stay(github: FakeGitHub) -> None:
    github.labels[12] = ["bug", "release:sign", "P1"]
    shown = await show(github, Shown(), held(SAM))
    assert github.labels[12] == ["bug", "release:sign", "P1", "gate:failure", "gate:held"]
    shown = await show(github, shown, *GREEN)
    assert github.labels[12] == ["bug", "release:sign", "P1", "gate:success"]
    assert shown.labels == ("gate:success",)


async def test_labels_that_somebody_changed_are_put_back(github: FakeGitHub) -> None:
    shown = await show(github, Shown())
    github.labels[12] = ["GATE:SUCCESS", "gate:pending", "gate:mine"]
    assert await show(github, replace(shown, labels=None)) == shown
    assert github.labels[12] == ["gate:pending"]


async def test_a_label_is_the_same_in_any_case(github: FakeGitHub) -> None:
    github.labels[12] = ["Gate:Pending"]
    await show(github, Shown())
    assert github.labels[12] == ["Gate:Pending"]
    assert github.calls == ["issue"]


async def test_once_a_release_is_over_its_labels_go(github: FakeGitHub) -> None:
    shown = await show(github, Shown(), held(SAM))
    shown = await show(github, shown, ReleaseAbandoned(by=RUTH, reason="no", at=NOW))
    assert (github.labels[12], shown.labels) == ([], ())


async def test_what_github_refuses_is_not_remembered_as_shown(github: FakeGitHub) -> None:
    github.errors["add_label"] = [Rejected(403, "locked")]
    with pytest.raises(Rejected):
        await show(github, Shown())
