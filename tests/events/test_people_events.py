"""`member`, `membership`, `team`, `organization`: what is kept of people's roles is out of date."""

import pytest

from app.domain.inputs import PeopleChanged
from tests.events.reading import DROPPED, SHARED, payload, read

NAMES = ["member.added", "membership.removed", "team.edited", "organization.member_removed"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("action", ["added", "removed", "edited", "something_new", DROPPED])
def test_whatever_changed_roles_are_read_afresh(name: str, action: object) -> None:
    event = name.partition(".")[0]
    assert read(event, payload(name, action=action)) == [PeopleChanged(installation=70)]


@pytest.mark.skipif(not SHARED.exists(), reason="GitHub's example payloads are not at hand")
@pytest.mark.parametrize("name", ["member.added", "organization.member_added", "team.edited"])
def test_github_s_own_examples_are_read(name: str) -> None:
    (changed,) = read(name.partition(".")[0], (SHARED / f"{name}.json").read_bytes())
    assert changed == PeopleChanged(installation=1)
